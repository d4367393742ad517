"""What the nodes near say of this computer's clock, asked before any of theirs is set by it.

A clock that has the time is an opinion on this computer's; one that was lost is none. Two opinions that are wrong alike
make this computer the likely culprit; one that is wrong while another is right is that node's own fault. Where neither
can be said, or this computer is suspected, no node's clock is set by it.
"""

import contextlib
from collections.abc import AsyncGenerator, Callable, Collection, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ambula.base.errors import AmbulaError, ProtocolError
from ambula.clock.lives import cut_lives
from ambula.clock.true_time import latest_fit
from ambula.clock.words import duration
from ambula.nodes.client import NodeClient
from ambula.nodes.info import Info
from ambula.nodes.session import NodeKey
from ambula.nodes.visit import Near, visiting
from ambula.store import Anchor, Store
from ambula.transport.radio import Radio
from nodecore import protocol

WORTH_SAYING_MS = 10_000.0
_ALIKE_MS = 5_000.0
_DRIFT_PPM = 20.0  # of a watch quartz on the body

_LAPTOP = (
    "this computer's clock is probably wrong: it is {} {} those of {}, which agree. Set its time, date and zone, and "
    "run this again. Until then no node's clock is set by it"
)
_NODE = (
    "{}: its clock is {} {} this computer's, and {} agrees with this computer. The node's is probably wrong: "
    "its times are put right, nothing on it was changed"
)
_UNCLEAR = (
    "this computer's clock is {}. Nothing here shows which is wrong: compare it with a phone's. If it is wrong, set "
    "it, and run this again. Until then no node's clock is set by it"
)


@dataclass(frozen=True)
class Opinion:
    """How far this computer's clock is ahead of what a node's makes of the moment, and by how much a sound one may be
    off; ms. name: whose it is, `P01 thigh`."""

    name: str
    ahead_ms: float
    allowed_ms: float = WORTH_SAYING_MS

    @property
    def contradicts(self) -> bool:
        """Whether more than drift is between the two."""
        return abs(self.ahead_ms) > self.allowed_ms


@dataclass(frozen=True)
class Judgement:
    """What the opinions come to: sentences ([]: all is well), and whether this computer may set a clock."""

    words: list[str] = field(default_factory=list[str])
    may_set: bool = True


def judge_clocks(opinions: Sequence[Opinion]) -> Judgement:
    """Return what opinions of different nodes make of this computer's clock."""
    against = sorted((o for o in opinions if o.contradicts), key=lambda o: o.name)
    if not against:
        return Judgement()
    middle_ms = float(np.median([o.ahead_ms for o in against]))
    alike = sorted((o for o in opinions if abs(o.ahead_ms - middle_ms) <= _ALIKE_MS), key=lambda o: o.name)
    agreeing = sorted(o.name for o in opinions if not o.contradicts and o not in alike)
    if len(alike) >= 2 and len(alike) > len(agreeing):
        names = ", ".join(o.name for o in alike)
        return Judgement([_LAPTOP.format(duration(middle_ms), _way(middle_ms), names)], may_set=False)
    if agreeing:
        with_us = ", ".join(agreeing)
        return Judgement([_NODE.format(o.name, duration(o.ahead_ms), _way(-o.ahead_ms), with_us) for o in against])
    parts = " and ".join(f"{duration(o.ahead_ms)} {_way(o.ahead_ms)} that of {o.name}" for o in against)
    return Judgement([_UNCLEAR.format(parts)], may_set=False)


async def opinion_of(client: NodeClient, info: Info, store: Store, reading: Anchor) -> Opinion | None:
    """Return what an open node's clock says of this computer's, by what the store knows of it; None of a lost clock.

    A clock that was lost, and set by a computer since, says what that one said: it is no witness. Where the store has
    no reading of it, the clock counts as it is, with the drift since its recording began. Where it has some, and the
    clock as it is agrees better with this computer's, that counts: they may be of a wrong one.
    """
    if not info.state & protocol.CLOCK_SET or _was_set_by_a_computer(info, store):
        return None
    name, ahead_ms = f"{client.key.participant} {client.key.role_name}", reading.host_utc_ms - reading.node_utc_ms
    for node in store.nodes("device_id = ? AND log_id = ?", (info.device_id, info.log_id)):
        known = latest_fit(store, node)
        if known.runs:
            by_store_ms = ahead_ms - float(known.error_ms(np.array([reading.node_utc_ms]))[0])
            since_ms = float(np.abs(known.read_ms - reading.node_utc_ms).min())
            return Opinion(name, min(by_store_ms, ahead_ms, key=abs), _allowed_ms(since_ms))
    if abs(ahead_ms) <= WORTH_SAYING_MS:
        return Opinion(name, ahead_ms)
    try:
        began_s = (await client.plan()).start_utc_s
    except ProtocolError:  # of a firmware that is too old to say
        began_s = None
    return Opinion(name, ahead_ms, _allowed_ms(max(0.0, reading.node_utc_ms - began_s * 1000) if began_s else 0.0))


def _was_set_by_a_computer(info: Info, store: Store) -> bool:
    """Whether the clock was lost and set at some sync: what it says then is that computer's word, not its own."""
    for node in store.nodes("device_id = ? AND log_id = ?", (info.device_id, info.log_id)):
        lives = cut_lives(store.log(node.node_id), store.anchors(node.node_id))
        if lives and lives[-1].set_ms:
            return True
    return False


class Doubts:
    """The opinions of the nodes near; `on_words` is told at once what is to be said, each sentence once.

    near: the nodes that may be asked. set_anyway: the user has decided for this computer's clock.
    """

    def __init__(
        self,
        store: Store,
        near: Sequence[Near] = (),
        set_anyway: bool = False,
        on_words: Callable[[str], None] | None = None,
    ) -> None:
        self._store = store
        self._near = [one for one in near if one.key is not None]
        self._set_anyway = set_anyway
        self._on_words = on_words
        self._heard: dict[NodeKey, Opinion | None] = {}
        self.words: list[str] = []

    async def hear(self, client: NodeClient, info: Info) -> Anchor:
        """Read an open node's clock and take its opinion; return the reading."""
        reading = replace(await client.clock_anchor(), boot=info.boot)
        self._heard[client.key] = await opinion_of(client, info, self._store, reading)
        return reading

    def may_set(self) -> bool:
        """Whether this computer may set a clock, as far as the nodes were heard."""
        return self._set_anyway or self.judgement().may_set

    def judgement(self) -> Judgement:
        """Return what the nodes that were heard make of this computer's clock."""
        return judge_clocks([opinion for opinion in self._heard.values() if opinion is not None])

    def opinion(self, key: NodeKey) -> Opinion | None:
        """Return what a node's clock said of this computer's; None of a lost one, or one that was not asked."""
        return self._heard.get(key)

    def have_heard(self, keys: Collection[NodeKey]) -> bool:
        """Whether all these nodes were asked."""
        return self._heard.keys() >= set(keys)

    def needs_others(self, key: NodeKey) -> bool:
        """Whether this node's clock is lost or contradicts, and there are others to be asked first."""
        opinion = self._heard[key]
        return (opinion is None or opinion.contradicts) and any(one.key not in self._heard for one in self._near)

    def say(self) -> None:
        """Say what is to be said and was not yet."""
        for words in self.judgement().words:
            if words not in self.words:
                self.words.append(words)
                if self._on_words is not None:
                    self._on_words(words)

    async def ask_others(self, radio: Radio, now_ms: Callable[[], int] | None) -> None:
        """Ask those near that were not asked yet for the time, and nothing else; one that fails has no say."""
        for near in self._near:
            if near.key is None or near.key in self._heard:
                continue
            self._heard[near.key] = None
            with contextlib.suppress(AmbulaError):
                async with visiting(radio, near, near.key, now_ms) as client:
                    await self.hear(client, await client.open())


@contextlib.asynccontextmanager
async def visiting_with_doubt(
    radio: Radio, near: Near, key: NodeKey, doubts: Doubts, now_ms: Callable[[], int] | None = None
) -> AsyncGenerator[tuple[NodeClient, Info, Anchor]]:
    """Visit a node, and before anything is set on it know what all the nodes near say of this computer's clock.

    Yields the open client, its info and a reading of its clock. Others are asked only where this one gives a reason.
    """
    async with contextlib.AsyncExitStack() as link:

        async def enter() -> tuple[NodeClient, Info, Anchor]:
            client = await link.enter_async_context(visiting(radio, near, key, now_ms))
            info = await client.open()
            return client, info, await doubts.hear(client, info)

        opened = await enter()
        if doubts.needs_others(key):
            await link.aclose()
            await doubts.ask_others(radio, now_ms)
            opened = await enter()
        doubts.say()
        yield opened


def _allowed_ms(since_ms: float) -> float:
    return WORTH_SAYING_MS + since_ms * _DRIFT_PPM * 1e-6


def _way(by_ms: float) -> str:
    return "ahead of" if by_ms > 0 else "behind"
