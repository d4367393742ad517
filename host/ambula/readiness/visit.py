"""Reads the state of each node in one visit, which also syncs it."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from ambula.base.errors import AmbulaError, ProtocolError
from ambula.donning.words import Finding, Level
from ambula.nodes.client import NodeClient
from ambula.nodes.info import Info
from ambula.nodes.laptop_clock import Doubts, visiting_with_doubt
from ambula.nodes.session import NodeKey
from ambula.nodes.sync import sync_open
from ambula.nodes.visit import SCAN_S, find_nodes
from ambula.readiness.rules import NodeState
from ambula.store import Store
from ambula.transport.radio import Radio
from nodecore import protocol

_T = TypeVar("_T")


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
    heard = await find_nodes(radio, keys, timeout_s)
    doubts = Doubts(store, heard)
    for near in heard:
        key = near.key
        if key is None:
            continue
        try:
            async with visiting_with_doubt(radio, near, key, doubts, now_ms) as (client, info, _):
                states.append(await read_state(client, info, store, doubts))
        except AmbulaError as e:
            unread.append(could_not_be_read(key.role_name, str(e)))
    return states, unread


def could_not_be_read(role: str, problem: str) -> Finding:
    """Return the finding for a node that was heard, and did not answer as it should."""
    text = f"The {role} node was heard and could not be read ({problem}): bring it nearer and check again."
    return Finding("unread", role, Level.FAULT, text)


async def read_state(client: NodeClient, info: Info, store: Store, doubts: Doubts) -> NodeState:
    """Sync a node whose client is open, `info` is its newest, and return how it is; doubts: of those that were heard.

    Its lost clock is set if nothing contradicts this computer's.
    """
    result = await sync_open(client, info, store, may_set=doubts.may_set())
    health = await _known(client.health)
    plan = await _known(client.plan)
    tested = health is not None and health.tested
    return NodeState(
        role=client.key.role_name,
        battery_mv=result.info.battery_mv,
        clock_is_set=bool(result.info.state & protocol.CLOCK_SET) or result.clock_was_set,
        clock_offset_ms=result.reading.node_utc_ms - result.reading.host_utc_ms,
        is_recording=bool(result.info.state & protocol.RECORDING),
        is_full=bool(result.info.state & protocol.STORAGE_FULL),
        is_waiting=bool(result.info.state & protocol.WAITING),
        free_bytes=health.free_bytes if health else None,
        self_test_passed=health.passed if health else None,
        self_test_mg=health.self_test_mg if health and tested else None,
        noise_mg=health.noise_mg if health and tested else None,
        start_utc_s=plan.start_utc_s if plan else None,
        plan_days=plan.days if plan else None,
        firmware=result.node.firmware,
        node_id=result.node.node_id,
        opinion=doubts.opinion(client.key),
    )


async def _known(ask: Callable[[], Awaitable[_T]]) -> _T | None:
    """Return an answer, None from a firmware that is too old to give it: the rest is still known."""
    try:
        return await ask()
    except ProtocolError:
        return None
