"""`ambula flash`: the firmware onto a board on USB."""

from pathlib import Path
from typing import Annotated

import typer

from ambula.cli.common import err, out
from ambula.firmware_files import device_files
from ambula.usb.board import Board
from ambula.usb.flash import Plan, compile_for, plan
from ambula.usb.flash import flash as flash_board
from ambula.usb.micropython import check_installable, install
from ambula.usb.ports import choose_port
from ambula.usb.state import State, look

REFERENCE_BOARD = "xiao_esp32c3"

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
    out.print(f"board at {found}", highlight=False, markup=False)
    if install_micropython is not None:
        if dry_run:
            out.print("it would be erased, and get MicroPython and all of the firmware", highlight=False)
            return
        install(found.device, install_micropython)
    with Board(found.device) as opened:
        state = look(opened)
        out.print(_told(state), highlight=False, markup=False, soft_wrap=True)
        firmware = compile_for(state, board)
        needed = plan(state, firmware)
        out.print(_planned(needed), highlight=False, markup=False)
        if dry_run:
            return
        with err.status("flashing ...") as status:
            greeting = flash_board(opened, state, firmware, lambda path: status.update(f"writing {path}"))
    out.print(f"the board runs Ambula {greeting}", highlight=False, markup=False)
    if not state.is_set_up:
        out.print("next: ambula setup --participant P01 --role thigh", highlight=False)


def _told(state: State) -> str:
    version = ".".join(map(str, state.version))
    return f"{state.machine}, MicroPython {version}, firmware {'in ' + state.pointer if state.pointer else 'none'}"


def _planned(needed: Plan) -> str:
    if needed.is_done:
        return "this firmware is on it already"
    if needed.is_running:
        return "main.py is to be written"
    return f"into {needed.slot}: {len(needed.send)} files to send, {len(needed.copy)} to copy on the board"
