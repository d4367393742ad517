"""Makes the pieces of one commit, by that commit's own program. Run by `add.py`, in that commit's environment.

Everything here but the hour that is worn is the commit's: its synthetic participant, its virtual nodes with its
firmware, its sync, its commands. Names that moved in the history are looked for where they were. No test runs this.

argv: the folder for the pieces, and the hours of the synthetic day, as 7.3-8.3.
"""

import asyncio
import importlib
import importlib.resources
import inspect
import json
import shutil
import struct
import subprocess
import sys
import types
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

LATER_MIN = 10  # which the nodes record after the last sync: in their logs, not in the store
RATE_HZ = 26
ZONE = "Europe/Oslo"
PLAN_DATE = "2026-03-02"


def first(*names: str) -> Any:
    """Import the first module of these that the commit has."""
    for name in names:
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError as e:
            if e.name is None or not name.startswith(e.name):
                raise
    raise ModuleNotFoundError(names[0])


DEMO = first("ambula.rehearsal.demo", "ambula.demo")
IMAGE = importlib.import_module("ambula.sim.image")
RIG = importlib.import_module("ambula.sim.rig")
STORE = importlib.import_module("ambula.store")
SYNTHETIC = importlib.import_module("ambula.synthetic")
PARTICIPANT, FIRST_DAY = DEMO.PARTICIPANT, DEMO.FIRST_DAY


def samples_of(start_h: float, hours: float) -> list[np.ndarray]:
    """Return counts of thigh and back, from an hour of the first synthetic day on."""
    person = SYNTHETIC.Participant(1) if "seed" in inspect.signature(SYNTHETIC.Participant).parameters else None
    person = person or SYNTHETIC.Participant.random(1)
    made = SYNTHETIC.simulate(SYNTHETIC.default_day(1, 0), person, day_index=0)
    part = slice(round(start_h * 3600) * RATE_HZ, round((start_h + hours) * 3600) * RATE_HZ)
    return [np.clip(np.rint(side[part] * 4096), -32767, 32767).astype(np.int16) for side in (made.thigh, made.back)]


async def wear(folder: Path, start_h: float, hours: float) -> None:
    """Let two virtual nodes record, sync twice into `folder`/store.db, and let them record on."""
    start_ms = round(FIRST_DAY.replace(tzinfo=ZoneInfo(ZONE)).timestamp() + start_h * 3600) * 1000
    samples = samples_of(start_h, hours + LATER_MIN / 60)
    clocks = ((40, 18), (-250, -12))
    settings = {"zone": ZONE}
    wearers = [RIG.VirtualWearer(i, samples[i], start_ms, *clocks[i], config=settings) for i in range(2)]
    knows = inspect.signature(RIG.Rig.__init__).parameters
    more = {"participant": PARTICIPANT} if "participant" in knows else {}
    more |= {"peers": True} if "peers" in knows else {}
    rig = RIG.Rig(folder, wearers, **more)
    for role in range(2):
        read_at_setup(rig, role, settings, start_ms - 3_600_000)
    async with rig:
        with STORE.Store(folder / "store.db") as store:
            store.set("synthetic", SYNTHETIC.SYNTHETIC_LABEL)
            store.set("zone", ZONE)
            await rig.run_until(start_ms + 60_000)
            await DEMO._visit(rig, store, lambda *_: None)
            await rig.run_until(start_ms + round(hours * 3_600_000) + RIG.SETTLE_MS)
            await DEMO._visit(rig, store, lambda *_: None)
        await rig.run_until(rig.utc_ms() + LATER_MIN * 60_000)
        rig.laptop_near()
        await seal(rig, folder)


def read_at_setup(rig: Any, role: int, settings: dict[str, Any], utc_ms: int) -> None:
    """Build the node's image with the set-up's reading of its clock in the log, where the commit knows such.

    The commit's own words for a board run in a real MicroPython, with its firmware's own log, on a folder.
    """
    if not hasattr(importlib.import_module("nodecore.segment"), "READING"):
        return
    node_setup, on_board = (importlib.import_module(f"ambula.usb.{name}") for name in ("node_setup", "on_board"))
    rows = importlib.import_module("ambula.store.rows")
    name = ("thigh", "back")[role]
    image, log = rig.flash_path(name), rig.flash_path(name).with_suffix(".board") / "log"
    log.mkdir(parents=True)
    IMAGE.build_image(image, {"role": name, **settings}, node_setup.new_key(), rig._pair)
    payload = struct.pack(rows.READING_FORMAT, utc_ms, utc_ms + 40, 7)
    words = on_board.KEEP_READING.format(log=str(log), role=role, payload=payload, epoch=utc_ms // 5000)
    firmware = Path(str(importlib.resources.files("ambula_firmware")))
    board = "class _board:\n    battery_mv = lambda: 4000\n_text = lambda path: ''\n"
    code = f"import sys\nsys.path.insert(0, {str(firmware)!r})\n{board}{words}"
    micropython = importlib.import_module("ambula.sim.node").find_micropython()
    said = subprocess.run([micropython, "-c", code], capture_output=True, text=True, check=True)
    if said.stdout.strip() != "1":
        raise RuntimeError(f"no reading was kept: {said.stdout} {said.stderr}")
    fs = IMAGE.log_system(image)
    fs.makedirs("log", exist_ok=True)
    for file in log.iterdir():
        with fs.open(f"log/{file.name}", "wb") as out:
            out.write(file.read_bytes())
    IMAGE.put_log_system(image, fs)


async def seal(rig: Any, folder: Path) -> None:
    """Have both nodes seal what they hold, by a sync into a copy of the store that is not kept."""
    shutil.copy(folder / "store.db", folder / "later.db")
    with STORE.Store(folder / "later.db") as later:
        await DEMO._visit(rig, later, lambda *_: None)


def command(folder: Path, *words: str) -> str:
    """Run a command of the commit on the store; where it does not know it, return nothing."""
    known = subprocess.run([sys.executable, "-S", "-m", "ambula", words[0], "--help"], capture_output=True, check=False)
    if known.returncode:
        return ""
    said = subprocess.run(
        [sys.executable, "-S", "-m", "ambula", *words, "--store", str(folder / "store.db")],
        capture_output=True,
        text=True,
        check=False,
    )
    print(f"$ ambula {' '.join(words)} -> {said.returncode} {said.stderr.strip()[-300:]}")
    return said.stdout if said.returncode == 0 else ""


def note_all(folder: Path) -> None:
    """Put one row into each of the store's tables of people, by the commit's own commands."""
    who = ("--participant", PARTICIPANT)
    command(folder, "zone", ZONE, *who)
    command(folder, "zone", "Europe/London", "--from", "2026-03-05T12:00", *who)
    command(folder, "height", "178", *who)
    command(folder, "note", "stairs", "--pain", "3", "--at", "2026-03-02T08:00", *who)
    template = command(folder, "programme", "--template").split("\n")
    if len(template) > 1:
        plan = folder / "plan.toml"
        plan.write_text("\n".join(template).replace("start_days = 3", "start_days = 4"), encoding="utf-8")
        command(folder, "programme", "--plan", str(plan), "--start", PLAN_DATE, *who)
    if hasattr(STORE, "Check"):
        with STORE.Store(folder / "store.db") as store:  # `check` needs nodes that are worn now
            names = list(inspect.signature(STORE.Check).parameters)
            values = {"utc_s": 1_772_432_400, "verdict": "go", "accepted_by": "", "found": "[]"}
            store.add_check(PARTICIPANT, STORE.Check(**{n: values[n] for n in names}))


def figures(folder: Path) -> dict[str, Any]:
    """Return what the commit makes of its own store."""
    load = first("ambula.participant.epochs", "ambula.wearer").load_epochs
    with STORE.Store(folder / "store.db") as store:
        table = load(store, PARTICIPANT)
        nodes = store.nodes()
        epochs = [len(store.records(n.node_id)) for n in nodes]
    words = importlib.import_module("nodecore.activity").NAMES
    counts = {words[code]: int(n) for code, n in zip(*np.unique(table.activity, return_counts=True), strict=True)}
    said: dict[str, Any] = {"epochs": epochs, "fused": len(table), "activities": counts}
    said["steps"] = round(float(table.steps.sum()), 3)
    said["next_offset"] = [n.next_offset for n in nodes]
    said["ledger"] = ledgers(folder)
    said["day"] = day(folder)
    return said


def ledgers(folder: Path) -> list[dict[str, int]]:
    """Return the slots of each state that has any, a node, as `ambula status` has them."""
    told = json.loads(command(folder, "status", "--json"))
    nodes = told["nodes"] if isinstance(told, dict) else told
    return [{state: n for state, n in node["slots"].items() if n} for node in nodes]


def day(folder: Path) -> dict[str, Any]:
    """Return the day's figures, as `ambula summary --json` had them."""
    said = command(folder, "summary", "--participant", PARTICIPANT, "--json")
    return json.loads(said)["days"][0]


def sets(folder: Path) -> None:
    """Write a Parquet set of epochs and a backup, where the commit has them."""
    try:
        write = first("ambula.cohort.epoch_set").write_epoch_set
    except ModuleNotFoundError:
        return
    load = first("ambula.participant.epochs", "ambula.wearer").load_epochs
    with STORE.Store(folder / "store.db") as store:
        more = {"height_m": 1.78} if "height_m" in inspect.signature(write).parameters else {}
        write(folder / "set", PARTICIPANT, load(store, PARTICIPANT), ZoneInfo(ZONE), **more)


def node_files(folder: Path) -> list[int]:
    """Take log and settings of both nodes out of their flash images; return where each log begins."""
    begins: list[int] = []
    for role in ("thigh", "back"):
        image = folder / f"{role}.img"
        chunks = IMAGE.log_chunks(image)
        (folder / f"{role}.log").write_bytes(b"".join(chunks[at] for at in sorted(chunks)))
        (folder / f"{role}.config.json").write_bytes(config_of(image))
        begins.append(min(chunks))
    return begins


def config_of(image: Path) -> bytes:
    """Return config.json as it lies on the node."""
    if hasattr(IMAGE, "program_file"):
        return IMAGE.program_file(image, "config.json")
    data = bytearray(image.read_bytes())
    fs = (
        IMAGE._file_system(data)
        if not hasattr(IMAGE, "PROGRAM_BLOCKS")
        else IMAGE._file_system(IMAGE.PROGRAM_BLOCKS, data[: IMAGE.PROGRAM_BLOCKS * IMAGE.BLOCK_SIZE])
    )
    with fs.open("config.json", "rb") as file:
        return file.read()


def settings_of_setup(folder: Path) -> None:
    """Write config.json as the commit's `ambula setup` makes it, where it has that command."""
    try:
        setup = importlib.import_module("ambula.usb.node_setup")
    except ModuleNotFoundError:
        return
    wanted = first("ambula.usb.wanted", "ambula.usb.node_setup").Wanted(PARTICIPANT, 0, ZONE, "tap", 7)
    more = []
    if "key" in inspect.signature(setup._config).parameters:
        more = [importlib.import_module("ambula.nodes.keys").KeyFile(folder / "keys.json").load()[0]]
    made = setup._config(types.SimpleNamespace(settings={"window_every_s": 600}), wanted, *more)
    (folder / "setup.config.json").write_bytes(made)


def keys_with_states(folder: Path) -> None:
    """Write a key file in which a device was set up again and another one retired, where the commit knows that."""
    try:
        files = first("ambula.nodes.keys", "ambula.keys")
        session = first("ambula.nodes.session", "ambula.secure")
    except ModuleNotFoundError:
        return
    if not hasattr(files.KeyFile, "retire"):
        return
    shutil.copy(folder / "keys.json", folder / "keys-states.json")
    kept = files.KeyFile(folder / "keys-states.json")
    thigh, back = kept.load()
    kept.add(session.NodeKey(thigh.device_id, thigh.role, thigh.participant, session.new_key(), thigh.pair))
    kept.retire([back])


def main() -> None:
    """Make all pieces."""
    folder = Path(sys.argv[1])
    start_h, end_h = (float(x) for x in sys.argv[2].split("-"))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    asyncio.run(wear(folder, start_h, end_h - start_h))
    begins = node_files(folder)
    note_all(folder)
    told = {"log_first": begins, **figures(folder)}
    (folder / "expected.json").write_text(json.dumps(told, indent=1), encoding="utf-8")
    sets(folder)
    settings_of_setup(folder)
    keys_with_states(folder)


if __name__ == "__main__":
    main()
