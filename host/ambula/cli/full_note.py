"""What a sync says of a flash that was full."""

from datetime import UTC, datetime

from ambula.account.room import full_flash
from ambula.cli.output import YELLOW, err
from ambula.clock.true_time import node_time
from ambula.nodes.sync import SyncResult
from ambula.store import Store
from nodecore import protocol
from nodecore.sampling import EPOCH_S, EPOCHS_A_MINUTE


def warn_of_full_flash(store: Store, result: SyncResult) -> None:
    """Say that the node's memory was full, since when, what it cost and what to do."""
    full = full_flash(node_time(store, result.node))
    if full.slots:
        name = f"{result.node.participant} {protocol.ROLE_NAMES[result.node.role]}"
        since = datetime.fromtimestamp(full.since_epoch * EPOCH_S, UTC)
        err.line(
            f"note: {name}: its memory was full: {full.slots / EPOCHS_A_MINUTE:.0f} min since {since:%Y-%m-%d %H:%M} "
            "UTC were not recorded. This sync made room, and it records again. Sync at least once a week",
            YELLOW,
        )
