"""Virtual time for nodes that meet: one clock for all, which runs only while none of them has a message to send.

A node that stands still tells until when it would wait and how many of its radio's events it has taken. When all stand,
and the air is quiet, the clock goes to the earliest moment that one of them waits for. So a meeting takes as long in
virtual time as the firmware's own waits and its advertising make it, however slow or fast the machine is: packets
themselves take none.
"""

import asyncio
from collections.abc import Mapping

from ambula.base.errors import SimulatorError
from ambula.sim.air import Air
from ambula.sim.nimble import NodeRadio
from ambula.sim.node import NodeProcess

_QUIET_TURNS = 40  # of the event loop: a packet and its answer pass through two host stacks in fewer
_PATIENCE_S = 30.0
_NOT_QUIET = -1


async def run_together(
    nodes: Mapping[str, NodeProcess],
    radios: Mapping[str, NodeRadio],
    air: Air,
    from_ms: int,
    least_ms: int,
    most_ms: int,
) -> int:
    """Let all nodes, which stand at `from_ms`, go on together till `least_ms`, and on while a radio is on.

    Returns the virtual UTC in ms at which they stand then, at most `most_ms`. Raises SimulatorError if one dies.
    """
    now_ms = from_ms
    exchanged = _NOT_QUIET
    stood = asyncio.Event()
    for node in nodes.values():
        node.on_stand = stood.set
        node.step(now_ms)
    with air.by_hand() as advertise:
        while True:
            exchanged = await _settle(nodes, radios, stood, exchanged)
            if advertise(now_ms):
                exchanged = await _settle(nodes, radios, stood, _NOT_QUIET)
            is_on = any(radio.is_on for radio in radios.values())
            if now_ms >= (most_ms if is_on else least_ms):
                return now_ms
            now_ms = max(now_ms + 1, min(node.wants_ms for node in nodes.values()))
            if not is_on:
                now_ms = min(now_ms, least_ms)
            for name, node in nodes.items():
                if radios[name].is_on or node.wants_ms <= now_ms:
                    node.step(now_ms)


async def _settle(
    nodes: Mapping[str, NodeProcess], radios: Mapping[str, NodeRadio], stood: asyncio.Event, exchanged: int
) -> int:
    """Wait until all nodes stand, have taken what their radios told them, and nothing is under way between them.

    Nothing can be, where no more was exchanged than when it was quiet last. Returns what was exchanged.
    """
    quiet = 0
    try:
        async with asyncio.timeout(_PATIENCE_S):
            while quiet < _QUIET_TURNS:
                if not all(node.stands and node.heard == radios[name].told for name, node in nodes.items()):
                    quiet = 0
                    stood.clear()
                    await stood.wait()
                    if not all(node.is_running for node in nodes.values()):
                        raise SimulatorError("a virtual node ended while the nodes met")
                    continue
                now = sum(radio.exchanged for radio in radios.values())
                if now == exchanged:
                    return now
                quiet += 1
                await asyncio.sleep(0)
    except TimeoutError as e:
        raise SimulatorError("a virtual node hangs while the nodes meet") from e
    return sum(radio.exchanged for radio in radios.values())
