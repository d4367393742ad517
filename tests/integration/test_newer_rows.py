"""A store with something in it that only a newer Ambula knows: it is read, nothing vanishes, and it is said."""

import json
from pathlib import Path

import pytest

from ambula.exports.formats import Format
from ambula.store import Store
from nodecore import activity, record
from tests.support.command import Ambula
from tests.support.made_log import add_log, sitting_but_for

NOON_S = 1_772_539_200
UNKNOWN_CODE = 12
EXPORTS = [kind.value for kind in Format]


def a_record(part: int) -> bytes:
    """Sitting or lying, and in each second part a class that comes with a later version."""
    rec = bytearray(sitting_but_for(lambda _: False)(part))
    rec[record.ACTIVITY] = UNKNOWN_CODE if part % 2 else activity.SEDENTARY
    return bytes(rec)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "ambula.db"
    with Store(made) as kept:
        add_log(kept, "P01", NOON_S, 48 * 12, a_record)
        kept.set("zone", "UTC")
    return made


def test_a_class_that_is_not_known_counts_as_other_and_is_said(path: Path, ambula: Ambula) -> None:
    said = ambula("summary", "--store", path, "--json")
    told = json.loads(said.out)
    minutes = [day for day in told["days"] if day["recorded_min"]]
    for day in minutes:
        parts = [day[f"{name}_min"] or 0 for name in activity.NAMES]
        assert sum(parts) == pytest.approx(day["recorded_min"])
        assert day["other_min"] > 0
    (line,) = [line for line in told["versions"] if "activity" in line]
    assert line == (
        "1440.0 min of the thigh node have an activity that this Ambula does not know (code 12). "
        "They count as other: update Ambula."
    )
    assert "does not know (code 12)" in " ".join(ambula("summary", "--store", path).out.split())


@pytest.mark.parametrize("kind", EXPORTS)
def test_every_export_writes_it(path: Path, ambula: Ambula, tmp_path: Path, kind: str) -> None:
    said = ambula("export", "--to", kind, "--store", path, "--out", tmp_path / "out")
    assert said.code == 0, said.err
