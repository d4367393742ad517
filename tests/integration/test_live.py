"""`ambula live`: the real firmware tells what it sees while it records, over the air."""

import asyncio
import json
import os
import re
import signal
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ambula.nodes.keys import KeyFile
from ambula.nodes.session import NodeKey
from ambula.sim.air import Air
from ambula.sim.rig import SETTLE_MS, Rig, VirtualWearer
from ambula.store import Store
from nodecore import activity, fuse, record
from tests.support import worn
from tests.support.anew import start_anew
from tests.support.command import Ambula, Laptop, Ran, finish

# Still, but for the noise without which a node takes its sensor for stuck.
STANDING = (np.array([4096, 0, 0]) + np.random.default_rng(1).integers(-9, 9, (26 * 900, 3))).astype(np.int16)


def steps(process: asyncio.subprocess.Process) -> Any:
    """Return a call that waits for the next line of `live --json`."""
    assert process.stdout is not None
    stream = process.stdout

    async def step() -> dict[str, Any]:
        return json.loads(await asyncio.wait_for(stream.readline(), 60))

    return step


def press_ctrl_c(process: asyncio.subprocess.Process) -> None:
    os.killpg(process.pid, signal.SIGINT)


def test_what_is_shown_is_what_is_synced_later(recorded: Path, tmp_path: Path) -> None:
    """Both nodes at once, class by class, and what the two make together is what they fuse to."""

    async def go() -> list[dict[str, Any]]:
        async with worn.worn_again(recorded, tmp_path / "rig", samples=STANDING) as rig:
            laptop = Laptop(rig.air, tmp_path)
            await rig.run_until(worn.END_MS + 60_000)
            rig.laptop_near()
            ran = await laptop.ambula("live", "--json", "--seconds", "12", "--timeout", "20")
            assert ran.code == 0, ran
            assert ran.err.startswith("note: a node's radio stays on while you watch (26.8 mA"), ran
            assert (await laptop.ambula("sync", "--store", tmp_path / "s.db", "--timeout", "20")).code == 0
            return [json.loads(line) for line in ran.out.splitlines()]

    told = asyncio.run(go())
    assert 2 <= len(told) <= 5
    with Store(tmp_path / "s.db") as store:
        by_role = {node.role: store.records(node.node_id) for node in store.nodes()}
    kept = {
        name: dict(zip(by_role[role].epoch.tolist(), by_role[role].data, strict=True))
        for role, name in enumerate(worn.ROLES)
    }
    seen: set[tuple[str, int]] = set()
    for line in told:
        for row in line["nodes"]:
            assert (row["participant"], row["link"], row["signal_dbm"]) == ("P01", "live", -60)
            assert row["state"] == "recording"
            epoch = epoch_of(row["epoch_utc"])
            rec = kept[row["node"]][epoch]
            assert row["activity"] == activity.NAMES[rec[record.ACTIVITY] & 15]
            assert row["inclination_deg"] == 0
            assert 3000 < row["battery_mv"] < 4300
            seen.add((row["node"], epoch))
        fused = bytearray(fuse.SIZE)
        epoch = epoch_of(line["together"]["epoch_utc"])
        fuse.fuse(kept["thigh"][epoch].tobytes(), kept["back"][epoch].tobytes(), fused)
        assert line["together"]["by"] == "laptop"
        assert line["together"]["activity"] == activity.NAMES[fused[fuse.ACTIVITY]]
    assert len(seen) >= 4  # it moved on


def epoch_of(utc: str) -> int:
    return int(datetime.fromisoformat(utc).timestamp()) // 5


def test_a_node_that_goes_away_is_told_and_comes_back(recorded: Path, tmp_path: Path) -> None:
    async def go() -> None:
        async with worn.worn_again(recorded, tmp_path / "rig", samples=STANDING) as rig:
            await rig.run_until(worn.END_MS + 60_000)
            rig.laptop_near()
            process = await Laptop(rig.air, tmp_path).start("live", "--json", "--timeout", "20")
            step = steps(process)
            links: list[dict[str, str]] = []

            async def until(back: str) -> None:
                while True:
                    line = await step()
                    links.append({row["node"]: row["link"] for row in line["nodes"]})
                    lost = next(row for row in line["nodes"] if row["node"] == "back")
                    assert (lost["activity"] is None) == (lost["link"] != "live")
                    if links[-1]["back"].startswith(back):
                        return

            await until("live")
            rig.air.set_out_of_range("back", True)
            await until("lost")
            rig.air.set_out_of_range("back", False)
            rig.nodes["back"].tap()
            await until("live")
            assert {link["thigh"] for link in links} == {"live"}
            press_ctrl_c(process)
            ran = await finish(process)
            assert ran.code == 130
            assert ran.err.endswith("ambula: stopped. Nothing is lost: run the same command again\n")

    asyncio.run(go())


def test_one_node_only_in_plain_lines(recorded: Path, tmp_path: Path) -> None:
    async def go() -> None:
        async with worn.worn_again(recorded, tmp_path / "rig", samples=STANDING) as rig:
            await rig.run_until(worn.END_MS + 60_000)
            rig.laptop_near()
            ran = await Laptop(rig.air, tmp_path).ambula("live", "--node", "thigh", "--seconds", "3")
            assert ran.code == 0, ran
            assert ran.out.startswith("P01 thigh: standing, 0 deg,"), ran
            assert "-60 dBm, recording\n" in ran.out
            assert "back" not in ran.out

    asyncio.run(go())


def test_a_terminal_of_80_columns_shows_it_in_one_place(recorded: Path, tmp_path: Path) -> None:
    async def go() -> tuple[int | None, str]:
        async with worn.worn_again(recorded, tmp_path / "rig", samples=STANDING) as rig:
            await rig.run_until(worn.END_MS + 60_000)
            rig.laptop_near()
            process, terminal = await Laptop(rig.air, tmp_path).at_terminal("live", "--timeout", "20")
            await terminal.until("together: standing (")
            await terminal.until("together: standing (")
            rig.air.set_out_of_range("back", True)
            await terminal.until("back: lost. Bring it nearer or double-tap it")
            press_ctrl_c(process)
            code = await asyncio.wait_for(process.wait(), 60)
            await asyncio.wait_for(terminal.closed.wait(), 60)
            return code, terminal.text

    code, text = asyncio.run(go())
    assert code == 130
    assert text.endswith("ambula: stopped. Nothing is lost: run the same command again\r\n")
    assert "Traceback" not in text
    lines = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", text).replace("\r", "\n").splitlines()
    assert max(map(len, lines)) <= 80
    assert "our takes" not in lines[1]  # the note is cut between words
    shown = text.split("\x1b[?25l")[-1].split("class")[1:]
    assert len(shown) >= 3
    assert all(up in one for one in shown[:-1] for up in ("\x1b[1A", "\x1b[2K"))  # over what was there before
    assert text.rindex("\x1b[?25h") > text.rindex("\x1b[?25l")  # the cursor is back


def test_nobody_there_is_told(tmp_path: Path) -> None:
    async def go() -> None:
        async with Air() as air:
            ran = await Laptop(air, tmp_path).ambula("live", "--timeout", "1")
            assert ran.failed_with(5).startswith("no node found in 1 s. Double-tap")

    asyncio.run(go())


@pytest.mark.usefixtures("_as_new")
def test_whose_nodes_is_asked_where_it_is_not_clear(ambula: Ambula) -> None:
    KeyFile().add(NodeKey("ab" * 8, 1, "P8", bytes(32)))
    assert "has keys of P8, P9. Choose one with --participant" in ambula("live").failed_with(3)


def test_a_node_whose_sensor_is_dead_is_not_recording(tmp_path: Path) -> None:
    """One sensor is stuck from the start, the other breaks while it is watched: the log's words are shown."""

    async def go() -> tuple[list[dict[str, Any]], Ran]:
        now_ms = round(time.time() * 1000)
        start_ms = now_ms - 120_000
        async with Rig(tmp_path / "rig", [VirtualWearer(role, STANDING, start_ms) for role in range(2)]) as rig:
            await start_anew(rig.nodes["thigh"], faults=(("fifo", "stuck", 0, 2 * now_ms, 0),))
            await start_anew(rig.nodes["back"], faults=(("fifo", "stuck", now_ms - 60_000, 2 * now_ms, 0),))
            await rig.run_until(round(time.time() * 1000) + SETTLE_MS)
            laptop = Laptop(rig.air, tmp_path)
            rig.laptop_near()
            ran = await laptop.ambula("live", "--json", "--seconds", "50", "--timeout", "20")
            words = await laptop.ambula("live", "--seconds", "7", "--timeout", "20", "--node", "back")
            return [json.loads(line) for line in ran.out.splitlines()], words

    told, words = asyncio.run(go())
    thigh, back = told[-1]["nodes"]
    for row in (thigh, back):
        assert (row["link"], row["activity"], row["fault"]) == ("live", None, "imu stuck"), row
    assert epoch_of(back["silent_since_utc"]) > epoch_of(thigh["silent_since_utc"]) - 40
    assert "back: nothing recorded since " in words.out
    assert ". Its log says: imu stuck. Restart it, or use another node" in words.out
    assert "recording" not in words.out
