"""`ambula replay` (firmware, flash, radio, store) and `ambula classify` (numpy) write the same file, byte for byte."""

import asyncio
import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ambula.epochs.csv_file import write_epochs_csv
from ambula.firmware_build.version import firmware
from ambula.recordings.classify import classify
from ambula.rehearsal.replay import replay
from ambula.sim.node import find_micropython
from ambula.synthetic import Kind, Participant, Stretch, simulate
from ambula.synthetic.plan import DayBuilder

DATA = Path(__file__).parents[3] / "shared" / "data"
_CUT_S = 240
_X_DOWN = (-1, -1, 1)
_X_UP = (1, 1, 1)

Acc = NDArray[np.float64]


@dataclass(frozen=True)
class Worn:
    """A recording and what of it to use: site names (empty: not worn) and the t at which each file starts."""

    person: str
    thigh: str
    back: str
    turn: tuple[int, int, int] = _X_UP
    thigh_start_s: float = 0.0
    back_start_s: float = 0.0


WORN = [
    Worn("hugadb_v1/S02", "acc_thigh", "", _X_DOWN),
    Worn("hugadb_v1/S04", "acc_thigh", "", _X_DOWN, thigh_start_s=-12.3),
    Worn("pdiot_2023/s10", "acc_thigh", "", _X_DOWN, thigh_start_s=1003.7),
    Worn("oxford_pocket_steps/Dario", "acc_thigh", "", thigh_start_s=1.7e9),
    Worn("ipol_lowback_steps/S03", "", "acc_back", back_start_s=0.49),
    Worn("hapt_waist/U05", "", "acc_waist", back_start_s=86_398.2),
    Worn("cmu_dual/cmu01", "acc_thigh", "acc_back"),
    Worn("cmu_dual/cmu29", "acc_thigh", "acc_back", thigh_start_s=20.02, back_start_s=3.3),
    Worn("daphnet_part/S01", "acc_thigh", "acc_back", thigh_start_s=4.9, back_start_s=64.6),
    Worn("neura_sample/S02", "acc_thigh", "acc_back", thigh_start_s=-4.6),
]


def write(path: Path, acc_g: Acc, rate_hz: float, start_s: float) -> Path:
    t_s = start_s + np.arange(len(acc_g)) / rate_hz
    rows = np.column_stack([t_s, acc_g])
    np.savetxt(path, rows, ("%.6f", "%.5f", "%.5f", "%.5f"), ",", header="t,x,y,z", comments="")
    return path


def site(worn: Worn, name: str, start_s: float, folder: Path) -> Path | None:
    """The start of one site as a CSV file."""
    if not name:
        return None
    with np.load(DATA / f"{worn.person}.npz") as data:
        rate_hz = float(data["fs"])
        acc_g = np.nan_to_num(data[name][: int(_CUT_S * rate_hz)].astype(np.float64)) * worn.turn
    return write(folder / f"{name}.csv", acc_g, rate_hz, start_s)


def both_ways(thigh: Path | None, back: Path | None, folder: Path) -> list[dict[str, str]]:
    """Check that both ways write the same file; return its rows."""
    write_epochs_csv(classify(thigh, back, firmware=firmware()), folder / "classified.csv")
    write_epochs_csv(asyncio.run(replay(thigh, back, folder / "nodes")), folder / "replayed.csv")
    classified = (folder / "classified.csv").read_text().splitlines()
    assert (folder / "replayed.csv").read_text().splitlines() == classified
    assert (folder / "replayed.csv").read_bytes() == (folder / "classified.csv").read_bytes()
    return list(csv.DictReader(classified))


@pytest.mark.parametrize("worn", WORN, ids=lambda worn: f"{worn.person} {worn.thigh} {worn.back}".strip())
def test_recordings_of_people(worn: Worn, tmp_path: Path) -> None:
    find_micropython()
    if not (DATA / f"{worn.person}.npz").exists():
        pytest.skip(f"recording {worn.person} is not here")
    thigh = site(worn, worn.thigh, worn.thigh_start_s, tmp_path)
    back = site(worn, worn.back, worn.back_start_s, tmp_path)
    rows = both_ways(thigh, back, tmp_path)
    assert len(rows) >= 4
    starts = [start for name, start in ((worn.thigh, worn.thigh_start_s), (worn.back, worn.back_start_s)) if name]
    assert abs(int(rows[0]["epoch_start_s"]) - min(starts)) <= 5
    for name in ("thigh", "back"):
        filled = [row for row in rows if row[f"{name}_inclination_deg"]]
        assert bool(filled) == bool(getattr(worn, name))
    if worn.thigh and worn.back:
        assert "3" in {row["nodes"] for row in rows}


# Minutes of each: an hour and a quarter in which everything comes up; a node lies 45 min before it counts as not worn.
MORNING = (
    (Kind.SITTING, 4),
    (Kind.WALKING, 4),
    (Kind.STANDING, 2),
    (Kind.STAIRS_UP, 2),
    (Kind.STAIRS_DOWN, 1),
    (Kind.RUNNING, 3),
    (Kind.CYCLING, 5),
    (Kind.LYING_AWAKE, 3),
    (Kind.NOT_WORN, 50),
    (Kind.SHUFFLING, 2),
)


@pytest.mark.parametrize("rate_hz", [26.0, 31.25])
def test_a_made_up_morning(rate_hz: float, tmp_path: Path) -> None:
    plan = DayBuilder()
    for kind, minutes in MORNING:
        plan.add(kind, minutes * 60.0)
    made = simulate(plan.stretches, Participant(3), fs_hz=rate_hz)
    thigh = write(tmp_path / "t.csv", made.thigh.astype(np.float64), rate_hz, 7.0)
    back = write(tmp_path / "b.csv", made.back.astype(np.float64), rate_hz, 7.0)
    rows = both_ways(thigh, back, tmp_path)
    assert len(rows) == 12 * sum(minutes for _, minutes in MORNING) - 1
    seen = {row["activity"] for row in rows}
    assert {"lying", "sitting", "standing", "walking", "running", "stairs", "cycling", "not_worn"} <= seen


@pytest.mark.parametrize("rate_hz", [20.0, 200.0])
def test_the_slowest_and_the_fastest_file(rate_hz: float, tmp_path: Path) -> None:
    plan = [Stretch(0.0, 40.0, Kind.WALKING), Stretch(40.0, 20.0, Kind.SITTING)]
    made = simulate(plan, Participant(4), fs_hz=rate_hz)
    back = write(tmp_path / "b.csv", made.back.astype(np.float64), rate_hz, 0.0)
    assert len(both_ways(None, back, tmp_path)) == 12
