"""One visit of the laptop: look for its own nodes, connect to each, sync it, and go on if one of them fails."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from ambula.base.errors import AmbulaError, InputError, TransportError
from ambula.nodes.client import NodeClient
from ambula.nodes.keys import KeyFile
from ambula.nodes.session import NodeKey
from ambula.nodes.sync import SyncResult, sync_node
from ambula.store import Store
from ambula.transport.radio import Found, Radio
from ambula.transport.source import open_radio
from nodecore import protocol

SCAN_S = 20.0  # a node that nobody taps opens its window every 15 minutes only: tap it
_CONNECT_TIMEOUT_S = 20.0
_ATTEMPTS = 3
_ATTEMPT_PAUSE_S = 1.0
_AGAIN_S = 5.0  # how long to listen for a node that was lost before its old address is tried


@dataclass(frozen=True)
class Near:
    """A node that a scan heard, and its key if it is one of ours."""

    found: Found
    key: NodeKey | None

    @property
    def role(self) -> str:
        """`thigh` or `back`; `unknown` if it is not ours, since only the key tells."""
        return "unknown" if self.key is None else self.key.role_name


@dataclass
class FetchReport:
    """What a visit brought: a result a node that was synced, an error a node that was not."""

    synced: list[SyncResult] = field(default_factory=list[SyncResult])
    failed: list[tuple[str, AmbulaError]] = field(default_factory=list[tuple[str, AmbulaError]])


async def find_nodes(radio: Radio, keys: Sequence[NodeKey], timeout_s: float = SCAN_S) -> list[Near]:
    """Scan until all nodes of each participant that was heard are there, or the time is up; the strongest first.

    keys: those of the nodes that are looked for; nodes of others are returned without one, as far as they were heard.
    """
    seen: list[Near] = []

    def enough(found: Found) -> bool:
        key = owner(found, keys)
        if key is not None:
            seen.append(Near(found, key))
        return bool(seen) and not missing(seen, keys)

    heard = await radio.scan(protocol.SERVICE_UUID, timeout_s, enough)
    near = [Near(found, owner(found, keys)) for found in heard]
    return sorted(near, key=lambda n: -n.found.rssi_dbm)


def missing(heard: Sequence[Near], keys: Sequence[NodeKey]) -> list[NodeKey]:
    """Return the keys of the nodes that were not heard though another of the same participant was."""
    seen = {near.key for near in heard if near.key is not None}
    participants = {key.participant for key in seen}
    return [key for key in keys if key.participant in participants and key not in seen]


def owner(found: Found, keys: Sequence[NodeKey]) -> NodeKey | None:
    """Return the key that made the hint which a node advertises, or None."""
    hint = found.manufacturer_data.get(protocol.COMPANY, b"")
    return next((key for key in keys if key.made(hint)), None)


async def fetch(
    radio: Radio,
    store: Store,
    nodes: Sequence[Near],
    now_ms: Callable[[], int] | None = None,
    on_progress: Callable[[Near, int, int], None] | None = None,
) -> FetchReport:
    """Sync those of the nodes that are ours, one after the other; a lost link is tried again, three times in all."""
    report = FetchReport()
    for near in nodes:
        key = near.key
        if key is None:
            continue

        async def attempt(near: Near, key: NodeKey = key) -> SyncResult:
            def hear(done: int, of: int) -> None:
                if on_progress is not None:
                    on_progress(near, done, of)

            async with visiting(radio, near, key, now_ms) as client:
                return await sync_node(client, store, hear)

        try:
            report.synced.append(await _patiently(radio, near, key, attempt))
        except AmbulaError as e:
            report.failed.append((f"{key.participant} {near.role}", e))
    return report


def sync_nodes(store: Store, participant: str | None = None, timeout_s: float = SCAN_S) -> FetchReport:
    """Look for the nodes that were set up on this computer, and sync those that are near into the store.

    participant: only this one's. What a node that was lost on the way had sent is kept; `failed` of the report names
    it. Raises InputError where no node was set up, TransportError where none is heard. Not in a running event loop.

    Example:
        >>> from pathlib import Path
        >>> import ambula
        >>> with ambula.Store(Path("ambula.db")) as store:  # doctest: +SKIP
        ...     report = ambula.sync_nodes(store)
        >>> [(one.node.participant, one.epochs) for one in report.synced]  # doctest: +SKIP
        [('P01', 17280), ('P01', 17280)]
    """
    keys = [key for key in KeyFile().load() if participant in (None, key.participant)]
    if not keys:
        raise InputError("no node was set up on this computer: `ambula setup` does it over USB")
    return asyncio.run(_sync_near(store, keys, timeout_s))


async def _sync_near(store: Store, keys: Sequence[NodeKey], timeout_s: float) -> FetchReport:
    async with open_radio() as radio:
        near = [node for node in await find_nodes(radio, keys, timeout_s) if node.key is not None]
        if not near:
            raise TransportError(f"none of the nodes was heard in {timeout_s:.0f} s: double-tap them and try again")
        return await fetch(radio, store, near)


@contextlib.asynccontextmanager
async def visiting(
    radio: Radio, near: Near, key: NodeKey, now_ms: Callable[[], int] | None = None
) -> AsyncGenerator[NodeClient]:
    """Connect to a node, and close the link at the end; the client is not open yet."""
    link = await radio.connect(near.found, _CONNECT_TIMEOUT_S)
    try:
        yield NodeClient(link, [key], now_ms)
    finally:
        await link.close()


async def _patiently(
    radio: Radio, near: Near, key: NodeKey, attempt: Callable[[Near], Awaitable[SyncResult]]
) -> SyncResult:
    """Try again when the link fails; anything else, and the last failure, is for the caller."""
    for _ in range(_ATTEMPTS - 1):
        try:
            return await attempt(near)
        except TransportError:
            await asyncio.sleep(_ATTEMPT_PAUSE_S)
            near = await _again(radio, near, key)
    return await attempt(near)


async def _again(radio: Radio, near: Near, key: NodeKey) -> Near:
    """Return the node as it is heard now: a window that it opened anew has a new address."""
    return next((heard for heard in await find_nodes(radio, [key], _AGAIN_S) if heard.key == key), near)
