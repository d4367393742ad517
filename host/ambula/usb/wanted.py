"""What a node is to be."""

from dataclasses import dataclass

from nodecore import protocol


@dataclass(frozen=True)
class Wanted:
    """What a node is to be: wearer's code, role (0 thigh, 1 back), zone (IANA), start ("now", "tap", UTC s), days.

    phone: whether it offers the standard Bluetooth services to anyone nearby.
    sitting_buzz_min: after so many minutes of sitting a thigh reminds its wearer; 0: never.
    """

    participant: str
    role: int
    zone: str
    start: str | int
    days: int
    phone: bool = False
    sitting_buzz_min: int = 0

    @property
    def role_name(self) -> str:
        """`thigh` or `back`."""
        return protocol.ROLE_NAMES[self.role]
