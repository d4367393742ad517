"""Where epochs come from: who wore which devices, with which firmware, and what became of every slot."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypedDict

from ambula.account.ledger import Ledger, State
from ambula.days.local_days import LocalDay


@dataclass(frozen=True)
class NodeLog:
    """One log of one device: role ("thigh" or "back"), device (hex), firmware version, ledger."""

    role: str
    device: str
    firmware: str
    ledger: Ledger

    def wrote_on(self, day: LocalDay) -> bool:
        """Whether it has a record of the day."""
        written = (State.RECORDED, State.NOT_WORN)
        return any(r.start < day.end and r.end > day.start and r.state in written for r in self.ledger.runs)


@dataclass(frozen=True)
class Origin:
    """A participant's code and logs; both empty where the epochs came without."""

    participant: str = ""
    logs: tuple[NodeLog, ...] = ()


class Identity(TypedDict):
    """Whose day it is, and what was worn on it."""

    participant: str
    thigh_device: str
    back_device: str
    thigh_firmware: str
    back_firmware: str


def identity(day: LocalDay, origin: Origin) -> Identity:
    """Return who and what recorded a day; where several devices of one role did, their names in order, with "+"."""
    thigh, back = ([log for log in origin.logs if log.role == r and log.wrote_on(day)] for r in ("thigh", "back"))
    return Identity(
        participant=origin.participant,
        thigh_device=_together(log.device for log in thigh),
        back_device=_together(log.device for log in back),
        thigh_firmware=_together(log.firmware for log in thigh),
        back_firmware=_together(log.firmware for log in back),
    )


def _together(names: Iterable[str]) -> str:
    return "+".join(dict.fromkeys(names))
