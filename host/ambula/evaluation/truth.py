"""What is true of each 5-second epoch of a recording: its class, or why none is scored; its cadence and its steps."""

from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ambula.evaluation.parts import Float, Text
from nodecore.sampling import EPOCH_S, EPOCH_SAMPLES, WHOLE_SAMPLES

Bool = NDArray[np.bool_]

CLASS_OF = {
    "lying": "lying",
    "sitting": "sitting",
    "standing": "standing",
    "walking": "walking",
    "turning": "walking",
    "running": "running",
    "stairs_up": "stairs",
    "stairs_down": "stairs",
    "cycling": "cycling",
}
MIN_REAL, MIN_AGREE = WHOLE_SAMPLES / EPOCH_SAMPLES, 0.8
GAP_S = 2.0  # this long without a step is not walking
_STEADY, _UNEVEN, _JUMPY = 1.35, 1.7, 2.0  # longest interval to the median, the median, the shortest


@dataclass(frozen=True)
class Truth:
    """One row an epoch; every column has shape (n,).

    klass: the scored class, "" where none is; why: then the reason ("mixed", "short tail", or the label itself).
    cadence_spm: NaN where not scored; cadence_why: then the reason ("no truth", "edge", "gap", "uneven truth"). steps:
    fractional, NaN without truth. steady: even steps under one label throughout.
    """

    subject: Text
    recording: Text
    klass: Text
    why: Text
    cadence_spm: Float
    cadence_why: Text
    steps: Float
    steady: Bool

    def __len__(self) -> int:
        return len(self.klass)

    @property
    def whose(self) -> Text:
        """Person and recording of each epoch as one word, (n,)."""
        return np.char.add(np.char.add(self.subject, "/"), self.recording)

    @classmethod
    def joined(cls, parts: list[Self]) -> Self:
        """Return the parts end to end; ValueError if there are none."""
        return cls(**{f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(cls)})


def truth_of(subject: str, recording: str, label: Text, steps_s: Float | None) -> Truth:
    """Return the truth of one recording in whole epochs.

    label: (E, samples an epoch) words, "" where there is no sample. steps_s: seconds from the start, None if uncounted.
    """
    epochs = len(label)
    words, agree, real = _majority(label)
    why = np.array([_why(w, a, r) for w, a, r in zip(words, agree, real, strict=True)], np.str_)
    klass = np.array([CLASS_OF[w] if not y else "" for w, y in zip(words, why.tolist(), strict=True)], np.str_)
    cadence, steady, because = _cadences(steps_s, epochs)
    return Truth(
        subject=np.full(epochs, subject),
        recording=np.full(epochs, recording),
        klass=klass,
        why=why,
        cadence_spm=cadence,
        cadence_why=because,
        steps=np.full(epochs, np.nan) if steps_s is None else np.diff(_counted(steps_s, epochs)),
        steady=steady & (np.array(agree) == 1),
    )


def _majority(label: Text) -> tuple[list[str], list[float], list[float]]:
    words: list[str] = []
    agree: list[float] = []
    real: list[float] = []
    for row in label:
        present = row[row != ""]
        names, counts = np.unique(present, return_counts=True)
        words.append(str(names[counts.argmax()]) if len(names) else "")
        agree.append(float(counts.max()) / len(present) if len(names) else 0.0)
        real.append(len(present) / len(row))
    return words, agree, real


def _why(word: str, agree: float, real: float) -> str:
    if real < MIN_REAL:
        return "short tail"
    if agree < MIN_AGREE:
        return "mixed"
    return "" if word in CLASS_OF else word


def _counted(steps_s: Float, epochs: int) -> Float:
    """Return how many steps were taken at each epoch's edge, (epochs + 1,): a step grows until the next one comes."""
    edges_s = np.arange(epochs + 1) * float(EPOCH_S)
    if len(steps_s) < 2:
        return np.zeros(epochs + 1)
    done = np.searchsorted(steps_s, edges_s, "right")
    before = steps_s[np.maximum(done - 1, 0)]
    interval_s = steps_s[np.minimum(done, len(steps_s) - 1)] - before
    growing = (done > 0) & (done < len(steps_s)) & (interval_s <= GAP_S)
    share = np.where(growing, (edges_s - before) / np.where(growing, interval_s, 1.0), 0.0)
    return (done + share).astype(np.float64)


def _cadences(steps_s: Float | None, epochs: int) -> tuple[Float, Bool, Text]:
    """Return each epoch's cadence in steps/min, whether it is steady, and why it has none."""
    cadence = np.full(epochs, np.nan)
    steady = np.zeros(epochs, np.bool_)
    if steps_s is None:
        return cadence, steady, np.full(epochs, "no truth")
    counted = _counted(steps_s, epochs)
    because = np.array([""] * epochs, "U16")
    for epoch in range(epochs):
        first = int(np.searchsorted(steps_s, epoch * EPOCH_S, "right")) - 1
        last = int(np.searchsorted(steps_s, (epoch + 1) * EPOCH_S, "left"))
        if first < 0 or last >= len(steps_s):
            because[epoch] = "edge"
            continue
        intervals_s = np.diff(steps_s[first : last + 1])
        because[epoch] = _uneven(intervals_s)
        if not because[epoch]:
            cadence[epoch] = (counted[epoch + 1] - counted[epoch]) * 60 / EPOCH_S
            steady[epoch] = bool(intervals_s.max() <= _STEADY * np.median(intervals_s))
    return cadence, steady, because


def _uneven(intervals_s: Float) -> str:
    longest = float(intervals_s.max())
    if longest > GAP_S:
        return "gap"
    missed = longest > _JUMPY * float(intervals_s.min()) or longest > _UNEVEN * float(np.median(intervals_s))
    return "uneven truth" if missed else ""
