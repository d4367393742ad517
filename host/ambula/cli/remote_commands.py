"""Commands that control nodes over the air: start, stop."""

from collections.abc import Awaitable, Callable
from typing import Annotated

import typer

from ambula.base.errors import AmbulaError
from ambula.cli.common import ParticipantOption, Stopped, is_asked, run
from ambula.cli.node_commands import NodeOption, RadioOption, TimeoutOption, near_nodes, wanted_keys
from ambula.cli.output import out
from ambula.nodes.client import NodeClient
from ambula.nodes.session import NodeKey
from ambula.nodes.visit import SCAN_S, visiting
from ambula.transport.source import open_radio

Act = Callable[[NodeClient], Awaitable[int]]


def start(
    participant: ParticipantOption = None,
    node: NodeOption = "",
    timeout: TimeoutOption = SCAN_S,
    radio: RadioOption = "",
) -> None:
    """Start recording on the nodes, before their planned start or after a stop."""
    _tell(radio, wanted_keys(participant or "", node), timeout, NodeClient.start, "records")


def stop(
    participant: ParticipantOption = None,
    node: NodeOption = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
    timeout: TimeoutOption = SCAN_S,
    radio: RadioOption = "",
) -> None:
    """Stop recording on the nodes. The recording stays on them until it is synced."""
    keys = wanted_keys(participant or "", node)
    names = ", ".join(f"{key.participant} {key.role_name}" for key in keys)
    if not yes and is_asked() and not typer.confirm(f"Stop recording on {names}?", err=True):
        raise Stopped("nothing was stopped")
    _tell(radio, keys, timeout, NodeClient.stop, "has stopped recording. Sync it to get all of its recording")


def _tell(radio: str, keys: list[NodeKey], timeout_s: float, act: Act, done: str) -> None:
    """Tell each node that is heard, and say of each what came of it; the first failure is raised at the end."""
    failed: list[tuple[str, AmbulaError]] = []

    async def visit() -> None:
        async with open_radio(radio) as air:
            for near, key in await near_nodes(air, keys, timeout_s):
                name = f"{key.participant} {key.role_name}"
                try:
                    async with visiting(air, near, key) as client:
                        await client.open()
                        await act(client)
                    out.line(f"{name} {done}")
                except AmbulaError as e:
                    failed.append((name, e))

    run(visit())
    if failed:
        raise failed[0][1].__class__("; ".join(f"{name}: {error}" for name, error in failed))
