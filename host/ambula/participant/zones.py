"""The zones that a participant's days are cut by."""

from ambula.base.config import load_config, local_zone_name, zone_info
from ambula.days.local_days import ZoneHistory
from ambula.store import Store


def zones_of(store: Store, participant: str, named: str | None) -> ZoneHistory:
    """Return the zones for the borders of a participant's days: the one named, else the history kept with the data."""
    changes = [] if named else store.zone_changes(participant)
    base = [] if changes and not changes[0].from_utc_s else [(0, zone_info(zone_of(store, named)))]
    return ZoneHistory((*base, *((c.from_utc_s, zone_info(c.zone)) for c in changes)))


def zone_of(store: Store, named: str | None) -> str:
    """Return the zone for the borders of days: as named, as kept with the data, as configured, or this computer's."""
    return zone_info(named or store.get("zone") or home_zone()).key


def home_zone() -> str:
    """Return the zone where nothing else is known: as configured, or this computer's."""
    return zone_info(load_config().zone or local_zone_name()).key
