"""The zones that a participant's days are cut by."""

from zoneinfo import ZoneInfo

from ambula.base.config import load_config, local_zone_name, zone_info
from ambula.base.errors import InputError
from ambula.days.local_days import ZoneHistory
from ambula.nodes.setup_zone import setup_zone
from ambula.store import Store


def zones_of(store: Store, participant: str, named: str | None) -> ZoneHistory:
    """Return the zones for the borders of a participant's days: the one named, else the history kept with the data."""
    if named:
        return ZoneHistory(((0, zone_info(named)),))
    changes = store.zone_changes(participant)
    first = [] if changes and not changes[0].from_utc_s else [(0, zone_info(first_zone(store, participant)))]
    return ZoneHistory((*first, *((c.from_utc_s, _kept_zone(c.zone, participant)) for c in changes)))


def _kept_zone(name: str, participant: str) -> ZoneInfo:
    """Return a zone that is kept with the data; raises InputError where this computer's list is older than it."""
    try:
        return zone_info(name)
    except InputError as e:
        raise InputError(
            f"{participant} lived by the zone {name!r}, which this computer does not know: update its list with "
            "`pip install --upgrade tzdata`, or name a zone with --zone"
        ) from e


def first_zone(store: Store, participant: str) -> str:
    """Return the zone of a participant's days where none is kept: the store's, as older Ambulas kept it, the set-up's,
    or this computer's.
    """
    return zone_info(store.get("zone") or setup_zone(store, participant) or home_zone()).key


def has_zone(store: Store, participant: str) -> bool:
    """Whether a zone of the participant's days is known from the data, not from this computer."""
    return bool(store.zone_changes(participant) or store.get("zone") or setup_zone(store, participant))


def zone_of(store: Store, named: str | None) -> str:
    """Return a zone for what is nobody's: as named, as kept by an older Ambula, as configured, or this computer's."""
    return zone_info(named or store.get("zone") or home_zone()).key


def home_zone() -> str:
    """Return the zone where nothing else is known: as configured, or this computer's."""
    return zone_info(load_config().zone or local_zone_name()).key
