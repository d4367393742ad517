"""The commands as users and scripts meet them: help, JSON, exit codes, Ctrl-C, and a whole way from node to report."""

import asyncio
import contextlib
import csv
import hmac
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest
from bumble.core import UUID, AdvertisingData
from bumble.device import Device
from bumble.gatt import Characteristic, Service

from ambula.base.errors import (
    AmbulaError,
    InputError,
    MissingPart,
    ProtocolError,
    SimulatorError,
    StoreError,
    TransportError,
)
from ambula.base.version import SOFTWARE
from ambula.cli.app import EXIT_CODES, GROUPS, MODULES, LazyCommands
from ambula.cli.result_commands import _SHOWN
from ambula.days.dictionary import entry
from ambula.nodes.keys import KeyFile
from ambula.nodes.session import NodeKey
from ambula.nodes.visit import SCAN_S
from ambula.sim.air import Air
from ambula.store import Store
from ambula.synthetic import Kind, Participant, Stretch, simulate
from nodecore import protocol
from tests.support import worn
from tests.support.command import ABSENT, Ambula, Laptop, Ran, finish, look_like_a_terminal, start

COMMANDS: dict[str, Any] = dict(LazyCommands())
WITH_JSON = [name for name, command in COMMANDS.items() if any("--json" in p.opts for p in command.params)]
RECORDED_MIN = worn.EPOCHS * 5 / 60

pytestmark = pytest.mark.usefixtures("_as_new")


# ---- help, version, usage


@pytest.mark.parametrize("arguments", [[], *([c] for c in COMMANDS)], ids=" ".join)
@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_fits_80_columns(ambula: Ambula, arguments: list[str], flag: str) -> None:
    ran = ambula(*arguments, flag)
    assert (ran.code, ran.err) == (0, "")
    assert "Usage:" in ran.out
    assert max(map(len, ran.out.splitlines())) <= 80
    assert ("--json" in ran.out) == (arguments != [] and arguments[0] in WITH_JSON)
    assert "…" not in ran.out  # nothing is cut off
    assert not re.search(r"<(str|int|float|bool|path|file|text|dir)", ran.out)  # a Python type is nothing to type
    if arguments:
        words = [w for p in COMMANDS[arguments[0]].params if not p.hidden for w in (p.help or "").split()]
        assert set(words) <= set(ran.out.split())  # no word is broken


def test_the_list_of_commands_loads_none_of_them() -> None:
    code = "import sys; sys.argv[1:] = ['--help']\ntry: main()\nexcept SystemExit: print(*sys.modules, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", f"from ambula.cli import main\n{code}"], capture_output=True, text=True
    )
    loaded = done.stderr.split()
    assert "typer" in loaded
    assert not {"numpy", "rich", "asyncio", "ambula.store", *(f"ambula.cli.{m}" for m in MODULES.values())} & {*loaded}


def test_each_command_stands_in_a_group_with_what_it_is_for(ambula: Ambula) -> None:
    told = ambula("--help").out
    for title, group in GROUPS.items():
        assert f"\n{title}:\n" in told
        for name, (_, words) in group.items():
            assert re.search(rf"^  {name} +{re.escape(words)}$", told, re.MULTILINE)
            assert COMMANDS[name].help


def test_a_slip_of_the_pen_is_met_with_the_command_that_was_meant(ambula: Ambula) -> None:
    assert "Did you mean 'summary'?" in ambula("sumary").err


def test_version(ambula: Ambula) -> None:
    ran = ambula("--version")
    assert (ran.code, ran.out, ran.err) == (0, f"{SOFTWARE}\n", "")


def test_the_help_tells_every_exit_code(ambula: Ambula) -> None:
    told = ambula("--help").out.partition("Exit codes:")[2]
    codes = {InputError: 3, StoreError: 4, TransportError: 5, ProtocolError: 6, SimulatorError: 7, MissingPart: 10}
    assert {kind: kind.exit_code for kind in AmbulaError.__subclasses__() if kind in codes} == codes
    assert {kind.exit_code for kind in AmbulaError.__subclasses__()} <= {int(code) for code in EXIT_CODES}
    for code, meaning in EXIT_CODES.items():
        assert re.search(rf"^  {code} +{meaning}$", told, re.MULTILINE)


@pytest.mark.parametrize("arguments", [["walk"], ["classify"], ["sync", "--timeout", "0"], ["demo", "--days", "x"]])
def test_wrong_usage_is_2(ambula: Ambula, arguments: list[str]) -> None:
    ran = ambula(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert "Usage:" in ran.err
    assert "Traceback" not in ran.err


# ---- from the nodes to the report


def test_the_whole_way_from_two_nodes_to_a_report(
    recorded: Path, ambula: Ambula, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path / "kept" / "s.db"

    async def visit() -> list[Ran]:
        async with worn.worn_again(recorded, tmp_path / "rig", "P7") as rig:
            laptop = Laptop(rig.air, tmp_path)
            rig.laptop_near()
            return [
                await laptop.ambula("scan", "--timeout", "10"),
                await laptop.ambula("scan", "--timeout", "10", "--json"),
                await laptop.ambula("sync", "--store", store, "--zone", "Europe/Oslo", "--participant", "P7"),
                await laptop.ambula("sync", "--store", store, "--json"),
            ]

    visited = [ran.of_another_day() for ran in asyncio.run(visit())]
    note = f"note: {store} is a new store, with the recordings of P7\n"
    assert [(ran.code, ran.err) for ran in visited] == [(0, ""), (0, ""), (0, note), (0, "")]
    check_scans(*visited[:2])
    check_syncs(*visited[2:])
    check_status(ambula("status", "--store", store), ambula("status", "--store", store, "--json"))
    daily = tmp_path / "daily.csv"
    with monkeypatch.context() as screen:
        look_like_a_terminal(screen)
        shown = ambula("summary", "--store", store, "--csv", daily)
    check_summary(shown, ambula("summary", "--store", store, "--json"), daily)
    report = ambula("report", "--store", store, "--out", tmp_path / "out.html")
    assert (report.code, report.err) == (0, "")
    page = (tmp_path / "out.html").read_text()
    assert page.lower().startswith("<!doctype html>")
    assert "P7" in page


def check_scans(shown: Ran, told: Ran) -> None:
    """Both nodes, in the table as in the JSON."""
    found = json.loads(told.out)
    assert sorted(f["role"] for f in found) == ["back", "thigh"]
    rows = [line.split() for line in shown.out.splitlines()]
    for f in found:
        assert ["P7", f["role"], str(f["rssi_dbm"])] in rows
        assert f["participant"] == "P7"


def check_syncs(first: Ran, second: Ran) -> None:
    """All came the first time; nothing was left for the second."""
    for line, role in zip(sorted(first.out.splitlines()), ("back", "thigh"), strict=True):
        assert line.startswith(f"P7 {role}: {worn.EPOCHS} epochs (8 h 20 min), ")
    told = json.loads(second.out)
    assert {(n["role"], n["epochs"], n["damaged_bytes"]) for n in told} == {("thigh", 0, 0), ("back", 0, 0)}


def check_status(shown: Ran, said: Ran) -> None:
    """Every value of the JSON stands in the table."""
    told = json.loads(said.out)
    assert {(n["participant"], n["role"]) for n in told} == {("P7", "back"), ("P7", "thigh")}
    assert [(n["epochs"], n["slots"]["recorded"] + n["slots"]["not worn"]) for n in told] == [(worn.EPOCHS,) * 2] * 2
    assert [n["slots"]["lost"] for n in told] == [0, 0]
    for receipts in (n["receipts"] for n in told):
        assert receipts["proved_bytes"] == receipts["stored_bytes"] > 50_000
        assert (receipts["unknown_bytes"], receipts["changed"]) == (0, [])
    rows = [" ".join(line.split()) for line in shown.out.splitlines()]
    for node in told:
        for key, value in node.items():
            if key == "slots":
                assert any(row.startswith("slots recorded 8 h 20 min, rebooting ") for row in rows)
            elif key == "faults":
                assert value == {}
                assert "faults none" in rows
            elif key == "receipts":
                proved = f"{value['proved_bytes']} of {value['stored_bytes']} bytes proved to be the node's"
                assert f"receipts {proved}" in rows
            elif key == "sensor":
                assert value["refusal"] == "not enough still epochs (0 of 60)"  # never still, see worn.py
                assert f"sensor unknown: {value['refusal']}" in rows
            elif key == "store":
                assert f"schema {value['schema']}" in rows
            elif key not in ("participant", "role", "software"):
                assert f"{key.replace('_', ' ')} {'-' if value is None else value}" in rows


def check_summary(shown: Ran, said: Ran, daily: Path) -> None:
    """The table, the JSON and daily.csv hold the same days."""
    told = json.loads(said.out)
    days = told["days"]
    note = "note: P7: height not set: 1.70 m assumed for pace. Set it: `ambula height 182`"
    assert (shown.code, " ".join(shown.err.split()), said.err, told["participant"]) == (0, note, f"{note}\n", "P7")
    assert max(map(len, shown.out.splitlines())) <= 80
    assert {d["zone"] for d in days} == {"Europe/Oslo"}  # kept from the sync
    assert sum(d["worn_min"] + d["not_worn_min"] for d in days) == pytest.approx(RECORDED_MIN, abs=0.2)
    rows = [line.split() for line in shown.out.splitlines()]
    for name in _SHOWN:
        meaning = entry("day", name)
        assert [*meaning.heading.split(), *(meaning.shown(d[name]) for d in days)] in rows
    with daily.open() as file:
        lines = list(csv.DictReader(file))
    assert [float(line["steps"]) for line in lines] == pytest.approx([d["steps"] for d in days], abs=1e-3)


def test_classify_json_tells_what_the_file_holds(ambula: Ambula, tmp_path: Path) -> None:
    write_csv(tmp_path / "t.csv", 60)
    ran = ambula("classify", "--thigh", tmp_path / "t.csv", "--out", tmp_path / "e.csv", "--json")
    told = json.loads(ran.out)
    activities = [line.split(",")[1] for line in (tmp_path / "e.csv").read_text().splitlines()[1:]]
    assert (ran.code, told["epochs"], told["out"]) == (0, 12, str(tmp_path / "e.csv"))
    assert ran.err == "note: height not set: 1.70 m assumed for walking speed. Set it: `--height 182`\n"
    assert {k: v for k, v in told["minutes"].items() if v} == {activities[0]: 1.0}
    assert set(activities) == {activities[0]}


def test_classify_takes_a_height(ambula: Ambula, tmp_path: Path) -> None:
    walk = simulate([Stretch(0, 60, Kind.WALKING)], Participant(1)).thigh
    rows = np.column_stack([np.arange(len(walk)) / 26, walk])
    np.savetxt(tmp_path / "t.csv", rows, "%.4f", ",", header="t,x,y,z", comments="")
    speeds: list[float] = []
    for height in ((), ("--height", "170"), ("--height", "187")):
        ran = ambula("classify", "--thigh", tmp_path / "t.csv", "--out", tmp_path / "e.csv", *height)
        assert (ran.code, "height not set" in ran.err) == (0, not height)
        with (tmp_path / "e.csv").open() as file:
            walked = [float(row["speed_kmh"]) for row in csv.DictReader(file) if row["activity"] == "walking"]
        speeds.append(float(np.mean(walked)))
    assert speeds[0] == speeds[1]
    assert speeds[2] == pytest.approx(speeds[0] * 1.1, abs=0.02)
    assert ambula("classify", "--thigh", tmp_path / "t.csv", "--out", tmp_path / "e.csv", "--height", "1.82").code == 2


def test_a_replay_says_what_the_nodes_did_not_record(ambula: Ambula, tmp_path: Path) -> None:
    """Samples that never change are a stuck sensor's for the firmware, which records none of them."""
    rows = np.column_stack([np.arange(26 * 60) / 26, np.tile([1, 0, 0], (26 * 60, 1))])
    np.savetxt(tmp_path / "t.csv", rows, "%.4f", ",", header="t,x,y,z", comments="")
    ran = ambula("replay", "--thigh", tmp_path / "t.csv", "--out", tmp_path / "r.csv")
    assert ran.code == 3
    assert "of 12 epochs were not recorded. Its log says: imu stuck" in ran.err
    assert "Samples that stay exactly the same" in ran.err
    write_csv(tmp_path / "t.csv", 60)
    whole = ambula("replay", "--thigh", tmp_path / "t.csv", "--out", tmp_path / "r.csv")
    assert (whole.code, "not recorded" in whole.err) == (0, False)


def write_csv(path: Path, seconds: int, rate_hz: int = 26) -> None:
    """A thigh that hangs straight down and trembles a little."""
    t_s = np.arange(seconds * rate_hz) / rate_hz
    noise = np.random.default_rng(1).normal(0, 0.002, (len(t_s), 3))
    np.savetxt(path, np.column_stack([t_s, noise + np.array([1, 0, 0])]), "%.4f", ",", header="t,x,y,z", comments="")


# ---- only one node


def test_only_the_named_node_is_synced(recorded: Path, tmp_path: Path) -> None:
    async def go() -> None:
        async with worn.worn_again(recorded, tmp_path / "rig") as rig:
            laptop = Laptop(rig.air, tmp_path)
            rig.laptop_near()
            sync = ("sync", "--store", tmp_path / "s.db", "--json", "--timeout")
            rig.air.set_out_of_range("thigh", True)
            half = await laptop.ambula(*sync, "5")
            assert (half.code, [n["role"] for n in json.loads(half.out)]) == (0, ["back"])
            assert half.err.startswith("note: P01 thigh was not heard. Double-tap it and run this again\n")
            rig.air.set_out_of_range("thigh", False)
            ran = await laptop.ambula(*sync, "20", "--node", "back")
            assert [(n["role"], n["epochs"]) for n in json.loads(ran.out)] == [("back", 0)], ran
            nobody = await laptop.ambula(*sync, "1", "--participant", "P8")
            assert "P01 thigh, P01 back" in nobody.failed_with(3)
            assert "thigh or back" in (await laptop.ambula(*sync, "1", "--node", "left")).failed_with(3)

    asyncio.run(go())


# ---- nobody, no radio, a stranger


def test_nobody_there_is_5(tmp_path: Path) -> None:
    async def go() -> None:
        async with Air() as air:
            laptop = Laptop(air, tmp_path)
            ran = await laptop.ambula("sync", "--store", tmp_path / "s.db", "--timeout", "1")
            assert "no node found in 1 s. Double-tap" in ran.failed_with(5)
            ran = await laptop.ambula("scan", "--timeout", "1", "--json")
            assert (ran.code, json.loads(ran.out), ran.err) == (0, [], "")

    asyncio.run(go())


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux reaches its Bluetooth by a socket that can be hidden")
@pytest.mark.parametrize("command", ["scan", "sync"])
def test_a_machine_without_bluetooth_is_5_at_once(
    ambula: Ambula, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={quote(str(tmp_path))}/no-bus")
    began = time.monotonic()
    ran = ambula(command, *(("--store", tmp_path / "s.db") if command == "sync" else ()))
    assert "no Bluetooth service on this machine" in ran.failed_with(5)
    assert time.monotonic() - began < SCAN_S


def test_no_keys_is_3(ambula: Ambula, tmp_path: Path) -> None:
    KeyFile().path.unlink()
    assert "no node was set up on this computer" in ambula("sync", "--store", tmp_path / "s.db").failed_with(3)


async def stranger(air: Air, characteristics: list[Characteristic[bytes]], hint: bytes) -> Device:
    """Put a device on the air that advertises Ambula's service and is something else."""
    device = await air.add_central("stranger")
    service = UUID(protocol.SERVICE_UUID)
    device.add_service(Service(service, characteristics))
    flags = bytes((AdvertisingData.Flags.LE_GENERAL_DISCOVERABLE_MODE,))
    kind = AdvertisingData.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS
    said = protocol.COMPANY.to_bytes(2, "little") + hint
    data = AdvertisingData(
        [(AdvertisingData.FLAGS, flags), (kind, bytes(service)), (AdvertisingData.MANUFACTURER_SPECIFIC_DATA, said)]
    )
    # Ten times a second: bumble's own once a second is as long as a short scan, and so is heard in most of them only.
    await device.start_advertising(
        advertising_data=bytes(data), auto_restart=True, advertising_interval_min=100, advertising_interval_max=100
    )
    return device


def hint_of(key: NodeKey) -> bytes:
    return b"abc" + hmac.digest(key.key, b"hintabc", "sha256")[:3]


@pytest.mark.parametrize("answer", [None, b"hello"], ids=["nothing", "another thing"])
def test_a_stranger_that_repeats_the_hint_of_ours_is_6(answer: bytes | None, tmp_path: Path) -> None:
    read, may = Characteristic.Properties.READ, Characteristic.READABLE
    offered = [] if answer is None else [Characteristic(protocol.PUBLIC_UUID, read, may, answer)]

    async def go() -> None:
        async with Air() as air:
            await stranger(air, offered, hint_of(ABSENT))
            ran = await Laptop(air, tmp_path).ambula("sync", "--store", tmp_path / "s.db", "--timeout", "3")
            assert "Ambula node" in ran.failed_with(6)

    asyncio.run(go())
    with Store(tmp_path / "s.db") as store:
        assert store.nodes() == []


def test_nodes_of_others_are_left_alone(tmp_path: Path) -> None:
    async def go() -> None:
        async with Air() as air:
            device = await stranger(air, [], b"abcdef")
            laptop = Laptop(air, tmp_path)
            ran = await laptop.ambula("sync", "--store", tmp_path / "s.db", "--timeout", "3")
            assert "none of your nodes found in 3 s, but 1 not set up on this computer" in ran.failed_with(5)
            ran = await laptop.ambula("scan", "--timeout", "3", "--json")
            assert [(n["role"], n["participant"]) for n in json.loads(ran.out)] == [("unknown", None)]
            assert not device.connections

    asyncio.run(go())


# ---- Ctrl-C


def press_ctrl_c(process: asyncio.subprocess.Process) -> None:
    """As a terminal does: to the whole group."""
    os.killpg(process.pid, signal.SIGINT)


def test_ctrl_c_in_a_sync_loses_nothing(recorded: Path, tmp_path: Path) -> None:
    store = tmp_path / "s.db"

    async def go() -> int:
        async with worn.worn_again(recorded, tmp_path / "rig") as rig:
            laptop = Laptop(rig.air, tmp_path)
            rig.laptop_near()
            process = await laptop.start("sync", "--store", store)
            while sum(c.up.bytes for c in rig.air.counters.values()) < 60_000:
                assert process.returncode is None
                await asyncio.sleep(0.002)
            press_ctrl_c(process)
            assert "Nothing is lost" in (await finish(process)).of_another_day().failed_with(130)
            with Store(store) as cut:
                had = sum(len(worn.stored_data(cut, n.role)) for n in cut.nodes())
            for _ in range(3):  # on a busy machine a node may have shut its window
                rig.laptop_near()
                ran = await laptop.ambula("sync", "--store", store)
                if ran.code == 0:
                    return had
        pytest.fail(f"it does not go on: {ran}")

    had = asyncio.run(go())
    with contextlib.closing(sqlite3.connect(store)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    expected = worn.recorded_segments(recorded)
    assert 0 < had < sum(map(len, expected.values()))
    with Store(store) as kept:
        for role, name in enumerate(worn.ROLES):
            assert worn.stored_data(kept, role)[: len(expected[name])] == [s.data for s in expected[name]]


def test_ctrl_c_while_nobody_is_there(tmp_path: Path) -> None:
    async def go() -> None:
        async with Air() as air:
            process = await Laptop(air, tmp_path).start("sync", "--store", tmp_path / "s.db", "--timeout", "60")
            while not any(controller.le_scan_enable for controller in air._link.controllers):
                assert process.returncode is None
                await asyncio.sleep(0.01)
            press_ctrl_c(process)
            (await finish(process)).of_another_day().failed_with(130)

    asyncio.run(go())


def test_ctrl_c_in_a_replay_leaves_nothing(tmp_path: Path) -> None:
    write_csv(tmp_path / "t.csv", 14_400)
    results = tmp_path / "results"
    results.mkdir()

    async def go(scratch: Path) -> None:
        process = await start(
            *("replay", "--thigh", tmp_path / "t.csv", "--out", results / "e.csv"), TMPDIR=str(scratch)
        )
        while not processes_with(f"{scratch}/ambula-"):  # the node's
            assert process.returncode is None
            await asyncio.sleep(0.01)
        press_ctrl_c(process)
        assert "stopped" in (await finish(process)).failed_with(130)

    with tempfile.TemporaryDirectory(prefix="ambula-test-") as scratch:  # short enough for the nodes' sockets
        asyncio.run(go(Path(scratch)))
        assert os.listdir(scratch) == os.listdir(results) == []
        assert processes_with(scratch) == []


def processes_with(argument: str) -> list[str]:
    """The folders and command lines of processes, as far as this system shows them, that hold an argument."""
    found: list[str] = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            text = f"{path.with_name('cwd').readlink()} {path.read_text()}"
        except OSError:
            continue
        if argument in text:
            found.append(text)
    return found
