"""A visit: the laptop looks for its own nodes, and connects to one. What a visit may bring is in `nodes.sync`."""

import contextlib
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass

from ambula.nodes.client import NodeClient
from ambula.nodes.session import NodeKey
from ambula.transport.radio import Found, Radio
from nodecore import protocol

SCAN_S = 20.0  # a node that nobody taps opens its window every 15 minutes only: tap it
_CONNECT_TIMEOUT_S = 20.0


@dataclass(frozen=True)
class Near:
    """A node that a scan heard, and its key if it is one of ours."""

    found: Found
    key: NodeKey | None

    @property
    def role(self) -> str:
        """`thigh` or `back`; `unknown` if it is not ours, since only the key shows the role."""
        return "unknown" if self.key is None else self.key.role_name


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
    """Return the keys of the nodes in use that were not heard though another of the same participant was."""
    seen = {near.key for near in heard if near.key is not None}
    participants = {key.participant for key in seen}
    return [key for key in keys if key.is_in_use and key.participant in participants and key not in seen]


def owner(found: Found, keys: Sequence[NodeKey]) -> NodeKey | None:
    """Return the key that made the hint which a node advertises, or None."""
    hint = found.manufacturer_data.get(protocol.COMPANY, b"")
    return next((key for key in keys if key.made(hint)), None)


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
