"""Made-up people in files of today: a change of the code that moves a figure, a name or an order shows here.

Where a change is meant: one more for FIGURES in `host/ambula/base/version.py`, a line in CHANGELOG.md, "Figures
changed", then `python -m tests.unit.days.test_golden_week`, which writes the files anew. Say why in the commit.
"""

import hashlib
import json
import re
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest

from ambula.base.version import FIGURES, SOFTWARE, __version__
from ambula.days.csv_file import daily_csv_text, weekly_csv_text
from ambula.days.local_days import ZoneHistory
from ambula.days.rules import SETS
from ambula.days.summary import summarise_days, summarise_week
from ambula.epochs.table import EpochTable
from ambula.firmware_build.version import firmware
from ambula.participant.results import results
from ambula.participant.zones import zones_of
from ambula.store import Store
from ambula.synthetic.wear import counted_day
from ambula.twin.score import score_stream
from nodecore.roles import BACK_BIT, THIGH_BIT
from tests.support.made_days import OSLO
from tests.support.made_people import made_store, made_table
from tests.support.misread import misread
from tests.support.worn_hours import NOON_TO_NOON, taken_off, worn_each_day, worn_from

ROOT = Path(__file__).parents[3]
GOLDEN = Path(__file__).with_name("golden")
HASHES = GOLDEN / "figures.json"
FILES = ("daily.csv", "weekly.csv", "others.csv", "records.txt")
WHAT_TO_DO = (
    "the figures of the same records changed. If that is meant, no output may pass for one of the program before: "
    f"FIGURES = {FIGURES + 1} in host/ambula/base/version.py, a line in CHANGELOG.md under 'Figures changed', and "
    "`python -m tests.unit.days.test_golden_week`"
)


def week(folder: Path) -> dict[str, str]:
    """Return the text of each file, without what names the program: that may move alone."""
    made_store(folder / "s.db", {"P01": 1}, 7)
    with Store(folder / "s.db") as store:
        found = results(store, "P01", zones_of(store, "P01", "Europe/Oslo"))
    texts = {
        "daily.csv": daily_csv_text(found.days),
        "weekly.csv": weekly_csv_text([found.week]),
        "others.csv": others(),
        "records.txt": records(),
    }
    return {name: text.replace(SOFTWARE, "SOFTWARE").replace(firmware(), "FIRMWARE") for name, text in texts.items()}


def others() -> str:
    """The weeks of people on whom the rules bear that a plain week of both nodes does not touch."""
    people: dict[str, tuple[EpochTable, str]] = {
        "the thigh node alone": (worn_from(2, NOON_TO_NOON, THIGH_BIT), "ambula"),
        "the back node alone": (worn_from(3, NOON_TO_NOON, BACK_BIT), "ambula"),
        "2% misread": (misread(made_table(4, 4), 0.02, 4), "ambula"),
        "taken off at night": (taken_off(made_table(5, 5), (22, 7)), "waking"),
        "from nine to six": (worn_each_day(6, 5, (9, 18)), "hunt4"),
    }
    zones = ZoneHistory.of(OSLO)
    weeks = [summarise_week(summarise_days(t, zones, SETS[by]), rules=SETS[by]) for t, by in people.values()]
    rows = weekly_csv_text(weeks).splitlines()
    return "\n".join([f"who{rows[0].removeprefix('participant')}", *map(str.__add__, people, rows[1:]), ""])


def records() -> str:
    """What the classifier makes of a made day's samples: how many records of each kind, and all of them as a hash."""
    counts = counted_day(1, 0).counts
    lines: list[str] = []
    for role, samples in enumerate(counts):
        data = score_stream(samples, role)
        kinds = np.bincount(data[:, 0] & 15, minlength=10).tolist()
        lines.append(f"{role} {' '.join(map(str, kinds))} {hashlib.sha256(data.tobytes()).hexdigest()}")
    return "\n".join([*lines, ""])


def hash_of(texts: dict[str, str]) -> str:
    return hashlib.sha256("\0".join(texts[name] for name in FILES).encode()).hexdigest()[:16]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return week(tmp_path_factory.mktemp("week"))


@pytest.mark.parametrize("name", FILES)
def test_the_week_is_the_same_bytes(files: dict[str, str], name: str) -> None:
    assert files[name] == (GOLDEN / name).read_text("utf-8"), WHAT_TO_DO


def test_the_number_of_the_figures_moves_with_them() -> None:
    """The files in the repository: who writes them anew has to move the number, and who moves it has to write them."""
    hashes: dict[str, str] = json.loads(HASHES.read_text("utf-8"))
    kept = {name: (GOLDEN / name).read_text("utf-8") for name in FILES}
    assert hashes.get(str(FIGURES)) == hash_of(kept), WHAT_TO_DO
    assert list(hashes) == [str(n) for n in range(int(next(iter(hashes))), FIGURES + 1)]
    assert len(set(hashes.values())) == len(hashes)


def test_each_number_has_its_line_in_the_changelog() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    told = [int(n) for n in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)]
    assert told == list(range(FIGURES, 0, -1)), "CHANGELOG.md, 'Figures changed': the newest first"
    assert f"## {__version__}" in text


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        written = week(Path(made))
    known: dict[str, str] = json.loads(HASHES.read_text("utf-8")) if HASHES.exists() else {}
    if known.get(str(FIGURES), hash_of(written)) != hash_of(written):
        sys.exit(f"nothing was written: {WHAT_TO_DO}")
    for file_name, file_text in written.items():
        (GOLDEN / file_name).write_text(file_text, "utf-8")
    HASHES.write_text(json.dumps({**known, str(FIGURES): hash_of(written)}, indent=1) + "\n", "utf-8")
