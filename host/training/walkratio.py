"""The walk ratio from strides at treadmill speeds, checked on people left out: `python -m training.walkratio`.

Reads `slade_gaitcycles/gaitcycles.csv` (Slade et al. 2021) below the folder of the recordings, and, to check the ratio
on the ground, the walks of `ipol_lowback_steps` and `cmu_dual` with their marked steps; prints a table.
"""

import csv
from collections import defaultdict
from statistics import median

import numpy as np
from numpy.typing import NDArray

from ambula.epochs.pace import REFERENCE_HEIGHT_M, WALK_RATIO_M_PER_SPM, pace_of
from training.recordings import DATA

Float = NDArray[np.float64]


def walks() -> tuple[NDArray[np.str_], Float, Float, Float]:
    """Return person, speed in km/h, cadence and height in m, one row for each person and speed."""
    strides: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    with (DATA / "slade_gaitcycles" / "gaitcycles.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["activity"] == "walking":
                key = (row["subject"], row["speed_mps_or_load"], row["height_m"])
                strides[key].append(float(row["gait_cycle_s"]))
    rows = [(float(speed) * 3.6, 120 / median(times), float(height)) for (_, speed, height), times in strides.items()]
    speed_kmh, cadence_spm, height_m = np.array(rows).T
    return np.array([key[0] for key in strides]), speed_kmh, cadence_spm, height_m


def ground_walks() -> tuple[NDArray[np.str_], Float, Float, Float]:
    """Return the same of 20 m there and back on the ground (IPOL); the turn is taken out."""
    rows: list[tuple[str, float, float, float]] = []
    for path in sorted((DATA / "ipol_lowback_steps").glob("*.npz")):
        with np.load(path) as data:
            events, label, seg, rate_hz = data["foot_events"], data["label"], data["seg"], float(data["fs"])
            height_m = float(data["height_cm"]) / 100
            for number, _, _, whole_s, turn_s in data["trial_speed"].tolist():
                steps = np.unique(events[(events[:, 3] == number) & (events[:, 1] < len(seg)), 1])
                walked = (label[steps] == "walking") & (seg[steps] == number)
                step_s = np.diff(steps)[walked[1:] & walked[:-1]] / rate_hz
                rows.append((path.stem, 20 / (whole_s - turn_s) * 3.6, 60 / float(np.median(step_s)), height_m))
    return _columns(rows)


def captured_walks() -> tuple[NDArray[np.str_], Float, Float, Float]:
    """Return the same of walks in front of cameras (CMU); no heights, so all are given the reference."""
    rows: list[tuple[str, float, float, float]] = []
    for path in sorted((DATA / "cmu_dual").glob("*.npz")):
        with np.load(path) as data:
            for start, end, cadence_spm in data["cadence"].tolist():
                bout = slice(int(start), int(end))
                if (data["label"][bout] == "walk").mean() > 0.9:
                    speed_kmh = float(np.nanmean(data["speed"][bout])) * 3.6
                    rows.append((path.stem, speed_kmh, cadence_spm, REFERENCE_HEIGHT_M))
    return _columns(rows)


def _columns(rows: list[tuple[str, float, float, float]]) -> tuple[NDArray[np.str_], Float, Float, Float]:
    speed_kmh, cadence_spm, height_m = np.array([row[1:] for row in rows]).T
    return np.array([row[0] for row in rows]), speed_kmh, cadence_spm, height_m


def ratio(speed_kmh: Float, shape: Float) -> float:
    """Return the walk ratio that fits best: speed = ratio x shape."""
    return float((speed_kmh * shape).sum() / (shape * shape).sum())


def left_out(person: NDArray[np.str_], speed_kmh: Float, shape: Float) -> Float:
    """Return each person's speeds as the ratio of all others gives them."""
    out = np.zeros(len(speed_kmh))
    for one in np.unique(person):
        here = person == one
        out[here] = ratio(speed_kmh[~here], shape[~here]) * shape[here]
    return out


def report(name: str, person: NDArray[np.str_], truth: Float, found: Float) -> None:
    """Print error, share of pace classes right, and the worst person."""
    square = (found - truth) ** 2
    worst = max(float(np.sqrt(square[person == one].mean())) for one in np.unique(person))
    right = np.mean([pace_of(a) == pace_of(b) for a, b in zip(found.tolist(), truth.tolist(), strict=True)])
    print(f"{name:<34} RMSE {np.sqrt(square.mean()):.2f} km/h, bias {np.mean(found - truth):+.2f},", end=" ")
    print(f"pace classes right {right:.2f}, worst person {worst:.2f} km/h")


def check(name: str, walked: tuple[NDArray[np.str_], Float, Float, Float]) -> None:
    """Print how the ratio in use does on walks that it was not fitted to."""
    person, speed_kmh, cadence_spm, height_m = walked
    print(f"{name}: {len(np.unique(person))} people, {len(person)} walks")
    plain = 0.06 * cadence_spm * cadence_spm
    for what, shape in (("with height", plain * height_m / REFERENCE_HEIGHT_M), ("without height", plain)):
        known = np.isfinite(shape)
        for source, value in (("in use", WALK_RATIO_M_PER_SPM), ("textbook", 0.0065)):
            report(
                f"{source}, {what}, {len(np.unique(person[known]))} people",
                person[known],
                speed_kmh[known],
                value * shape[known],
            )


def main() -> None:
    """Fit, leave people out, print; then check on the ground."""
    person, speed_kmh, cadence_spm, height_m = walks()
    plain = 0.06 * cadence_spm * cadence_spm
    tall = plain * height_m / REFERENCE_HEIGHT_M
    print(f"{len(np.unique(person))} people, {len(person)} walks; walk ratio at 1.70 m: {ratio(speed_kmh, tall):.5f}")
    for name, shape in (("with height", tall), ("without height", plain)):
        report(f"people left out, {name}", person, speed_kmh, left_out(person, speed_kmh, shape))
        report(f"in use ({WALK_RATIO_M_PER_SPM}), {name}", person, speed_kmh, WALK_RATIO_M_PER_SPM * shape)
        report(f"textbook (0.0065), {name}", person, speed_kmh, 0.0065 * shape)
    check("IPOL, on the ground", ground_walks())
    check("CMU, motion capture, all at 1.70 m", captured_walks())


if __name__ == "__main__":
    main()
