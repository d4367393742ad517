"""The faults that a node logged, in its own words, counted.

The words are made in `firmware/node/trouble.py`; a test has a real MicroPython make them and reads them here. What logs
already hold must stay readable: SPEC.md, "Faults".
"""

import re
from collections import Counter

from ambula.store import Event, NodeRow, Store
from nodecore import segment

_REPEATED = re.compile(rb"(.*), (\d{1,9}) times", re.DOTALL)
SENSOR = b"imu"  # what the words of a fault of the sensor begin with
_MOST_LETTERS = 160  # the node writes 140 at most
_ON_THE_BUS = re.compile(r"(?:imu|clock): errno (\d{1,3})")
_NO_MEMORY = re.compile(r"\w+: MemoryError\b")
# ETIMEDOUT has one number on the esp32 port (newlib) and another on the simulated board (Linux).
_MEANING = {19: "does not answer", 22: "another chip answers", 110: "no answer in time", 116: "no answer in time"}


def faults_of(store: Store, node: NodeRow) -> dict[str, int]:
    """Return how often a node logged each fault, the most frequent first. A full flash, logged as a gap, is among them.

    A lasting fault is logged less and less often, with how many times it was: those count.
    """
    counts: Counter[str] = Counter()
    for event in store.events(node.node_id):
        if event.code in (segment.FAULT, segment.GAP):
            words, times = read_fault(event.payload)
            counts[words] += times
    return dict(counts.most_common())


def read_fault(payload: bytes) -> tuple[str, int]:
    """Return a fault's words, cut, made printable and explained, and how many times it was.

    A fault that stays is told less and less often, with how many times it was since: those count.
    """
    cut = payload[:_MOST_LETTERS]
    repeated = _REPEATED.fullmatch(cut)
    return _explained(_printable(repeated[1] if repeated else cut)), int(repeated[2]) if repeated else 1


def is_sensor_fault(event: Event) -> bool:
    """Tell a fault of the sensor from one that costs no epochs, such as the radio's."""
    return event.code == segment.FAULT and event.payload.startswith(SENSOR)


def _explained(words: str) -> str:
    """Say what the number of an error of the sensor or the clock means, and that a lack of memory is no broken part."""
    if _NO_MEMORY.match(words):
        return f"{words} (the node was out of memory)"
    found = _ON_THE_BUS.fullmatch(words)
    meaning = _MEANING.get(int(found[1])) if found else None
    return f"{words} ({meaning})" if meaning else words


def _printable(words: bytes) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in words.decode("ascii", "replace"))
