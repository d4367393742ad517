"""A virtual node whose plug is pulled, and that starts again as another one would: with faults, or another clock."""

from dataclasses import replace
from typing import Any

from ambula.sim.node import NodeProcess


async def start_anew(node: NodeProcess, **changes: Any) -> None:
    """Pull the plug, change these of the `NodeSettings`, and start the node again."""
    await node.kill()
    node._settings = replace(node._settings, **changes)
    await node.start()
