"""The command as the integration tests run it."""

import time
import types
from collections.abc import Iterator
from pathlib import Path

import pytest

from ambula.nodes.keys import KeyFile
from ambula.usb.board import UsbBoard
from ambula.usb.flash import compile_for, flash
from ambula.usb.node_setup import set_up
from ambula.usb.state import look
from tests.support import command
from tests.usb.boards import MADE_LOG, WANTED, Recorded
from tests.usb.standin import StandIn, copy_of


@pytest.fixture
def ambula(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> command.Ambula:
    """The command, run in this process, at a terminal that cuts no line."""
    monkeypatch.setenv("COLUMNS", "300")
    return command.runner(capsys, monkeypatch)


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the configured store would be: there is none yet."""
    path = tmp_path / "s.db"
    config = tmp_path / "config.toml"
    config.write_text(f'store = "{path}"\n')
    monkeypatch.setenv("AMBULA_CONFIG", str(config))
    return path


@pytest.fixture(autouse=True, scope="session")
def _eager() -> Iterator[None]:
    """Let mpremote look at once for what the board has said, not every 10 ms: the stand-in answers sooner."""
    from mpremote import transport_serial

    eager = types.SimpleNamespace(monotonic=time.monotonic, sleep=lambda s: time.sleep(min(s, 0.0005)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transport_serial, "time", eager)
        yield


@pytest.fixture(scope="session")
def flashed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The flash of a board with the real firmware, not set up."""
    folder = tmp_path_factory.mktemp("flashed")
    with StandIn(folder) as stand_in, UsbBoard(stand_in.port) as board:
        state = look(board)
        assert flash(board, state, compile_for(state, "sim")) == "0.2.0 thigh"
    return folder / "flash.img"


@pytest.fixture(scope="session")
def recorded(flashed: Path, tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """A node that is set up and has recorded two minutes."""
    folder = tmp_path_factory.mktemp("recorded")
    keys = KeyFile(folder / "keys.json")
    with copy_of(flashed, folder) as stand_in, UsbBoard(stand_in.port) as board:
        set_up(board, look(board), WANTED, keys, folder / "s.db")
        board.take()
        board.run(MADE_LOG)
    return Recorded(stand_in.flash, keys.path.read_text())
