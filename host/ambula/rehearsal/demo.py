"""The dress rehearsal: a synthetic participant, two virtual nodes, a week if you like, and the real report."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from ambula.base.errors import SimulatorError
from ambula.epochs.table import EpochTable
from ambula.nodes.sync import SyncReport, sync_each
from ambula.nodes.visit import find_nodes
from ambula.participant.epochs import load_epochs
from ambula.sim.rig import SETTLE_MS, Rig, VirtualWearer
from ambula.store import Store, ZoneChange
from ambula.synthetic import SYNTHETIC_LABEL, Truth
from ambula.synthetic.wear import FIRST_DAY, PARTICIPANT, agreement, counted_day, height_m
from nodecore import protocol
from nodecore.sampling import EPOCH_MS, EPOCH_S

_DAY_S = 86400
_SETUP_S = 60  # after which the laptop pays its first visit, as at a set-up
_SCAN_S = 10.0
_CLOCKS = ((40, 18), (-250, -12))  # what is wrong with each node's clock: ms at the start, ppm


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
    """Run `days` (1..13) days on two virtual nodes in `folder`, sync into `folder`/demo.db, return what came of it.

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
            store.set_zone(PARTICIPANT, ZoneChange(0, zone.key))
            store.set_height(PARTICIPANT, height_m(seed))
            await rig.run_until(start_ms + _SETUP_S * 1000, hear)
            await _visit(rig, store, show)
            await rig.run_until(end_ms, hear)
            report = await _visit(rig, store, show)
            return _outcome(store, rig, report, truth, start_ms)


def _render(folder: Path, days: int, seed: int, show: Show) -> list[Truth]:
    """Write both nodes' samples day by day, so that a week needs no more memory than a day."""
    truth: list[Truth] = []
    for day in range(days):
        show("a participant is made up", day / days)
        made = counted_day(seed, day)
        for name, counts in zip(protocol.ROLE_NAMES, made.counts, strict=True):
            with open(folder / f"{name}.samples", "ab") as file:
                file.write(counts.astype("<i2").tobytes())
        truth.append(made.truth)
    show("a participant is made up", 1.0)
    return truth


async def _visit(rig: Rig, store: Store, show: Show) -> SyncReport:
    """The laptop comes near: scan, connect, sync both nodes."""
    show("the laptop syncs", 0.0)
    rig.laptop_near()
    nodes_near = await find_nodes(rig.radio, rig.keys, _SCAN_S)
    report = await sync_each(
        rig.radio,
        store,
        nodes_near,
        rig.utc_ms,
        lambda _, done, of: show("the laptop syncs", done / max(of, 1)),
    )
    for _, error in report.failed:
        raise error
    if len(report.synced) != len(rig.nodes):
        raise SimulatorError(f"{len(report.synced)} of {len(rig.nodes)} virtual nodes answered")
    return report


def _outcome(store: Store, rig: Rig, report: SyncReport, truth: list[Truth], start_ms: int) -> Rehearsal:
    table = load_epochs(store, PARTICIPANT)
    return Rehearsal(
        table=table,
        firmware=report.synced[0].node.firmware,
        agreement=agreement(table, truth, start_ms // EPOCH_MS),
        payload_bytes=sum(n.next_offset for n in store.nodes()),
        air_bytes=sum(rig.air.counters[name].total_bytes for name in rig.nodes),
    )
