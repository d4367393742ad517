"""A participant's epochs out of the store: each role's logs joined, in true time, fused."""

from dataclasses import dataclass, replace
from itertools import chain

import numpy as np

from ambula.base.errors import InputError, StoreError
from ambula.base.sites import BACK_SITE, SITES, THIGH_SITE
from ambula.clock.track import clock_columns, track_of
from ambula.clock.true_time import NodeTime, node_time
from ambula.epochs.fusion import fuse_records
from ambula.epochs.rules import DEFAULT, EpochRules
from ambula.epochs.table import EpochTable, Records
from ambula.participant.clocks import clocked
from ambula.participant.versions import Versions, versions_of
from ambula.store import Store, join_records
from nodecore import roles
from nodecore.roles import BACK_BIT, THIGH_BIT


def choose_participant(store: Store, participant: str | None) -> str:
    """Return the participant asked for, or the only one there is; raises StoreError or InputError with the choices."""
    known = store.participants()
    if not known:
        raise StoreError(f"{store.path} has no recordings yet: run `ambula sync` first")
    if participant is None:
        if len(known) > 1:
            raise InputError(f"{store.path} has several participants: choose one with --participant {'|'.join(known)}")
        return known[0]
    if participant not in known:
        raise InputError(f"{store.path} has no participant {participant}: it has {', '.join(known)}")
    return participant


@dataclass(frozen=True)
class Wear:
    """A participant's fused epochs in true time.

    clocks: what contradicts the nodes' clocks and what gait showed of them, in words. times: what each node's log has,
    by `node_id`. moved: each role's records on the table's epochs. versions: which firmware wrote them. Both by "thigh"
    and "back".
    """

    table: EpochTable
    clocks: list[str]
    times: dict[int, NodeTime]
    moved: dict[str, Records]
    versions: dict[str, Versions]


def load_wear(store: Store, participant: str, rules: EpochRules = DEFAULT) -> Wear:
    """Return the fused epochs of a participant in true time, by `rules`; empty where nothing was recorded.

    Where no reading vouches for one node's clock, it is set against the other's by gait, or the words say why not.
    """
    height_m = store.height_m(participant)
    nodes = store.nodes("participant = ?", (participant,))
    of_role = [[node for node in nodes if node.role == role] for role in (roles.THIGH, roles.BACK)]
    thigh, back, said = clocked(store, of_role)
    times = {node.node_id: log for node, log in zip(chain(*of_role), chain(thigh, back), strict=True)}
    tracks = track_of(thigh), track_of(back)
    moved = {site: track.records for site, track in zip(SITES, tracks, strict=True) if track is not None}
    versions = {
        site: versions_of([(log, node, store.anchors(node.node_id)) for log, node in zip(logs, nodes, strict=True)])
        for site, logs, nodes in zip(SITES, (thigh, back), of_role, strict=True)
        if site in moved
    }
    if not moved:
        moved = {THIGH_SITE: join_records([])}
    table = fuse_records(moved.get(THIGH_SITE), moved.get(BACK_SITE), height_m, rules)
    table = replace(_named(table, versions), **clock_columns(table.epoch, tracks))
    return Wear(table, said, times, moved, versions)


def _named(table: EpochTable, versions: dict[str, Versions]) -> EpochTable:
    """Return the table with the firmware of each node's records."""
    columns = {
        f"{site}_firmware": np.where(table.nodes & bit, versions[site].at(table.epoch), "")
        for site, bit in zip(SITES, (THIGH_BIT, BACK_BIT), strict=True)
        if site in versions
    }
    return replace(table, **columns)


def load_epochs(store: Store, participant: str, rules: EpochRules = DEFAULT) -> EpochTable:
    """Return a participant's epochs of both nodes, fused, in true time; empty where nothing was recorded.

    rules: others than the node's, as `Rules.of_epochs` has them.

    Example:
        >>> from pathlib import Path
        >>> import ambula
        >>> with ambula.Store(Path("ambula.db")) as store:
        ...     epochs = ambula.load_epochs(store, "P01")
        >>> len(epochs), int(epochs.steps.sum())
        (120960, 78830)
    """
    return load_wear(store, participant, rules).table


def role_records(store: Store, participant: str, role: int) -> Records | None:
    """Return all records of one role, from however many devices and logs, or None where no such node was worn."""
    nodes = store.nodes("participant = ? AND role = ?", (participant, role))
    track = track_of([node_time(store, node) for node in nodes])
    return None if track is None else track.records
