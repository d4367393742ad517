"""`ambula retire`: a node that was lost is waited for no longer."""

from typing import Annotated

import typer

from ambula.base.errors import InputError
from ambula.cli.common import JsonOption
from ambula.cli.output import out, print_json
from ambula.nodes.keys import KeyFile
from ambula.nodes.session import NodeKey
from nodecore import protocol

_RETIRED = (
    "{} is retired: it is not waited for any longer. If it is heard again, `ambula sync` still fetches its recording. "
    "Back into use: ambula retire {} {} --device {} --undo"
)
_UNSAFE = (
    "its key opens the {} node's log to anyone who has the lost node, until the {} node is set up again: "
    "ambula setup --participant {} --role {}"
)


def retire(
    participant: Annotated[str, typer.Argument(metavar="PARTICIPANT", help="The participant's code.")],
    role: Annotated[str, typer.Argument(metavar="thigh|back", help="Which of the participant's nodes.")],
    device: Annotated[
        str | None, typer.Option(metavar="ID", help="The node's device, if there is more than one such node.")
    ] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Bring a retired node back into use.")] = False,
    json: JsonOption = False,
) -> None:
    """Stop waiting for a node that was lost or broke. Its key stays, so that its recording can still be read.

    Setting the node up again, or --undo, brings it back. `setup --replace` retires the node that it replaces.
    """
    keys = KeyFile()
    key = _chosen(keys.load(), participant, role, device, undo)
    if undo:
        keys.bring_back(key)
    else:
        keys.retire([key])
    other = next((k for k in keys.load() if k.is_in_use and k.pair and k.pair == key.pair and k != key), None)
    if json:
        state = "in use" if undo else "retired"
        print_json({"participant": participant, "role": role, "device_id": key.device_id, "state": state})
        return
    name = f"{participant} {role}"
    if undo:
        out.line(f"{name} (device {key.device_id}) is in use again")
        return
    out.line(_RETIRED.format(name, participant, role, key.device_id), whole=True)
    if other is not None:
        who = other.participant, other.role_name
        out.line("note: " + _UNSAFE.format(other.role_name, other.role_name, *who), whole=True)


def _chosen(keys: list[NodeKey], participant: str, role: str, device: str | None, undo: bool) -> NodeKey:
    """Return the one node that is meant; raises InputError where there is none, or more than one."""
    if role not in protocol.ROLE_NAMES:
        raise InputError(f"{role}: must be {' or '.join(protocol.ROLE_NAMES)}")
    theirs = [k for k in keys if (k.participant, k.role_name) == (participant, role)]
    in_use = [k for k in theirs if k.is_in_use]
    wanted = [k for k in theirs if k.is_in_use != undo and device in (None, k.device_id)]
    if undo and in_use:
        raise InputError(
            f"{participant} has a {role} node in use (device {in_use[0].device_id}): retire that one first"
        )
    if len(wanted) > 1:
        devices = ", ".join(k.device_id for k in wanted)
        raise InputError(f"{participant} has {len(wanted)} such {role} nodes: choose one with --device, of {devices}")
    if not wanted:
        state = "retired" if undo else "in use"
        which = f" with device {device}" if device else ""
        known = ", ".join(f"{k.participant} {k.role_name} ({k.state or 'in use'})" for k in keys) or "none"
        raise InputError(f"{participant} has no {role} node{which} that is {state}. Known here: {known}")
    return wanted[0]
