"""`python -m tests.bench.cohort [PEOPLE [stores]]`: epochs/s and memory of `ambula cohort` at PEOPLE, 2x and 4x PEOPLE.

The people are made records, not signals: eight weeks, each copied for as many people as it takes.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from zoneinfo import ZoneInfo

from ambula.cohort import write_epoch_set
from tests.support.made_people import made_store, made_table

JOBS = 2
HUNT4_PEOPLE = 31_295
_WEEKS = 8
_RUN = """
import json, resource, sys
from pathlib import Path
from ambula.cohort import run_cohort
if __name__ == "__main__":
    out = run_cohort(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), jobs=int(sys.argv[4]))
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    cpu = sum(resource.getrusage(who).ru_utime + resource.getrusage(who).ru_stime
              for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(out.epochs, own, out.peak_kib, cpu)
"""


def made_cohort(folder: Path, people: int, kind: str) -> None:
    """Fill a folder with people, seven days each, as a data set ("set") or as stores ("stores")."""
    for i in range(people):
        place = folder / (f"participant=P{i:05}/part-0.parquet" if kind == "set" else f"P{i:05}.db")
        if i >= _WEEKS:
            first = str(place).replace(f"P{i:05}", f"P{i % _WEEKS:05}")
            place.parent.mkdir(exist_ok=True)
            shutil.copy(first, place)
        elif kind == "set":
            write_epoch_set(folder, f"P{i:05}", made_table(i, 7), ZoneInfo("Europe/Oslo"))
        else:
            made_store(place, {"P": i}, 7)


def measure(people: int, kind: str) -> tuple[float, float, int, float]:
    """Return seconds, CPU seconds, epochs, and MiB at the peak: the job's own and its processes', as if all at once."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "in").mkdir()
        made_cohort(folder / "in", people, kind)
        (folder / "run.py").write_text(_RUN)
        places = [folder / "run.py", folder / "in", folder / "days.parquet", folder / "persons.parquet"]
        start_s = time.perf_counter()
        told = subprocess.run(
            [sys.executable, *map(str, places), str(JOBS)], capture_output=True, text=True, check=True
        ).stdout.split()
        took_s = time.perf_counter() - start_s
    epochs, own_kib, worker_kib, cpu_s = int(told[0]), int(told[1]), int(told[2]), float(told[3])
    return took_s, cpu_s, epochs, (own_kib + JOBS * worker_kib) / 1024


def table(people: int, kind: str = "set") -> None:
    """Print a line for each of three sizes, and what the largest means for the study's people."""
    print(f"{'people':>8}{'epochs':>12}{'s':>8}{'CPU s':>8}{'epochs/s':>12}{'MiB':>7}   {kind}, {JOBS} processes")
    found = [(n, *measure(n, kind)) for n in (people, 2 * people, 4 * people)]
    for n, took_s, cpu_s, epochs, mib in found:
        print(f"{n:>8}{epochs:>12,}{took_s:>8.1f}{cpu_s:>8.1f}{epochs / took_s:>12,.0f}{mib:>7.0f}", flush=True)
    (small, _, cpu_small, *_), (large, _, cpu_large, *_) = found[0], found[-1]
    each_s = (cpu_large - cpu_small) / (large - small)
    clock_min = HUNT4_PEOPLE * found[-1][1] / large / 60  # the start included: rather too long
    cpu_min = HUNT4_PEOPLE * each_s / JOBS / 60
    told = f"{clock_min:.0f} min by the clock with the start, {cpu_min:.0f} by CPU time without"
    print(f"{HUNT4_PEOPLE:,} people of 7 days: {told}")


if __name__ == "__main__":
    table(int(sys.argv[1]) if len(sys.argv) > 1 else 50, sys.argv[2] if len(sys.argv) > 2 else "set")
