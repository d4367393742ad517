"""What can be wrong with a board on USB: one line, and the exit code."""

import errno
import fcntl
import os
import pty
import re
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
import serial.serialposix
import serial.tools.list_ports

from ambula.base.errors import BoardError
from ambula.cli.setup_command import LATEST_START
from ambula.firmware_build.files import MAIN, ROOT
from ambula.usb import on_board
from ambula.usb.board import UsbBoard
from ambula.usb.flash import compile_for, plan
from ambula.usb.micropython import install_commands
from ambula.usb.state import CONFIG_SCHEMA, State
from node.settings import read
from tests.support.command import Ambula
from tests.usb.toys import toy

GOOD = State((1, 29, 0), 2822, "a board", "", "", "", "", {}, (1 << 20, 0, 0))
X64, RV32IMC = 2, 11  # py/persistentcode.h: MP_NATIVE_ARCH_X64, MP_NATIVE_ARCH_RV32IMC


@pytest.fixture
def port() -> Iterator[str]:
    ours, theirs = pty.openpty()
    yield os.ttyname(theirs)
    os.close(ours)
    os.close(theirs)


def plugged(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    found = [SimpleNamespace(device=n, product="USB JTAG", description="", vid=0x303A) for n in names]
    built_in = SimpleNamespace(device="/dev/ttyS0", product=None, description="ttyS0", vid=None)
    monkeypatch.setattr(serial.tools.list_ports, "comports", lambda: [built_in, *found])


def test_no_board_and_two_boards(ambula: Ambula, monkeypatch: pytest.MonkeyPatch) -> None:
    plugged(monkeypatch)
    assert "no board found on USB" in ambula("flash", "--board", "sim").failed_with(5)
    plugged(monkeypatch, "/dev/ttyACM0", "/dev/ttyACM1")
    told = ambula("setup", "--participant", "P01", "--role", "back", "--zone", "UTC").failed_with(5)
    assert told.startswith("2 boards on USB: /dev/ttyACM0 (USB JTAG), /dev/ttyACM1 (USB JTAG). Name one")


def test_a_port_that_is_not_there_busy_or_forbidden(
    ambula: Ambula, port: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told(name: str | Path) -> str:
        said = ambula("flash", "--board", "sim", "--port", name)
        assert (said.code, said.err.count("\n")) == (5, 1), said
        return said.err

    assert "there is no such port" in told(tmp_path / "none")
    with open(port, "rb+", buffering=0) as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert "another program has it" in told(port)

    with open(port, "rb+", buffering=0) as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        letting_go = threading.Timer(0.3, fcntl.flock, (other, fcntl.LOCK_UN))
        letting_go.start()
        UsbBoard(port)._close()  # the other only looked at a new port
        letting_go.join()

    def forbidden(*_: object) -> int:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(serial.serialposix.os, "open", forbidden)
    assert "group dialout" in told(port)


@pytest.mark.parametrize(
    "arguments",
    [
        ("flash", "--board", "nosuch"),
        ("setup", "--participant", " ", "--role", "back"),
        ("setup", "--participant", "P01\n", "--role", "arm"),
        ("setup", "--participant", "P\n01", "--role", "back"),
        ("setup", "--participant", "P\x1b[31m", "--role", "back"),
        ("setup", "--participant", "P" * 65, "--role", "back"),
        ("setup", "--participant", "P01", "--role", "back", "--start", "2200-01-01T08:00", "--zone", "UTC"),
        ("setup", "--participant", "P01", "--role", "back", "--start", "soon", "--zone", "UTC"),
        ("setup", "--participant", "P01", "--role", "back", "--start", "2026-01-01T00:00", "--zone", "UTC"),
        ("setup", "--participant", "P01", "--role", "back", "--start", "2099-03-29T02:30", "--zone", "Europe/Oslo"),
        ("setup", "--participant", "P01", "--role", "thigh", "--zone", "UTC", "--sitting-buzz", "19"),
        ("setup", "--participant", "P01", "--role", "thigh", "--zone", "UTC", "--sitting-buzz", "121"),
        ("setup", "--participant", "P01", "--role", "thigh", "--zone", "UTC", "--sitting-buzz", "-1"),
        ("setup", "--participant", "P01", "--role", "back", "--zone", "UTC", "--sitting-buzz", "30"),
    ],
)
def test_wrong_words_are_told_before_a_board_is_looked_for(ambula: Ambula, arguments: tuple[str, ...]) -> None:
    told = ambula(*arguments).failed_with(3)
    assert any(
        word in told
        for word in (
            "no board 'nosuch'",
            "cannot be empty",
            "at most 64 characters",
            "--role arm",
            "--start soon",
            "--start 2200",
            "--start 2026-01-01T00:00: is in the past",
            "--start 2099-03-29T02:30: the clocks go forward",
            "--sitting-buzz",
        )
    )


def test_a_start_may_be_a_few_minutes_ago(ambula: Ambula, monkeypatch: pytest.MonkeyPatch) -> None:
    plugged(monkeypatch)
    now = datetime.now(UTC)
    for ago_min, told in ((3, "no board found"), (6, "is in the past")):
        start = f"{now - timedelta(minutes=ago_min):%Y-%m-%dT%H:%M:%S}"
        said = ambula("setup", "--participant", "P01", "--role", "back", "--start", start, "--zone", "UTC")
        assert told in said.err


def test_a_micropython_that_does_not_fit() -> None:
    with pytest.raises(BoardError, match=r"MicroPython 1\.26\.0, Ambula needs 1\.28\.0"):
        compile_for(replace(GOOD, version=(1, 26, 0)), "sim")
    with pytest.raises(BoardError, match=r"loads \.mpy files of version 5\.3, mpy-cross here makes 6"):
        compile_for(replace(GOOD, mpy=(2 << 10) | (3 << 8) | 5), "sim")


def test_the_simulated_board_is_offered_to_nobody_and_gets_onto_no_chip(ambula: Ambula) -> None:
    told = ambula("flash", "--board", "nosuch").failed_with(3)
    assert told.rstrip().endswith("no board 'nosuch': it has xiao_esp32c3")
    assert " sim" not in ambula("flash", "--help").out
    with pytest.raises(BoardError, match=r"'sim' is the simulated board, and this is .*C3 module.* --board xiao"):
        compile_for(replace(GOOD, machine="ESP32C3 module with ESP32C3"), "sim")


def says_mpy(architecture: int, version: int = 6, sub_version: int = 3) -> int:
    """What a board gives as `sys.implementation._mpy`."""
    return architecture << 10 | sub_version << 8 | version


@pytest.mark.parametrize(("version", "fits"), [((1, 27, 9), False), ((1, 28, 0), True), ((1, 30, 0), True)])
def test_a_newer_micropython_fits_as_long_as_it_loads_our_files(version: tuple[int, int, int], fits: bool) -> None:
    board = replace(GOOD, version=version, mpy=says_mpy(RV32IMC))
    if fits:
        assert "board.mpy" in compile_for(board, "xiao_esp32c3")
        with pytest.raises(BoardError, match=r"loads \.mpy files of version 7\.3, mpy-cross here makes 6"):
            compile_for(replace(board, mpy=says_mpy(RV32IMC, version=7)), "xiao_esp32c3")
    else:
        with pytest.raises(
            BoardError, match=r"runs MicroPython 1\.27\.9, Ambula needs 1\.28\.0 or newer: `ambula flash --ins"
        ):
            compile_for(board, "xiao_esp32c3")


@pytest.mark.parametrize(
    ("architecture", "told"),
    [(X64, "is for x64"), (10, "is for xtensawin"), (0, "is for no native code"), (15, "is for architecture 15")],
)
def test_a_board_of_another_architecture_is_refused(architecture: int, told: str) -> None:
    with pytest.raises(BoardError, match=rf"{told}, xiao_esp32c3 needs rv32imc: is it another board \(a board\)\?"):
        compile_for(replace(GOOD, mpy=says_mpy(architecture)), "xiao_esp32c3")


def test_a_visit_gives_the_firmware_s_watchdog_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """It cannot be switched off, and a minute may be too short; a board without one is as well."""
    given: list[int] = []
    for machine in (SimpleNamespace(WDT=lambda timeout: given.append(timeout)), SimpleNamespace(), None):
        monkeypatch.setitem(sys.modules, "machine", machine)
        exec(on_board.TOOLS, {})
    assert given == [600_000]


def test_a_flash_without_the_room_is_refused_in_figures() -> None:
    firmware = toy("new")
    blocks = sum(-(-len(data) // 4096) for name, data in firmware.items() if name != MAIN)
    assert plan(replace(GOOD, room=(blocks * 4096, 0, 0)), firmware).send
    assert plan(replace(GOOD, room=(4096, (blocks - 1) * 4096, 0)), firmware).send  # what lies in the folder goes
    with pytest.raises(
        BoardError, match=rf"has room for 4 KiB and the firmware needs {blocks * 4} KiB: a sync frees nothing"
    ):
        plan(replace(GOOD, room=(4096, 0, blocks * 4096)), firmware)  # the other folder runs


def test_a_program_of_somebody_else_and_settings_of_a_newer_ambula_stay() -> None:
    with pytest.raises(BoardError, match="program of its own"):
        plan(replace(GOOD, main="ff" * 32), toy("new"))
    assert plan(replace(GOOD, main="ff" * 32, pointer="fw_a"), toy("new")).main
    newer = f'{{"schema": {CONFIG_SCHEMA + 1}}}'
    with pytest.raises(BoardError, match="a newer Ambula has set this board up"):
        _ = replace(GOOD, config=newer).settings


def test_the_host_and_the_firmware_mean_the_same_schema() -> None:
    assert f"\nSCHEMA = {CONFIG_SCHEMA} " in (ROOT / "node" / "settings.py").read_text("utf-8")
    assert toy("new")[MAIN]


def test_the_host_takes_no_start_that_the_firmware_would_not_follow() -> None:
    assert read({"start": LATEST_START}).start == LATEST_START  # type: ignore[attr-defined]
    assert read({"start": LATEST_START + 1}).start == "now"  # type: ignore[attr-defined]


def test_esptool_gets_the_file_that_was_named() -> None:
    erase, write = install_commands("/dev/ttyACM0", Path("mp.bin"))
    assert erase[1:] == ["-m", "esptool", "--chip", "esp32c3", "--port", "/dev/ttyACM0", "erase-flash"]
    assert write[-3:] == ["write-flash", "0", "mp.bin"]


@pytest.mark.parametrize(
    ("contents", "told"),
    [
        (None, r"mp\.bin: No such file"),
        (b"", "is not an image for an esp32c3: take the .bin file"),
        (b"<html><head><title>", "is not an image for an esp32c3"),
        (bytes((0xE9, 3, 2, 0x2F)) + bytes(8) + bytes((9, 0)), "is not an image for an esp32c3"),  # an ESP32-S3's
    ],
)
def test_a_file_that_is_no_image_for_the_chip_is_refused_before_a_board_is_erased(
    ambula: Ambula, tmp_path: Path, contents: bytes | None, told: str
) -> None:
    if contents is not None:
        (tmp_path / "mp.bin").write_bytes(contents)
    for more in ((), ("--dry-run",)):
        said = ambula("flash", "--port", tmp_path, "--install-micropython", tmp_path / "mp.bin", *more).failed_with(3)
        assert re.search(told, said)


def test_a_dry_run_says_that_the_board_would_be_erased_and_asks_it_nothing(
    ambula: Ambula, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: object())  # esptool is an extra
    plugged(monkeypatch, "/dev/ttyACM0")
    (tmp_path / "mp.bin").write_bytes(bytes((0xE9, 3, 2, 0x2F)) + bytes(8) + bytes((5, 0)))
    said = ambula("flash", "--install-micropython", tmp_path / "mp.bin", "--dry-run")
    assert (said.code, "would be erased" in said.out) == (0, True), said
