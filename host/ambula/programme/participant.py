"""A participant's programme out of the store: the plan that was kept, or the default one."""

from collections.abc import Sequence
from datetime import date, datetime

from ambula.base.errors import InputError
from ambula.days.local_days import ZoneHistory
from ambula.epochs.table import EpochTable
from ambula.programme.plan import default_text, read_kept_plan
from ambula.programme.progress import Programme, follow
from ambula.programme.walks import open_date, walking_days
from ambula.store import Note, Store


def programme_of(store: Store, participant: str, table: EpochTable, zones: ZoneHistory) -> Programme | None:
    """Return how the programme goes, up to the last day recorded or noted; None if neither has any day.

    It depends on what is stored alone, not on today's date: the same store gives the same programme.
    """
    kept = store.programme(participant)
    plan, _ = read_kept_plan(kept[1] if kept else default_text(), _where(store, participant))
    days = walking_days(table, zones, plan.walk_from_min)
    pain = pain_by_date(store.notes(participant), zones)
    first = date.fromisoformat(kept[0]) if kept and kept[0] else (days[0].date if days else None)
    ends = [d for d in (open_date(table, zones), *(d for d, _ in pain)) if d is not None]
    if first is None or not ends:
        return None
    return follow(plan, first, days, pain, max(ends))


def programme_if_read(store: Store, participant: str, table: EpochTable, zones: ZoneHistory) -> Programme | None:
    """Return what `programme_of` does; None too where the plan that is kept cannot be read, which `plan_words` says."""
    try:
        return programme_of(store, participant, table, zones)
    except InputError:
        return None


def plan_words(store: Store, participant: str) -> list[str]:
    """Return in words what of the plan that is kept this Ambula does not know, or why it cannot be read."""
    kept = store.programme(participant)
    try:
        _, unknown = read_kept_plan(kept[1], "The walking plan that is kept") if kept else (None, ())
    except InputError as e:
        return [f"{e}. The programme is left out: update Ambula, or give another plan with `ambula programme --plan`."]
    keys = ", ".join(unknown)
    return [f"The walking plan that is kept says {keys}: update Ambula, which does not know that yet."] if keys else []


def _where(store: Store, participant: str) -> str:
    return f"{store.path}: walking plan of {participant}"


def pain_by_date(notes: Sequence[Note], zones: ZoneHistory) -> list[tuple[date, int]]:
    """Return the pain that was noted, each with the local date of the note."""
    return [
        (datetime.fromtimestamp(n.utc_s, zones.zone_at(n.utc_s)).date(), n.pain) for n in notes if n.pain is not None
    ]
