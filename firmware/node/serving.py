"""What a node says to who is connected: the proof of a key, answers to commands, the log frame by frame.

SPEC.md, "Session" and "GATT service". `node.link` brings the messages and takes what is to be sent.
"""

import struct

from node import answers, commands, greeting
from nodecore import protocol
from nodecore.compat import const

MAX_FRAME = const(244)  # with an MTU of 247, one link-layer packet of 251 bytes
_ATT_HEADER = const(3)
_ARGUMENTS = const(8)  # bytes of those commands that have any: two u32 or one u64


class Serving:
    """One conversation at a time, over `session`. `app` is the node's program; `stays` is called at each sign of life.

    `reply`: the answer that waits to be sent, or None. `had_owner`: whether somebody has proved a key since it was last
    set to False.
    """

    def __init__(self, app, session, stays):
        self._app = app
        self._session = session
        self._stays = stays
        self._frame = bytearray(MAX_FRAME)
        self._frame_view = memoryview(self._frame)
        self._frame_size = 0  # a frame that the stack had no room for yet
        self.reply = None
        self._reading = False  # the log is on its way: from _read_at to _read_end, as command _read_tag asked
        self._read_at = self._read_end = self._read_tag = 0
        self.had_owner = False

    def end(self):
        """Forget all that belonged to who has left."""
        self.reply = None
        self._reading = False
        self._frame_size = 0
        self._session.end()

    def hear(self, message):
        """Answer a message; what is not from who opened the session, or was heard before, changes nothing."""
        session = self._session
        if not session.is_open:
            if len(message) >= protocol.COMMAND_HEADER:
                status, payload = self._meet(message)
                self.reply = bytes((message[0] | protocol.REPLY, message[1], status)) + payload
            return
        command = session.open(protocol.COMMANDS, message)
        if command is None or len(command) < protocol.COMMAND_HEADER:
            return
        self._stays()
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

    def next_frame(self, mtu):
        """Return the next piece of the log that was asked for, sealed, or None; a read that ends leaves its answer."""
        if not self._frame_size and self._reading:
            self._read(mtu)
        return self._frame_view[: self._frame_size] if self._frame_size else None

    def frame_sent(self):
        """The stack has taken the frame."""
        self._frame_size = 0
        self._stays()

    # ---- commands

    def _meet(self, message):
        """Take a stranger's message, which may make it the owner."""
        answer = greeting.answer(self._session, message)
        if self._session.is_open:
            self.had_owner = True
            self._stays()
        return answer

    def _queue_reply(self, reply):
        sealed = bytearray(protocol.SEAL_HEADER + len(reply) + protocol.SEAL_TAG)
        sealed[protocol.SEAL_HEADER : protocol.SEAL_HEADER + len(reply)] = reply
        self._session.seal(protocol.REPLIES, sealed, len(reply))
        self.reply = sealed

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

    # ---- the log

    def _read(self, mtu):
        """Build the next frame; at the end of the range queue the answer instead."""
        offset = self._read_at
        room = min(mtu - _ATT_HEADER - protocol.SEAL_HEADER - protocol.SEAL_TAG, self._read_end - offset)
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
            return
        self._read_at = offset + n
        self._frame_size = self._session.seal(protocol.LOG, self._frame, n)


_PEER_MAY = (protocol.TIME_GET, protocol.READ, protocol.CANCEL, protocol.INFO)
_QUESTIONS = (protocol.INFO, protocol.HEALTH, protocol.NOW, protocol.PLAN, protocol.RECEIPT)
_WITH_ARGUMENTS = (protocol.TIME_SET, protocol.READ, protocol.ACK, protocol.RECEIPT)
