"""A firmware's version is what its files come to: the same for every way onto a board, another for every change."""

import shutil
import tomllib
from pathlib import Path

import pytest

from ambula.base.version import __version__
from ambula.firmware_build import files, version
from ambula.firmware_build.compile import ESP32_C3, compile_files
from ambula.firmware_build.files import device_files
from ambula.firmware_build.mip_package import package_files

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def _anew() -> None:
    version.build.cache_clear()


def test_every_way_onto_a_board_has_the_same_build() -> None:
    build = version.build().encode()
    assert build != version.UNKNOWN.encode()
    here = compile_files(device_files("xiao_esp32c3"), ESP32_C3)
    assert build in here["node/__init__.mpy"]
    assert package_files()["fw_a/node/__init__.mpy"] == here["node/__init__.mpy"]
    assert build in compile_files(device_files(), "x64")["node/__init__.mpy"]
    assert build in compile_files(device_files(), "")["node/__init__.mpy"]


@pytest.mark.parametrize("changed", ["node/app.py", "main.py", "boards/xiao_esp32c3/pins.py", "drivers/rv3028.py"])
def test_any_change_shows(changed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = version.build()
    shutil.copytree(files.ROOT, tmp_path / "firmware")
    monkeypatch.setattr(files, "ROOT", tmp_path / "firmware")
    version.build.cache_clear()
    assert version.build() == before
    path = tmp_path / "firmware" / changed
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    version.build.cache_clear()
    assert version.build() == before
    path.write_text(path.read_text("utf-8") + "# changed\n", "utf-8")
    version.build.cache_clear()
    assert version.build() != before


def test_what_is_said_of_another_firmware() -> None:
    here = version.firmware()
    assert version.other_firmware(here) is None
    assert version.other_firmware("0.2.0") is None  # its start was not read
    assert version.other_firmware(f"0.2.0 {version.UNKNOWN}") is None  # frozen
    words = version.other_firmware("0.1.0 a1b2c3d4")
    assert words is not None
    assert f"(0.1.0 a1b2c3d4, here {here})" in words
    assert version.other_firmware("0.0.9") is not None


def test_firmware_and_package_have_one_number() -> None:
    """So that a node of a release is known by it; what changed within a release is in the build."""
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert version.firmware().partition(" ")[0] == __version__ == pyproject["project"]["version"]
