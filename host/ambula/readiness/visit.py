"""Reads the state of each node in one visit, which also syncs it."""

from collections.abc import Callable, Sequence

from ambula.base.errors import AmbulaError, ProtocolError
from ambula.donning.words import Finding, Level
from ambula.nodes.client import NodeClient
from ambula.nodes.session import NodeKey
from ambula.nodes.sync import sync_node
from ambula.nodes.visit import SCAN_S, find_nodes, visiting
from ambula.readiness.rules import NodeState
from ambula.store import Store
from ambula.transport.radio import Radio
from nodecore import protocol


async def visit_nodes(
    radio: Radio,
    store: Store,
    keys: Sequence[NodeKey],
    timeout_s: float = SCAN_S,
    now_ms: Callable[[], int] | None = None,
) -> tuple[list[NodeState], list[Finding]]:
    """Return the state of each node that was heard and synced, and a finding for each that could not be read."""
    states: list[NodeState] = []
    unread: list[Finding] = []
    for near in await find_nodes(radio, keys, timeout_s):
        key = near.key
        if key is None:
            continue
        try:
            async with visiting(radio, near, key, now_ms) as client:
                states.append(await _ask(client, store, key.role_name))
        except AmbulaError as e:
            text = f"The {key.role_name} node could not be read ({e}): check again."
            unread.append(Finding("unread", key.role_name, Level.FAULT, text))
    return states, unread


async def _ask(client: NodeClient, store: Store, role: str) -> NodeState:
    result = await sync_node(client, store)
    try:
        health = await client.health()
    except ProtocolError:
        health = None  # older firmware has none: the rest is still known
    anchor = store.anchors(result.node.node_id)[-1]
    tested = health is not None and health.tested
    return NodeState(
        role=role,
        battery_mv=result.info.battery_mv,
        clock_is_set=bool(result.info.state & protocol.CLOCK_SET) or result.clock_was_set,
        clock_offset_ms=anchor.node_utc_ms - anchor.host_utc_ms,
        is_recording=bool(result.info.state & protocol.RECORDING),
        is_full=bool(result.info.state & protocol.STORAGE_FULL),
        is_waiting=bool(result.info.state & protocol.WAITING),
        free_bytes=health.free_bytes if health else None,
        self_test_passed=health.passed if health else None,
        self_test_mg=health.self_test_mg if health and tested else None,
        noise_mg=health.noise_mg if health and tested else None,
    )
