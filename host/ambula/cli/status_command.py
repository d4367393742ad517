"""`ambula status`: what the store has from each node, and whether it is whole."""

import math
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from ambula.account.faults import faults_of
from ambula.account.ledger import ledger_from
from ambula.base.errors import StoreError
from ambula.cli.common import JsonOption, StoreOption, store_path
from ambula.cli.node_commands import in_hours
from ambula.cli.output import Table, err, out, print_json
from ambula.clock.true_time import NodeTime, latest_fit, node_time
from ambula.clock.words import bound_words, clock_words
from ambula.epochs.fusion import fuse_records
from ambula.nodes.keys import KeyFile
from ambula.nodes.receipts import check
from ambula.nodes.session import NodeKey
from ambula.participant.thigh_fusion import agreement, body_fusion
from ambula.participant.versions import Versions, newer_words, versions_of
from ambula.recordings.calibration import Calibration, calibrate_records
from ambula.store import Check, NodeRow, Store
from ambula.store.schema import MIGRATIONS
from ambula.store.soundness import left_over
from nodecore import protocol, roles
from nodecore.sampling import EPOCH_S

_OLDER = "read as it is; the next command that writes brings it to {} and keeps a copy (or `ambula upgrade-store`)"
_NOT_WHOLE = "{} is damaged: {}. Put back a copy: `ambula restore`"


def status(store: StoreOption = None, json: JsonOption = False) -> None:
    """Show what the store has from each node: span, epochs, damage, sensor, battery, clock."""
    path = store_path(store)
    notes = left_over(path)
    with Store(path, must_exist=True) as kept:
        faults = kept.integrity()
        if faults:
            raise StoreError(_NOT_WHOLE.format(path, "; ".join(faults)))
        keys = KeyFile().all()
        store_said = _store_said(kept)
        rows = [_status_of(kept, node, keys) for node in kept.nodes()]
    for note in notes:
        err.line(f"note: {note}", whole=True)
    if json:
        print_json(
            [
                {**r, "store": store_said, "sensor": _sensor_as_json(r["sensor"]), "receipts": asdict(r["receipts"])}
                for r in rows
            ]
        )
        return
    for row in rows:
        lines = [
            (key.replace("_", " "), _faults(value) if key == "faults" else _told(value))
            for key, value in row.items()
            if key not in ("participant", "role")
        ]
        out.table(Table(lines, title=f"{row['participant']}: {row['role']}"))
    out.table(Table([(key.replace("_", " "), _told(value)) for key, value in store_said.items()], title=str(path)))


def _store_said(store: Store) -> dict[str, Any]:
    """Return what the file as a whole is; it was looked through, and is whole."""
    now = len(MIGRATIONS)
    unknown = sum(store.unknown_nodes(who) for who in store.participants())
    return {
        "schema": store.schema,
        "older_than_ambula": _OLDER.format(now) if store.schema < now else None,
        "written_by": store.written_by or None,
        "integrity": "whole",
        "forgetting": "not finished: run `ambula forget` again" if store.is_forgetting_unfinished() else None,
        "unknown_nodes": f"{unknown}: update Ambula" if unknown else None,
    }


def _faults(counts: dict[str, int]) -> str:
    """Return the node's own words, with how often."""
    return "; ".join(words if count == 1 else f"{words} (x{count})" for words, count in counts.items()) or "none"


def _told(value: Any) -> str:
    """Return a status value in words: the ledger as durations, absent values as a dash."""
    if isinstance(value, dict):
        slots = cast("dict[str, int]", value)
        durations = ", ".join(f"{state} {in_hours(count)}" for state, count in slots.items() if count)
        return f"{durations}; in total {in_hours(sum(slots.values()))}" if durations else "nothing"
    return "-" if value is None else str(value)


def _sensor_as_json(calibration: Calibration) -> dict[str, Any]:
    """Return a calibration for scripts; null where there is no value."""
    known = not calibration.refusal
    return {
        "error_mg": None if math.isnan(calibration.before_mg) else round(calibration.before_mg, 1),
        "offset_mg": [round(v, 1) for v in calibration.offset_mg] if known else None,
        "gain": [round(v, 4) for v in calibration.gain] if known else None,
        "error_without_them_mg": round(calibration.after_mg, 1) if known else None,
        "still_epochs": calibration.epochs,
        "directions": calibration.directions,
        "refusal": calibration.refusal or None,
    }


def _status_of(store: Store, node: NodeRow, keys: list[NodeKey]) -> dict[str, Any]:
    records = store.records(node.node_id)
    log = node_time(store, node)
    placed = log.records.epoch
    anchors = store.anchors(node.node_id)
    clock = latest_fit(store, node)
    return {
        "participant": node.participant,
        "role": protocol.ROLE_NAMES[node.role],
        "device": node.device_id,
        "firmware": node.firmware,
        "firmware_of_records": _versions(versions_of([(log, node, anchors)])),
        "epochs": len(records),
        "first_utc": _utc(int(placed[0]) * EPOCH_S) if len(placed) else None,
        "last_utc": _utc((int(placed[-1]) + 1) * EPOCH_S) if len(placed) else None,
        "slots": {state.value: count for state, count in ledger_from(log, _off_body(log, node)).slots.items()},
        "damaged_bytes": sum(length for _, length, _ in store.damage(node.node_id)),
        "newer_format": newer_words(newer) if (newer := store.newer_bytes(node.node_id)) else None,
        "faults": faults_of(store, node),
        "receipts": check(store, node, keys),
        "sensor": calibrate_records(records.data),
        "battery_mv": store.last_battery_mv(node.node_id),
        "on_the_body": _on_the_body(store, node),
        "last_sync_utc": _utc(anchors[-1].host_utc_ms // 1000) if anchors else None,
        "clock_offset_ms": anchors[-1].node_utc_ms - anchors[-1].host_utc_ms if anchors else None,
        "clock_drift_ppm": None if math.isnan(clock.drift_ppm) else round(clock.drift_ppm, 1),
        "clock_unexplained_step_s": round(clock.step_ms / 1000, 1) or None,
        "clock": f"{clock_words(clock)} {bound_words(log.doubt_ms)}".strip(),
        "checks": "; ".join(_checked(check) for check in store.checks(node.participant)) or None,
    }


def _off_body(log: NodeTime, node: NodeRow) -> NDArray[np.int64]:
    """Return the epochs in which the node was not worn, as all figures have them."""
    sides = (log.records, None) if node.role == roles.THIGH else (None, log.records)
    return fuse_records(*sides).off_body(1 << node.role)


def _versions(versions: Versions) -> str | None:
    """Return which firmware wrote the records, and from when on another one did; None without records."""
    named = zip(versions.start.tolist(), versions.firmware, strict=True)
    parts = [(f"from {_utc(start * EPOCH_S)} " if i else "") + name for i, (start, name) in enumerate(named)]
    return (", ".join(parts) + (": rules may differ" if len(set(versions.firmware)) > 1 else "")) or None


def _checked(check: Check) -> str:
    """Return a check in words: when, what came of it and by whom."""
    by = f" by {check.accepted_by}" if check.accepted_by else ""
    return f"{_utc(check.utc_s)} {check.verdict}{by}" + (f" ({check.found})" if check.found else "")


def _on_the_body(store: Store, node: NodeRow) -> str | None:
    """Return how much a thigh has fused by itself, and how much of that is what the two logs here make of it."""
    fused = body_fusion(store, node)
    if not len(fused):
        return None
    compared, same = agreement(store, node, fused)
    return f"{len(fused)} epochs fused; {same} of {compared} agree with the fusion of both logs here"


def _utc(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
