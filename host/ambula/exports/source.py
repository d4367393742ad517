"""What every export is made from: a participant's epochs, days, and where they come from."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isnan
from pathlib import Path

from ambula.base.errors import InputError
from ambula.base.version import SOFTWARE
from ambula.days.local_days import ZoneHistory, local_day
from ambula.days.rules import DEFAULT, Rules
from ambula.days.summary import DaySummary
from ambula.epochs.table import EpochTable, Records
from ambula.participant.results import results
from ambula.store import Store
from nodecore.sampling import EPOCH_S

# Columns of the daily table that name a device, which may lead to its buyer: no export carries them.
DEVICES = ("thigh_device", "back_device")


@dataclass(frozen=True)
class Source:
    """One participant's data.

    table: fused epochs, at least one. days: the daily table, one row per local date. zones: by which days are cut.
    firmware: version by role ("thigh", "back"). moved: each role's own records on the same true epochs, by role.
    made: when the export was made.
    """

    participant: str
    table: EpochTable
    days: list[DaySummary]
    zones: ZoneHistory
    firmware: dict[str, str]
    moved: dict[str, Records]
    made: datetime
    synthetic: bool = False

    @property
    def code(self) -> str:
        """The participant's code as file names can hold it: letters, digits, hyphens and underscores."""
        return re.sub(r"[^A-Za-z0-9_-]+", "-", self.participant).strip("-") or "participant"

    @property
    def provenance(self) -> dict[str, str]:
        """Where the figures come from, in words: what every file carries that can."""
        facts = {
            "participant": self.participant,
            "time_zone": self.zones.words,
            "epoch_s": str(EPOCH_S),
            "software": SOFTWARE,
            **{f"firmware_{role}": version for role, version in self.firmware.items()},
            "rules": self.days[0].rules,
            "met_table": self.days[0].met_table,
            "height_m": self._height,
        }
        return {**facts, "synthetic": "a made-up participant"} if self.synthetic else facts

    @property
    def _height(self) -> str:
        """By which height speed was estimated, in words."""
        height_m = self.days[0].height_m
        if isnan(height_m):
            return "not known"
        return f"{height_m:.2f}" if self.days[0].height_known else f"{height_m:.2f} assumed, none is set"

    def span(self, day: DaySummary) -> tuple[datetime, datetime]:
        """Return from when to when the recording touches a day: local times with the offset from UTC."""
        whole = local_day(day.date, self.zones)
        first, end = int(self.table.epoch[0]), int(self.table.epoch[-1]) + 1
        return self.local_time(max(whole.start, first)), self.local_time(min(whole.end, end))

    def local_time(self, epoch: int) -> datetime:
        """Return when an epoch starts, where the participant was, with the offset from UTC."""
        return datetime.fromtimestamp(epoch * EPOCH_S, self.zones.zone_at(epoch * EPOCH_S))


@dataclass(frozen=True)
class Written:
    """What an export wrote (first what to open), what is in it, and what the format could not hold, in plain words."""

    paths: list[Path]
    holds: str
    lacks: list[str]


def load_source(store: Store, participant: str, zones: ZoneHistory, rules: Rules = DEFAULT) -> Source:
    """Return what the store holds of a participant, as `summary` does; InputError where nothing was recorded."""
    outcome = results(store, participant, zones, rules)
    if not len(outcome.table):
        raise InputError(f"{participant} has no epochs yet: sync the nodes first")
    return Source(
        participant=participant,
        table=outcome.table,
        days=outcome.days,
        zones=zones,
        firmware=outcome.firmware,
        moved=outcome.moved,
        made=datetime.now(UTC).replace(microsecond=0),
        synthetic=bool(store.get("synthetic")),
    )
