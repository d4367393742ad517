"""What a part of the soak counts."""

from dataclasses import dataclass


@dataclass
class Tally:
    """What came of it: faults injected; segments missing from, twice in, or altered in what is left at the end.

    `inputs`: what a parser was fed with besides; `wrong` counts those that it did not survive, too.
    """

    faults: int = 0
    lost: int = 0
    duplicated: int = 0
    wrong: int = 0
    inputs: int = 0

    def add(self, other: "Tally") -> None:
        """Count another one in."""
        for name, value in other.__dict__.items():
            setattr(self, name, getattr(self, name) + value)

    @property
    def is_good(self) -> bool:
        """Whether nothing was lost, came twice or is wrong."""
        return not (self.lost or self.duplicated or self.wrong)
