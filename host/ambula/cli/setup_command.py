"""`ambula setup`: set up a flashed board as a participant's node."""

import time
from typing import Annotated, Any

import typer

from ambula.base.config import load_config, local_zone_name
from ambula.base.errors import InputError
from ambula.cli.common import JsonOption, StoreOption, ZoneOption, moment, new_code, store_path, warn_of_name
from ambula.cli.flash_command import PortOption
from ambula.cli.output import out, print_json
from ambula.nodes.keys import KeyFile
from ambula.nodes.session import NodeKey
from ambula.usb.adopt import adopt as take_over
from ambula.usb.board import UsbBoard
from ambula.usb.node_setup import set_up
from ambula.usb.ports import choose_port
from ambula.usb.state import look
from ambula.usb.wanted import Wanted
from nodecore import protocol, roles

MAX_DAYS = 60
BUZZ_MIN = range(20, 121)
_LATE_S = 300  # who sets up a node for "now" may take so long to type it
LATEST_START = 0xFFFFFFFF  # UTC s, as firmware/node/settings.py has it


def setup(
    participant: Annotated[str, typer.Option(metavar="CODE", help="The participant's code.")],
    role: Annotated[
        str | None, typer.Option(metavar="thigh|back", help="Where the node is worn. With --adopt: as it was set up.")
    ] = None,
    zone: ZoneOption = None,
    start: Annotated[
        str,
        typer.Option(
            metavar="now|tap|TIME", help="When to start. TIME is local in the zone, such as 2026-03-04T08:00."
        ),
    ] = "now",
    days: Annotated[
        int, typer.Option(min=0, max=MAX_DAYS, metavar="N", help="Days to record. 0: until it is stopped.")
    ] = 0,
    phone: Annotated[
        bool,
        typer.Option("--phone", help="Broadcast battery and cadence to phones; anyone nearby can read them."),
    ] = False,
    sitting_buzz: Annotated[
        int,
        typer.Option(
            "--sitting-buzz",
            metavar="MIN",
            help="Minutes of sitting after which a thigh node with a motor buzzes, 20 to 120. 0: never.",
        ),
    ] = 0,
    port: PortOption = None,
    replace: Annotated[bool, typer.Option("--replace", help="Replace a node that was lost or broke.")] = False,
    erase: Annotated[bool, typer.Option("--erase", help="Give up what was never synced from the node.")] = False,
    store: StoreOption = None,
    adopt: Annotated[
        bool, typer.Option("--adopt", help="Take over a node as it is that another computer set up.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Set up a flashed board as a participant's node, over USB: new key, role, time and capture plan.

    What the node has recorded for another participant goes if the store has all of it. Otherwise --erase gives it up.
    With --adopt nothing on the node changes: this computer gets its key, and can sync it from then on.
    """
    if adopt:
        changes = (zone, start != "now", days, phone, sitting_buzz, replace, erase)
        _adopt(participant, role, port, any(changes), json=json)
        return
    wanted = _wanted(participant, role, zone, start, days, phone, sitting_buzz)
    warn_of_name(wanted.participant)
    kept_in = store_path(store)
    usb_port = choose_port(port)
    keys = KeyFile()
    with UsbBoard(usb_port.device) as board:
        done = set_up(board, look(board), wanted, keys, kept_in, replace=replace, erase=erase)
    if json:
        print_json(
            {
                **_key_as_json(done.key, keys),
                "firmware": done.greeting.split()[0],
                "clock_offset_ms": done.clock_offset_ms,
                "notes": done.notes,
            }
        )
        return
    for note in done.notes:
        out.line(f"note: {note}")
    out.line(
        f"{wanted.participant} {wanted.role_name}: device {done.key.device_id}, key kept in {keys.path}", whole=True
    )
    out.line(f"clock {done.clock_offset_ms / 1000:+.1f} s; it runs Ambula {done.greeting}")


def _adopt(participant: str, role: str | None, port: str | None, would_change: bool, *, json: bool) -> None:
    code = new_code(participant, "--participant")
    part = None if role is None else _role(role)
    if would_change:
        raise InputError("--adopt changes nothing on the node: leave out all but --participant, --role and --port")
    warn_of_name(code)
    keys = KeyFile()
    usb_port = choose_port(port)
    with UsbBoard(usb_port.device) as board:
        done = take_over(board, look(board), code, part, keys)
    if json:
        told = {"firmware": done.greeting.split()[0], "zone": done.zone, "plan": done.plan}
        print_json({**_key_as_json(done.key, keys), **told})
        return
    who = f"{code} {done.key.role_name}"
    out.line(f"{who}: device {done.key.device_id}, key kept in {keys.path}", whole=True)
    out.line(f"it was set up in the zone {done.zone or 'UTC'}; {done.plan}. Nothing on it was changed")
    out.line(f"next: ambula sync --participant {code}")


def _key_as_json(key: NodeKey, keys: KeyFile) -> dict[str, Any]:
    told = {"participant": key.participant, "role": key.role_name, "device_id": key.device_id}
    return {**told, "key_file": str(keys.path)}


def _role(name: str | None) -> int:
    if name not in protocol.ROLE_NAMES:
        raise InputError(f"--role {name or 'is missing'}: must be {' or '.join(protocol.ROLE_NAMES)}")
    return protocol.ROLE_NAMES.index(name)


def _wanted(
    participant: str, role: str | None, zone: str | None, start: str, days: int, phone: bool, buzz_min: int
) -> Wanted:
    code = new_code(participant, "--participant")
    part = _role(role)
    if buzz_min and buzz_min not in BUZZ_MIN:
        raise InputError(f"--sitting-buzz {buzz_min}: must be {BUZZ_MIN[0]} to {BUZZ_MIN[-1]} minutes, or 0 for never")
    if buzz_min and part != roles.THIGH:
        raise InputError("--sitting-buzz: only a node on the thigh can remind of sitting")
    where = zone or load_config().zone or local_zone_name()
    begin = start if start in ("now", "tap") else moment(start, where, "--start")
    if isinstance(begin, int) and begin < time.time() - _LATE_S:
        raise InputError(
            f"--start {start}: is in the past. Correct it, or leave it out to record from the set-up on. If the time "
            "is right, this computer's clock is not"
        )
    if isinstance(begin, int) and begin > LATEST_START:
        raise InputError(f"--start {start}: no node can wait beyond the year 2106")
    return Wanted(code, part, where, begin, days, phone, buzz_min)
