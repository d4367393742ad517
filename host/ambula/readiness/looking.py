"""Looks at one participant's nodes as long as it takes: which of them are there, and what is still missing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ambula.account.faults import faults_of
from ambula.donning import Donning, check_donning
from ambula.donning.check import Plan
from ambula.donning.words import Finding, Level
from ambula.nodes.client import NodeClient
from ambula.nodes.laptop_clock import Doubts, judge_clocks
from ambula.nodes.session import NodeKey
from ambula.readiness.battery import budget
from ambula.readiness.newest import Newest, minutes_until
from ambula.readiness.rules import Needs, NodeState, check_readiness
from ambula.readiness.verdict import Judged, judge, worn_findings
from ambula.readiness.visit import could_not_be_read, read_state
from ambula.store import Store
from nodecore import protocol


@dataclass(frozen=True)
class Looked:
    """A verdict with all that it rests on; newest and donning are None where there are no records to look at."""

    judged: Judged
    states: list[NodeState]
    newest: Newest | None
    donning: Donning | None


@dataclass(frozen=True)
class Question:
    """What `check` is asked: whose nodes, for how long they are needed, what the wearer was asked to do, and how many
    of the newest minutes to look at (0: not at how they are worn). other_firmware: returns words on a node's firmware
    that is not this Ambula's, else None."""

    keys: Sequence[NodeKey]
    needs: Needs
    plan: Plan = Plan.ANY
    minutes: int = 5
    accepted: bool = False
    other_firmware: Callable[[str], str | None] = lambda _: None

    @property
    def participant(self) -> str:
        """Whose nodes."""
        return self.keys[0].participant

    def answer(self, store: Store, states: Sequence[NodeState], unread: Sequence[Finding], now_s: float) -> Looked:
        """Judge the nodes that were read, and what is in the store of the last minutes; now_s: UTC s."""
        unread_roles = {finding.node for finding in unread}
        expected = [key.role_name for key in self.keys if key.role_name not in unread_roles]
        clocks = judge_clocks([state.opinion for state in states if state.opinion is not None])
        findings = [*unread, *check_readiness(states, expected, self.needs, budget())]
        if not clocks.may_set:  # what a node's own clock is said to be off is off by this computer's
            set_roles = {state.role for state in states if state.clock_is_set}
            findings = [f for f in findings if f.code != "clock" or f.node not in set_roles]
            findings += [
                Finding("laptop_clock", "", Level.FAULT, f"{words[0].upper()}{words[1:]}.") for words in clocks.words
            ]
        for state in states:
            if words := self.other_firmware(state.firmware):
                findings.append(Finding("firmware", state.role, Level.NOTE, f"The {state.role} node: {words}."))
        if not self.minutes:
            return Looked(judge(findings, all_was_seen=False, accepted=self.accepted), list(states), None, None)
        read = {state.role for state in states}
        newest = minutes_until(store, states, self.minutes, now_s)
        donning = None if newest is None else check_donning(*newest.sides, self.plan)
        recorded = [] if newest is None else newest.roles
        faults = {role: words for role in read if (words := self._fault(store, role))}
        findings += worn_findings(states, recorded, donning, self.minutes, faults)
        return Looked(judge(findings, all_was_seen=True, accepted=self.accepted), list(states), newest, donning)

    def _fault(self, store: Store, role: str) -> str:
        nodes = store.nodes("participant = ? AND role = ?", (self.participant, protocol.ROLE_NAMES.index(role)))
        return next((words for node in nodes for words in faults_of(store, node)), "")


class Looking:
    """What `nodes.watch.Watch` watches for a check: syncs each node every epoch, and calls `on_look` with a verdict."""

    answer_s = 120.0  # the first sync may bring a week

    def __init__(self, store: Store, question: Question, now_s: Callable[[], float]) -> None:
        self._store = store
        self._question = question
        self._now_s = now_s
        self._states: dict[NodeKey, NodeState] = {}
        self._unread: dict[NodeKey, Finding] = {}
        self._joined: set[NodeKey] = set()
        self._doubts = Doubts(store)

    def joined(self, key: NodeKey, signal_dbm: int) -> None:
        """A link is up; it is not read yet."""
        self._joined.add(key)
        self._unread.pop(key, None)

    def lost(self, key: NodeKey) -> None:
        """A node cannot be read any more."""
        self._joined.discard(key)
        self._states.pop(key, None)

    def unread(self, key: NodeKey, signal_dbm: int, problem: str) -> None:
        """A node was heard, and could not be read."""
        self._unread[key] = could_not_be_read(key.role_name, problem)

    async def ask(self, key: NodeKey, client: NodeClient) -> int:
        """Sync a node and read how it is; one whose clock is lost not before all that are there have told the time."""
        info = await client.info()
        await self._doubts.hear(client, info)
        if info.state & protocol.CLOCK_SET or self._doubts.have_heard(self._joined):
            self._states[key] = await read_state(client, info, self._store, self._doubts)
        return 0

    def look(self) -> Looked:
        """Judge what is known now."""
        unread = list(self._unread.values())
        return self._question.answer(self._store, list(self._states.values()), unread, self._now_s())
