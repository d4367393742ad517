"""Plays recordings through two virtual nodes (MicroPython, flash, radio, store). The result must equal `classify`."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from ambula.account.faults import faults_of
from ambula.base.errors import InputError, SimulatorError
from ambula.epochs.table import EpochTable
from ambula.nodes.sync import sync_each
from ambula.nodes.visit import find_nodes
from ambula.participant.epochs import load_epochs
from ambula.recordings.classify import check_overlap
from ambula.recordings.recording import Axes, Samples, read_samples
from ambula.sim.rig import SETTLE_MS, Rig, VirtualWearer
from ambula.store import Store
from nodecore import protocol
from nodecore.sampling import EPOCH_MS, EPOCH_S

_BASE_EPOCH = 356_000_000  # 2026-06-02: the day on which replays happen, whatever the files' own t
_PARTICIPANT = "replay"
# A recording ends at any epoch, and with it the sensor's samples: the node must look after each.
_CONFIG = {"service_every_s": EPOCH_S}
_SCAN_S = 10.0
_STUCK = "Samples that stay exactly the same for 7 s are what a stuck sensor gives: a real one trembles by some counts"


async def replay(
    thigh: Path | None,
    back: Path | None,
    folder: Path,
    on_progress: Callable[[float], None] | None = None,
    axes: Axes | None = None,
    on_lost: Callable[[str], None] | None = None,
    height_m: float | None = None,
) -> EpochTable:
    """Return the epochs that two virtual nodes make of the recordings; epochs count from t = 0, as `classify`'s.

    `folder` (empty) takes flash images and the store. `on_progress` hears the share done, 0..1. axes: as `classify`'s.
    `on_lost` hears of each node that did not record all of its recording, in words. height_m: as `classify`'s.
    Raises InputError for bad files as `classify` does, SimulatorError where the nodes cannot run.
    """
    if thigh is None and back is None:
        raise InputError("nothing to replay: give --thigh, --back or both")
    samples = [None if path is None else read_samples(path, role, axes) for role, path in enumerate((thigh, back))]
    check_overlap(*([] if s is None else [s] for s in samples))
    begin = min(s.first_epoch for s in samples if s is not None)
    wearers = [_wearer(role, s, begin) for role, s in enumerate(samples) if s is not None]
    start_ms = _ms(0)
    end_ms = max(_ms(s.first_epoch + s.epochs - begin) for s in samples if s is not None) + SETTLE_MS

    def hear(now_ms: int) -> None:
        if on_progress is not None:
            on_progress(min(1.0, (now_ms - start_ms) / (end_ms - start_ms)))

    async with Rig(folder, wearers, _PARTICIPANT) as rig:
        await rig.run_until(end_ms, hear)
        table = await _sync(rig, folder / "store.db", len(wearers), height_m)
    for role, s in enumerate(samples):
        lost = _lost(folder / "store.db", role, s.epochs) if s is not None else ""
        if lost and on_lost is not None:
            on_lost(lost)
    nothing = np.empty(0)  # of clocks: a recording has its own time
    return replace(table, epoch=table.epoch - _BASE_EPOCH + begin, clock_doubt_s=nothing, nodes_apart_s=nothing)


async def _sync(rig: Rig, path: Path, nodes: int, height_m: float | None) -> EpochTable:
    rig.laptop_near()
    nodes_near = await find_nodes(rig.radio, rig.keys, _SCAN_S)
    with Store(path) as store:
        report = await sync_each(rig.radio, store, nodes_near, rig.utc_ms)
        for _, error in report.failed:
            raise error
        if len(report.synced) != nodes:
            raise SimulatorError(f"{len(report.synced)} of {nodes} virtual nodes answered")
        if height_m is not None:
            store.set_height(_PARTICIPANT, height_m)
        return load_epochs(store, _PARTICIPANT)


def _lost(path: Path, role: int, epochs: int) -> str:
    """Return in words what a node did not record of its epochs, and why, by its own log; "" where it has all."""
    with Store(path, must_exist=True) as store:
        nodes = store.nodes("role = ?", (role,))
        missing = epochs - sum(len(store.records(node.node_id)) for node in nodes)
        faults = ", ".join(dict.fromkeys(words for node in nodes for words in faults_of(store, node)))
    if missing <= 0:
        return ""
    why = f" Its log says: {faults}." if faults else ""
    hint = f" {_STUCK}" if "stuck" in faults else ""
    return f"{protocol.ROLE_NAMES[role]}: {missing} of {epochs} epochs were not recorded.{why}{hint}"


def _wearer(role: int, samples: Samples, begin: int) -> VirtualWearer:
    start_ms = _ms(samples.first_epoch - begin)
    return VirtualWearer(role, samples.counts, start_ms, config=_CONFIG)


def _ms(epoch: int) -> int:
    return (_BASE_EPOCH + epoch) * EPOCH_MS
