"""The radio side of a node: opens and shuts the window, brings messages in, sends answers. SPEC.md, "GATT service".

Who cannot prove the key within five seconds of connecting is sent away, and learns nothing.

IRQ handlers only take notes; all work is done in `poll`, so that a slow flash never holds up the radio stack. A handler
may run between any two bytecodes of what is below, so `_conn` is read once for all that is done with it. The stack
never calls one again that has raised: it lets no exception out, and allocates nothing but what was written.
"""

import errno

import bluetooth

from node import greeting
from node.serving import MAX_FRAME, Serving
from nodecore import protocol
from nodecore.compat import const

_IRQ_CENTRAL_CONNECT = const(1)
_IRQ_CENTRAL_DISCONNECT = const(2)
_IRQ_GATTS_WRITE = const(3)
_IRQ_MTU_EXCHANGED = const(21)

_RANDOM_ADDRESS = const(1)
_ADVERTISE_US = const(152500)  # one of the intervals that phones' and laptops' scanners are tuned to
_ATT_HEADER = const(3)
_PREFERRED_MTU = MAX_FRAME + _ATT_HEADER
_DEFAULT_MTU = const(23)
_FRAMES_A_POLL = const(16)
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
        self._serving = Serving(app, session, self._stay_open)
        self._conn = None
        self._mtu = _DEFAULT_MTU
        self._shut_at_ms = 0
        self._stranger_until_ms = self._phone_until_ms = 0
        self._phone = phone
        self._h_measurement = 0
        self._had_stranger = False
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
        only_strangers = self._had_stranger and not self._serving.had_owner
        self.back_off = min(self.back_off + 1, _MAX_BACK_OFF) if only_strangers else 0
        self._had_stranger = self._serving.had_owner = False

    def poll(self):
        """Do what the radio asked for since the last call: commands, replies, log frames, the end of the window."""
        if not self.active:
            return
        if self._stale:
            self._end_session()
        if self._commands and self._serving.reply is None:
            self._serving.hear(self._take())
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
        self._serving.end()

    # ---- commands

    def _take(self):
        """Take the first command off the queue; an IRQ before, in or after it counts right."""
        command = self._commands.pop(0)
        self._taken += 1
        return command

    def _stay_open(self):
        """Keep the window open for who opened the session; the other node gets no more than it needs."""
        now_ms = self._now_ms()
        if not self._session.is_peer:
            self._shut_at_ms = now_ms + self._idle_ms
        elif self._shut_at_ms < now_ms + _PEER_IDLE_MS:
            self._shut_at_ms = now_ms + _PEER_IDLE_MS

    # ---- sending

    def _send(self):
        """Send what waits, as long as the stack takes it."""
        serving = self._serving
        for _ in range(_FRAMES_A_POLL):
            conn = self._conn
            if conn is None:
                return
            if serving.reply is not None:
                if not self._notify(conn, self._h_control, serving.reply):
                    return
                serving.reply = None
                continue
            frame = serving.next_frame(self._mtu)
            if frame is not None:
                if not self._notify(conn, self._h_data, frame):
                    return
                serving.frame_sent()
            elif serving.reply is None:
                return

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
