"""The radio side of a node: opens and shuts the window, answers its owner, streams the log. SPEC.md, "GATT service".

Who cannot prove the key within five seconds of connecting is sent away, and learns nothing.

IRQ handlers only take notes; all work is done in `poll`, so that a slow flash never holds up the radio stack. A handler
may run between any two bytecodes of what is below, so `_conn` is read once for all that is done with it. The stack
never calls one again that has raised: it lets no exception out, and allocates nothing but what was written.
"""

import errno
import struct

import bluetooth

from node import answers, commands, greeting
from nodecore import protocol
from nodecore.compat import const

_IRQ_CENTRAL_CONNECT = const(1)
_IRQ_CENTRAL_DISCONNECT = const(2)
_IRQ_GATTS_WRITE = const(3)
_IRQ_MTU_EXCHANGED = const(21)

_RANDOM_ADDRESS = const(1)
_ADVERTISE_US = const(152500)  # one of the intervals that phones' and laptops' scanners are tuned to
_PREFERRED_MTU = const(247)  # a full notification is one link-layer packet of 251 bytes
_DEFAULT_MTU = const(23)
_ATT_HEADER = const(3)
_FRAMES_A_POLL = const(16)
_MAX_FRAME = const(_PREFERRED_MTU - _ATT_HEADER)
_ARGUMENTS = const(8)  # bytes of those commands that have any: two u32 or one u64
_QUEUE = const(4)  # commands that may wait; a laptop waits for each reply, so more is misuse
_STRANGER_MS = const(5000)  # to prove the key in
_PEER_IDLE_MS = const(2000)  # how long the other node may keep a window open by a command
_PHONE_MS = const(60000)  # who proves nothing may stay so long in a window, where the standard services are on
_AFTER_PHONE_MS = const(2000)  # then the window is open for its owner for so long at least
_MAX_BACK_OFF = const(3)  # strangers in window after window make the next ones rarer, eight times at most


class GattServer:
    """One GATT server with one laptop, or the wearer's other node, at a time.

    `app` is the node's program, `session` knows the owner. `now_ms` counts up. `phone` is the module `node.phone` where
    the standard services are wanted, else None. `back_off`: each time it grows by one,
    windows that open by themselves should come half as often, because the last ones served only strangers.
    """

    def __init__(self, app, session, now_ms, idle_ms, phone=None):
        self._app = app
        self._session = session
        self._now_ms = now_ms
        self._idle_ms = idle_ms
        self._ble = bluetooth.BLE()
        self._commands = []
        self._heard = self._taken = 0  # how many came and went since the start ...
        self._valid_from = 0  # ... of which the first so many are of who has left
        self._frame = bytearray(_MAX_FRAME)
        self._frame_view = memoryview(self._frame)
        self._frame_size = 0  # a frame that the stack had no room for yet
        self._reply = None
        self._reading = False  # the log is on its way: from _read_at to _read_end, as command _read_tag asked
        self._read_at = self._read_end = self._read_tag = 0
        self._conn = None
        self._mtu = _DEFAULT_MTU
        self._shut_at_ms = 0
        self._stranger_until_ms = self._phone_until_ms = 0
        self._phone = phone
        self._h_measurement = 0
        self._had_stranger = self._had_owner = False
        self._stale = False  # the peer has changed since the last poll
        self._reopen = False
        self.active = False
        self.windows = 0
        self.back_off = 0

    @property
    def connected(self):
        """Whether a laptop is connected."""
        return self._conn is not None

    def open(self, ms):
        """Advertise for `ms`; an open window is only ever made longer. Raises OSError if the radio fails."""
        until = self._now_ms() + ms
        if not self.active:
            self._start()
            self._shut_at_ms = until
        else:
            self._shut_at_ms = max(self._shut_at_ms, until)
            self._phone_until_ms = 0  # who taps while a phone is there wants it gone
            self._stranger_until_ms = min(self._stranger_until_ms, self._now_ms() + _STRANGER_MS)

    def left_ms(self):
        """Return for how long the window would stay open."""
        return max(0, self._shut_at_ms - self._now_ms())

    def shut(self):
        """Send a laptop away, stop advertising and switch the radio off, whatever of it fails."""
        conn = self._conn
        if conn is not None:
            try:
                self._ble.gap_disconnect(conn)
            except OSError:
                pass  # it is under way already
        self._ble.active(False)  # on the esp32 the IRQs of links that end come in here
        self._ble.irq(None)  # pyright: ignore[reportArgumentType]  the stub knows handlers only
        self.active = False
        self._conn = None
        self._valid_from = self._heard
        self._end_session()
        self._reopen = False
        only_strangers = self._had_stranger and not self._had_owner
        self.back_off = min(self.back_off + 1, _MAX_BACK_OFF) if only_strangers else 0
        self._had_stranger = self._had_owner = False

    def poll(self):
        """Do what the radio asked for since the last call: commands, replies, log frames, the end of the window."""
        if not self.active:
            return
        if self._stale:
            self._end_session()
        if self._commands and self._reply is None:
            self._execute(self._take())
        try:
            self._send()
        except OSError:  # the laptop left between the check and the call; the IRQ reports that
            self._end_session()
        if self._reopen and self._conn is None:
            self._reopen = False
            self._ble.irq(self._irq)  # a stack that had dropped it, for whatever reason, has it again
            self._advertise()
        now_ms = self._now_ms()
        if self._conn is not None and not self._session.is_open:
            if now_ms >= self._stranger_until_ms and now_ms >= self._shut_at_ms:
                self.shut()  # sending away may take until the other side is missed
            elif now_ms >= self._stranger_until_ms:
                self._send_away()
            elif now_ms < self._phone_until_ms:
                self._shut_at_ms = max(self._shut_at_ms, now_ms + _AFTER_PHONE_MS)
        elif now_ms >= self._shut_at_ms:
            self.shut()

    def tell_phone(self, rec):
        """Tell a phone that has subscribed to it the cadence of a new record; nothing where that is not wanted."""
        if self._phone and self._conn is not None:
            try:
                self._phone.tell(self._ble, self._h_measurement, rec)
            except OSError:
                pass  # it left a moment ago, or the stack is full: the next epoch has news again

    # ---- radio stack

    def _start(self):
        ble = self._ble
        session = self._session
        ble.irq(self._irq)
        ble.active(True)
        ble.config(addr_mode=_RANDOM_ADDRESS)  # a new one each time, so that the node cannot be tracked by it
        ble.config(mtu=_PREFERRED_MTU, gap_name="Ambula")
        phone = self._phone
        services = (_service(),) + (phone.services() if phone else ())
        handles = ble.gatts_register_services(services)
        self._h_public, self._h_control, self._h_data = handles[0]
        if phone:
            self._h_measurement = phone.start(ble, handles[1:], self._app)
        ble.gatts_set_buffer(self._h_control, protocol.MAX_COMMAND)
        ble.gatts_write(self._h_public, protocol.pack_public(session.has_key))
        self._hint = greeting.hint(session)
        self._response = protocol.peer_data(greeting.peer_hint(session)) if session.serves_peer else b""
        if phone:
            self._response = phone.FOUND_BY + self._response
        self.active = True
        self.windows += 1
        self._advertise()

    def _advertise(self):
        self._ble.gap_advertise(_ADVERTISE_US, protocol.advertising_data(self._hint), resp_data=self._response)

    def _send_away(self):
        conn = self._conn
        try:
            if conn is not None and self._ble.gap_disconnect(conn) is False:
                self._peer_changed(None)  # gone, and the stack did not say so
                self._reopen = True
        except OSError:
            pass  # it is under way already
        self._stranger_until_ms = self._now_ms() + _STRANGER_MS  # not again before the stack has done it

    def _irq(self, event, data):
        if event == _IRQ_CENTRAL_CONNECT:
            self._peer_changed(data[0])
            now_ms = self._now_ms()
            if self._phone and not self._had_stranger:
                self._phone_until_ms = now_ms + _PHONE_MS
            self._had_stranger = True
            self._stranger_until_ms = max(now_ms + _STRANGER_MS, self._phone_until_ms)
        elif event == _IRQ_CENTRAL_DISCONNECT:
            self._peer_changed(None)
            self._reopen = True
        elif event == _IRQ_GATTS_WRITE:
            if data[1] == self._h_control and self._heard - max(self._taken, self._valid_from) < _QUEUE:
                try:
                    self._commands.append(bytes(self._ble.gatts_read(self._h_control)))
                    self._heard += 1
                except MemoryError:
                    pass  # the laptop hears nothing, and tries again
        elif event == _IRQ_MTU_EXCHANGED:
            self._mtu = min(data[1], _PREFERRED_MTU)

    def _peer_changed(self, conn):
        """Note it; the session may be in use by what was interrupted, so `poll` ends it before anything else."""
        self._conn = conn
        self._mtu = _DEFAULT_MTU
        self._valid_from = self._heard
        self._stale = True

    def _end_session(self):
        """End all that belonged to the peer before."""
        self._stale = False
        while self._taken < self._valid_from:
            self._take()
        self._reply = None
        self._reading = False
        self._frame_size = 0
        self._session.end()

    # ---- commands

    def _take(self):
        """Take the first command off the queue; an IRQ before, in or after it counts right."""
        command = self._commands.pop(0)
        self._taken += 1
        return command

    def _execute(self, message):
        """Answer a message; what is not from who opened the session, or was heard before, changes nothing."""
        session = self._session
        if not session.is_open:
            if len(message) >= protocol.COMMAND_HEADER:
                status, payload = self._meet(message)
                self._reply = bytes((message[0] | protocol.REPLY, message[1], status)) + payload
            return
        command = session.open(protocol.COMMANDS, message)
        if command is None or len(command) < protocol.COMMAND_HEADER:
            return
        self._stay_open()
        op = command[0]
        if session.is_peer and op not in _PEER_MAY:
            status, payload = protocol.DENIED, b""
        elif op in _WITH_ARGUMENTS and len(command) != protocol.COMMAND_HEADER + _ARGUMENTS:
            status, payload = protocol.BAD_ARGUMENT, b""
        else:
            try:
                status, payload = self._answer(op, command)
            except ValueError:
                log = self._app.log
                status, payload = protocol.OUT_OF_RANGE, struct.pack("<II", log.first, log.end)
        if status is not None:
            self._queue_reply(bytes((op | protocol.REPLY, command[1], status)) + payload)

    def _meet(self, message):
        """Take a stranger's message, which may make it the owner."""
        answer = greeting.answer(self._session, message)
        if self._session.is_open:
            self._had_owner = True
            self._stay_open()
        return answer

    def _stay_open(self):
        """Keep the window open for who opened the session; the other node gets no more than it needs."""
        now_ms = self._now_ms()
        if not self._session.is_peer:
            self._shut_at_ms = now_ms + self._idle_ms
        elif self._shut_at_ms < now_ms + _PEER_IDLE_MS:
            self._shut_at_ms = now_ms + _PEER_IDLE_MS

    def _queue_reply(self, reply):
        sealed = bytearray(protocol.SEAL_HEADER + len(reply) + protocol.SEAL_TAG)
        sealed[protocol.SEAL_HEADER : protocol.SEAL_HEADER + len(reply)] = reply
        self._session.seal(protocol.REPLIES, sealed, len(reply))
        self._reply = sealed

    def _answer(self, op, command):
        """Return (status, result) of a command; no status: the answer follows what was asked for."""
        if op == protocol.TIME_GET:
            return protocol.OK, struct.pack("<Q", self._app.clock.utc_ms())
        if op == protocol.READ:
            self._read_at, self._read_end = self._app.log.span(command, protocol.COMMAND_HEADER)
            self._read_tag = command[1]
            self._reading = True
            return None, b""
        if op == protocol.CANCEL:
            self._reading = False  # a frame that is sealed already still goes out: its counter is spent
            return protocol.OK, b""
        return (answers if op in _QUESTIONS else commands).answer(self._app, self._session, command)

    # ---- sending

    def _send(self):
        """Send what waits, as long as the stack takes it."""
        for _ in range(_FRAMES_A_POLL):
            conn = self._conn
            if conn is None:
                return
            if self._reply is not None:
                if not self._notify(conn, self._h_control, self._reply):
                    return
                self._reply = None
            elif self._frame_size or self._reading:
                if not self._frame_size and not self._next_frame():
                    continue
                if not self._notify(conn, self._h_data, self._frame_view[: self._frame_size]):
                    return
                self._frame_size = 0
                self._stay_open()
            else:
                return

    def _next_frame(self):
        """Build the next data frame; at the end of the range queue the reply instead and return False."""
        offset = self._read_at
        room = min(self._mtu - _ATT_HEADER - protocol.SEAL_HEADER - protocol.SEAL_TAG, self._read_end - offset)
        n = 0
        if room > 0:
            try:
                n = self._app.log.read_into(
                    offset, self._frame_view[protocol.SEAL_HEADER : protocol.SEAL_HEADER + room]
                )
            except (OSError, ValueError):
                n = 0  # the flash refuses: say how far it went, the laptop decides
        if n == 0:
            head = bytes((protocol.READ | protocol.REPLY, self._read_tag, protocol.OK))
            self._queue_reply(head + struct.pack("<I", offset))
            self._reading = False
            return False
        self._read_at = offset + n
        self._frame_size = self._session.seal(protocol.LOG, self._frame, n)
        return True

    def _notify(self, conn, handle, data):
        try:
            # The stub wants `data` by keyword; the C function takes it by position only.
            self._ble.gatts_notify(conn, handle, data)  # pyright: ignore[reportCallIssue]
        except OSError as e:
            if e.errno == errno.ENOMEM:  # NimBLE is out of buffers: the next poll tries again
                return False
            raise
        return True


def _service():
    return (
        bluetooth.UUID(protocol.SERVICE_UUID),
        (
            (bluetooth.UUID(protocol.PUBLIC_UUID), bluetooth.FLAG_READ),
            (bluetooth.UUID(protocol.CONTROL_UUID), bluetooth.FLAG_WRITE | bluetooth.FLAG_NOTIFY),
            (bluetooth.UUID(protocol.DATA_UUID), bluetooth.FLAG_NOTIFY),
        ),
    )


_PEER_MAY = (protocol.TIME_GET, protocol.READ, protocol.CANCEL, protocol.INFO)
_QUESTIONS = (protocol.INFO, protocol.HEALTH, protocol.NOW, protocol.RECEIPT)
_WITH_ARGUMENTS = (protocol.TIME_SET, protocol.READ, protocol.ACK, protocol.RECEIPT)
