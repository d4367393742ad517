"""One visit of the laptop: look for nodes, connect to each, sync it, and go on if one of them fails."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from ambula.client import NodeClient
from ambula.errors import AmbulaError, TransportError
from ambula.store import Store
from ambula.sync import SyncResult, sync_node
from ambula.transport.radio import Found, Radio
from nodecore import protocol

SCAN_S = 20.0  # a node that nobody taps opens its window every 15 minutes only: tap it
_CONNECT_TIMEOUT_S = 20.0
_ATTEMPTS = 3
_ATTEMPT_PAUSE_S = 1.0


@dataclass
class FetchReport:
    """What a visit brought: a result a node that was synced, an error a node that was not."""

    synced: list[SyncResult] = field(default_factory=list[SyncResult])
    failed: list[tuple[str, AmbulaError]] = field(default_factory=list[tuple[str, AmbulaError]])


def role_of(found: Found) -> str:
    """Return `thigh`, `back`, or `node` if the name that the node advertises does not tell."""
    role = protocol.role_of_name(found.name or "")
    return "node" if role is None else protocol.ROLE_NAMES[role]


async def find_nodes(radio: Radio, timeout_s: float = SCAN_S, want: int = 2, only: str = "") -> list[Found]:
    """Scan for nodes until `want` different ones were seen or the time is up; return them, the strongest first.

    only: an address, upper or lower case; no other node is returned, and the scan ends when it is seen.
    """
    seen: set[str] = set()

    def enough(found: Found) -> bool:
        seen.add(found.address)
        return _is(found, only) if only else len(seen) >= want

    heard = await radio.scan(protocol.SERVICE_UUID, timeout_s, enough)
    return sorted((f for f in heard if not only or _is(f, only)), key=lambda found: -found.rssi_dbm)


def _is(found: Found, address: str) -> bool:
    return found.address.lower() == address.lower()


async def fetch(
    radio: Radio,
    store: Store,
    participant: str,
    nodes: list[Found],
    now_ms: Callable[[], int] | None = None,
    on_progress: Callable[[Found, int, int], None] | None = None,
) -> FetchReport:
    """Sync the found nodes one after the other; a lost link is tried again, three times in all."""
    report = FetchReport()
    for found in nodes:

        async def attempt(found: Found = found) -> SyncResult:
            def hear(done: int, of: int) -> None:
                if on_progress is not None:
                    on_progress(found, done, of)

            link = await radio.connect(found, _CONNECT_TIMEOUT_S)
            try:
                return await sync_node(NodeClient(link, now_ms), store, participant, hear)
            finally:
                await link.close()

        try:
            report.synced.append(await _patiently(attempt))
        except AmbulaError as e:
            report.failed.append((f"{role_of(found)} {found.address}", e))
    return report


async def _patiently(attempt: Callable[[], Awaitable[SyncResult]]) -> SyncResult:
    """Try again when the link fails; anything else, and the last failure, is for the caller."""
    for _ in range(_ATTEMPTS - 1):
        try:
            return await attempt()
        except TransportError:
            await asyncio.sleep(_ATTEMPT_PAUSE_S)
    return await attempt()
