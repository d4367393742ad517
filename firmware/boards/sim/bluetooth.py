"""MicroPython's `bluetooth` for the simulated board: the firmware's half of a NimBLE stack that lives in `ambula.sim`.

As on the ESP32, the IRQ handler runs to its end before the stack goes on, the memoryviews that it is given are valid
only inside it, and an exception in it is printed and takes the handler out of service until `irq` is called again.
Values are kept on this side (`gatt_values`); GATT, ATT and L2CAP are on the other side of two sockets (`radio_wire`).

For the simulator only: `attach` before the firmware starts, then `event_stream` and `dispatch` from the board's idle.
Handlers run inside `dispatch`, so between two of the firmware's calls to idle. With AMBULA_SIM_IRQ=eager in the
environment they also run at the end of each `gatts_notify`, `gatts_indicate`, `gatts_write` and `gap_advertise`: in the
middle of the firmware's work, as on a board, yet at the same places in every run. With AMBULA_SIM_IRQ=anywhere:SEED
they run between any two bytecodes: see `scattered_irqs`.

The central role is in `gatt_client`. Not emulated: a handler on a thread of its own,
pairing and bonding, L2CAP channels, connection parameter updates. `tests/integration/nimble` has what the real NimBLE
answers to each call, and where this one differs.
"""

import errno
import os
import struct
import sys

import gatt_client
import gatt_values
import radio_wire as wire
from micropython import const

FLAG_READ = const(0x02)
FLAG_WRITE_NO_RESPONSE = const(0x04)
FLAG_WRITE = const(0x08)
FLAG_NOTIFY = const(0x10)
FLAG_INDICATE = const(0x20)

_OP_ACTIVE = const(1)
_OP_CONFIG_GET = const(2)
_OP_CONFIG_SET = const(3)
_OP_ADVERTISE = const(4)
_OP_REGISTER = const(5)
_OP_NOTIFY = const(6)
_OP_INDICATE = const(7)
_OP_UPDATE = const(8)
_OP_DISCONNECT = const(9)

_IRQ_CENTRAL_CONNECT = const(1)
_IRQ_CENTRAL_DISCONNECT = const(2)
_IRQ_GATTS_WRITE = const(3)
_IRQ_GATTS_READ_REQUEST = const(4)
_IRQ_SCAN_RESULT = const(5)
_IRQ_SCAN_DONE = const(6)
_IRQ_GATTC_INDICATE = const(19)
_IRQ_GATTS_INDICATE_DONE = const(20)
_IRQ_MTU_EXCHANGED = const(21)
_IRQ_GET_SECRET = const(29)
_IRQ_SET_SECRET = const(30)

_ADVERTISING_DATA_MAX = const(31)
_LAST_IRQ = const(10)
_NO_CONN = const(0xFFFF)

_CALL_HEADER = const(3)
_NOTIFY_HEADER = const(7)
_CONFIG_KEYS = ("mac", "mtu", "gap_name", "addr_mode")

_ble = None
_in_handler = False
_eager = False
whole = None  # what keeps IRQs out of a call, where they come anywhere


class UUID(bytes):
    """A 16-bit (int) or 128-bit (str, or 2, 4 or 16 bytes, little-endian) UUID; ValueError for anything else."""

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
        h = bytes(reversed(bytes(self))).hex()
        if len(h) < 32:
            return "UUID(0x%s)" % h
        return "UUID('%s-%s-%s-%s-%s')" % (h[:8], h[8:12], h[12:16], h[16:20], h[20:])

    __str__ = __repr__  # else print() would take that of bytes


# ---- the simulator's side door


def attach(socket_path):
    """Connect this process to its virtual radio: once, before the firmware starts. OSError if nobody listens there."""
    global _eager
    wire.attach(socket_path)
    mode, _, seed = (os.getenv("AMBULA_SIM_IRQ") or "").partition(":")
    _eager = mode == "eager"
    if mode == "anywhere":
        import scattered_irqs

        scattered_irqs.scatter(sys.modules[__name__], int(seed or 1))


def event_stream():
    """The stream to watch with `select.poll` while idle, or None while the radio is off."""
    return wire.events if _ble is not None and _ble._on else None


def heard():
    """Return how many events this node has taken from its radio since power-up."""
    return wire.heard


def dispatch():
    """Run all IRQs that are pending, now; return how many. 0 inside a handler."""
    global _in_handler
    if _ble is None or _in_handler:
        return 0
    count = 0
    while _ble._on and _ble._updated:
        _tell(_ble._updated.pop(0))
    while _ble._on and wire.is_event_waiting():
        _in_handler = True
        try:
            _run_event()
        finally:
            _in_handler = False
        count += 1
    return count


def _tell(value_handle):
    """Tell who has subscribed: a value that was written twice before the stack had its turn goes out once."""
    struct.pack_into("<H", wire.tx, _CALL_HEADER, value_handle)
    if wire.call(_OP_UPDATE, wire.put(2, gatt_values.view(value_handle))):
        _handle(_IRQ_GATTS_READ_REQUEST, (_NO_CONN, value_handle))


def _run_event():
    size, seq, event, conn, arg = wire.read_event()
    result = 0
    value = b""
    if event == _IRQ_GATTS_WRITE:
        gatt_values.store(arg, wire.events, size)
        _handle(event, (conn, arg))
    else:
        room = min(size, len(wire.rx))
        wire.fill(wire.events, wire.rx_view, room)
        wire.discard(wire.events, size - room)
        if event == _IRQ_GATTS_READ_REQUEST:
            result = _handle(event, (conn, arg))
            result = result & 0xFF if isinstance(result, int) else 0
            value = gatt_values.view(arg) if _ble._on else value
        elif event == _IRQ_CENTRAL_CONNECT or event == _IRQ_CENTRAL_DISCONNECT:
            _handle(event, (conn, arg, wire.rx_view[:6]))
        elif event == _IRQ_GATTS_INDICATE_DONE:
            _handle(event, (conn, arg, wire.rx[0]))
        elif event == _IRQ_MTU_EXCHANGED:
            _handle(event, (conn, arg))
        elif _IRQ_SCAN_RESULT <= event <= _IRQ_GATTC_INDICATE:
            _handle(event, gatt_client.irq_data(event, conn, arg, room, UUID))
    if _ble._on:  # else the handler shut the window, and with it the stack that waited
        wire.done(seq, result, value)


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


class BLE:
    """The radio: one per node, however often it is constructed. See MicroPython's documentation for the methods."""

    def __new__(cls):
        global _ble
        if _ble is None:
            _ble = object.__new__(cls)
            _ble._on = False
            _ble._handler = None
            _ble._adv = _ble._resp = b""
            _ble._updated = []  # values that were written, and not yet told
        return _ble

    def __init__(self):
        pass

    def _check_on(self):
        if not self._on:
            raise OSError(errno.ENODEV)

    def active(self, *on):
        if on and (on[0] or self._on):
            wire.tx[_CALL_HEADER] = 1 if on[0] else 0
            size = wire.call(_OP_ACTIVE, 1)
            for at in range(0, size, _LAST_IRQ):  # the stack lets them in while it goes down
                event, conn, kind = struct.unpack_from("<BHB", wire.rx, at)
                _handle(event, () if event == _IRQ_SCAN_DONE else (conn, kind, bytes(wire.rx_view[at + 4 : at + 10])))
            if self._on:
                wire.forget_events()  # what the stack had sent before it went down is not for the next window
            self._on = bool(on[0])
            gatt_values.clear()
            self._adv = self._resp = b""
            self._updated.clear()
            if self._on:
                self._start_pairing()
        return self._on

    def _start_pairing(self):
        """Ask for the keys that a firmware may have kept, as NimBLE does when it starts, and offer a new one."""
        _handle(_IRQ_GET_SECRET, (2, 0, None))
        _handle(_IRQ_GET_SECRET, (10, 0, b"irk"))
        _handle(_IRQ_SET_SECRET, (10, b"irk", os.urandom(16)))

    def config(self, *key, **values):
        if key:
            if values or len(key) > 1:
                raise TypeError("one name to ask for, or names with values to set")
            return self._config_get(key[0])
        for name, value in values.items():
            if name not in _CONFIG_KEYS or name == "mac":
                raise ValueError("unknown config param")
            self._check_on()
            if name == "addr_mode":
                raw = bytes((value,))
            else:
                raw = struct.pack("<H", value) if name == "mtu" else gatt_values.as_bytes(value)
            wire.tx[_CALL_HEADER] = _CONFIG_KEYS.index(name)
            wire.call(_OP_CONFIG_SET, wire.put(1, raw))
        return None

    def _config_get(self, name):
        if name not in _CONFIG_KEYS or name == "addr_mode":
            raise ValueError("unknown config param")
        if name != "gap_name":  # which a radio keeps while it is off
            self._check_on()
        wire.tx[_CALL_HEADER] = _CONFIG_KEYS.index(name)
        size = wire.call(_OP_CONFIG_GET, 1)
        if name == "mac":
            return (wire.rx[0], bytes(wire.rx_view[1:7]))
        if name == "mtu":
            return wire.rx[0] | wire.rx[1] << 8
        return bytes(wire.rx_view[:size])

    def irq(self, handler):
        if handler is not None and not callable(handler):
            raise ValueError("invalid handler")
        self._handler = handler

    def gap_advertise(self, interval_us=500000, adv_data=None, *, resp_data=None, connectable=True):
        if interval_us is None and not self._on:
            return
        self._check_on()
        refused = None
        if adv_data is not None and len(adv_data) > _ADVERTISING_DATA_MAX:
            refused = OSError(-18)  # NimBLE's own number, which MicroPython has no other for
        elif resp_data is not None and len(resp_data) > _ADVERTISING_DATA_MAX:
            refused = OSError(errno.EINVAL)
        if interval_us is None or refused:
            struct.pack_into("<BIBB", wire.tx, _CALL_HEADER, 0, 0, 0, 0)
            wire.call(_OP_ADVERTISE, 7)
            if refused:
                raise refused
            return
        if adv_data is not None:
            self._adv = bytes(gatt_values.as_bytes(adv_data))
        if resp_data is not None:
            self._resp = bytes(gatt_values.as_bytes(resp_data))
        struct.pack_into("<BIBB", wire.tx, _CALL_HEADER, 1, interval_us, connectable, len(self._adv))
        wire.call(_OP_ADVERTISE, wire.put(wire.put(7, self._adv), self._resp))
        if _eager:
            dispatch()

    def gap_disconnect(self, conn_handle):
        self._check_on()
        struct.pack_into("<H", wire.tx, _CALL_HEADER, conn_handle)
        try:
            wire.call(_OP_DISCONNECT, 2)
        except OSError as e:
            if e.errno == errno.ENOTCONN:
                return False
            raise e
        return True

    def gatts_register_services(self, services_definition):
        self._check_on()
        size, shape = gatt_values.put_table(services_definition)
        size = wire.call(_OP_REGISTER, size)
        return gatt_values.create(struct.unpack_from("<%dH" % (size // 2), wire.rx), shape)

    def gatts_read(self, value_handle):
        return gatt_values.read(value_handle)

    def gatts_write(self, value_handle, data, send_update=False):
        self._check_on()
        data = gatt_values.as_bytes(data)
        gatt_values.write(value_handle, data)
        if send_update and value_handle not in self._updated:
            self._updated.append(value_handle)
        if _eager:
            dispatch()
        return len(data)

    def gatts_set_buffer(self, value_handle, len, append=False):
        self._check_on()
        gatt_values.set_buffer(value_handle, len, append)

    def gatts_notify(self, conn_handle, value_handle, data=None):
        self._send(_OP_NOTIFY, conn_handle, value_handle, data)

    def gatts_indicate(self, conn_handle, value_handle, data=None):
        self._send(_OP_INDICATE, conn_handle, value_handle, data)

    def _send(self, op, conn_handle, value_handle, data):
        self._check_on()
        if data is None:
            if not gatt_values.has(value_handle):
                raise OSError(-9)  # NimBLE's own number
            _handle(_IRQ_GATTS_READ_REQUEST, (_NO_CONN, value_handle))
            data = gatt_values.view(value_handle)
        data = gatt_values.as_bytes(data)
        struct.pack_into("<HH", wire.tx, _CALL_HEADER, conn_handle, value_handle)
        end = min(_NOTIFY_HEADER + len(data), len(wire.tx))  # longer than any MTU: it would be cut there anyway
        room = end - _NOTIFY_HEADER
        wire.tx_view[_NOTIFY_HEADER:end] = data if room == len(data) else data[:room]
        wire.call(op, end - _CALL_HEADER)
        if _eager:
            dispatch()

    def __getattr__(self, name):
        """The central role, and what is not emulated."""
        self._check_on()
        call = getattr(gatt_client, name)
        return whole(call) if whole else call
