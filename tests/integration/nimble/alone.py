"""What `bluetooth` answers with the radio off, and on with nobody there; a line a call."""

import time

import bluetooth

SERVICE = bluetooth.UUID("12345678-1234-1234-1234-123456789012")
TOLD = bluetooth.UUID("12345678-1234-1234-1234-123456789013")
WRITTEN = bluetooth.UUID("12345678-1234-1234-1234-123456789014")
TABLE = ((SERVICE, ((TOLD, bluetooth.FLAG_READ | bluetooth.FLAG_NOTIFY), (WRITTEN, bluetooth.FLAG_WRITE))),)
NOBODY = b"\xc0\xff\xee\0\0\0"
NO_HANDLE = 999

ble = bluetooth.BLE()
irqs = []


def irq(event, data):
    irqs.append((event, tuple(None if event == 30 and i == 2 else plain(x) for i, x in enumerate(data))))


def plain(value):
    return bytes(value) if isinstance(value, memoryview) else value


def tell_irqs(name, after_ms=50):
    time.sleep_ms(after_ms)
    print(name, "irqs", [(event, data[:1]) if event == 4 else (event, data) for event, data in irqs])
    irqs.clear()


def call(name, method, *arguments, **named):
    try:
        print(name, "->", repr(getattr(ble, method)(*arguments, **named)))
    except Exception as e:
        print(name, "!!", type(e).__name__, *e.args)


def off():
    call("off: active", "active")
    call("off: active(False)", "active", False)
    for name in ("mac", "mtu", "nonsense"):
        call("off: config " + name, "config", name)
    call("off: config mtu=100", "config", mtu=100)
    call("off: config addr_mode=1", "config", addr_mode=1)
    call("off: config nonsense=1", "config", nonsense=1)
    call("off: advertise None", "gap_advertise", None)
    call("off: advertise", "gap_advertise", 100000, b"abc")
    call("off: scan", "gap_scan", 1000)
    call("off: scan None", "gap_scan", None)
    call("off: connect", "gap_connect", 0, NOBODY, 100)
    call("off: disconnect", "gap_disconnect", 1)
    call("off: register", "gatts_register_services", TABLE)
    call("off: read", "gatts_read", 16)
    call("off: write", "gatts_write", 16, b"x")
    call("off: notify", "gatts_notify", 1, 16, b"x")
    call("off: set_buffer", "gatts_set_buffer", 16, 10)
    call("off: client read", "gattc_read", 1, 1)
    call("off: client write", "gattc_write", 1, 1, b"x")
    call("off: discover", "gattc_discover_services", 1)


def settings():
    call("on", "active", True)
    tell_irqs("on")
    call("on again", "active", True)
    tell_irqs("on again")
    call("mtu", "config", "mtu")
    for mtu in (22, 23, 518, 527, 528):
        call("mtu=%d" % mtu, "config", mtu=mtu)
    call("mtu", "config", "mtu")
    for mode in (0, 1, 2, 9):
        call("addr_mode=%d" % mode, "config", addr_mode=mode)
    call("config addr_mode", "config", "addr_mode")
    ble.config(addr_mode=1)
    first = ble.config("mac")
    ble.config(addr_mode=1)
    print("random addresses", first[0], ble.config("mac")[0], "differ", first != ble.config("mac"))
    call("name of 32", "config", gap_name="a" * 32)
    call("name of 31", "config", gap_name="a" * 31)
    call("name", "config", "gap_name")


def values():
    call("register nothing", "gatts_register_services", ())
    ((told, written),) = ble.gatts_register_services(TABLE)
    call("read", "gatts_read", told)
    call("read bad", "gatts_read", NO_HANDLE)
    call("write", "gatts_write", told, b"x" * 100)
    print("length", len(ble.gatts_read(told)))
    call("write bad", "gatts_write", NO_HANDLE, b"x")
    call("set_buffer", "gatts_set_buffer", written, 300, True)
    call("set_buffer bad", "gatts_set_buffer", NO_HANDLE, 10)
    call("notify nobody", "gatts_notify", 5, told, b"x")
    call("notify nobody, bad handle, no data", "gatts_notify", 5, NO_HANDLE)
    call("disconnect nobody", "gap_disconnect", 5)
    tell_irqs("values")
    call("write and tell nobody", "gatts_write", told, b"x", True)
    tell_irqs("write and tell nobody")
    return told


def advertising():
    call("advertise None", "gap_advertise", None)
    call("advertise 31", "gap_advertise", 100000, b"a" * 31)
    call("advertise 32", "gap_advertise", 100000, b"a" * 32)
    call("response 32", "gap_advertise", 100000, b"abc", resp_data=b"a" * 32)
    call("advertise 20 ms", "gap_advertise", 20000, b"abc")
    call("advertise again", "gap_advertise", 100000, b"abc")
    call("advertise None", "gap_advertise", None)
    call("advertise None again", "gap_advertise", None)


def looking():
    call("scan", "gap_scan", 500, 30000, 30000)
    call("scan again", "gap_scan", 500)
    call("connect while it scans", "gap_connect", 1, NOBODY, 1000)
    call("connect again", "gap_connect", 1, NOBODY, 1000)
    call("scan while it connects", "gap_scan", 500)
    call("advertise while it connects", "gap_advertise", 100000, b"abc")
    call("connect None", "gap_connect", None)
    tell_irqs("connect None", 300)
    call("scan None, none", "gap_scan", None)
    tell_irqs("scan None, none")
    call("connect None, none", "gap_connect", None)
    call("connect for 100 ms", "gap_connect", 1, NOBODY, 100)
    tell_irqs("connect for 100 ms", 400)
    call("client read, nobody", "gattc_read", 5, 1)
    call("client write, nobody", "gattc_write", 5, 1, b"x")
    call("discover, nobody", "gattc_discover_services", 5)
    call("exchange mtu, nobody", "gattc_exchange_mtu", 5)


def again(handle):
    call("off", "active", False)
    tell_irqs("off")
    call("off: name", "config", "gap_name")
    call("off: read", "gatts_read", handle)
    ble.active(True)
    irqs.clear()
    call("on: name", "config", "gap_name")
    call("on: mtu", "config", "mtu")
    print("on: address", ble.config("mac")[0])
    call("on: read", "gatts_read", handle)
    ble.active(False)


ble.irq(irq)
off()
settings()
handle = values()
advertising()
looking()
again(handle)
