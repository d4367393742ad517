"""The thigh's talk with the back: prove the pair's key, copy its log from where the last meeting ended."""

import os
import struct

from node.session import same
from nodecore import protocol, roles
from nodecore.compat import const
from nodecore.sampling import EPOCH_MS

_IRQ_PERIPHERAL_DISCONNECT = const(8)
_IRQ_GATTC_NOTIFY = const(18)

_MEETING_MS = const(5000)  # in all: the FIFO holds 26 s
_ANSWER_MS = const(2000)
_PIECE = const(1024)  # of the back's log at a time, so that what waits in RAM stays small
_MOST_BYTES = const(32768)  # of a log that has not been read for long: half a day; the host fuses what was before
_MAX_OFFSET_MS = const(60000)  # between the two clocks: beyond that one of them is wrong
_CLOCK_READINGS = const(3)


class Meeting:
    """One talk over an open connection, `control` being the handle to write commands to."""

    def __init__(self, app, ble, wait, conn, control):
        self._app = app
        self._wait = wait
        self._ble = ble
        self._session = app.session
        self._conn = conn
        self._control = control
        self._inbox = []
        self._tag = 0
        ble.irq(self._irq)

    def run(self, path):
        """Copy what is new into the file at `path`; return (its log's id, the first byte's offset, its epochs to ours).

        None if the back's clock is not set: then only the host can find out which epochs belong together. Raises
        OSError or ValueError where the talk fails.
        """
        self._meet()
        return self._read_log(path)

    def _irq(self, event, data):
        if event == _IRQ_PERIPHERAL_DISCONNECT:
            self._conn = None
        elif event == _IRQ_GATTC_NOTIFY:
            self._inbox.append((data[1], bytes(data[2])))

    def _meet(self):
        session = self._session
        pair = session.pair
        nonce = os.urandom(protocol.NONCE_SIZE)
        answer = self._ask(protocol.PEER_HELLO, nonce)
        transcript = bytes((protocol.VERSION, roles.BACK)) + nonce + answer[: protocol.NONCE_SIZE]
        if not same(answer[protocol.NONCE_SIZE :], pair(b"peer node", transcript)[: protocol.PROOF_SIZE]):
            raise ValueError("wrong proof")
        self._ask(protocol.PEER_PROVE, pair(b"peer host", transcript)[: protocol.PROOF_SIZE])
        session.start(pair(b"peer encrypt", transcript), pair(b"peer authenticate", transcript))

    def _send(self, op, arguments):
        self._tag += 1
        message = bytes((op, self._tag & 0xFF)) + arguments
        if self._session.is_open:
            size = len(message)
            message = bytes(protocol.SEAL_HEADER) + message + bytes(protocol.SEAL_TAG)
            message = bytearray(message)
            self._session.seal(protocol.COMMANDS, message, size)
        conn = self._conn
        if conn is None:
            raise ValueError("left")
        self._ble.gattc_write(conn, self._control, message, 1)

    def _take(self):
        """Return (whether it is a reply, body) of the next message."""
        if not self._wait(lambda: self._inbox or self._conn is None, _ANSWER_MS) or not self._inbox:
            raise ValueError("silent")
        handle, message = self._inbox.pop(0)
        is_reply = handle == self._control
        if self._session.is_open:
            message = self._session.open(protocol.REPLIES if is_reply else protocol.LOG, message)
            if message is None:
                raise ValueError("forged")
        return is_reply, message

    def _ask(self, op, arguments=b"", into=None):
        """Return the result of a command; log bytes that come before it go to the file `into`."""
        self._send(op, arguments)
        while True:
            is_reply, body = self._take()
            if is_reply:
                if body[0] != op | protocol.REPLY or body[2] != protocol.OK:
                    raise ValueError("refused %d" % op)
                return body[protocol.REPLY_HEADER :]
            into.write(body)  # pyright: ignore[reportOptionalMemberAccess]

    # ---- its log

    def _offset_ms(self):
        """Return how far the back's clock is ahead, by the quickest of a few readings."""
        best = _MAX_OFFSET_MS
        for _ in range(_CLOCK_READINGS):
            before_ms = self._app.clock.utc_ms()
            (utc_ms,) = struct.unpack("<Q", self._ask(protocol.TIME_GET))
            after_ms = self._app.clock.utc_ms()
            if after_ms - before_ms < best:
                best = after_ms - before_ms
                offset_ms = utc_ms - (before_ms + after_ms) // 2
        return offset_ms

    def _read_log(self, path):
        app = self._app
        today = app.today
        info = struct.unpack(protocol.INFO_FORMAT, self._ask(protocol.INFO))
        _, role, _, _, log_id, first, end = info[:7]
        if role != roles.BACK or not info[10] & protocol.CLOCK_SET:
            return None
        offset_ms = self._offset_ms()
        if abs(offset_ms) > _MAX_OFFSET_MS:
            raise ValueError("clock off by %d s" % (offset_ms // 1000))
        at = today.back_at if log_id == today.back_log and today.back_at <= end else 0
        at = max(at, first, end - _MOST_BYTES)
        until_ms = app.board.now_ms() + _MEETING_MS
        copy = (log_id, at, (EPOCH_MS // 2 - offset_ms) // EPOCH_MS)
        with open(path, "wb") as f:
            while at < end and app.board.now_ms() < until_ms:
                to = min(end, at + _PIECE)
                self._ask(protocol.READ, struct.pack("<II", at, to), f)
                at = to
        return copy
