"""Two boards on USB at once: neither is touched unless it is named, and what befalls one is nothing to the other."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from ambula.nodes.keys import KeyFile
from ambula.sim.image import program_file
from tests.support.command import Ambula
from tests.usb.boards import owner_of
from tests.usb.standin import StandIn, copy_of, lists

DEVICES = ("b1" * 8, "b2" * 8)
SET_UP = ("setup", "--participant", "P01", "--zone", "UTC")


@pytest.fixture
def both(flashed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[StandIn]]:
    """Two boards with the firmware, not set up, plugged in."""
    with ExitStack() as plugged:
        boards = [plugged.enter_context(copy_of(flashed, tmp_path / device, device)) for device in DEVICES]
        lists(monkeypatch, *boards)
        yield boards


def flashing(board: StandIn) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "ambula", "flash", "--board", "sim", "--port", board.port]
    return subprocess.Popen(command, env=os.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_two_boards_are_named_and_none_is_touched(both: list[StandIn], ambula: Ambula) -> None:
    ports = ", ".join(f"{b.port} (USB JTAG/serial debug unit)" for b in both)
    for command in (
        ("flash", "--board", "sim"),
        (*SET_UP, "--role", "back"),
        ("setup", "--adopt", "--participant", "P01"),
    ):
        assert ambula(*command).failed_with(5) == f"2 boards on USB: {ports}. Name one with --port"
    assert [b.heard_bytes for b in both] == [0, 0]
    assert KeyFile().load() == []
    both[0].pull()
    assert ambula(*SET_UP, "--role", "back").code == 0  # the only one now
    assert [key.device_id for key in KeyFile().load()] == [DEVICES[1]]


def test_each_is_set_up_by_its_own_port(both: list[StandIn], ambula: Ambula) -> None:
    for board, role in zip(both, ("thigh", "back"), strict=True):
        assert ambula(*SET_UP, "--role", role, "--port", board.port).code == 0
    keys = KeyFile().load()
    assert [(k.device_id, k.role_name) for k in keys] == list(zip(DEVICES, ("thigh", "back"), strict=True))
    for board, key in zip(both, keys, strict=True):
        board.power_off()
        assert owner_of(board.flash) == (key.key, key.pair, key.role_name)
    assert keys[0].pair == keys[1].pair


def test_a_board_that_goes_takes_no_other_with_it(tmp_path: Path) -> None:
    """Both get their first firmware at the same time; the cable of one is pulled in the middle of it."""
    with StandIn(tmp_path / "stays") as stays, StandIn(tmp_path / "goes") as goes:
        goes.pull_after(60_000)
        running = [flashing(board) for board in (stays, goes)]
        (done, words), (_, lost) = (process.communicate(timeout=120) for process in running)
        assert [process.returncode for process in running] == [0, 5], (words, lost)
        assert "the board runs Ambula 0.2.0" in done
        assert (lost.count("\n"), f"the board at {goes.port} was lost" in lost) == (1, True)
        goes.reset()
        goes.wait_for(b">>> ")
        again = flashing(goes)
        assert "the board runs Ambula 0.2.0" in again.communicate(timeout=120)[0]
        for board in (stays, goes):
            board.power_off()
            assert program_file(board.flash, "firmware") == b"fw_a"
