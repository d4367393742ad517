"""Reading data sets: both shapes, axes turned by gravity, gaps split, and what is refused in one clear line."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ambula.base.errors import InputError
from ambula.evaluation import axes
from ambula.evaluation.loaders import open_set
from ambula.evaluation.parts import DataSet, Part, Request
from tests.support.made_sets import HARTH_HEADER, LYING, SITTING, STANDING, write_harth, write_npz

POSTURES = [STANDING, SITTING, LYING]


def read(folder: Path, *sites: str, subjects: tuple[str, ...] = ()) -> tuple[DataSet, list[list[Part]]]:
    data = open_set(folder, Request(sites, subjects))
    return data, list(data.people)


def mean_g(parts: list[Part], site: str, word: str) -> list[float]:
    rows = np.concatenate([p.acc_g[site][p.label == word] for p in parts])
    return np.round(rows.mean(axis=0), 1).tolist()


@pytest.mark.parametrize("turn", ["", "upright"])
def test_harth_is_turned_to_our_axes_and_says_so(tmp_path: Path, turn: str) -> None:
    write_harth(tmp_path / "S006.csv", POSTURES, turn=turn)
    data, (parts,) = read(tmp_path)
    assert data.sites == ("thigh", "back")
    assert mean_g(parts, "thigh", "standing") == [1, 0, 0]
    assert mean_g(parts, "thigh", "sitting") == [0.1, 0, 1]
    assert mean_g(parts, "back", "standing") == [1, 0, 0]
    if not turn:
        assert mean_g(parts, "back", "lying") == [0, 0, -1]
        assert "Axes of the thigh: up was -x, out of the skin -z, in 1 people" in data.told()


def test_harth_labels_rate_and_gaps(tmp_path: Path) -> None:
    write_harth(tmp_path / "S006.csv", [STANDING, SITTING], gap_at=2000)
    data, (parts,) = read(tmp_path, "thigh")
    assert [len(p) for p in parts] == [2000, 1000]
    assert {p.rate_hz for p in parts} == {50.0}
    assert list(parts[0].acc_g) == ["thigh"]
    assert parts[0].steps_s is None
    assert "S006: 1 gaps or jumps of the clock; split there" in data.told()


def test_harth_codes(tmp_path: Path) -> None:
    codes = [1, 2, 3, 4, 5, 6, 7, 8, 13, 14, 130, 140, 99]
    rows = [f"2019-01-12 00:00:{k // 50:02d}.{k % 50 * 20:03d},-1,0,0,-1,0,0,{c}" for k, c in enumerate(codes * 25)]
    (tmp_path / "a.csv").write_text("\n".join([HARTH_HEADER, *rows]))
    _, ((part,),) = read(tmp_path)
    assert part.label[:13].tolist() == [
        *("walking", "running", "shuffling", "stairs_up", "stairs_down", "standing", "sitting", "lying"),
        *["cycling"] * 4,
        "code 99",
    ]


def test_npz_people_sites_and_steps(tmp_path: Path) -> None:
    events = np.array([[100, 0, 0], [150, 1, 0], [153, 1, 0], [1600, 0, 1]])
    write_npz(tmp_path / "A.npz", POSTURES, step_events=events, seg_names=np.array(["x", "y", "z"]))
    write_npz(tmp_path / "B.npz", POSTURES)
    _, people = read(tmp_path)
    assert [p[0].subject for p in people] == ["A", "B"]
    assert [p.name for p in people[0]] == ["x", "y", "z"]
    assert people[0][0].steps_s is not None
    assert people[0][0].steps_s.tolist() == [2.0, 3.0]  # the third is within 0.12 s of the second
    assert people[0][1].steps_s is not None
    assert people[0][1].steps_s.tolist() == [2.0]
    assert people[1][0].steps_s is None
    _, (only,) = read(tmp_path, "back", subjects=("B",))
    assert list(only[0].acc_g) == ["back"]


def test_flagged_people_are_left_out_on_request(tmp_path: Path) -> None:
    for name in "AB":
        write_npz(tmp_path / f"{name}.npz", POSTURES)
    (tmp_path / "meta.json").write_text('{"quality_flags": {"A": ["thigh_sitting_not_horizontal"], "B": ["trunk_x"]}}')
    assert open_set(tmp_path, Request(skip_flagged=True)).subjects == ("B",)
    (tmp_path / "meta.json").write_text("no json")
    with pytest.raises(InputError, match=r"meta\.json: cannot be read"):
        open_set(tmp_path, Request(skip_flagged=True))


def test_missing_samples_are_told(tmp_path: Path) -> None:
    acc = np.tile([1.0, 0, 0], (1500, 1))
    acc[3] = np.nan
    write_npz(tmp_path / "A.npz", [STANDING], acc_thigh=acc, acc_back=None)
    data, ((part,),) = read(tmp_path)
    assert np.isfinite(part.acc_g["thigh"]).all()
    assert "A, thigh: 1 samples are missing and count as 0 g" in data.told()


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda d: (d / "x.txt").write_text("a"), "has neither .npz files nor CSV files with the columns timestamp"),
        (lambda d: (d / "A.npz").write_bytes(b"PK no"), "A.npz: is not an .npz file"),
        (lambda d: np.savez(d / "A.npz", a=np.zeros(3)), "no .npz file in it has acc_thigh"),
        (lambda d: write_npz(d / "A.npz", POSTURES, fs=np.float64(0)), "fs is 0; it must be the rate in Hz"),
        (
            lambda d: write_npz(d / "A.npz", POSTURES, label=np.array(["sitting"] * 4500, dtype=object)),
            "has texts as Python objects: save them with .astype(str)",
        ),
        (lambda d: write_npz(d / "A.npz", POSTURES, seg=np.zeros(3)), "must have one value per sample each"),
        (lambda d: write_npz(d / "A.npz", POSTURES, acc_thigh=np.zeros((3, 3))), "needs acc_thigh of shape (4500, 3)"),
        (lambda d: (d / "A.csv").write_text(f"{HARTH_HEADER}\n2019-01-12 0:0,1\n"), "line 2: has too few columns"),
        (lambda d: (d / "A.csv").write_text(HARTH_HEADER + "\n"), "has 0 samples"),
        (lambda d: harth_lines(d, "yesterday,1,0,0,1,0,0,6"), "line 12: 'yesterday' is not a date and time"),
        (lambda d: harth_lines(d, "2019-01-12 00:00:09,1,0,much,1,0,0,6"), "line 12: 'much' is not a number"),
        (lambda d: harth_lines(d, "2019-01-12 00:00:09,1,0,nan,1,0,0,6"), "line 12: a value is missing"),
        (lambda d: harth_lines(d, "2019-01-12 00:00:09,1,0,0,1,0,0,walk"), "line 12: 'walk' is not a label's number"),
        (lambda d: harth_lines(d, step_ms=100), "timestamps are 0.1 s apart"),
    ],
)
def test_bad_sets_are_refused_in_one_line(tmp_path: Path, make: Callable[[Path], object], says: str) -> None:
    make(tmp_path)
    with pytest.raises(InputError) as caught:
        read(tmp_path)
    assert says in str(caught.value)
    assert str(tmp_path) in str(caught.value)
    assert "\n" not in str(caught.value)


def harth_lines(folder: Path, last: str = "", step_ms: int = 20) -> None:
    rows = [f"2019-01-12 00:00:{k * step_ms // 1000:02d}.{k * step_ms % 1000:03d},-1,0,0,-1,0,0,6" for k in range(10)]
    (folder / "A.csv").write_text("\n".join([HARTH_HEADER, *rows, *([last] if last else [])]) + "\n")


def test_who_and_what_is_not_there_is_named(tmp_path: Path) -> None:
    write_npz(tmp_path / "A.npz", POSTURES, acc_back=None)
    with pytest.raises(InputError, match="has no back recordings, only thigh"):
        open_set(tmp_path, Request(("back",)))
    with pytest.raises(InputError, match="has no subject 'Z'; it has A"):
        open_set(tmp_path, Request(subjects=("Z",)))
    with pytest.raises(InputError, match="is not a folder"):
        open_set(tmp_path / "nowhere", Request())


def test_turns_are_rotations() -> None:
    dice = np.random.default_rng(0)
    acc_g = dice.normal([0.2, -0.97, 0.1], 0.02, (200, 3))
    standing = np.full(200, "standing")
    turns = [axes.signed(-1, 3), axes.snapped(acc_g), axes.levelled(acc_g, standing)]
    turns.append(axes.by_gravity(acc_g, standing, "thigh", out=3))
    for turn in turns:
        assert np.linalg.det(turn.matrix) == pytest.approx(1)
        assert turn.matrix @ turn.matrix.T == pytest.approx(np.eye(3))
    assert (acc_g @ turns[1].matrix.T).mean(axis=0)[0] == pytest.approx(0.97, abs=0.01)
    assert (acc_g @ turns[2].matrix.T).mean(axis=0)[1:] == pytest.approx(0, abs=1e-9)
    assert turns[3].said == "up was -y, out of the skin +z"
    leaning = axes.by_gravity(np.tile([0.58, 0.58, 0.57], (200, 1)), standing, "thigh", out=3)
    assert leaning.said.endswith("unclear: gravity was on no axis when upright")
