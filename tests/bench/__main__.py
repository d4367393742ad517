"""`make bench`: ratios within one run, since machines are noisy; never a test that can fail by the clock."""

import asyncio
import json
import subprocess
import tempfile
import time
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ambula.firmware_build.files import ROOT
from ambula.nodes.sync import sync_each
from ambula.nodes.visit import find_nodes
from ambula.sim.node import HEAP, find_micropython
from ambula.sim.rig import SETTLE_MS, Rig, VirtualWearer
from ambula.store import Store
from ambula.synthetic import Kind, Participant, Stretch, default_day, simulate
from ambula.twin.score import score_stream
from nodecore import record, roles, score
from nodecore.protocol import ROLE_NAMES
from nodecore.sampling import COUNTS_PER_G, EPOCH_S, EPOCH_SAMPLES
from tests.bench import c3_model, cohort, heap, peer, sync_bytes, week

HERE = Path(__file__).parent
BUSIEST = 4  # kernels that have a line of their own
START_MS = 356_000_000 * EPOCH_S * 1000


def counts_of(acc_g: np.ndarray) -> np.ndarray:
    """Return g as the sensor's int16 counts."""
    return np.clip(np.rint(acc_g * COUNTS_PER_G), -32767, 32767).astype(np.int16)


def say(what: str, value: str) -> None:
    """Print one line of the table."""
    print(f"{what:<58}{value}", flush=True)


def epoch_cost(folder: Path) -> None:
    """What an epoch costs on MicroPython, against a bytecode loop in the same process, and by the model on a C3."""
    walk = counts_of(simulate([Stretch(0.0, 100.0, Kind.WALKING)], Participant(3)).thigh)
    path = folder / "walk.bin"
    walk.tofile(path)
    command = [find_micropython(), "-X", "heapsize=16M", str(HERE / "epoch_cost.py"), str(ROOT), str(path)]
    found: dict[str, Any] = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    loop_us = found["reference_us"]
    for kind in ("walking", "still"):
        us = found[f"{kind}_us"]
        say(f"{kind} epoch on MicroPython (unix)", f"{us:.0f} us = {us / loop_us:.4f}")
    say("  of the reference loop, 100,000 bytecode additions", f"{loop_us} us")
    try:
        from tests.bench.rv32 import Kernels
    except ImportError:
        say("epoch on an ESP32-C3, by model", "left out: needs `pip install unicorn`")
        return
    still = np.zeros((10 * EPOCH_SAMPLES, 3), np.int16)
    still[:, 0] = COUNTS_PER_G
    for kind, samples in (("walking", walk[: 10 * EPOCH_SAMPLES]), ("still", still)):
        say_c3(kind, found, work_on(Kernels(), samples))


def work_on(kernels: Any, samples: np.ndarray) -> dict[str, c3_model.Work]:
    """Score samples with emulated kernels, and return what an epoch made each of them do, the busiest first."""
    epochs = samples.reshape(-1, 3 * EPOCH_SAMPLES)
    scorer, rec = score.EpochScorer(roles.THIGH), bytearray(record.SIZE)
    with kernels.installed():
        for epoch in epochs:
            scorer.score(array("h", epoch.tolist()), EPOCH_SAMPLES, rec)
    works = {n: c3_model.work_of(r.blocks, r.taken, r.runtime, len(epochs)) for n, r in kernels.ran.items()}
    return dict(sorted(works.items(), key=lambda item: -item[1].instructions))


def say_c3(kind: str, found: dict[str, Any], works: dict[str, c3_model.Work]) -> None:
    """Print the model's estimate: kernels by instructions, the rest by programs with published times."""
    work = sum(works.values(), c3_model.NO_WORK)
    kernels, rest = c3_model.kernels_ms(work), c3_model.bytecode_ms(found, kind)
    say(f"{kind} epoch, ESP32-C3 at 160 MHz, by model", f"{kernels + rest}")
    say(f"  kernels, {work.instructions / 1e6:.2f} million rv32imc instructions", str(kernels))
    for name, one in list(works.items())[:BUSIEST]:
        say(f"    {name}, {one.instructions:,.0f} instructions", f"{c3_model.kernels_ms(one).likely:.2f} ms")
    say("  the rest, bytecode", str(rest))
    if kind == "walking":
        say("  goal, limit", f"{c3_model.GOAL_MS} ms, {c3_model.LIMIT_MS} ms")


def host_paths(day: np.ndarray) -> None:
    """The numpy path against the plain one, an hour of the same day, and the whole day."""
    hour = day[9 * 3600 * 26 :][: 720 * EPOCH_SAMPLES]

    def plain() -> None:
        scorer, rec = score.EpochScorer(roles.THIGH), bytearray(record.SIZE)
        for epoch in hour.reshape(-1, 3 * EPOCH_SAMPLES):
            scorer.score(memoryview(epoch.tobytes()).cast("h"), EPOCH_SAMPLES, rec)

    slow_s, fast_s = seconds(plain), seconds(lambda: score_stream(hour, roles.THIGH))
    say("numpy against plain Python, one hour, same records", f"{slow_s / fast_s:.0f} x faster")
    say("numpy, 24 h of one node", f"{seconds(lambda: score_stream(day, roles.THIGH)):.2f} s")


def seconds(work: Callable[[], object]) -> float:
    """Return how long `work` took."""
    start_s = time.perf_counter()
    work()
    return time.perf_counter() - start_s


async def whole_day(folder: Path, samples: list[np.ndarray], heap: str) -> None:
    """A day on two virtual nodes, then a sync."""
    end_ms = START_MS + len(samples[0]) // EPOCH_SAMPLES * EPOCH_S * 1000 + SETTLE_MS
    wearers = [VirtualWearer(role, s, START_MS) for role, s in enumerate(samples)]
    async with Rig(folder, wearers, heap=heap) as rig:
        start_s = time.perf_counter()
        await rig.run_until(end_ms)
        say("a day on two virtual nodes", f"{time.perf_counter() - start_s:.1f} s")
        packets = {name: list[bytes]() for name in rig.nodes}
        rig.air.on_packet = lambda name, packet: packets[name].append(packet)
        rig.laptop_near()
        with Store(folder / "bench.db") as store:
            start_s = time.perf_counter()
            await sync_each(rig.radio, store, await find_nodes(rig.radio, rig.keys, 10), rig.utc_ms)
            took_s = time.perf_counter() - start_s
            stored = {ROLE_NAMES[node.role]: node.next_offset for node in store.nodes()}
        payload = sum(stored.values())
        moved = sum(rig.air.counters[name].total_bytes for name in rig.nodes)
        say("flash, bytes an epoch", f"{payload / 2 / (len(samples[0]) // EPOCH_SAMPLES):.2f}")
        say("sync of that day, air bytes / payload", f"{moved / payload:.3f}")
        for name, size in stored.items():
            for cause, count in sync_bytes.by_cause(packets[name], size).items():
                say(f"  {name}: {cause}", f"{count:,} = {count / size:.4f}")
        say("sync of that day, unpaced virtual air", f"{took_s:.2f} s")


def main() -> None:
    """Run all benchmarks."""
    made = simulate(default_day(1, 0), Participant(1))
    samples = [counts_of(made.thigh), counts_of(made.back)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        epoch_cost(folder)
        host_paths(samples[0])
        peer.compare(say)
        asyncio.run(whole_day(folder / "day", samples, HEAP))
    heap.smallest(say)
    week.summary_and_report(say)
    for kind in ("set", "stores"):
        cohort.table(16, kind)


if __name__ == "__main__":
    main()
