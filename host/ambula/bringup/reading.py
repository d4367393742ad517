"""What a row of the bring-up found: a value and what it rests on, or why there is none."""

from dataclasses import dataclass
from typing import Any

from ambula.bringup.figures import Value


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
