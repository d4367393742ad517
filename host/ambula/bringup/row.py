"""A row of the bring-up: what it does, for how long, and which figures it gives."""

from collections.abc import Callable
from dataclasses import dataclass

from ambula.bringup.bench import Bench, Options
from ambula.bringup.reading import Measured


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
    measure: Callable[[Bench], Measured]
    notice: str = ""
    by_person: bool = False
    advice: str = ""
    per: str = ""
    each_s: float = 0

    def seconds(self, options: Options) -> int:
        """Return how long it takes with what the user chose."""
        return round(self.takes_s + (self.each_s * getattr(options, self.per) if self.per else 0))
