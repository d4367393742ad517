"""Small made-up data sets of the shapes that `ambula evaluate` reads."""

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

HARTH_HEADER = "timestamp,back_x,back_y,back_z,thigh_x,thigh_y,thigh_z,label"
STANDING, SITTING, LYING = 6, 7, 8
# Thigh and back at rest on Ambula's axes, by HARTH's label code.
POSTURE_G = {
    STANDING: ((1.0, 0.0, 0.0), (1.0, 0.0, 0.0)),
    SITTING: ((0.1, 0.0, 0.99), (0.98, 0.0, -0.1)),
    LYING: ((0.05, 0.0, 0.99), (0.0, 0.0, -1.0)),
}
NAMES = {STANDING: "standing", SITTING: "sitting", LYING: "lying"}


def at_rest(codes: list[int], seconds: float, rate_hz: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return thigh and back (n, 3) in g, each posture for `seconds`, with a tremor that a body has."""
    each = round(seconds * rate_hz)
    dice = np.random.default_rng(1)
    thigh, back = (np.repeat([POSTURE_G[c][node] for c in codes], each, axis=0) for node in (0, 1))
    return thigh + dice.normal(0, 0.004, thigh.shape), back + dice.normal(0, 0.004, back.shape)


def write_harth(path: Path, codes: list[int], seconds: float = 30, gap_at: int | None = None, turn: str = "") -> None:
    """Write a file of HARTH's shape at 50 Hz: x down, z into the body; `gap_at`: the clock jumps a minute there."""
    thigh, back = at_rest(codes, seconds, 50)
    into = [-1, 1, -1] if turn != "upright" else [1, 1, 1]
    raw = np.hstack([back * into, thigh * into])
    label = np.repeat(codes, round(seconds * 50))
    start = datetime(2019, 1, 12)
    lines = [HARTH_HEADER]
    for k, (row, code) in enumerate(zip(raw, label, strict=True)):
        late = 60 if gap_at is not None and k >= gap_at else 0
        at = start + timedelta(milliseconds=20 * k, seconds=late)
        lines.append(
            f"{at:%Y-%m-%d %H:%M:%S.%f},".replace("000,", ",") + ",".join(f"{v:.5f}" for v in row) + f",{code}"
        )
    path.write_text("\n".join(lines) + "\n")


def write_npz(path: Path, codes: list[int], seconds: float = 30, rate_hz: float = 50, **more: object) -> None:
    """Write one person of the `.npz` shape, axes as Ambula's, each posture a recording."""
    thigh, back = at_rest(codes, seconds, rate_hz)
    each = round(seconds * rate_hz)
    arrays: dict[str, object] = {
        "acc_thigh": thigh.astype(np.float32),
        "acc_back": back.astype(np.float32),
        "fs": np.float64(rate_hz),
        "label": np.repeat([NAMES[c] for c in codes], each),
        "seg": np.repeat(np.arange(len(codes)), each),
    }
    np.savez(path, **{key: value for key, value in (arrays | more).items() if value is not None})  # type: ignore[arg-type]
