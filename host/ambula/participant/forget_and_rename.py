"""Removes a participant, or changes the code, in the store and in the key file together."""

from dataclasses import dataclass

from ambula.nodes.keys import KeyFile
from ambula.nodes.known_stores import KnownStores
from ambula.store import Forgotten, Store


@dataclass(frozen=True)
class Gone:
    """What was removed: from the store, and how many keys."""

    held: Forgotten
    keys: int


def forget(store: Store, participant: str, keys: KeyFile) -> Gone:
    """Remove a participant from all that Ambula keeps on this computer; return what was removed.

    The key goes with its wearer, and goes first: the node has to be set up anew before it can be synced. Raises
    InputError where the key file cannot be read (then nothing was removed) or written, StoreError where the store is in
    use or cannot be written: the same call again ends it. Edge case: nothing held, zeros.
    """
    count = len(keys.forget(participant))
    KnownStores(keys.path).forget(participant)
    return Gone(store.forget(participant), count)


def rename(store: Store, participant: str, code: str, keys: KeyFile) -> None:
    """Give a participant another code, in the store and with the keys; errors as for `forget`."""
    keys.all()
    store.rename(participant, code)
    KnownStores(keys.path).rename(participant, code)
    keys.rename(participant, code)


def known_codes(store: Store, keys: KeyFile) -> list[str]:
    """Return every participant in the store or the key file, in alphabetical order."""
    return sorted({*store.participants(), *(key.participant for key in keys.all())})
