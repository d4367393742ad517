"""`python -m tests.bench.week`: a week's summary and report out of the store, as a user waits for them."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.support.made_people import made_store

GOAL_S = 2


def summary_and_report(say: Callable[[str, str], None]) -> None:
    """Tell the best of three runs of each command, start of Python included, and of both together."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made_store(folder / "s.db", {"P01": 1}, 7)
        summary = ["summary", "--store", str(folder / "s.db"), "--format", "csv", "--out", str(folder / "daily.csv")]
        report = ["report", "--store", str(folder / "s.db"), "--out", str(folder / "report.html")]
        took_s = [min(_seconds(command) for _ in range(3)) for command in (summary, report)]
    say("a week's summary, report, from the store", f"{took_s[0]:.2f} s, {took_s[1]:.2f} s")
    say("  both, goal", f"{sum(took_s):.2f} s, {GOAL_S} s")


def _seconds(command: list[str]) -> float:
    start_s = time.perf_counter()
    subprocess.run([sys.executable, "-m", "ambula", *command], check=True, capture_output=True)
    return time.perf_counter() - start_s


if __name__ == "__main__":
    summary_and_report(lambda what, value: print(f"{what:<58}{value}"))
