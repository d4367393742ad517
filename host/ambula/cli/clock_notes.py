"""What a sync says of clocks, from the log that it fetched just now."""

from ambula.account.moves import moves_words
from ambula.cli.output import YELLOW, err
from ambula.clock.true_time import latest_fit, node_time
from ambula.clock.words import contradicted_ms, duration
from ambula.nodes.sync import SyncResult
from ambula.store import Store
from nodecore import protocol


def warn_of_clock(store: Store, result: SyncResult, *, is_said: bool) -> None:
    """Say that this computer's clock contradicts what the log says of the node's, unless that `is_said`, and what its
    times moved onto each other or apart, beyond what a quartz explains."""
    name = f"{result.node.participant} {protocol.ROLE_NAMES[result.node.role]}"
    by_ms = 0.0 if is_said else contradicted_ms(latest_fit(store, result.node), result.reading)
    if by_ms:
        way = "ahead of" if by_ms > 0 else "behind"
        err.line(
            f"note: {name}: this computer's clock is {duration(by_ms)} {way} what was read before. If it is wrong, set "
            "it, and sync again: nothing on the node was changed",
            YELLOW,
        )
    moved = moves_words(node_time(store, result.node))
    if moved:
        err.line(f"note: {name}: {moved}", YELLOW)
