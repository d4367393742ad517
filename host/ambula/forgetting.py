"""Forgetting a participant: the rows of the store, and the keys of devices that nobody else has worn."""

from collections.abc import Sequence

from ambula.store import Forgotten, Store


def forget(store: Store, participant: str) -> Forgotten:
    """Remove a participant from all that Ambula keeps on this computer; return what was removed.

    Raises StoreError where the store is in use or cannot be written. Edge case: nothing held, zeros.
    """
    gone = store.forget(participant)
    _forget_keys(gone.devices)
    return gone


def _forget_keys(devices: Sequence[str]) -> None:
    """Remove the keys of `devices` (hex). The one place for it: devices have no keys yet."""
