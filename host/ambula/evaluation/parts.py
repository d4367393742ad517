"""What a data set is made of: uninterrupted recordings of people, labelled sample by sample."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]
Text = NDArray[np.str_]


@dataclass(frozen=True)
class Part:
    """One uninterrupted recording, on Ambula's axes.

    acc_g: a site ("thigh", "back") to (n, 3) in g: x up along the segment, z out of the skin. label: (n,) words, ""
    where there is no sample. steps_s: the true steps in seconds from the start, rising; None if they were not counted.
    """

    subject: str
    name: str
    rate_hz: float
    acc_g: Mapping[str, Float]
    label: Text
    steps_s: Float | None = None

    def __len__(self) -> int:
        return len(self.label)


@dataclass(frozen=True)
class Request:
    """Which part of a data set to read: sites (empty: all that it has), people (empty: all), and whom to leave out."""

    sites: tuple[str, ...] = ()
    subjects: Sequence[str] = ()
    skip_flagged: bool = False


@dataclass
class DataSet:
    """A data set that is read: `people` yields each one's recordings, `notes` fills with what was done to them."""

    name: str
    sites: tuple[str, ...]
    subjects: tuple[str, ...]
    people: Iterator[list[Part]]
    notes: list[str] = field(default_factory=list[str])
    turns: dict[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])

    def turned(self, said: str, unit: str) -> None:
        """Count one more of what was turned like this; unit: what was turned at once, "people" or "recordings"."""
        self.turns[said, unit] = self.turns.get((said, unit), 0) + 1

    def told(self) -> list[str]:
        """Return every note, the turns with their counts last."""
        turns = [f"Axes of the {said}, in {count} {unit}" for (said, unit), count in self.turns.items()]
        return self.notes + turns
