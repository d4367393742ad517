"""A small central for the tests of the virtual radio: looks for a node by its scan response and talks to it.

    micropython radio_central.py BOARD_DIR SOCKET NAME

NAME is what the peer calls itself. Prints what each IRQ gave, in words that the test knows.
"""

import sys

sys.path.insert(0, sys.argv[1])

import select
import time

import bluetooth

SERVICE = bluetooth.UUID("6E400001-B5A3-F393-E0A9-E50E24DCCA9E")
COMMAND = bluetooth.UUID("6E400002-B5A3-F393-E0A9-E50E24DCCA9E")
DATA = bluetooth.UUID("6E400003-B5A3-F393-E0A9-E50E24DCCA9E")
PATIENCE_MS = 8000

ble = bluetooth.BLE()
name = sys.argv[3].encode()
seen = {}


def irq(event, data):
    if event == 5:
        addr_type, addr, adv_type, rssi, adv = data
        seen[adv_type] = rssi
        if adv_type == 4 and name in bytes(adv):
            seen["peer"] = (addr_type, bytes(addr))
    elif event in (7, 8):
        seen[event] = (data[0], data[1])
    elif event == 9:
        seen["service"] = data[1:3] if data[3] == SERVICE else None
    elif event == 11:
        seen[str(data[4])] = (data[2], data[3])
    elif event == 13:
        seen.setdefault("descriptors", []).append(str(data[2]))
    elif event == 15:
        seen["value"] = bytes(data[2])
    elif event == 18:
        seen.setdefault("heard", []).append((data[1], bytes(data[2])))
    elif event == 21:
        seen["mtu"] = data[1]
    if event in (6, 10, 12, 14, 16, 17):
        seen[event] = data


def wait(what):
    end = time.ticks_add(time.ticks_ms(), PATIENCE_MS)
    poller = select.poll()
    poller.register(bluetooth.event_stream(), select.POLLIN)
    while what not in seen:
        if time.ticks_diff(end, time.ticks_ms()) < 0:
            print("no", what)
            sys.exit(1)
        poller.poll(200)
        bluetooth.dispatch()
    return seen.pop(what)


bluetooth.attach(sys.argv[2])
ble.irq(irq)
ble.active(True)
ble.config(addr_mode=1)
ble.config(mtu=247)
print("ready")
ble.gap_scan(8000, 30000, 30000, True)
peer = wait("peer")
print("heard", peer[0], seen[0], seen[4])
ble.gap_scan(None)
wait(6)
ble.gap_connect(peer[0], bytes(6), 100)  # nobody has this address
print("nobody", wait(8))
ble.gap_connect(peer[0], peer[1], 5000)
conn, kind = wait(7)
print("connected", kind)
ble.gattc_exchange_mtu(conn)
print("mtu", wait("mtu"))
ble.gattc_discover_services(conn, SERVICE)
print("services", wait(10)[1])
start, end = wait("service")
ble.gattc_discover_characteristics(conn, start, end)
print("characteristics", wait(12)[1])
command, data = seen[str(COMMAND)][0], seen[str(DATA)][0]
print("properties", seen[str(COMMAND)][1], seen[str(DATA)][1])
ble.gattc_discover_descriptors(conn, data, data + 1)
wait(14)
print("descriptors", seen["descriptors"])
ble.gattc_read(conn, data)
print("read", wait(16)[2], len(wait("value")))
ble.gattc_read(conn, command)
print("refused", wait(16)[2])
ble.gattc_write(conn, command, b"Phello", 1)  # never subscribed: it is sent all the same
print("written", wait(17)[1:] == (command, 0), wait("heard") == [(data, b"Phello")])
ble.gattc_write(conn, command, b"D", 0)
print("gone", wait(8)[0] == conn)
try:
    ble.gattc_read(conn, data)
except OSError as e:
    print("errno", e.errno)
ble.active(False)
print("done")
