"""The command is killed at each write: board and key file are as before or as after, and it runs through again."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ambula.nodes.keys import KeyFile
from ambula.nodes.session import OLD, RETIRED
from tests.usb.boards import Recorded, is_kept, owner_of, sync
from tests.usb.standin import copy_of

MOST = 20
KILLED = """
import os, signal, sys
from ambula.usb.board import UsbBoard
left = int(sys.argv.pop(1))
def count(owner, name, is_write=lambda *arguments: True):
    real = getattr(owner, name)
    def counted(*arguments, **named):
        global left
        left -= is_write(*arguments)
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*arguments, **named)
    setattr(owner, name, counted)
count(UsbBoard, "write")
count(UsbBoard, "run", lambda board, code: "os.rename" in code or "_drop(" in code and "def " not in code)
count(UsbBoard, "restart")
count(os, "fsync")
count(os, "replace")
from ambula.cli import main
main()
"""


def each_kill(*arguments: str) -> Iterator[int]:
    """Run a command that dies before its first write, its second, ...; yields after each, until it runs through."""
    for number in range(1, MOST):
        command = [sys.executable, "-c", KILLED, str(number), *arguments]
        ended = subprocess.run(command, env=os.environ, capture_output=True, timeout=60, check=False).returncode
        if ended == 0:
            return
        assert ended == -signal.SIGKILL, (number, ended)
        yield number
    raise AssertionError(f"more than {MOST} writes")


@pytest.fixture(autouse=True)
def keys(recorded: Recorded) -> KeyFile:
    """The key file of P01's laptop."""
    KeyFile().path.parent.mkdir()
    KeyFile().path.write_text(recorded.key_file)
    return KeyFile()


def test_a_hand_over_is_killed(recorded: Recorded, tmp_path: Path, store: Path, keys: KeyFile) -> None:
    sync(recorded.image, store)
    before = owner_of(recorded.image)
    seen: list[bool] = []
    with copy_of(recorded.image, tmp_path / "node") as stand_in:
        command = ("setup", "--port", stand_in.port, "--participant", "P02", "--role", "back", "--zone", "UTC")
        for _ in each_kill(*command):
            stand_in.power_off()
            now = owner_of(stand_in.flash)
            assert is_kept(keys, now)
            in_use = keys.load()[-1]
            assert now == before or (now.key, now.pair, now.role) == (in_use.key, in_use.pair, "back")
            seen.append(now != before)
            # From the beginning again for the next one.
            stand_in.flash.write_bytes(recorded.image.read_bytes())
            keys.path.write_text(recorded.key_file)
            stand_in.reset()
        stand_in.power_off()
        assert is_kept(keys, owner_of(stand_in.flash))
    assert (len(seen) >= 9, seen[0], seen[-1], seen == sorted(seen)) == (True, False, True, True), seen
    assert [(k.participant, k.state) for k in keys.all()] == [("P01", OLD), ("P02", "")]


def test_a_killed_hand_over_is_ended_by_the_same_command(
    recorded: Recorded, tmp_path: Path, store: Path, keys: KeyFile
) -> None:
    """Each try goes on from where the one before was killed."""
    sync(recorded.image, store)
    with copy_of(recorded.image, tmp_path / "node") as stand_in:
        command = ("setup", "--port", stand_in.port, "--participant", "P02", "--role", "back", "--zone", "UTC")
        for _ in each_kill(*command):
            stand_in.power_off()
            assert is_kept(keys, owner_of(stand_in.flash))
            stand_in.reset()
        stand_in.power_off()
        assert is_kept(keys, owner_of(stand_in.flash))
    assert [k.participant for k in keys.load()] == ["P02"]


def test_a_take_over_is_killed(recorded: Recorded, tmp_path: Path, keys: KeyFile) -> None:
    made = keys.load()
    keys.path.unlink()
    seen: list[bool] = []
    with copy_of(recorded.image, tmp_path / "node") as stand_in:
        for _ in each_kill("setup", "--port", stand_in.port, "--participant", "P01", "--adopt"):
            assert keys.load() in ([], made)
            seen.append(keys.load() == made)
            keys.path.unlink(missing_ok=True)
            stand_in.power_off()
            assert owner_of(stand_in.flash) == owner_of(recorded.image)
            stand_in.reset()
    assert seen == [False, False, True]
    assert keys.load() == made


@pytest.mark.parametrize("undo", [False, True])
def test_a_retirement_is_killed(keys: KeyFile, undo: bool) -> None:
    if undo:
        keys.retire(keys.load())
    before = RETIRED if undo else ""
    killed = 0
    for _ in each_kill("retire", "P01", "thigh", *(["--undo"] * undo)):
        assert [k.state for k in keys.all()] == [before]
        killed += 1
    assert (killed, [k.state for k in keys.all()]) == (2, ["" if undo else RETIRED])
