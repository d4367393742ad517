"""A row of the bring-up: what it does, for how long, and which figures it gives."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ambula.bringup.figures import Value

if TYPE_CHECKING:
    from ambula.bringup.bench import Bench


class NotMeasured(Exception):
    """A row cannot be measured here; its words say why."""


@dataclass(frozen=True)
class Reading:
    """A figure's value, None for one that could not be had, and what it rests on; `why`: without a value, the reason.

    failed: there is no value because what was to be measured failed.
    """

    value: Value | None
    evidence: Any = None
    why: str = ""
    failed: bool = False


Measured = dict[str, Reading]


@dataclass(frozen=True)
class Row:
    """One row: its name, what it does in a few words, the seconds it takes, its figures, and how they are had.

    notice: what a person has to know before it runs, such as that it writes to the board. by_person: it asks for a
    reading, or for a hand. advice: what to do where a figure fails. each_s: what each of those takes that the option
    `per` counts.
    """

    name: str
    does: str
    takes_s: int
    figures: tuple[str, ...]
    measure: Callable[["Bench"], Measured]
    notice: str = ""
    by_person: bool = False
    advice: str = ""
    per: str = ""
    each_s: float = 0
