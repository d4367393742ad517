"""What a laptop may order a node to do. SPEC.md, "GATT service"."""

import json
import struct

from nodecore import epoch as epochs
from nodecore import protocol, segment


def answer(app, session, command):
    """Return (status, result) of a command whose length is right; raises ValueError for what the log does not have."""
    handler = _HANDLERS.get(command[0])
    return handler(app, session, command) if handler else (protocol.UNKNOWN_COMMAND, b"")


def _time_set(app, session, command):
    """Set the clock if it was never set; a set clock is not stepped inside a recording."""
    clock = app.clock
    if clock.is_set:
        return protocol.BUSY, b""
    (utc_ms,) = struct.unpack_from("<Q", command, protocol.COMMAND_HEADER)
    app.telling.start()
    before_ms = clock.utc_ms()
    app.recorder.break_off()
    app.log.seal()
    clock.set_utc_ms(utc_ms)
    app.windows.plan()
    app.telling.event(segment.CLOCK_SET, json.dumps({"from_utc_ms": before_ms, "to_utc_ms": utc_ms}).encode())
    plan = app.plan
    if app.recording and not plan.is_known:
        plan.go(plan.state, plan.since + epochs.epoch_of(utc_ms) - epochs.epoch_of(before_ms), True)
    app.recorder.look_again()  # what waits for a time may be due
    return protocol.OK, b""


def _seal(app, session, command):
    app.log.seal()
    return _log_end(app)


def _stop(app, session, command):
    app.recorder.stop()
    return _log_end(app)


def _start(app, session, command):
    app.recorder.begin()
    return _log_end(app)


def _log_end(app):
    return protocol.OK, struct.pack("<I", app.log.end)


def _acknowledge(app, session, command):
    offset, crc = struct.unpack_from("<II", command, protocol.COMMAND_HEADER)
    try:
        first = app.log.acknowledge(offset, crc)
    except ValueError:
        return protocol.MISMATCH, b""
    return protocol.OK, struct.pack("<I", first)


_HANDLERS = {
    protocol.TIME_SET: _time_set,
    protocol.SEAL: _seal,
    protocol.ACK: _acknowledge,
    protocol.STOP: _stop,
    protocol.START: _start,
}
