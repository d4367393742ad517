"""Keeps a link to each of several nodes and asks them once per epoch. A lost link is made again."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Protocol, Self

from ambula.base.errors import AmbulaError, ProtocolError, TransportError
from ambula.nodes.client import NodeClient
from ambula.nodes.session import NodeKey
from ambula.nodes.visit import Near, find_nodes, visiting
from ambula.transport.radio import Radio
from nodecore.sampling import EPOCH_S

SEEK_S = 10.0  # one scan for who is missing
_SEEK_PAUSE_S = 1.0
_AFTER_EPOCH_S = 0.5  # a node scores an epoch just after its end


class Watched(Protocol):
    """What is watched. `ask` is called once an epoch for each node that has a link, and returns how many ms into its
    epoch the node was; it has `answer_s` seconds. `joined` and `lost` say which have one, `unread` which was heard and
    could not be read."""

    answer_s: float

    def joined(self, key: NodeKey, signal_dbm: int) -> None: ...
    def lost(self, key: NodeKey) -> None: ...
    def unread(self, key: NodeKey, signal_dbm: int, problem: str) -> None: ...
    async def ask(self, key: NodeKey, client: NodeClient) -> int: ...


class Watch:
    """Links to the nodes of `keys`, an async context manager; `view` asks them, and hears which are there.

    All scanning and connecting is one after the other, as one adapter wants it.
    """

    def __init__(self, air: Radio, keys: Sequence[NodeKey], view: Watched) -> None:
        self._air = air
        self._keys = keys
        self._view = view
        self._links: dict[NodeKey, contextlib.AsyncExitStack] = {}
        self._clients: dict[NodeKey, NodeClient] = {}
        self._missing = asyncio.Event()
        self._ahead_ms = 0  # how far into its epoch the last node was that answered

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for key in list(self._clients):
            await self._leave(key)

    async def run(self, near: Sequence[Near], on_epoch: Callable[[], None]) -> None:
        """Join the nodes that were heard, then ask epoch by epoch until cancelled; `on_epoch` is called after each.

        Raises ProtocolError where a node does not understand: that does not pass by itself.
        """
        for one in near:
            await self._join(one)
        seeking = asyncio.create_task(self._seek())
        try:
            while not seeking.done():
                self._ahead_ms = 0
                await asyncio.gather(*(self._ask(key, client) for key, client in list(self._clients.items())))
                on_epoch()
                await asyncio.sleep(EPOCH_S - self._ahead_ms / 1000 + (_AFTER_EPOCH_S if self._ahead_ms else 0))
            seeking.result()
        finally:
            seeking.cancel()
            await asyncio.gather(seeking, return_exceptions=True)

    async def _seek(self) -> None:
        """Look for who is missing, as long as anybody is."""
        while True:
            absent = [key for key in self._keys if key not in self._clients]
            if not absent:
                self._missing.clear()
                await self._missing.wait()
                continue
            try:
                for near in await find_nodes(self._air, absent, SEEK_S):
                    await self._join(near)
            except TransportError:
                await asyncio.sleep(_SEEK_PAUSE_S)

    async def _join(self, near: Near) -> None:
        """Open a link to a node that was heard, if it is one of ours; a link that fails leaves it missing."""
        key = near.key
        if key is None or key in self._clients:
            return
        stack = contextlib.AsyncExitStack()
        try:
            client = await stack.enter_async_context(visiting(self._air, near, key))
            await client.open()
        except TransportError as e:
            self._view.unread(key, near.found.rssi_dbm, str(e))
        except ProtocolError as e:
            raise _named(key, e) from e
        else:
            self._links[key], self._clients[key] = stack.pop_all(), client
            self._view.joined(key, near.found.rssi_dbm)
        finally:
            await stack.aclose()

    async def _ask(self, key: NodeKey, client: NodeClient) -> None:
        try:
            async with asyncio.timeout(self._view.answer_s):
                self._ahead_ms = await self._view.ask(key, client)
        except (TransportError, TimeoutError):
            await self._leave(key)
            self._view.lost(key)
            self._missing.set()
            return
        except ProtocolError as e:
            raise _named(key, e) from e

    async def _leave(self, key: NodeKey) -> None:
        self._clients.pop(key, None)
        stack = self._links.pop(key, None)
        if stack is not None:
            await stack.aclose()


def _named(key: NodeKey, error: AmbulaError) -> ProtocolError:
    return ProtocolError(f"{key.participant} {key.role_name}: {error}")
