"""The zone that a participant's nodes were set up with: a node tells its settings at each start, in its log."""

import json
from typing import Any, cast

from ambula.base.config import load_config, local_zone_name, zone_info
from ambula.base.errors import InputError
from ambula.store import Event, Store, ZoneChange
from nodecore import segment


def setup_zone(store: Store, participant: str) -> str:
    """Return the IANA zone of the newest set-up in the participant's logs; "": none is known."""
    starts = [
        event
        for node in store.nodes("participant = ?", (participant,))
        for event in store.events(node.node_id)
        if event.code == segment.BOOT
    ]
    zones = [_zone_of(event) for event in sorted(starts, key=lambda event: event.epoch)]
    return next((zone for zone in reversed(zones) if zone), "")


def keep_first_zone(store: Store, participant: str, *, is_new: bool) -> None:
    """Keep the zone of a participant's days at the first sync: that of the set-up, or this computer's.

    is_new: nothing of the participant was in the store. One who was there, in a store of an older Ambula, keeps the
    zone of that store.
    """
    if store.zone_changes(participant) or (store.get("zone") and not is_new):
        return
    zone = setup_zone(store, participant) or load_config().zone or local_zone_name()
    store.set_zone(participant, ZoneChange(0, zone))


def _zone_of(start: Event) -> str:
    """Return the zone in what a node told at a start; "" where there is none that this computer knows."""
    try:
        told = cast("dict[str, Any]", json.loads(start.payload))
        return zone_info(str(told["config"]["zone"])).key
    except (ValueError, TypeError, KeyError, InputError):
        return ""
