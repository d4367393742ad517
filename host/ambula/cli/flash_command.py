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
) -> None:
    """Put the firmware on a board, over USB. Only changed files are sent. They are read back before they are used.

    Log, key and settings stay. If it is cut off, the board runs the old firmware or the new one. Then run it again.
    """
    list(device_files(board))  # before anything is touched
    if install_micropython is not None:
        check_installable(install_micropython)
    usb_port = choose_port(port)
    out.line(f"board at {usb_port}")
    if install_micropython is not None:
        if dry_run:
            out.line("it would be erased, then get MicroPython and all of the firmware")
            return
        install(usb_port.device, install_micropython)
    with UsbBoard(usb_port.device) as opened:
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
        return "it already has this firmware"
    if needed.is_running:
        return "only main.py needs writing"
    return f"into {needed.slot}: {len(needed.send)} files to send, {len(needed.copy)} to copy on the board"
