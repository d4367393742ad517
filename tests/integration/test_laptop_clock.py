"""A laptop whose clock is wrong: it is warned before it sets anything, and sets nothing that two nodes speak against.

The firmware is the real one; the laptop's clock is the rig's, moved.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from ambula.nodes.sync import SyncReport, sync_each
from ambula.nodes.visit import find_nodes
from ambula.readiness.looking import Question
from ambula.readiness.rules import Needs
from ambula.readiness.visit import visit_nodes
from ambula.sim.rig import Rig
from ambula.store import Store
from nodecore import protocol
from tests.support.anew import start_anew
from tests.support.worn import END_MS, worn_again

HOUR_MS = 3_600_000


class Scene:
    """A rig, a store, and what was said, with each node's state at that moment."""

    def __init__(self, rig: Rig, store: Store) -> None:
        self.rig, self.store = rig, store
        self.said: list[str] = []

    async def sync(self, off_ms: int, set_clock: bool = False) -> SyncReport:
        self.said.clear()
        near = await find_nodes(self.rig.radio, self.rig.keys, 30)
        report = await sync_each(
            self.rig.radio, self.store, near, lambda: self.rig.utc_ms() + off_ms, None, self.said.append, set_clock
        )
        assert report.failed == []
        assert report.clocks == self.said
        return report

    def left(self, report: SyncReport) -> list[str]:
        """Return the roles whose lost clock was left as it was."""
        return [protocol.ROLE_NAMES[r.node.role] for r in report.synced if r.clock_was_left]


def run(
    source: Path,
    folder: Path,
    act: Callable[[Scene], Awaitable[None]],
    lost: tuple[str, ...] = (),
    back_off_ms: int = 0,
) -> None:
    """Let a scene be played; lost: the nodes whose clocks count from 1970; back_off_ms: the back's clock is off."""

    async def go() -> None:
        async with worn_again(source, folder / "rig") as rig:
            for name in lost:
                await start_anew(rig.nodes[name], clock_is_set=False)
            if back_off_ms:
                await start_anew(rig.nodes["back"], clock_offset_ms=back_off_ms)
            await rig.run_until(END_MS + 20_000)
            rig.laptop_near()
            with Store(folder / "s.db") as store:
                await act(Scene(rig, store))

    asyncio.run(go())


@pytest.mark.parametrize("off_ms", [HOUR_MS, -20_000])
def test_two_nodes_alike_make_the_laptop_the_culprit_and_the_data_come_all_the_same(
    recorded: Path, tmp_path: Path, off_ms: int
) -> None:
    async def act(here: Scene) -> None:
        report = await here.sync(off_ms)
        assert len(here.said) == 1
        assert here.said[0].startswith("this computer's clock is probably wrong: it is ")
        assert f"{'ahead of' if off_ms > 0 else 'behind'} those of P01 back, P01 thigh" in here.said[0]
        assert all(r.epochs > 5900 for r in report.synced)
        assert all(len(here.store.anchors(r.node.node_id)) == 1 for r in report.synced)
        await here.sync(0)  # by a right laptop: the nodes' own clocks are with it against the reading in the store
        assert here.said == []

    run(recorded, tmp_path, act)


def test_a_right_laptop_hears_nothing(recorded: Path, tmp_path: Path) -> None:
    async def act(here: Scene) -> None:
        for _ in range(2):
            await here.sync(2_000)
            assert here.said == []

    run(recorded, tmp_path, act)


def test_a_node_whose_clock_is_wrong_is_named(recorded: Path, tmp_path: Path) -> None:
    async def act(here: Scene) -> None:
        await here.sync(0)
        (said,) = here.said
        assert said.startswith("P01 back: its clock is ")
        assert "and P01 thigh agrees with this computer" in said

    run(recorded, tmp_path, act, back_off_ms=HOUR_MS)


@pytest.mark.parametrize("lost", ["thigh", "back"])
def test_a_lost_clock_is_not_set_by_a_laptop_that_the_other_node_contradicts(
    recorded: Path, tmp_path: Path, lost: str
) -> None:
    """Whichever of them is synced first."""

    async def act(here: Scene) -> None:
        report = await here.sync(HOUR_MS)
        assert "Nothing here shows which is wrong" in "".join(here.said)
        assert (here.left(report), [r.clock_was_set for r in report.synced]) == ([lost], [False, False])
        (node,) = [r.node for r in report.synced if r.clock_was_left]
        assert here.store.anchors(node.node_id) == []
        asked = await here.sync(HOUR_MS, set_clock=True)
        assert [protocol.ROLE_NAMES[r.node.role] for r in asked.synced if r.clock_was_set] == [lost]

    run(recorded, tmp_path, act, lost=(lost,))


def test_a_lost_clock_is_set_by_a_right_laptop(recorded: Path, tmp_path: Path) -> None:
    async def act(here: Scene) -> None:
        report = await here.sync(0)
        assert (here.said, here.left(report)) == ([], [])
        assert sum(r.clock_was_set for r in report.synced) == 1

    run(recorded, tmp_path, act, lost=("back",))


def test_where_both_clocks_are_lost_they_are_set(recorded: Path, tmp_path: Path) -> None:
    async def act(here: Scene) -> None:
        report = await here.sync(HOUR_MS)
        assert [r.clock_was_set for r in report.synced] == [True, True]

    run(recorded, tmp_path, act, lost=("thigh", "back"))


def test_a_check_finds_the_laptop_at_fault_and_not_the_nodes(recorded: Path, tmp_path: Path) -> None:
    async def act(here: Scene) -> None:
        rig = here.rig
        states, unread = await visit_nodes(rig.radio, here.store, rig.keys, 30, lambda: rig.utc_ms() + HOUR_MS)
        looked = Question(rig.keys, Needs(), minutes=0).answer(here.store, states, unread, rig.utc_ms() / 1000)
        codes = [f.code for f in looked.judged.findings]
        assert "laptop_clock" in codes
        assert "clock" not in codes

    run(recorded, tmp_path, act)
