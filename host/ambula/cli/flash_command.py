"""`ambula flash`: the firmware onto a board on USB."""

from pathlib import Path
from typing import Annotated

import typer

from ambula.cli.output import out, waiting
from ambula.firmware_build.files import device_files
from ambula.firmware_build.mip_package import REFERENCE_BOARD
from ambula.usb.board import UsbBoard
from ambula.usb.flash import FlashPlan, compile_for, plan
from ambula.usb.flash import flash as flash_board
from ambula.usb.micropython import check_installable, install
from ambula.usb.ports import choose_port
from ambula.usb.state import State, look

PortOption = Annotated[str | None, typer.Option(metavar="PORT", help="The board's serial port; none: the only board.")]


def flash(
    port: PortOption = None,
    board: Annotated[str, typer.Option(metavar="BOARD", help="Which board it is.")] = REFERENCE_BOARD,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done and do nothing.")] = False,
    install_micropython: Annotated[
        Path | None,
        typer.Option(readable=False, metavar="FILE", help="First erase the board and put this on it."),
    ] = None,
) -> None:
    """Put the firmware on a board on USB: only what changed, read back, then switched to in one step.

    Log, key and settings stay. Cut off at any point, the board runs the old firmware or the new; run it again.
    """
    list(device_files(board))  # before anything is touched
    if install_micropython is not None:
        check_installable(install_micropython)
    found = choose_port(port)
    out.line(f"board at {found}")
    if install_micropython is not None:
        if dry_run:
            out.line("it would be erased, and get MicroPython and all of the firmware")
            return
        install(found.device, install_micropython)
    with UsbBoard(found.device) as opened:
        state = look(opened)
        out.line(_told(state))
        firmware = compile_for(state, board)
        needed = plan(state, firmware)
        out.line(_planned(needed))
        if dry_run:
            return
        with waiting("flashing ...") as say:
            greeting = flash_board(opened, state, firmware, lambda path: say(f"writing {path}"))
    out.line(f"the board runs Ambula {greeting}")
    if not state.is_set_up:
        out.line("next: ambula setup --participant P01 --role thigh")


def _told(state: State) -> str:
    version = ".".join(map(str, state.version))
    return f"{state.machine}, MicroPython {version}, firmware {'in ' + state.pointer if state.pointer else 'none'}"


def _planned(needed: FlashPlan) -> str:
    if needed.is_done:
        return "this firmware is on it already"
    if needed.is_running:
        return "main.py is to be written"
    return f"into {needed.slot}: {len(needed.send)} files to send, {len(needed.copy)} to copy on the board"
