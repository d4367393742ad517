"""The dress rehearsal: a synthetic participant, two virtual nodes, a week if you like, and the real report."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from ambula.epochs import EpochTable
from ambula.errors import SimulatorError
from ambula.fetch import FetchReport, fetch, find_nodes
from ambula.sim.rig import SETTLE_MS, Rig, VirtualWearer
from ambula.store import Store
from ambula.synthetic import SYNTHETIC_LABEL, Participant, Truth, default_day, simulate
from ambula.wearer import load_epochs
from nodecore import protocol
from nodecore.sampling import COUNTS_PER_G, EPOCH_S

PARTICIPANT = "SYNTHETIC-1"
FIRST_DAY = datetime(2026, 3, 2)  # a Monday: any date would do
_DAY_S = 86400
_SETUP_S = 60  # after which the laptop pays its first visit, as at a set-up
_SCAN_S = 10.0
_CLOCKS = ((40, 18), (-250, -12))  # what is wrong with each node's clock: ms at the start, ppm
_FULL_SCALE = 32767


@dataclass(frozen=True)
class Rehearsal:
    """What came of it: the epochs as the laptop has them, how they compare with the truth, what the transfer cost.

    `agreement`: share of the whole, worn epochs whose activity is the participant's. `payload_bytes`: log bytes synced;
    `air_bytes`: what the link layer moved for them, both ways.
    """

    table: EpochTable
    firmware: str
    agreement: float
    payload_bytes: int
    air_bytes: int


Show = Callable[[str, float], None]  # a step's name and how much of it is done, 0..1


async def rehearse(folder: Path, days: int, seed: int, zone: ZoneInfo, show: Show) -> Rehearsal:
    """Run `days` (1..14) days on two virtual nodes in `folder`, sync into `folder`/demo.db, return what came of it.

    Raises SimulatorError where the nodes cannot run or a sync fails.
    """
    start_ms = round(FIRST_DAY.replace(tzinfo=zone).timestamp()) * 1000
    truth = _render(folder, days, seed, show)
    wearers = [
        VirtualWearer(role, folder / f"{name}.samples", start_ms, *_CLOCKS[role])
        for role, name in enumerate(protocol.ROLE_NAMES)
    ]
    # An epoch short of midnight, so that no clock's error adds another day.
    end_ms = start_ms + (days * _DAY_S - EPOCH_S) * 1000 + SETTLE_MS

    def hear(now_ms: int) -> None:
        show("two nodes wear it", max(0.0, (now_ms - start_ms) / (end_ms - start_ms)))

    async with Rig(folder, wearers, PARTICIPANT) as rig:
        with Store(folder / "demo.db") as store:
            store.set("synthetic", SYNTHETIC_LABEL)
            store.set("zone", zone.key)
            await rig.run_until(start_ms + _SETUP_S * 1000, hear)
            await _visit(rig, store, show)
            await rig.run_until(end_ms, hear)
            report = await _visit(rig, store, show)
            return _outcome(store, rig, report, truth, start_ms)


def _render(folder: Path, days: int, seed: int, show: Show) -> list[Truth]:
    """Write both nodes' samples day by day, so that a week needs no more memory than a day."""
    participant = Participant(seed)
    truth: list[Truth] = []
    for day in range(days):
        show("a participant is made up", day / days)
        made = simulate(default_day(seed, day), participant, day_index=day)
        for name, acc_g in zip(protocol.ROLE_NAMES, (made.thigh, made.back), strict=True):
            counts = np.clip(np.rint(acc_g * COUNTS_PER_G), -_FULL_SCALE, _FULL_SCALE)
            with open(folder / f"{name}.samples", "ab") as file:
                file.write(counts.astype("<i2").tobytes())
        truth.append(made.truth)
    show("a participant is made up", 1.0)
    return truth


async def _visit(rig: Rig, store: Store, show: Show) -> FetchReport:
    """The laptop comes near: scan, connect, sync both nodes."""
    show("the laptop syncs", 0.0)
    rig.laptop_near()
    found = await find_nodes(rig.radio, rig.keys, _SCAN_S)
    report = await fetch(
        rig.radio,
        store,
        found,
        rig.utc_ms,
        lambda _, done, of: show("the laptop syncs", done / max(of, 1)),
    )
    for _, error in report.failed:
        raise error
    if len(report.synced) != len(rig.nodes):
        raise SimulatorError(f"{len(report.synced)} of {len(rig.nodes)} virtual nodes answered")
    return report


def _outcome(store: Store, rig: Rig, report: FetchReport, truth: list[Truth], start_ms: int) -> Rehearsal:
    table = load_epochs(store, PARTICIPANT)
    return Rehearsal(
        table=table,
        firmware=report.synced[0].node.firmware,
        agreement=_agreement(table, truth, start_ms // (EPOCH_S * 1000)),
        payload_bytes=sum(n.next_offset for n in store.nodes()),
        air_bytes=sum(rig.air.counters[name].total_bytes for name in rig.nodes),
    )


def _agreement(table: EpochTable, truth: list[Truth], first_epoch: int) -> float:
    """Return the share of epochs, filled by one worn activity, in which the nodes and the plan agree."""
    planned = np.concatenate([t.activity for t in truth])
    clear = np.concatenate([(t.share > 0.99) & t.worn for t in truth])
    at = table.epoch - first_epoch
    inside = (at >= 0) & (at < len(planned))
    seen, wanted = table.activity[inside], planned[at[inside]]
    return float((seen == wanted)[clear[at[inside]]].mean())
