"""`ambula check` over the air: the real firmware tells how it is, and the laptop's clock is the real one."""

import asyncio
import contextlib
import json
import os
import signal
import time
from collections.abc import AsyncGenerator
from pathlib import Path

import numpy as np

from ambula.sim.rig import SETTLE_MS, Rig, VirtualWearer
from ambula.store import Store
from ambula.synthetic import Kind, Participant, Stretch, simulate
from tests.support.anew import start_anew
from tests.support.command import Laptop

_MINUTES = 3
PLAN = [
    Stretch(0, 60, Kind.STANDING),
    Stretch(60, 60, Kind.RECLINED),
    Stretch(120, 120, Kind.WALKING),
]


def rig_now(folder: Path, plan: list[Stretch] = PLAN) -> Rig:
    """Two nodes, put on three minutes before now; the laptop's clock is this computer's."""
    made = simulate(plan, Participant(3))
    start_ms = round(time.time() * 1000) - _MINUTES * 60_000
    counts = [np.rint(acc_g * 4096).clip(-32768, 32767).astype(np.int16) for acc_g in (made.thigh, made.back)]
    return Rig(folder, [VirtualWearer(role, c, start_ms) for role, c in enumerate(counts)])


@contextlib.asynccontextmanager
async def worn_now(folder: Path, plan: list[Stretch] = PLAN) -> AsyncGenerator[tuple[Rig, Laptop]]:
    """Two nodes that have been worn until now, and a laptop that is not near yet."""
    async with rig_now(folder / "rig", plan) as rig:
        await rig.run_until(round(time.time() * 1000) + SETTLE_MS)
        yield rig, Laptop(rig.air, folder)


def test_two_nodes_that_are_ready_are_a_go_with_figures(tmp_path: Path) -> None:
    async def go() -> None:
        async with worn_now(tmp_path) as (rig, laptop):
            rig.laptop_near()
            ready = await laptop.ambula("check", "--nodes-only", "--store", tmp_path / "s.db", "--timeout", "20")
            assert ready.code == 0, ready
            *nodes, verdict = ready.out.splitlines()
            assert verdict == "Ready. This is no Go yet: put the nodes on, and check again."
            for role, line in zip(("thigh", "back"), sorted(nodes, reverse=True), strict=True):
                assert line.startswith(f"{role}: 4.00 V, good for ")
                assert "self-test passed" in line
            worn = await laptop.ambula("check", "--store", tmp_path / "s.db", "--minutes", "3", "--json")
            told = json.loads(worn.out)
            assert (worn.code, told["go"]) == (0, True), worn
            assert told["findings"] == []
            assert told["worn_on"] == {"thigh": "thigh", "back": "back"}
            assert {n["role"]: abs(n["clock_offset_ms"]) < 2000 for n in told["nodes"]} == {"thigh": True, "back": True}

    asyncio.run(go())


def test_a_weak_cell_and_a_node_out_of_range_are_a_no_go(tmp_path: Path) -> None:
    async def go() -> None:
        async with worn_now(tmp_path) as (rig, laptop):
            rig.nodes["thigh"].set_battery_mv(3650)
            rig.air.set_out_of_range("back", True)
            rig.laptop_near()
            ran = await laptop.ambula("check", "--store", tmp_path / "s.db", "--timeout", "5")
            assert ran.code == 8
            assert "The back node was not heard: double-tap it and check again." in ran.out
            assert "The thigh node's cell (3.65 V) lasts about 0 days, not 7: charge it first." in ran.out
            assert ran.out.splitlines()[-1] == "No-go."

    asyncio.run(go())


def test_a_node_that_recorded_nothing_or_was_stopped_is_a_no_go(tmp_path: Path) -> None:
    """A sensor that is stuck from the start, and a recording that somebody stopped: the week would be lost."""

    async def go() -> None:
        async with rig_now(tmp_path / "rig") as rig:
            stuck = ("fifo", "stuck", 0, 2 * round(time.time() * 1000), 0)
            await start_anew(rig.nodes["back"], faults=(stuck,))
            await rig.run_until(round(time.time() * 1000) + SETTLE_MS)
            laptop = Laptop(rig.air, tmp_path)
            rig.laptop_near()
            check = ("check", "--store", tmp_path / "s.db", "--minutes", "3", "--timeout", "20")
            ran = await laptop.ambula(*check)
            assert ran.code == 8, ran
            assert "The back node has recorded nothing in the last 3 min. Its log says: imu stuck." in ran.out
            assert (await laptop.ambula("stop", "--node", "thigh", "--yes", "--timeout", "20")).code == 0
            ran = await laptop.ambula(*check)
            assert ran.code == 8, ran
            assert "The thigh node's recording is over or was stopped: `ambula start` starts it." in ran.out

    asyncio.run(go())


def test_live_says_what_is_still_missing_and_ends_with_the_go(tmp_path: Path) -> None:
    """The wearer has stood and sat, and begins to walk while the laptop looks on; a fault is no matter of waiting."""
    # Three minutes are over at the start; a busy machine has half a minute until the first look.
    sits_on = [Stretch(0, 90, Kind.STANDING), Stretch(90, 120, Kind.RECLINED), Stretch(210, 180, Kind.WALKING)]

    async def go() -> None:
        async with worn_now(tmp_path, sits_on) as (rig, laptop):
            rig.laptop_near()
            ran = await laptop.ambula("check", "--live", "--store", tmp_path / "s.db", "--timeout", "20")
            assert ran.code == 0, ran
            said = [line[9:] for line in ran.err.splitlines() if line[2:3] == ":"]
            assert said[-1] == "Still missing: walking. Please walk as you usually do, for half a minute.", ran
            assert ran.out.splitlines()[-1] == "Go: the nodes are ready, and worn as they should be."
        with Store(tmp_path / "s.db") as store:
            assert [(c.verdict, c.accepted_by, c.found) for c in store.checks("P01")] == [("go", "", "")]

    asyncio.run(go())


def test_what_is_unknown_is_no_go_until_a_person_accepts_it_and_the_store_keeps_who(tmp_path: Path) -> None:
    never_sits = [Stretch(0, 60, Kind.STANDING), Stretch(60, 180, Kind.WALKING)]

    async def go() -> None:
        async with worn_now(tmp_path, never_sits) as (rig, laptop):
            rig.laptop_near()
            check = ("check", "--store", tmp_path / "s.db", "--minutes", "3", "--timeout", "20")
            ran = await laptop.ambula(*check)
            assert ran.code == 8, ran
            assert "Still missing: sitting. Please sit on a chair and lean back, for half a minute." in ran.out
            ran = await laptop.ambula(*check, "--plan", "walk")
            assert ran.code == 0, ran
            assert ran.out.splitlines()[-1].endswith("worn as they should be as far as could be seen.")
            ran = await laptop.ambula(*check, "--accept", "BH")
            assert ran.code == 0, ran
            assert ran.out.splitlines()[-1] == "Go, against what is unknown: that is kept with the week."
            (thigh, _) = json.loads((await laptop.ambula("status", "--store", tmp_path / "s.db", "--json")).out)
            assert "no-go (missing_sitting); " in thigh["checks"]
            assert thigh["checks"].endswith("accepted by BH (missing_sitting)")
            summary = json.loads((await laptop.ambula("summary", "--json", "--store", tmp_path / "s.db")).out)
            assert [c["accepted_by"] for c in summary["checks"]] == ["", "", "BH"]

    asyncio.run(go())


def test_a_node_says_what_it_is_planned_for(tmp_path: Path) -> None:
    """Days come from the node's own plan, and a start that is to come is told with its time."""
    made = simulate(PLAN, Participant(3))
    start_ms = round(time.time() * 1000) - _MINUTES * 60_000
    counts = [np.rint(acc_g * 4096).clip(-32768, 32767).astype(np.int16) for acc_g in (made.thigh, made.back)]
    plans = [{"days": 30}, {"start": start_ms // 1000 + 20 * 86_400, "days": 30}]
    wearers = [VirtualWearer(role, c, start_ms, config=plans[role]) for role, c in enumerate(counts)]

    async def go() -> None:
        async with Rig(tmp_path / "rig", wearers) as rig:
            await rig.run_until(round(time.time() * 1000) + SETTLE_MS)
            laptop = Laptop(rig.air, tmp_path)
            rig.laptop_near()
            ran = await laptop.ambula("check", "--json", "--store", tmp_path / "s.db", "--timeout", "20")
            told = json.loads(ran.out)
            days = {n["role"]: (round(n["waits_days"]), round(n["days_to_record"])) for n in told["nodes"]}
            assert days == {"thigh": (0, 30), "back": (20, 30)}
            assert {(f["code"], f["node"]) for f in told["findings"]} >= {
                ("battery", "back"),
                ("waiting", "back"),
                ("not_seen", "back"),
            }
            assert ran.code == 8

    asyncio.run(go())


def test_ctrl_c_ends_the_looking_with_the_verdict_so_far(tmp_path: Path) -> None:
    never_sits = [Stretch(0, 60, Kind.STANDING), Stretch(60, 300, Kind.WALKING)]

    async def go() -> None:
        async with worn_now(tmp_path, never_sits) as (rig, laptop):
            rig.laptop_near()
            look = ("check", "--live", "--store", tmp_path / "s.db", "--timeout", "20")
            process, terminal = await laptop.at_terminal(*look)
            await terminal.until("Still missing: sitting.")
            os.killpg(process.pid, signal.SIGINT)
            await terminal.closed.wait()
            assert await process.wait() == 8, terminal.text
            assert terminal.text.rstrip().endswith("No-go.")
        with Store(tmp_path / "s.db") as store:
            assert [(c.verdict, c.found) for c in store.checks("P01")] == [("no-go", "missing_sitting")]

    asyncio.run(go())
