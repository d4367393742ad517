"""`ambula flash`: the firmware onto a board on USB."""

from pathlib import Path
from typing import Annotated, Any

import typer

from ambula.cli.common import JsonOption
from ambula.cli.output import out, print_json, waiting
from ambula.firmware_build.files import device_files
from ambula.firmware_build.mip_package import REFERENCE_BOARD
from ambula.firmware_build.version import firmware as firmware_here
from ambula.usb.board import UsbBoard
from ambula.usb.flash import FlashPlan, compile_for, plan
from ambula.usb.flash import flash as flash_board
from ambula.usb.micropython import check_installable, install
from ambula.usb.ports import choose_port
from ambula.usb.state import firmware_of, look

PortOption = Annotated[
    str | None, typer.Option(metavar="PORT", help="The board's serial port. Default: the only board on USB.")
]


def flash(
    port: PortOption = None,
    board: Annotated[str, typer.Option(metavar="BOARD", help="The type of the board.")] = REFERENCE_BOARD,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be done, and do nothing.")] = False,
    install_micropython: Annotated[
        Path | None,
        typer.Option(readable=False, metavar="FILE", help="First erase the board and install this MicroPython."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Put the firmware on a board, over USB. Only changed files are sent. They are read back before they are used.

    Log, key and settings stay. If it is cut off, the board runs the old firmware or the new one. Then run it again.
    """
    list(device_files(board))  # before anything is touched
    if install_micropython is not None:
        check_installable(install_micropython)
    usb_port = choose_port(port)
    say = _Report(json)
    say(f"board at {usb_port}", port=usb_port.device, dry_run=dry_run)
    if install_micropython is not None:
        if dry_run:
            say("it would be erased, then get MicroPython and all of the firmware", erased=True)
            say.end()
            return
        install(usb_port.device, install_micropython)
    with UsbBoard(usb_port.device) as opened:
        state = look(opened)
        version = ".".join(map(str, state.version))
        where = f"in {state.pointer}" if state.pointer else "none"
        say(f"{state.machine}, MicroPython {version}, firmware {where}", machine=state.machine, micropython=version)
        had, here = firmware_of(opened), firmware_here()
        say(f"firmware {had or 'none'} -> {here}", firmware_before=had or None, firmware_here=here)
        firmware = compile_for(state, board)
        needed = plan(state, firmware)
        counts = {"send": len(needed.send), "copy": len(needed.copy), "main": needed.main}
        say(_planned(needed), has_it_already=needed.is_done, folder=needed.slot, files=counts)
        if not dry_run:
            with waiting("flashing ...") as wait:
                greeting = flash_board(opened, state, firmware, lambda path: wait(f"writing {path}"))
            say(f"the board runs Ambula {greeting}", firmware=greeting.split()[0], is_set_up=state.is_set_up)
            if not state.is_set_up:
                say("next: ambula setup --participant P01 --role thigh")
    say.end()


class _Report:
    """Says each step at once, or all of it at the end as JSON for scripts."""

    def __init__(self, json: bool) -> None:
        self._facts: dict[str, Any] | None = {} if json else None

    def __call__(self, words: str, **facts: Any) -> None:
        if self._facts is None:
            out.line(words)
        else:
            self._facts |= facts

    def end(self) -> None:
        if self._facts is not None:
            print_json(self._facts)


def _planned(needed: FlashPlan) -> str:
    if needed.is_done:
        return "it already has this firmware"
    if needed.is_running:
        return "only main.py needs writing"
    return f"into {needed.slot}: {len(needed.send)} files to send, {len(needed.copy)} to copy on the board"
