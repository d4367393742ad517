"""What a node says went wrong with it, in its own words, counted."""

import re
from collections import Counter

from ambula.store import NodeRow, Store
from nodecore import segment

_REPEATED = re.compile(r"(.*), (\d{1,9}) times", re.DOTALL)
_MOST_LETTERS = 80


def faults_of(store: Store, node: NodeRow) -> dict[str, int]:
    """Return how often a node told each fault, the most frequent first; a full flash, told as a gap, is among them.

    A fault that stays is told less and less often, with how many times it was: those count.
    """
    told: Counter[str] = Counter()
    for event in store.events(node.node_id):
        if event.code in (segment.FAULT, segment.GAP):
            words = event.payload.decode("ascii", "replace")[:_MOST_LETTERS]
            repeated = _REPEATED.fullmatch(words)
            told[_printable(repeated[1] if repeated else words)] += int(repeated[2]) if repeated else 1
    return dict(told.most_common())


def _printable(words: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in words)
