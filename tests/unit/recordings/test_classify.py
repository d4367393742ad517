"""From files to epochs: which class a made signal gets, and what is refused."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ambula.base.errors import InputError
from ambula.recordings.classify import classify
from nodecore.activity import NAMES

Float = NDArray[np.float64]
RATE_HZ = 50
UP, FRONT = (1.0, 0.0, 0.0), (0.0, 0.0, 1.0)


def still(seconds: float, toward: tuple[float, float, float], seed: int = 0) -> Float:
    noise = np.random.default_rng(seed).normal(0, 0.004, (int(seconds * RATE_HZ), 3))
    return np.array(toward) + noise


def walk(seconds: float, cadence_spm: float, size: float = 1.0) -> Float:
    """A thigh that swings +-25 degrees once a stride, with an impact each step."""
    t = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    step = 2 * np.pi * cadence_spm / 60 * t
    angle = size * 0.45 * np.sin(step / 2)
    beat = size**2 * (0.25 * np.sin(step) + 0.12 * np.sin(2 * step + 1))
    own = size**2 * 0.2 * np.sin(step / 2 + 0.7)
    x = np.cos(angle) * (1 + beat)
    z = np.sin(angle) * (1 + beat) + own
    return np.stack([x, 0.05 * size * np.sin(step / 2), z], axis=1) + still(seconds, (0, 0, 0))


def write(path: Path, acc_g: Float, start_s: float = 0) -> Path:
    t_s = start_s + np.arange(len(acc_g)) / RATE_HZ
    np.savetxt(path, np.column_stack([t_s, acc_g]), "%.5f", ",", header="t,x,y,z", comments="")
    return path


def names(thigh: Path | None, back: Path | None) -> list[str]:
    return [NAMES[code] for code in classify(thigh, back).activity]


def test_postures_need_both_nodes(tmp_path: Path) -> None:
    thigh = write(tmp_path / "t.csv", np.concatenate([still(20, FRONT), still(20, FRONT), still(20, UP)]))
    back = write(tmp_path / "b.csv", np.concatenate([still(20, UP), still(20, (0, 0, -1)), still(20, UP)]))
    assert names(thigh, back) == ["sitting"] * 4 + ["lying"] * 4 + ["standing"] * 4
    assert names(thigh, None) == ["sedentary"] * 8 + ["standing"] * 4
    assert names(None, back) == ["other"] * 4 + ["lying"] * 4 + ["other"] * 4


@pytest.mark.parametrize("cadence_spm", [45, 60, 80, 100, 120, 140])
def test_walking_is_found_with_its_cadence_and_steps(tmp_path: Path, cadence_spm: int) -> None:
    size = min(1.0, (cadence_spm / 100) ** 0.5)
    signal = np.concatenate([still(20, UP), walk(60, cadence_spm, size), still(20, UP)])
    table = classify(write(tmp_path / "t.csv", signal), None)
    inside = slice(5, 16)
    assert set(table.activity[inside].tolist()) <= {5, 6}
    assert np.abs(table.cadence_spm[inside] - cadence_spm).max() < 2
    assert np.isnan(table.cadence_spm[:4]).all()
    assert table.steps.sum() == pytest.approx(cadence_spm, rel=0.05)


def test_nothing_moves_for_an_hour_is_not_worn(tmp_path: Path) -> None:
    table = classify(write(tmp_path / "t.csv", np.tile([0.0, 0.0, 1.0], (3600 * RATE_HZ, 1))), None)
    assert not table.worn[1:].any()


def test_quiet_sleep_stays_worn(tmp_path: Path) -> None:
    acc_g = still(3600, FRONT)
    turn = np.arange(len(acc_g)) // (600 * RATE_HZ) % 2  # settles by 30 mg every ten minutes
    acc_g[:, 0] += 0.03 * turn
    assert classify(write(tmp_path / "t.csv", acc_g), None).worn.all()


def test_what_cannot_be_classified_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing to classify"):
        classify(None, None)
    early = write(tmp_path / "t.csv", still(20, UP))
    late = write(tmp_path / "b.csv", still(20, UP), 100)
    with pytest.raises(InputError, match="do not overlap: thigh t=0 to 20 s, back t=100 to 120 s"):
        classify(early, late)


def test_epochs_of_either_file_appear(tmp_path: Path) -> None:
    thigh = write(tmp_path / "t.csv", still(20, UP))
    back = write(tmp_path / "b.csv", still(20, UP), 10)
    table = classify(thigh, back)
    assert table.epoch.tolist() == list(range(6))
    assert table.nodes.tolist() == [1, 1, 3, 3, 2, 2]
