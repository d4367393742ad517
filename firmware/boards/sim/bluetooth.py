"""MicroPython's `bluetooth` for the simulated board: the firmware's half of a NimBLE stack that lives in `ambula.sim`.

As on the ESP32, the IRQ handler runs to its end before the stack goes on, the memoryviews that it is given are valid
only inside it, and an exception in it is printed and takes the handler out of service until `irq` is called again.
Attribute values are kept here; GATT, ATT and L2CAP are on the other side of two unix sockets that stay open for the
life of the process. Their frames are written down in `ambula.sim.wire`.

For the simulator only: `attach` before the firmware starts, then `event_stream` and `dispatch` from the board's idle.
Handlers run inside `dispatch`, so between two of the firmware's calls to idle.

Not emulated: IRQs between bytecodes (on a board one may strike anywhere), a handler on a thread of its own, the central
role, pairing and bonding, L2CAP channels, connection parameter updates, the exact error number of every misuse.
"""

import errno
import select
import socket
import struct
import sys

from micropython import const

FLAG_READ = const(0x02)
FLAG_WRITE_NO_RESPONSE = const(0x04)
FLAG_WRITE = const(0x08)
FLAG_NOTIFY = const(0x10)
FLAG_INDICATE = const(0x20)

_OP_HELLO = const(0)
_OP_ACTIVE = const(1)
_OP_CONFIG_GET = const(2)
_OP_CONFIG_SET = const(3)
_OP_ADVERTISE = const(4)
_OP_REGISTER = const(5)
_OP_NOTIFY = const(6)
_OP_INDICATE = const(7)
_OP_UPDATE = const(8)
_OP_DISCONNECT = const(9)

_CALL_HEADER = const(3)
_EVENT_HEADER = const(8)
_NOTIFY_HEADER = const(7)

_EV_WAKE = const(0)
_IRQ_CENTRAL_CONNECT = const(1)
_IRQ_CENTRAL_DISCONNECT = const(2)
_IRQ_GATTS_WRITE = const(3)
_IRQ_GATTS_READ_REQUEST = const(4)
_IRQ_GATTS_INDICATE_DONE = const(20)
_IRQ_MTU_EXCHANGED = const(21)

_DEFAULT_VALUE_SIZE = const(20)
_SUN_PATH_MAX = const(103)
_CONFIG_KEYS = ("mac", "mtu", "gap_name")

# The columns of an attribute in the table of values.
_BUFFER = const(0)
_SIZE = const(1)
_APPEND = const(2)

_calls = None  # socket: a question, its answer
_events = None  # socket: an IRQ, "the handler is done"
_waiting = select.poll()
_tx = bytearray(544)  # the largest notification, or the largest table of services
_tx_view = memoryview(_tx)
_rx = bytearray(128)
_rx_view = memoryview(_rx)
_head = bytearray(_EVENT_HEADER)
_values = {}  # value handle -> [buffer, size, append]
_in_handler = False


class UUID(bytes):
    """A 16-bit (int) or 128-bit (str, or 2 or 16 bytes, little-endian) UUID; ValueError for anything else."""

    def __init__(self, value):
        if isinstance(value, int):
            if not 0 <= value <= 0xFFFF:
                raise ValueError("invalid UUID")
            raw = struct.pack("<H", value)
        elif isinstance(value, str):
            raw = bytes(reversed(bytes.fromhex(value.replace("-", ""))))
            if len(raw) != 16:
                raise ValueError("invalid UUID")
        else:
            raw = bytes(value)
            if len(raw) not in (2, 4, 16):
                raise ValueError("invalid UUID")
        super().__init__(raw)

    def __hash__(self):
        return hash(bytes(self))

    def __len__(self):
        return len(bytes(self))

    def __repr__(self):
        raw = bytes(reversed(bytes(self)))
        if len(raw) < 16:
            return "UUID(0x%s)" % raw.hex()
        h = raw.hex()
        return "UUID('%s-%s-%s-%s-%s')" % (h[:8], h[8:12], h[12:16], h[16:20], h[20:])


# ---- the simulator's side door


def attach(socket_path):
    """Connect this process to its virtual radio: once, before the firmware starts. OSError if nobody listens there."""
    global _calls, _events
    if _calls is not None:
        raise OSError(errno.EALREADY)
    calls = _connect(socket_path, b"C")
    _events = _connect(socket_path, b"E")
    _calls = calls
    _waiting.register(_events, select.POLLIN)


def event_stream():
    """The stream to watch with `select.poll` while idle, or None while the radio is off."""
    return _events if _ble is not None and _ble._on else None


def dispatch():
    """Run all IRQs that are pending, now; return how many. 0 inside a handler."""
    global _in_handler
    if _ble is None or _in_handler:
        return 0
    count = 0
    while _ble._on and _is_waiting():
        _in_handler = True
        try:
            _run_event()
        finally:
            _in_handler = False
        count += 1
    return count


# ---- frames


def _connect(path, kind):
    raw = path.encode()
    if len(raw) > _SUN_PATH_MAX:
        raise ValueError("socket path too long")
    # This port wants the C structure sockaddr_un; on Darwin that starts with its own length.
    family = bytes((len(raw) + 2, socket.AF_UNIX)) if sys.platform == "darwin" else struct.pack("H", socket.AF_UNIX)
    stream = socket.socket(socket.AF_UNIX)
    stream.connect(family + raw)
    stream.write(struct.pack("<HB", 1, _OP_HELLO) + kind)
    return stream


def _fill(stream, view, size):
    """Read exactly `size` bytes; without its radio a simulated node has nothing left to do."""
    if size and stream.readinto(view, size) != size:
        raise SystemExit("the virtual radio is gone")


def _discard(stream, size):
    while size > 0:
        part = min(size, len(_rx))
        _fill(stream, _rx_view, part)
        size -= part


def _call(op, size=0):
    """Ask with the `size` bytes that stand in `_tx` behind the header; return the size of the answer in `_rx`."""
    if _calls is None:
        raise OSError(errno.ENODEV)
    _tx[0] = size & 0xFF
    _tx[1] = size >> 8
    _tx[2] = op
    _calls.write(_tx_view, _CALL_HEADER + size)
    _fill(_calls, _rx_view, _CALL_HEADER)
    size = _rx[0] | _rx[1] << 8
    status = _rx[2]
    _fill(_calls, _rx_view, size)
    if status:
        raise OSError(status)
    return size


def _put(offset, data):
    """Copy `data` into `_tx` at `offset` behind the header; return the offset behind it. ValueError if there is no room."""
    start = _CALL_HEADER + offset
    end = start + len(data)
    if end > len(_tx):
        raise ValueError("too long")
    _tx_view[start:end] = data
    return offset + len(data)


def _is_waiting():
    for _ in _waiting.ipoll(0):
        return True
    return False


def _answer(seq, result, value):
    n = len(value)
    head = struct.pack("<HBB", n, seq, result)
    _events.write(head)
    if n:
        _events.write(value)


# ---- events


def _run_event():
    _fill(_events, _head, _EVENT_HEADER)
    size, seq, event, conn, arg = struct.unpack("<HBBHH", _head)
    result = 0
    value = b""
    if event == _IRQ_GATTS_WRITE:
        _store(arg, size)
        _handle(event, (conn, arg))
    else:
        _fill(_events, _rx_view, min(size, len(_rx)))
        if event == _IRQ_GATTS_READ_REQUEST:
            result = _handle(event, (conn, arg))
            result = result & 0xFF if isinstance(result, int) else 0
            attribute = _values.get(arg)
            if attribute is not None:
                value = memoryview(attribute[_BUFFER])[: attribute[_SIZE]]
        elif event in (_IRQ_CENTRAL_CONNECT, _IRQ_CENTRAL_DISCONNECT):
            _handle(event, (conn, arg, _rx_view[:6]))
        elif event == _IRQ_GATTS_INDICATE_DONE:
            _handle(event, (conn, arg, _rx[0]))
        elif event == _IRQ_MTU_EXCHANGED:
            _handle(event, (conn, arg))
    if _ble._on:
        _answer(seq, result, value)


def _store(handle, size):
    """Take a written value off the stream; what exceeds the attribute's buffer is cut off, as NimBLE's glue does."""
    attribute = _values.get(handle)
    taken = 0
    if attribute is not None:
        start = attribute[_SIZE] if attribute[_APPEND] else 0
        taken = min(size, len(attribute[_BUFFER]) - start)
        _fill(_events, memoryview(attribute[_BUFFER])[start : start + taken], taken)
        attribute[_SIZE] = start + taken
    _discard(_events, size - taken)


def _handle(event, data):
    handler = _ble._handler
    if handler is None:
        return None
    try:
        return handler(event, data)
    except Exception as e:
        _ble._handler = None
        sys.stderr.write("Unhandled exception in IRQ callback handler\n")
        sys.print_exception(e, sys.stderr)
        return None


def _as_bytes(data):
    return data.encode() if isinstance(data, str) else data


def _absent(*args, **kwargs):
    raise OSError(errno.EOPNOTSUPP, "not emulated on the simulated board")


class BLE:
    """The radio: one per node, however often it is constructed."""

    def __new__(cls):
        global _ble
        if _ble is None:
            _ble = object.__new__(cls)
            _ble._on = False
            _ble._handler = None
            _ble._adv = b""
            _ble._resp = b""
        return _ble

    def __init__(self):
        pass

    def _check_on(self):
        if not self._on:
            raise OSError(errno.ENODEV)

    def active(self, *on):
        if on and bool(on[0]) != self._on:
            _tx[_CALL_HEADER] = 1 if on[0] else 0
            _call(_OP_ACTIVE, 1)
            self._on = bool(on[0])
            _values.clear()
            if not self._on:
                self._adv = self._resp = b""
                self._forget_events()
        return self._on

    def _forget_events(self):
        # What the stack had sent before it went down is in the socket by now: nobody is to see it in the next window.
        while _is_waiting():
            _fill(_events, _head, _EVENT_HEADER)
            _discard(_events, _head[0] | _head[1] << 8)

    def config(self, *key, **values):
        self._check_on()
        if key:
            if values or len(key) > 1:
                raise TypeError("can't specify 0 or >1 pos args with kw args")
            return self._config_get(key[0])
        for name, value in values.items():
            if name not in _CONFIG_KEYS or name == "mac":
                raise ValueError("unknown config param")
            raw = struct.pack("<H", value) if name == "mtu" else _as_bytes(value)
            _tx[_CALL_HEADER] = _CONFIG_KEYS.index(name)
            _call(_OP_CONFIG_SET, _put(1, raw))
        return None

    def _config_get(self, name):
        if name not in _CONFIG_KEYS:
            raise ValueError("unknown config param")
        _tx[_CALL_HEADER] = _CONFIG_KEYS.index(name)
        size = _call(_OP_CONFIG_GET, 1)
        if name == "mac":
            return (_rx[0], bytes(_rx_view[1:7]))
        if name == "mtu":
            return _rx[0] | _rx[1] << 8
        return bytes(_rx_view[:size])

    def irq(self, handler):
        if handler is not None and not callable(handler):
            raise ValueError("invalid handler")
        self._handler = handler

    def gap_advertise(self, interval_us=500000, adv_data=None, *, resp_data=None, connectable=True):
        self._check_on()
        if adv_data is not None:
            self._adv = bytes(_as_bytes(adv_data))
        if resp_data is not None:
            self._resp = bytes(_as_bytes(resp_data))
        go = interval_us is not None
        struct.pack_into("<BIBB", _tx, _CALL_HEADER, go, interval_us or 0, connectable, len(self._adv) if go else 0)
        _call(_OP_ADVERTISE, _put(_put(7, self._adv), self._resp) if go else 7)

    def gap_disconnect(self, conn_handle):
        self._check_on()
        struct.pack_into("<H", _tx, _CALL_HEADER, conn_handle)
        try:
            _call(_OP_DISCONNECT, 2)
        except OSError as e:
            if e.errno == errno.ENOTCONN:
                return False
            raise
        return True

    def gatts_register_services(self, services_definition):
        self._check_on()
        size = _put(0, bytes((len(services_definition),)))
        shape = []
        for uuid, characteristics in services_definition:
            size = _put(_put(size, bytes((len(uuid), len(characteristics)))), bytes(uuid))
            count = 0
            for characteristic in characteristics:
                descriptors = characteristic[2] if len(characteristic) > 2 else ()
                uuid, flags = characteristic[0], characteristic[1]
                size = _put(_put(size, struct.pack("<BHB", len(uuid), flags, len(descriptors))), bytes(uuid))
                for uuid, flags in descriptors:
                    size = _put(_put(size, struct.pack("<BH", len(uuid), flags)), bytes(uuid))
                count += 1 + len(descriptors)
            shape.append(count)
        size = _call(_OP_REGISTER, size)
        _values.clear()
        handles = struct.unpack_from("<%dH" % (size // 2), _rx)
        for handle in handles:
            _values[handle] = [bytearray(_DEFAULT_VALUE_SIZE), 0, False]
        result, start = [], 0
        for count in shape:
            result.append(handles[start : start + count])
            start += count
        return tuple(result)

    def _value(self, handle):
        self._check_on()
        attribute = _values.get(handle)
        if attribute is None:
            raise OSError(errno.EINVAL)
        return attribute

    def gatts_read(self, value_handle):
        attribute = self._value(value_handle)
        data = bytes(memoryview(attribute[_BUFFER])[: attribute[_SIZE]])
        if attribute[_APPEND]:
            attribute[_SIZE] = 0
        return data

    def gatts_write(self, value_handle, data, send_update=False):
        attribute = self._value(value_handle)
        data = _as_bytes(data)
        size = len(data)
        if size > len(attribute[_BUFFER]):
            attribute[_BUFFER] = bytearray(size)
        memoryview(attribute[_BUFFER])[:size] = data
        attribute[_SIZE] = size
        if send_update:
            struct.pack_into("<H", _tx, _CALL_HEADER, value_handle)
            _call(_OP_UPDATE, _put(2, data))
        return size

    def gatts_set_buffer(self, value_handle, len, append=False):
        attribute = self._value(value_handle)
        attribute[_BUFFER] = bytearray(len)
        attribute[_SIZE] = 0
        attribute[_APPEND] = bool(append)

    def gatts_notify(self, conn_handle, value_handle, data=None):
        self._send(_OP_NOTIFY, conn_handle, value_handle, data)

    def gatts_indicate(self, conn_handle, value_handle, data=None):
        self._send(_OP_INDICATE, conn_handle, value_handle, data)

    def _send(self, op, conn_handle, value_handle, data):
        attribute = self._value(value_handle)
        if data is None:
            data = memoryview(attribute[_BUFFER])[: attribute[_SIZE]]
        else:
            data = _as_bytes(data)
        struct.pack_into("<HH", _tx, _CALL_HEADER, conn_handle, value_handle)
        size = min(len(data), len(_tx) - _NOTIFY_HEADER)
        _tx_view[_NOTIFY_HEADER : _NOTIFY_HEADER + size] = data if size == len(data) else data[:size]
        _call(op, size + _NOTIFY_HEADER - _CALL_HEADER)

    gap_scan = gap_connect = gap_pair = gap_passkey = _absent
    gattc_discover_services = gattc_discover_characteristics = gattc_discover_descriptors = _absent
    gattc_read = gattc_write = gattc_exchange_mtu = _absent
    l2cap_listen = l2cap_connect = l2cap_disconnect = l2cap_send = l2cap_recvinto = _absent


_ble = None
