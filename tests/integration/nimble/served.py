"""What `bluetooth` answers and tells while a central is connected, which the test is; a line a call."""

import time

import bluetooth

SERVICE = bluetooth.UUID("12345678-1234-1234-1234-123456789012")
TOLD = bluetooth.UUID("12345678-1234-1234-1234-123456789013")
WRITTEN = bluetooth.UUID("12345678-1234-1234-1234-123456789014")
WRITE = bluetooth.FLAG_WRITE | bluetooth.FLAG_WRITE_NO_RESPONSE | bluetooth.FLAG_READ
TABLE = ((SERVICE, ((TOLD, bluetooth.FLAG_READ | bluetooth.FLAG_NOTIFY), (WRITTEN, WRITE))),)
NO_HANDLE = 999
CONNECT, DISCONNECT, WRITTEN_TO, MTU = 1, 2, 3, 21
PATIENCE_MS = 5000

ble = bluetooth.BLE()
irqs = []
names = {}


def irq(event, data):
    if event in (29, 30):
        return
    conn, what = data[0], data[1]
    irqs.append((event, conn, names.get(what, what)))


def wait(event):
    for _ in range(PATIENCE_MS // 5):
        if any(one[0] == event for one in irqs):
            return
        time.sleep_ms(5)
    print("no", event)


def tell_irqs(name, after_ms=200):
    time.sleep_ms(after_ms)
    print(name, "irqs", irqs)
    irqs.clear()


def call(name, method, *arguments):
    try:
        print(name, "->", repr(getattr(ble, method)(*arguments)))
    except Exception as e:
        print(name, "!!", type(e).__name__, *e.args)


def advertise():
    ble.gap_advertise(30000, b"\x02\x01\x06")
    wait(CONNECT)
    time.sleep_ms(100)


def told(conn, handle):
    call("advertise", "gap_advertise", 100000)
    call("advertise None", "gap_advertise", None)
    for size in (0, 20, 244, 400):
        call("notify %d" % size, "gatts_notify", conn, handle, b"x" * size)
    call("notify, no data", "gatts_notify", conn, handle)
    call("notify bad handle", "gatts_notify", conn, NO_HANDLE, b"xx")
    call("notify bad handle, no data", "gatts_notify", conn, NO_HANDLE)
    call("notify another", "gatts_notify", conn + 1, handle, b"xx")
    tell_irqs("notify")
    call("write and tell", "gatts_write", handle, b"new", True)
    tell_irqs("write and tell")


ble.irq(irq)
ble.active(True)
((handle, written),) = ble.gatts_register_services(TABLE)
names.update({handle: "told", written: "written"})
ble.gatts_set_buffer(written, 300, True)
ble.gatts_write(handle, b"first")

advertise()
conn = irqs[0][1]
print("connected", [one[0] for one in irqs])
irqs.clear()
print("@exchange")
wait(WRITTEN_TO)
tell_irqs("exchange")
told(conn, handle)
print("@write")
wait(WRITTEN_TO)
tell_irqs("write")
print("length", len(ble.gatts_read(written)), "then", len(ble.gatts_read(written)))
print("@read")
tell_irqs("read", 500)
call("exchange mtu", "gattc_exchange_mtu", conn)

call("disconnect", "gap_disconnect", conn)
wait(DISCONNECT)
tell_irqs("disconnect", 50)
call("disconnect again", "gap_disconnect", conn)
call("notify", "gatts_notify", conn, handle, b"x")

print("@leave")
advertise()
wait(DISCONNECT)
print("left", [one[0] for one in irqs])
irqs.clear()

print("@stay")
advertise()
irqs.clear()
call("off while connected", "active", False)
tell_irqs("off while connected")
