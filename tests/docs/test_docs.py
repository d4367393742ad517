"""What the documents say is what the code does."""

import re
import struct
from pathlib import Path

import pytest
import typer

from ambula import errors, node_info
from ambula.cli.app import app
from ambula.cli.common import Stopped
from nodecore import activity, protocol, record, segment

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
SPEC = (ROOT / "SPEC.md").read_text("utf-8")
PAGES = sorted(ROOT.glob("*.md")) + sorted((ROOT / "host").rglob("*.md")) + sorted((ROOT / "hardware").rglob("*.md"))


def commands() -> list[str]:
    return sorted(typer.main.get_command(app).commands)  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", commands())
def test_every_command_is_in_the_readme(name: str) -> None:
    assert f"`ambula {name}" in README


@pytest.mark.parametrize("name", commands())
def test_every_command_and_option_has_help(name: str) -> None:
    command = typer.main.get_command(app).commands[name]  # type: ignore[attr-defined]
    assert command.help
    assert all(p.help for p in command.params if not getattr(p, "hidden", False)), name


def test_the_exit_codes_are_in_the_readme() -> None:
    told = README[README.index("Exit codes") :].split("\n\n")[0]
    for kind in (*errors.AmbulaError.__subclasses__(), Stopped):
        assert re.search(rf"\b{kind.exit_code}\b", told), kind


def test_the_make_targets_in_the_readme_exist() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in set(re.findall(r"make ([a-z]+)", README)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)#]+)\)", page.read_text("utf-8")):
        if "://" not in link:
            assert (page.parent / link).exists(), link


def test_spec_names_every_activity() -> None:
    for code, name in enumerate(activity.NAMES):
        assert f"{code} {name.replace('_', ' ')}" in SPEC


@pytest.mark.parametrize(
    ("flag", "words"),
    [
        (record.PARTIAL, "partial"),
        (record.MOUNTING_KNOWN, "mounting known"),
        (record.UPSIDE_DOWN, "upside down"),
        (record.INSIDE_OUT, "inside out"),
        (record.SENSOR_FAULT, "sensor fault"),
        (record.ODDLY_MOUNTED, "oddly mounted"),
    ],
)
def test_spec_has_the_record_flags(flag: int, words: str) -> None:
    assert f"0x{flag:02x} {words}" in SPEC


def test_spec_has_the_sizes() -> None:
    assert f"Record: one epoch, {record.SIZE} bytes" in SPEC
    assert f"magic 0x{segment.MAGIC:04X}" in SPEC
    assert f"epochs at most {segment.MAX_PAYLOAD}, event at most {segment.MAX_EVENT_BYTES}" in SPEC
    assert f"**Info block**, {struct.calcsize(protocol.INFO_FORMAT)} bytes" in SPEC
    assert f"Service `{protocol.SERVICE_UUID}`" in SPEC


def test_spec_has_every_command_and_status() -> None:
    names = "time get,time set,seal,read,acknowledge,cancel,stop,info,receipt,start,health"
    assert f"**Health block**, {struct.calcsize(protocol.HEALTH_FORMAT)} bytes" in SPEC
    for number, name in enumerate(names.split(","), start=protocol.TIME_GET):
        assert f"| {number} {name} |" in SPEC
    assert f"| {protocol.HELLO} hello |" in SPEC
    assert f"| {protocol.PROVE} prove |" in SPEC
    for number, name in enumerate(node_info.STATUS_NAMES):
        assert f"{number} {name}" in SPEC.replace("\n", " ")
