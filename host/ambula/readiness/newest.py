"""The newest minutes in the store, as the donning check wants them, and which nodes have a part in them."""

from dataclasses import dataclass

from ambula.base.sites import SITES
from ambula.donning import Windows, windows_of_records
from ambula.participant.epochs import role_records
from ambula.store import Store
from nodecore.sampling import EPOCH_S, EPOCHS_A_MINUTE

FRESH_S = 120  # what was synced just now ends so short a time ago, if the nodes record


@dataclass(frozen=True)
class Newest:
    """start_s: where the minutes begin, UTC s. sides: the windows of thigh and back, None where it recorded nothing
    in them."""

    start_s: int
    sides: tuple[Windows | None, Windows | None]

    @property
    def roles(self) -> list[str]:
        """Return the nodes that recorded in them."""
        return [role for role, side in zip(SITES, self.sides, strict=True) if side is not None]


def newest_minutes(store: Store, participant: str, minutes: int, now_s: float | None = None) -> Newest | None:
    """Return the newest minutes of a participant, or None if there are none.

    now_s: UTC s; a node whose records end more than two minutes before has no part in them. Without it, the minutes
    end where the records do.
    """
    sides = [role_records(store, participant, role) for role in range(len(SITES))]
    ends = [0 if side is None else int(side.epoch[-1]) + 1 for side in sides]
    fresh = [end > 0 and (now_s is None or now_s - end * EPOCH_S <= FRESH_S) for end in ends]
    if not any(fresh):
        return None
    epochs = minutes * EPOCHS_A_MINUTE
    first = max(end for end, is_fresh in zip(ends, fresh, strict=True) if is_fresh) - epochs
    thigh, back = (
        windows_of_records(side, first, epochs) if side is not None and is_fresh else None
        for side, is_fresh in zip(sides, fresh, strict=True)
    )
    return Newest(first * EPOCH_S, (thigh, back))
