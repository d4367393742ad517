"""Steps from the lower back, slowed walks too, and false ones at rest: `python -m training.backsteps`.

Reads `ipol_lowback_steps` (all steps marked) and `hapt_waist` (rest) below the folder of the recordings; two tables.
A step is felt where the back's magnitude varies by more than 30 mg within 0.4 s of it: feet may step, and packets be
lost, while the back rests.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ambula.recordings.recording import Recording, resample
from ambula.twin.score import score_stream
from nodecore import record
from nodecore.roles import BACK
from nodecore.sampling import EPOCH_S
from training.recordings import DATA, slowed

Float = NDArray[np.float64]
STRETCHES = (1.0, 1.25, 1.6, 2.0, 2.5)
FELT_G = 0.03
NEAR_S = 0.4


def records_of(acc_g: Float, rate_hz: float) -> NDArray[np.uint8]:
    """Return the records of a recording that starts at 0 s."""
    return score_stream(resample(Recording.even(acc_g, rate_hz)).counts, BACK)


def walks() -> Iterator[tuple[str, Float, Float, float]]:
    """Yield person, acceleration in g, times of the steps in s, and rate of each walk."""
    for path in sorted((DATA / "ipol_lowback_steps").glob("*.npz")):
        with np.load(path) as data:
            acc, trial, events, rate_hz = data["acc_back"], data["seg"], data["foot_events"], float(data["fs"])
        for one in np.unique(trial).tolist():
            rows = np.flatnonzero(trial == one)
            steps = np.unique(events[events[:, 3] == one, 1] - rows[0]) / rate_hz
            if len(steps) > 5:
                yield path.stem, acc[rows].astype(np.float64), steps, rate_hz


def felt(acc_g: Float, steps_s: Float, rate_hz: float) -> int:
    """Return how many of the steps the back feels."""
    size = np.linalg.norm(acc_g, axis=1)
    spans = [size[max(0, int((s - NEAR_S) * rate_hz)) : int((s + NEAR_S) * rate_hz)] for s in steps_s.tolist()]
    return sum(len(span) > 5 and float(span.std()) > FELT_G for span in spans)


def report(name: str, people: list[str], error: Float) -> None:
    """Print the error of the steps of walks."""
    by = {one: float(np.abs(error[[p == one for p in people]]).mean()) for one in people}
    worst = max(by, key=lambda one: by[one])
    print(f"{name:<26} MAPE {np.abs(error).mean():.3f}, bias {error.mean():+.3f}, worst person {by[worst]:.3f}")


def compare_walks() -> None:
    """Print how many steps are counted, for all, for either half of the people, and of those that the back feels."""
    known = list(walks())
    half = set(sorted({person for person, *_ in known})[::2])
    for factor in STRETCHES:
        people: list[str] = []
        rows: list[tuple[float, float]] = []
        for person, acc_g, steps_s, rate_hz in known:
            records = records_of(slowed(acc_g, factor), rate_hz)
            inside = steps_s[steps_s * factor < len(records) * EPOCH_S]
            counted = float(records[:, record.STEPS].sum()) / 8
            people.append(person)
            rows.append((counted / len(inside) - 1, counted / max(1, felt(acc_g, inside, rate_hz)) - 1))
        error, of_felt = np.array(rows).T
        report(f"x{factor} of all steps", people, error)
        report(f"x{factor} of those felt", people, of_felt)
        for name, chosen in (("first half", half), ("second half", set(people) - half)):
            rows_of = [person in chosen for person in people]
            report(f"x{factor} {name}", [p for p in people if p in chosen], error[rows_of])


def compare_rest() -> None:
    """Print false steps an hour of people who sit, stand or lie."""
    steps: dict[str, list[float]] = {}
    for path in sorted((DATA / "hapt_waist").glob("*.npz")):
        with np.load(path) as data:
            acc, trial, label, rate_hz = data["acc_waist"], data["seg"], data["label"], float(data["fs"])
        for one in np.unique(trial).tolist():
            rows = np.flatnonzero(trial == one)
            counted = records_of(acc[rows].astype(np.float64), rate_hz)[:, record.STEPS] / 8
            for at, value in enumerate(counted.tolist()):
                span = label[rows[int(at * EPOCH_S * rate_hz) : int((at + 1) * EPOCH_S * rate_hz)]]
                if len(set(span.tolist())) == 1:
                    steps.setdefault(str(span[0]), []).append(value)
    for name in ("lying", "sitting", "standing"):
        print(
            f"{name:<10} {len(steps[name]):4} epochs, false steps an hour {np.mean(steps[name]) * 3600 / EPOCH_S:.1f}"
        )


def main() -> None:
    """Print both tables."""
    compare_walks()
    compare_rest()


if __name__ == "__main__":
    main()
