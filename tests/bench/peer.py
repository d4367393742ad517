"""The host path against ActiMotus 2.4.0 (Features and Activities) on a day of 50-Hz thigh data, CPU time of one run."""

import importlib
import logging
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ambula.recordings.recording import Recording, resample
from ambula.synthetic import Kind, Participant, Stretch, default_day, simulate
from ambula.twin.score import score_stream
from nodecore import roles
from nodecore.sampling import ODR_HZ

Float = NDArray[np.float64]
RATE_HZ = 50
DAY_S = 86_400
RUNS = 3  # of each, in turn; the fastest counts


def thigh_at_50_hz(plan: list[Stretch]) -> Float:
    """Return a synthetic participant's thigh, g, repeated until a day is full, (n, 3)."""
    made = simulate(plan, Participant(1)).thigh
    t_s = np.arange(0, len(made) / ODR_HZ, 1 / RATE_HZ)
    acc_g = np.stack([np.interp(t_s, np.arange(len(made)) / ODR_HZ, made[:, axis]) for axis in range(3)], axis=1)
    return np.resize(acc_g, (DAY_S * RATE_HZ, 3))


def ours(acc_g: Float) -> None:
    """Resample and score."""
    score_stream(resample(Recording.even(acc_g, float(RATE_HZ))).counts, roles.THIGH)


def actimotus() -> Callable[[Float], None] | None:
    """Return the peer as a function of g, or None if it is not installed."""
    try:
        peer: Any = importlib.import_module("actimotus")
        pandas: Any = importlib.import_module("pandas")
    except ImportError:
        return None
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")

    def run(acc_g: Float) -> None:
        index = pandas.date_range("2024-01-01", periods=len(acc_g), freq="20ms", name="datetime")
        frame = pandas.DataFrame(acc_g * [1, -1, -1], index=index, columns=["acc_x", "acc_y", "acc_z"])
        peer.Activities().compute(peer.Features().compute(frame, sampling_frequency=float(RATE_HZ)))

    return run


def cpu_s(work: Callable[[Float], None], acc_g: Float) -> float:
    """Return the CPU seconds of one run."""
    start_s = time.process_time()
    work(acc_g)
    return time.process_time() - start_s


def compare(say: Callable[[str, str], None]) -> None:
    """Print CPU seconds of a day that mostly moves and of a day as people have them, beside the peer's."""
    peer = actimotus()
    if peer is None:
        say("a day against ActiMotus", "not installed: pip install acti-motus==2.4.0")
        return
    moving = [Stretch(600.0 * i, 600.0, kind) for i, kind in enumerate((Kind.WALKING, Kind.STAIRS_UP, Kind.RUNNING))]
    for name, plan in (("all moving", moving), ("realistic", default_day(1, 0))):
        acc_g = thigh_at_50_hz(plan)
        runs = [(cpu_s(ours, acc_g), cpu_s(peer, acc_g)) for _ in range(RUNS)]
        mine, theirs = (min(column) for column in zip(*runs, strict=True))
        say(
            f"24 h at 50 Hz, {name}, CPU against ActiMotus",
            f"{mine:.2f} s, {theirs:.2f} s: {theirs / mine:.1f} x faster",
        )


if __name__ == "__main__":
    compare(lambda what, value: print(f"{what:<58}{value}", flush=True))
