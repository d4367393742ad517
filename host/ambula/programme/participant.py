"""A participant's programme out of the store: the plan that was kept, or the default one."""

from collections.abc import Sequence
from datetime import date, datetime

from ambula.days.local_days import ZoneHistory
from ambula.epochs.table import EpochTable
from ambula.programme.plan import default_text, read_plan
from ambula.programme.progress import Programme, follow
from ambula.programme.walks import open_date, walking_days
from ambula.store import Note, Store


def programme_of(store: Store, participant: str, table: EpochTable, zones: ZoneHistory) -> Programme | None:
    """Return how the programme goes, up to the last day recorded or noted; None if neither has any day.

    It depends on what is stored alone, not on today's date: the same store gives the same programme.
    """
    kept = store.programme(participant)
    plan = read_plan(kept[1] if kept else default_text(), f"{store.path}: programme")
    days = walking_days(table, zones, plan.walk_from_min)
    pain = pain_by_date(store.notes(participant), zones)
    first = date.fromisoformat(kept[0]) if kept and kept[0] else (days[0].date if days else None)
    ends = [d for d in (open_date(table, zones), *(d for d, _ in pain)) if d is not None]
    if first is None or not ends:
        return None
    return follow(plan, first, days, pain, max(ends))


def pain_by_date(notes: Sequence[Note], zones: ZoneHistory) -> list[tuple[date, int]]:
    """Return the pain that was noted, each with the local date of the note."""
    return [
        (datetime.fromtimestamp(n.utc_s, zones.zone_at(n.utc_s)).date(), n.pain) for n in notes if n.pain is not None
    ]
