"""The answers to a laptop's commands, other than the log. SPEC.md, "GATT service"."""

import hashlib
import os
import struct

from node import FIRMWARE
from node import plan as plans
from nodecore import blocks, protocol
from nodecore.compat import const
from nodecore.sampling import EPOCH_S, EPOCHS_A_DAY

_PIECE = const(128)  # of the log at a time, for a receipt


def answer(app, session, command):
    """Return (status, result) of a question whose length is right; raises ValueError for what the log does not have."""
    return _HANDLERS[command[0]](app, session, command)


def _info(app, session, command):
    state = 0
    if app.recording:
        state = protocol.RECORDING
    elif app.plan.state == plans.WAITING:
        state = protocol.WAITING
    if app.clock.is_set:
        state |= protocol.CLOCK_SET
    log = app.log
    if log.full or log.broken or log.dropped_segments != log.told_dropped:
        state |= protocol.STORAGE_FULL
    app.measure()
    return protocol.OK, blocks.pack_info(
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


def _health(app, session, command):
    """What the start found, and how much room the log has."""
    _, size, all_of_them, _, free = os.statvfs(app.log.folder)[:5]
    if not 0 <= free <= all_of_them:
        free = 0  # a full littlefs counts below zero
    return protocol.OK, blocks.pack_health(app.examined, size * free)


def _now(app, session, command):
    today = app.today
    day = struct.pack("<BIHH", today.fused, today.fused_epoch, today.walked, today.fused_walked)
    return protocol.OK, struct.pack("<I", today.epoch) + app.recorder.record + day


def _plan(app, session, command):
    """When the recording begins or began, and for how many days it is to last."""
    plan = app.plan
    if plan.state != plans.WAITING:
        start_s = plan.since * EPOCH_S if plan.is_known else 0
    else:
        start_s = 0 if plan.start == "tap" else plan.start
    return protocol.OK, struct.pack("<IH", start_s, plan.length // EPOCHS_A_DAY)


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
    protocol.INFO: _info,
    protocol.RECEIPT: _receipt,
    protocol.HEALTH: _health,
    protocol.NOW: _now,
    protocol.PLAN: _plan,
}
