"""Where epochs come from: who wore which devices, with which firmware, and what became of every slot."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from math import nan
from typing import Annotated

from ambula.account.ledger import Ledger, State
from ambula.base.sites import SITES
from ambula.days.entry import Entry
from ambula.days.local_days import JOURNEY, LocalDay
from ambula.days.units import Unit
from ambula.epochs.table import EpochTable


@dataclass(frozen=True)
class NodeLog:
    """One log of one device: role ("thigh" or "back"), device (hex), ledger."""

    role: str
    device: str
    ledger: Ledger

    def wrote_on(self, day: LocalDay) -> bool:
        """Whether it has a record of the day."""
        written = (State.RECORDED, State.NOT_WORN, State.STOOD_IN)
        return any(r.start < day.end and r.end > day.start and r.state in written for r in self.ledger.runs)


@dataclass(frozen=True)
class Origin:
    """A participant's code and logs; both empty where the epochs came without.

    height_m: by which their speed was estimated, NaN where nothing says it. height_known: whether it is the
    participant's; else it was assumed, or nothing says it.
    """

    participant: str = ""
    logs: tuple[NodeLog, ...] = ()
    height_m: float = nan
    height_known: bool = False


_day = partial(Entry, group="Day")
FIRMWARE = (
    "Firmware by whose rules the node's records were classified: the one that ran when they were written. Several are "
    "joined by '+' in time order, and their rules may differ. 'unknown' where the node's log does not say it."
)


HEIGHT = (
    "Height by which walking speed, and so pace, was estimated. 1.70 m is assumed where none is set: see "
    "height_known. Empty if the epochs came without one."
)
HEIGHT_KNOWN = (
    "Whether the height is the participant's own. If not, the figures by pace rest on an assumed one: speed is 8% too "
    "low for a person of 1.85 m, 10% too high for one of 1.55 m."
)


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Whose day it is, and what was worn on it."""

    participant: Annotated[
        str,
        _day(
            "Participant",
            Unit.NAME,
            "The participant's code. Empty if the epochs came without one.",
            formula="as given at set-up",
        ),
    ]
    date: Annotated[
        datetime.date,
        _day(
            "Date",
            Unit.DATE,
            "Local calendar date. An epoch belongs to the date on which it starts.",
            formula="local date of epoch x 5 s",
        ),
    ]
    zone: Annotated[
        str,
        _day(
            "Time zone",
            Unit.NAME,
            "IANA time zone that decides where the day begins and ends. On a journey: all its zones in order, as "
            "'Europe/Oslo > Asia/Tokyo'.",
            formula="IANA name",
        ),
    ]
    thigh_device: Annotated[
        str,
        _day(
            "Thigh node",
            Unit.NAME,
            "Device number of the thigh node that recorded on this day. Several are joined by '+', in the order of "
            "their logs.",
            formula="as the node reported at the sync",
        ),
    ]
    back_device: Annotated[
        str,
        _day(
            "Back node",
            Unit.NAME,
            "Device number of the back node that recorded on this day. Several are joined by '+', in the order of "
            "their logs.",
            formula="as the node reported at the sync",
        ),
    ]
    thigh_firmware: Annotated[
        str,
        _day(
            "Firmware, thigh node",
            Unit.NAME,
            FIRMWARE,
            formula="as the node's log says of the start that wrote the record",
        ),
    ]
    back_firmware: Annotated[
        str,
        _day(
            "Firmware, back node",
            Unit.NAME,
            FIRMWARE,
            formula="as the node's log says of the start that wrote the record",
        ),
    ]
    height_m: Annotated[float, _day("Height", Unit.M, HEIGHT, formula="as set, or 1.70")]
    height_known: Annotated[
        bool, _day("Height known", Unit.YES_NO, HEIGHT_KNOWN, formula="a height was set, or came with the epochs")
    ]


def identity(day: LocalDay, table: EpochTable, origin: Origin) -> Identity:
    """Return who and what recorded a day, whose epochs are `table`; several names of one role in order, with "+"."""
    thigh, back = ([log for log in origin.logs if log.role == r and log.wrote_on(day)] for r in SITES)
    return Identity(
        participant=origin.participant,
        date=day.date,
        zone=JOURNEY.join(day.zones),
        thigh_device=together(log.device for log in thigh),
        back_device=together(log.device for log in back),
        thigh_firmware=together(table.thigh_firmware.tolist()),
        back_firmware=together(table.back_firmware.tolist()),
        height_m=origin.height_m,
        height_known=origin.height_known,
    )


def together(names: Iterable[str]) -> str:
    """Return different names in order, with "+"; none of what is empty."""
    return "+".join(name for name in dict.fromkeys(names) if name)
