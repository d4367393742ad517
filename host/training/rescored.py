"""How much of a new rule the records alone can follow: `python -m training.rescored`.

The classifier runs twice on the same samples, with the node's limit and with another. What changes is the truth. Then
the records of the first run are scored again (`ambula.epochs.rescore`), and compared with the second. Real recordings
beside the project, of each person all of a site end to end; and a synthetic week, for time off the body.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from ambula.epochs import trunk
from ambula.epochs.fusion import decided
from ambula.epochs.nonwear import mark_off_body
from ambula.epochs.rescore import border
from ambula.epochs.rules import DEFAULT, EpochRules
from ambula.epochs.table import Records
from ambula.recordings.recording import Recording, resample
from ambula.synthetic import Participant, default_day, simulate
from ambula.twin.score import score_stream
from nodecore import record, thresholds
from nodecore.roles import BACK, THIGH
from nodecore.sampling import COUNTS_PER_G, EPOCHS_A_MINUTE
from training.recordings import DATA

Counts = NDArray[np.int16]
Words = NDArray[np.uint8]

# set, site, which of its axes (from 1, signed) are x, y, z, role
SITES = (
    ("hugadb_v1", "acc_thigh", (-1, -2, 3), THIGH),
    ("hugadb_v1", "acc_thigh_left", (-1, -2, 3), THIGH),
    ("pdiot_2023", "acc_thigh", (-1, -2, 3), THIGH),
    ("dsads", "acc_thigh", (1, 2, 3), THIGH),
    ("oxford_pocket_steps", "acc_thigh", (1, 2, 3), THIGH),
    ("pdiot_2023", "acc_trunk", (-2, 1, -3), BACK),
    ("dsads", "acc_trunk", (1, 2, 3), BACK),
    ("hapt_waist", "acc_waist", (1, 2, 3), BACK),
    ("ipol_lowback_steps", "acc_back", (1, 2, 3), BACK),
    ("daphnet_part", "acc_back", (1, 2, 3), BACK),
)
CHANGES: tuple[dict[str, float], ...] = (
    {"upright_deg": 40.0},
    {"upright_deg": 47.5},
    {"upright_deg": 50.0},
    {"upright_deg": 55.0},
    {"upright_deg": 60.0},
    {"lying_from_deg": 65.0, "lying_until_deg": 55.0},
    {"lying_from_deg": 55.0, "lying_until_deg": 45.0},
    {"lying_from_deg": 40.0, "lying_until_deg": 30.0},
    {"gait_from_mg": 80.0},
    {"gait_from_mg": 120.0},
    {"not_worn_min": 5},
    {"not_worn_min": 30},
    {"not_worn_min": 90},
    {"not_worn_mg": 3.0},
    {"not_worn_mg": 7.5},
)


def real() -> Iterator[tuple[Counts, int]]:
    """Yield every person's samples of every site, and the role."""
    for name, site, turn, role in SITES:
        for path in sorted((DATA / name).glob("*.npz")):
            with np.load(path) as file:
                if site not in file:
                    continue
                acc_g = np.nan_to_num(file[site].astype(np.float64))
                rate_hz = float(file["fs"])
            acc_g = acc_g[:, np.abs(turn) - 1] * np.sign(turn)
            yield resample(Recording.even(acc_g, rate_hz)).counts, role


def made() -> Iterator[tuple[Counts, int]]:
    """Yield both nodes of three synthetic days, each with a night, then left three times for 70 minutes.

    They lie there with 1, 3.5 and 7 mg of noise.
    """
    dice = np.random.default_rng(0)
    laid = (((0, 0, 1), 0.001), ((0, 1, 0), 0.0035), ((0, -1, 0), 0.007))
    table_g = np.concatenate([way + sd * dice.standard_normal((70 * 60 * 26, 3)) for way, sd in laid])
    for seed in range(3):
        one = simulate(default_day(seed, 0), Participant.random(seed), day_index=0)
        for role, acc_g in ((THIGH, one.thigh), (BACK, one.back)):
            joined = np.concatenate([acc_g, table_g])
            yield np.clip(np.rint(joined * COUNTS_PER_G), -32768, 32767).astype(np.int16), role


@contextmanager
def node_with(rules: EpochRules) -> Iterator[None]:
    """Give the classifier other limits for a while."""
    limits = {
        "UPRIGHT": border(rules.upright_deg),
        "TRUNK_LIES_CG": trunk.borders_cg(rules)[0],
        "TRUNK_RISES_CG": trunk.borders_cg(rules)[1],
        "NOT_WORN_EPOCHS": rules.not_worn_min * EPOCHS_A_MINUTE,
        "NOT_WORN_MAD": round(rules.not_worn_mg * COUNTS_PER_G / 1000),
        "BEAT": thresholds.BEAT if "gait_from_mg" not in rules.changed() else round(rules.gait_from_mg * 4.096),
    }
    before = {name: getattr(thresholds, name) for name in limits}
    try:
        for name, value in limits.items():
            setattr(thresholds, name, value)
        yield
    finally:
        for name, value in before.items():
            setattr(thresholds, name, value)


def words(counts: Counts, role: int, rules: EpochRules) -> tuple[Records, Words]:
    """Return a node's records by the rules, and its classes once the host has marked time off the body."""
    with node_with(rules):
        data = score_stream(counts, role)
    records = Records(np.arange(len(data), dtype=np.int64), data)
    marked = data.copy()
    mark_off_body(records.epoch, marked, np.ones(len(marked), np.bool_), rules)
    return records, marked[:, record.ACTIVITY] & 15


def compare(name: str, streams: list[tuple[Counts, int]]) -> None:
    """Print a row for each change."""
    print(f"{name}: {len(streams)} streams, {sum(len(c) for c, _ in streams) // 130} epochs")
    plain = [words(counts, role, DEFAULT) for counts, role in streams]
    for change in CHANGES:
        rules = EpochRules(**change)  # pyright: ignore[reportArgumentType]
        total = np.zeros(6, np.int64)
        for (counts, role), (records, was) in zip(streams, plain, strict=True):
            _, true = words(counts, role, rules)
            data, _, unsure = decided(records, records.epoch, role, rules)
            now = data[:, record.ACTIVITY] & 15
            changes, found = true != was, (true != was) & (now == true)
            wrong = (now != true) & (now != was)
            total += [changes.sum(), found.sum(), wrong.sum(), unsure.sum(), ((now != true) & ~unsure).sum(), len(was)]
        what = ", ".join(f"{key} {value:g}" for key, value in change.items())
        print(
            f"| {what} | {total[0]} | {total[1]} | {total[2]} | {total[3]} | {total[4]} |",
            flush=True,
        )


def main(names: list[str]) -> None:
    """Print the chosen tables; none means both."""
    for name, streams in (("real", real), ("made", made)):
        if name in (names or ["real", "made"]):
            compare(name, list(streams()))


if __name__ == "__main__":
    main(sys.argv[1:])
