"""What the documents say is what the code does."""

import re
import struct
from pathlib import Path

import pytest
import typer

from ambula.cli.app import app
from ambula.nodes import info as node_info
from ambula.programme.words import HELP_AT_ONCE
from nodecore import activity, protocol, record, segment
from tests.docs.blocks import PAGES, outside
from tests.docs.blocks import name as path_of

ROOT = Path(__file__).parents[2]
SPEC = (ROOT / "SPEC.md").read_text("utf-8")


def commands() -> list[str]:
    return sorted(typer.main.get_command(app).commands)  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", commands())
def test_every_command_is_told_of(name: str) -> None:
    told = "".join(page.read_text("utf-8") for page in PAGES if page.name != "CHANGELOG.md")
    assert re.search(rf"(`|\$ )ambula {name}\b", told)


@pytest.mark.parametrize("name", commands())
def test_every_command_and_option_has_help(name: str) -> None:
    command = typer.main.get_command(app).commands[name]  # type: ignore[attr-defined]
    assert command.help
    assert all(p.help for p in command.params if not getattr(p, "hidden", False)), name


@pytest.mark.parametrize("page", PAGES, ids=path_of)
def test_links_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
        if "://" not in link:
            assert (page.parent / link).exists(), link


def test_no_sentence_stands_in_two_pages() -> None:
    """What is said twice is changed once: twelve words in a row are a sentence, links lead to the other page."""
    where: dict[str, str] = {}
    for page in PAGES:
        if page.name not in ("CHANGELOG.md", "dictionary.md"):  # history, and made from a file that says it once
            words = re.findall(r"[\w']+", " ".join(outside(page)).lower())
            for i in range(len(words) - 11):
                first = where.setdefault(" ".join(words[i : i + 12]), path_of(page))
                assert first == path_of(page), f"{first} and {path_of(page)}: {' '.join(words[i : i + 12])}"


def test_the_participant_is_told_when_to_ask_for_help_in_the_program_s_words() -> None:
    page = (ROOT / "docs" / "tutorials" / "participant.md").read_text("utf-8")
    assert HELP_AT_ONCE in page.replace("\n> ", " ")


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
    names = "time get,time set,seal,read,acknowledge,cancel,stop,info,receipt,start,health,now,plan"
    assert f"**Health block**, {struct.calcsize(protocol.HEALTH_FORMAT)} bytes" in SPEC
    for number, name in enumerate(names.split(","), start=protocol.TIME_GET):
        assert f"| {number} {name} |" in SPEC
    assert f"| {protocol.HELLO} hello |" in SPEC
    assert f"| {protocol.PROVE} prove |" in SPEC
    for number, name in enumerate(node_info.STATUS_NAMES):
        assert f"{number} {name}" in SPEC.replace("\n", " ")
