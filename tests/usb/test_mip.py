"""The firmware installed by the real mpremote, by mip over HTTP and by cp, onto the simulated board on USB."""

import contextlib
import functools
import hashlib
import http.server
import io
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from mpremote import main

from ambula.firmware_build import mip_package
from ambula.firmware_build.compile import architecture_of
from ambula.sim.node import find_micropython
from ambula.usb.board import UsbBoard
from tests.usb.standin import StandIn

INSTALL = ("mip", "install", "--target", ".")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """A web server for the folder `package`; its address."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

    (tmp_path / "package").mkdir()
    handler = functools.partial(Quiet, directory=str(tmp_path / "package"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{listening.server_port}"
        listening.shutdown()


def mpremote(port: str, *command: str) -> tuple[int, str]:
    """Run the command line in this process; return its exit code and what it said."""
    said = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        patch.setattr(sys, "argv", ["mpremote", "connect", port, *command])
        return main.main(), said.getvalue()


def on_board(stand_in: StandIn) -> dict[str, str]:
    with UsbBoard(stand_in.port) as board:
        return board.hashes("fw_a") | {p: board.run(f"print(_sha({p!r}))").strip() for p in ("firmware", "main.py")}


def digests(files: dict[str, bytes]) -> dict[str, str]:
    return {path: hashlib.sha256(data).hexdigest() for path, data in files.items()}


def test_mip_brings_the_whole_firmware_of_the_board(server: str, tmp_path: Path) -> None:
    files = mip_package.package_files()
    mip_package.write_package(files, tmp_path / "package")
    with StandIn(tmp_path / "board") as stand_in:
        stand_in.wait_for(b">>> ")
        code, said = mpremote(stand_in.port, *INSTALL, f"{server}/package.json")
        assert code == 0, said
        assert on_board(stand_in) == digests(files)


def test_a_package_for_the_simulated_board_boots(tmp_path: Path) -> None:
    """From a folder, as BUILD.md tells; the board's own machine code cannot run here, so compiled for this machine."""
    files = mip_package.package_files("sim", architecture_of(find_micropython()))
    path = mip_package.write_package(files, tmp_path / "package")
    with StandIn(tmp_path / "board") as stand_in:
        stand_in.wait_for(b">>> ")
        assert mpremote(stand_in.port, *INSTALL, str(path))[0] == 0
        stand_in.reset()
        assert stand_in.wait_for(b"ambula 0.", b"Traceback", b">>> ") == b"ambula 0."


def test_a_package_that_is_not_all_there_does_not_boot(server: str, tmp_path: Path) -> None:
    files = mip_package.package_files()
    mip_package.write_package(files, tmp_path / "package")
    (tmp_path / "package" / "fw_a" / "start.mpy").unlink()
    with StandIn(tmp_path / "board") as stand_in:
        stand_in.wait_for(b">>> ")
        code, said = mpremote(stand_in.port, *INSTALL, f"{server}/package.json")
        assert code != 0
        assert "start.mpy" in said
        stand_in.reset()
        assert stand_in.wait_for(b">>> ", b"ambula ") == b">>> "


def test_copied_files_boot(tmp_path: Path) -> None:
    """The three entries of build/mip, copied as firmware/README.md tells."""
    files = mip_package.package_files("sim", architecture_of(find_micropython()))
    package = mip_package.write_package(files, tmp_path / "package").parent
    with StandIn(tmp_path / "board") as stand_in:
        stand_in.wait_for(b">>> ")
        entries = [str(package / name) for name in ("fw_a", "firmware", "main.py")]
        code, said = mpremote(stand_in.port, "cp", "-r", *entries, ":")
        assert code == 0, said
        assert on_board(stand_in) == digests(files)
        stand_in.reset()
        assert stand_in.wait_for(b"ambula 0.", b"Traceback", b">>> ") == b"ambula 0."
