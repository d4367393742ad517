"""What `flash` and `setup` say to a script."""

import json
from pathlib import Path

import pytest

from ambula.base.version import SOFTWARE
from ambula.firmware_build.version import firmware
from ambula.nodes.keys import KeyFile
from tests.support.command import Ambula
from tests.usb.standin import StandIn


def test_flash_and_set_up_in_json(ambula: Ambula, tmp_path: Path) -> None:
    with StandIn(tmp_path / "usb") as stand_in:
        port = ("--port", stand_in.port)
        flash = ("flash", *port, "--board", "sim", "--json")
        dry = json.loads(ambula(*flash, "--dry-run").out)
        assert (dry["port"], dry["dry_run"], dry["has_it_already"], dry["folder"]) == (
            stand_in.port,
            True,
            False,
            "fw_a",
        )
        assert (dry["files"]["send"] > 30, dry["files"]["copy"], "firmware" in dry) == (True, 0, False)
        done = ambula(*flash)
        told = json.loads(done.out)
        assert (told["firmware"], told["is_set_up"], told["dry_run"], done.err) == ("0.2.0", False, False, "")
        assert sorted(told) == sorted([*dry, "firmware", "is_set_up"])
        assert (dry["firmware_before"], dry["firmware_here"]) == (None, firmware())
        again = json.loads(ambula(*flash).out)
        assert (again["has_it_already"], again["firmware_before"]) == (True, firmware())
        plain = ambula("flash", *port, "--board", "sim", "--dry-run")
        assert f"firmware {firmware()} -> {firmware()}" in plain.out
        made = ambula("setup", *port, "--participant", "P01", "--role", "back", "--zone", "UTC", "--json")
        (key,) = KeyFile().load()
        said = json.loads(made.out)
        assert abs(said.pop("clock_offset_ms")) < 5000
        assert said == {
            "participant": "P01",
            "role": "back",
            "device_id": key.device_id,
            "key_file": str(KeyFile().path),
            "firmware": "0.2.0",
            "notes": [],
            "software": SOFTWARE,
        }
        assert ambula("setup", *port, "--participant", "P01", "--json").failed_with(3).startswith("--role is missing")


def test_a_board_that_would_be_erased_in_json(ambula: Ambula, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: object())  # esptool is an extra
    (tmp_path / "mp.bin").write_bytes(bytes((0xE9, 3, 2, 0x2F)) + bytes(8) + bytes((5, 0)))
    install = ("--install-micropython", tmp_path / "mp.bin", "--dry-run", "--json")
    told = json.loads(ambula("flash", "--port", "/dev/none", *install).out)
    assert told == {"port": "/dev/none", "dry_run": True, "erased": True, "software": SOFTWARE}
