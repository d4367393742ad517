"""A made-up week in two files of today: a change of the code that moves a figure, a name or an order shows here.

Where a change is meant: `python -m tests.unit.days.test_golden_week` writes them anew; say why in the commit.
"""

import tempfile
from pathlib import Path

import pytest

from ambula.days.csv_file import daily_csv_text, weekly_csv_text
from ambula.participant.results import results
from ambula.participant.zones import zones_of
from ambula.store import Store
from tests.support.made_people import made_store

GOLDEN = Path(__file__).with_name("golden")


def week(folder: Path) -> dict[str, str]:
    """Return the text of each file."""
    made_store(folder / "s.db", {"P01": 1}, 7)
    with Store(folder / "s.db") as store:
        found = results(store, "P01", zones_of(store, "P01", "Europe/Oslo"))
    return {"daily.csv": daily_csv_text(found.days), "weekly.csv": weekly_csv_text([found.week])}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return week(tmp_path_factory.mktemp("week"))


@pytest.mark.parametrize("name", ["daily.csv", "weekly.csv"])
def test_the_week_is_the_same_bytes(files: dict[str, str], name: str) -> None:
    assert files[name] == (GOLDEN / name).read_text("utf-8")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        for name, text in week(Path(made)).items():
            (GOLDEN / name).write_text(text, "utf-8")
