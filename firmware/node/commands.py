"""What a laptop may ask of a node besides its log. SPEC.md, "GATT service".

Loaded for each command and forgotten again: the heap has no room for all of it beside a log that is on its way.
"""

import hashlib
import json
import os
import struct

import node
from node import plan as plans
from node.app import FIRMWARE
from nodecore import epoch as epochs
from nodecore import protocol, segment
from nodecore.compat import const

_PIECE = const(128)  # of the log at a time, for a receipt


def answer(app, session, command):
    """Return (status, result) of a command whose length is right; raises ValueError for what the log does not have."""
    handler = _HANDLERS.get(command[0])
    return handler(app, session, command) if handler else (protocol.UNKNOWN_COMMAND, b"")


def _info(app, session, command):
    from nodecore import blocks

    state = 0
    if app.recording:
        state = protocol.RECORDING
    elif app.plan.state == plans.WAITING:
        state = protocol.WAITING
    if app.clock.is_set:
        state |= protocol.CLOCK_SET
    log = app.log
    if log.full or log.broken:
        state |= protocol.STORAGE_FULL
    app.measure()
    told = blocks.pack_info(
        app.config.role_code,
        app.boot,
        app.board.unique_id(),
        log.log_id,
        log.first,
        log.end,
        app.clock.utc_ms(),
        app.battery_mv,
        app.temperature_c,
        state,
        FIRMWARE,
    )
    node.forget("blocks", "nodecore")
    return protocol.OK, told


def _health(app, session, command):
    """What the start found, and how much room the log has."""
    from nodecore import blocks

    status = os.statvfs(app.log.folder)
    told = blocks.pack_health(app.examined, status[1] * status[4])
    node.forget("blocks", "nodecore")
    return protocol.OK, told


def _now(app, session, command):
    today = app.today
    day = struct.pack("<BIHH", today.fused, today.fused_epoch, today.walked, today.fused_walked)
    return protocol.OK, struct.pack("<I", today.epoch) + app.record + day


def _time_set(app, session, command):
    """Set the clock if it was never set; a set clock is not stepped inside a recording."""
    clock = app.clock
    if clock.is_set:
        return protocol.BUSY, b""
    (utc_ms,) = struct.unpack_from("<Q", command, protocol.COMMAND_HEADER)
    app.tell_boot()
    before_ms = clock.utc_ms()
    app.break_off()
    app.log.seal()
    clock.set_utc_ms(utc_ms)
    app.plan_window()
    app.event(segment.CLOCK_SET, json.dumps({"from_utc_ms": before_ms, "to_utc_ms": utc_ms}).encode())
    plan = app.plan
    if app.recording and not plan.is_known:
        plan.go(plan.state, plan.since + epochs.epoch_of(utc_ms) - epochs.epoch_of(before_ms), True)
    app.look_again()  # what waits for a time may be due
    return protocol.OK, b""


def _seal(app, session, command):
    app.log.seal()
    return _log_end(app)


def _stop(app, session, command):
    app.stop()
    return _log_end(app)


def _start(app, session, command):
    app.begin()
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


def _receipt(app, session, command):
    log = app.log
    start, end = log.span(command, protocol.COMMAND_HEADER)
    if end - start > protocol.MAX_RECEIPT:
        raise ValueError("too much for one receipt")
    digest = hashlib.sha256()
    piece = memoryview(bytearray(_PIECE))
    at = start
    while at < end:
        n = log.read_into(at, piece[: min(_PIECE, end - at)])
        if n == 0:
            raise ValueError("the log ends before")
        digest.update(piece[:n])
        at += n
    head = struct.pack("<III", log.log_id, start, end)
    return protocol.OK, session.own(b"receipt", session.identity, head, digest.digest())[: protocol.PROOF_SIZE]


_HANDLERS = {
    protocol.TIME_SET: _time_set,
    protocol.SEAL: _seal,
    protocol.ACK: _acknowledge,
    protocol.STOP: _stop,
    protocol.INFO: _info,
    protocol.RECEIPT: _receipt,
    protocol.START: _start,
    protocol.HEALTH: _health,
    protocol.NOW: _now,
}
