"""The central role of the simulated board's `bluetooth`: scan, connect, and what a GATT client asks of another node.

Its functions are the methods that `BLE` is asked for. As in
MicroPython, each call only starts something; IRQs tell what came of it. See `ambula.sim.nimble_central` for the other
side.
"""

import errno
import struct

import gatt_values
import radio_wire as wire
from micropython import const

_OP_SCAN = const(10)
_OP_CONNECT = const(11)
_OP_EXCHANGE_MTU = const(12)
_OP_DISCOVER_SERVICES = const(13)
_OP_DISCOVER_CHARACTERISTICS = const(14)
_OP_DISCOVER_DESCRIPTORS = const(15)
_OP_READ = const(16)
_OP_WRITE = const(17)

_IRQ_SCAN_RESULT = const(5)
_IRQ_SCAN_DONE = const(6)
_IRQ_PERIPHERAL_DISCONNECT = const(8)
_IRQ_GATTC_SERVICE_RESULT = const(9)
_IRQ_GATTC_SERVICE_DONE = const(10)
_IRQ_GATTC_CHARACTERISTIC_RESULT = const(11)
_IRQ_GATTC_CHARACTERISTIC_DONE = const(12)
_IRQ_GATTC_DESCRIPTOR_RESULT = const(13)
_IRQ_GATTC_DESCRIPTOR_DONE = const(14)
_IRQ_GATTC_READ_DONE = const(16)
_IRQ_GATTC_WRITE_DONE = const(17)


def gap_scan(duration_ms, interval_us=1280000, window_us=11250, active=False):
    """Do what `BLE.gap_scan` does."""
    go = duration_ms is not None
    _call(_OP_SCAN, "<BIIIB", go, duration_ms or 0, interval_us, window_us, active)


def gap_connect(addr_type, addr=b"", scan_duration_ms=2000, min_us=None, max_us=None):
    """Do what `BLE.gap_connect` does."""
    go = addr_type is not None
    _call(_OP_CONNECT, "<BB6sIII", go, addr_type or 0, bytes(addr), scan_duration_ms, min_us or 0, max_us or 0)


def gattc_exchange_mtu(conn):
    """Do what `BLE.gattc_exchange_mtu` does."""
    _call(_OP_EXCHANGE_MTU, "<H", conn)


def gattc_discover_services(conn, uuid=None):
    """Do what `BLE.gattc_discover_services` does."""
    _call_with(_OP_DISCOVER_SERVICES, b"" if uuid is None else bytes(uuid), "<H", conn)


def gattc_discover_characteristics(conn, start, end, uuid=None):
    """Do what `BLE.gattc_discover_characteristics` does."""
    _call_with(_OP_DISCOVER_CHARACTERISTICS, b"" if uuid is None else bytes(uuid), "<HHH", conn, start, end)


def gattc_discover_descriptors(conn, start, end):
    """Do what `BLE.gattc_discover_descriptors` does."""
    _call(_OP_DISCOVER_DESCRIPTORS, "<HHH", conn, start, end)


def gattc_read(conn, handle):
    """Do what `BLE.gattc_read` does."""
    _call(_OP_READ, "<HH", conn, handle)


def gattc_write(conn, handle, data, mode=0):
    """Do what `BLE.gattc_write` does."""
    _call_with(_OP_WRITE, gatt_values.as_bytes(data), "<HHB", conn, handle, mode)


def _absent(*args, **kwargs):
    raise OSError(errno.EOPNOTSUPP, "not emulated on the simulated board")


gap_pair = gap_passkey = _absent
l2cap_listen = l2cap_connect = l2cap_disconnect = l2cap_send = l2cap_recvinto = _absent


def _call(op, layout, *fields):
    _call_with(op, b"", layout, *fields)


def _call_with(op, data, layout, *fields):
    struct.pack_into(layout, wire.tx, wire.CALL_HEADER, *fields)
    wire.call(op, wire.put(struct.calcsize(layout), data))


def irq_data(event, conn, arg, size, uuid):
    """Return what the IRQ handler of a central's `event` is given; `uuid` makes a UUID. The value stands in `rx`."""
    value = wire.rx_view
    if event == _IRQ_SCAN_RESULT:
        rssi = value[6] - 256 if value[6] > 127 else value[6]
        return (conn, value[:6], arg, rssi, value[7:size])
    if event == _IRQ_SCAN_DONE:
        return ()
    if event <= _IRQ_PERIPHERAL_DISCONNECT:
        return (conn, arg, value[:6])
    if event == _IRQ_GATTC_SERVICE_RESULT:
        return (conn, arg, value[0] | value[1] << 8, uuid(value[2:size]))
    if event == _IRQ_GATTC_CHARACTERISTIC_RESULT:
        return (conn, value[0] | value[1] << 8, arg, value[2], uuid(value[3:size]))
    if event == _IRQ_GATTC_DESCRIPTOR_RESULT:
        return (conn, arg, uuid(value[:size]))
    if event in (_IRQ_GATTC_SERVICE_DONE, _IRQ_GATTC_CHARACTERISTIC_DONE, _IRQ_GATTC_DESCRIPTOR_DONE):
        return (conn, arg)
    if event in (_IRQ_GATTC_READ_DONE, _IRQ_GATTC_WRITE_DONE):
        return (conn, arg, value[0] | value[1] << 8)
    return (conn, arg, value[:size])  # what was read, notified or indicated
