"""What `bluetooth` answers and tells as a central; the peripheral is the test. A line a call."""

import time

import bluetooth

VALUE = 16  # the handle of the test's value
NO_HANDLE = 9999
SCAN_RESULT, CONNECTED, GONE, SERVICE, SERVICES = 5, 7, 8, 9, 10

ble = bluetooth.BLE()
irqs = []
seen = []


def irq(event, data):
    if event == SCAN_RESULT:
        seen.append((data[0], bytes(data[1])))
    elif event not in (29, 30, SERVICE):
        irqs.append((event,) + tuple(x for x in data if not isinstance(x, (memoryview, bluetooth.UUID))))


def wait(event):
    for _ in range(600):
        if any(one[0] == event for one in irqs):
            return
        time.sleep_ms(5)
    print("no", event)


def tell_irqs(name, after_ms=300):
    time.sleep_ms(after_ms)
    print(name, "irqs", irqs)
    irqs.clear()


def call(name, method, *arguments):
    try:
        print(name, "->", repr(getattr(ble, method)(*arguments)))
    except Exception as e:
        print(name, "!!", type(e).__name__, *e.args)


def count(name, method, *arguments):
    done = 0
    try:
        while done < 20:
            getattr(ble, method)(*arguments)
            done += 1
    except OSError as e:
        print(name, done, "then", *e.args)
    else:
        print(name, done)
    tell_irqs(name, 900)


ble.irq(irq)
ble.active(True)
ble.gap_scan(5000, 30000, 30000)
while not seen:
    time.sleep_ms(5)
peer = seen[0]

call("connect while it scans", "gap_connect", *peer, 2000)
wait(CONNECTED)
conn = irqs[-1][1]
tell_irqs("connect while it scans", 50)
call("connect to whom it is", "gap_connect", *peer, 500)
call("scan while connected", "gap_scan", 200, 30000, 30000)
tell_irqs("scan while connected", 500)

call("discover", "gattc_discover_services", conn)
wait(SERVICES)
tell_irqs("discover")
call("exchange mtu", "gattc_exchange_mtu", conn)
call("exchange mtu at once again", "gattc_exchange_mtu", conn)
tell_irqs("exchange mtu")
call("exchange mtu later again", "gattc_exchange_mtu", conn)

call("read handle 0", "gattc_read", conn, 0)
call("read bad", "gattc_read", conn, NO_HANDLE)
tell_irqs("read bad")
call("write bad", "gattc_write", conn, NO_HANDLE, b"x", 1)
tell_irqs("write bad")
call("write bad, no response", "gattc_write", conn, NO_HANDLE, b"x", 0)
tell_irqs("write bad, no response")
count("writes", "gattc_write", conn, VALUE, b"y" * 10, 1)
count("reads", "gattc_read", conn, VALUE)

call("disconnect", "gap_disconnect", conn)
wait(GONE)
tell_irqs("disconnect", 50)
call("write", "gattc_write", conn, VALUE, b"a", 1)

call("connect", "gap_connect", *peer, 2000)
wait(CONNECTED)
conn = irqs[-1][1]
irqs.clear()
call("discover", "gattc_discover_services", conn)
call("disconnect in it", "gap_disconnect", conn)
wait(GONE)
tell_irqs("disconnect in it", 200)
ble.active(False)
