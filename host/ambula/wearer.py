"""A participant's epochs out of the store: each role's logs joined, in true time, fused."""

from ambula.epochs import EpochTable, Records
from ambula.errors import InputError, StoreError
from ambula.fusion import fuse_records
from ambula.store import Store, join_records
from ambula.timebase import node_records
from nodecore import protocol


def choose_participant(store: Store, participant: str | None) -> str:
    """Return the participant asked for, or the only one there is; raises StoreError or InputError with the choices."""
    known = store.participants()
    if not known:
        raise StoreError(f"{store.path} holds no recordings yet: run `ambula sync` first")
    if participant is None:
        if len(known) > 1:
            raise InputError(
                f"{store.path} holds several participants: choose one with --participant {'|'.join(known)}"
            )
        return known[0]
    if participant not in known:
        raise InputError(f"{store.path} has no participant {participant}: it has {', '.join(known)}")
    return participant


def load_epochs(store: Store, participant: str) -> EpochTable:
    """Return the fused epochs of a participant in true time; empty where nothing was recorded."""
    thigh = role_records(store, participant, protocol.THIGH)
    back = role_records(store, participant, protocol.BACK)
    return fuse_records(join_records([]) if thigh is None and back is None else thigh, back)


def role_records(store: Store, participant: str, role: int) -> Records | None:
    """Return all records of one role, from however many devices and logs, or None where no such node was worn."""
    nodes = store.nodes("participant = ? AND role = ?", (participant, role))
    parts = [node_records(store, n) for n in nodes]
    parts = [p for p in parts if len(p)]
    if not parts:
        return None
    if len(parts) == 1:
        return parts[0]
    return join_records([(int(e), bytes(d)) for p in parts for e, d in zip(p.epoch, p.data, strict=True)])
