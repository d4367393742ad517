"""The pages about hardware: what they show is there, what they tell to type exists, and what they must not claim."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import typer

from ambula.cli.app import app

HARDWARE = Path(__file__).parents[2] / "hardware"
PAGES = sorted(HARDWARE.glob("*.md"))
DRAWINGS = sorted(HARDWARE.rglob("*.svg"))


def typed(page: Path) -> set[tuple[str, str]]:
    """(command, its options) of each `ambula ...` line and code in a page."""
    return set(re.findall(r"ambula ([a-z]+)((?: --[a-z-]+)*)", page.read_text("utf-8")))


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_the_commands_exist_with_their_options(page: Path) -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    for name, options in typed(page):
        assert name in commands, name
        known = {option for p in commands[name].params for option in p.opts}
        assert set(options.split()) <= known, (name, options)


@pytest.mark.parametrize("drawing", DRAWINGS, ids=lambda p: p.name)
def test_a_drawing_is_sound_has_a_title_and_is_shown(drawing: Path) -> None:
    root = ET.parse(drawing).getroot()
    assert root.find("{http://www.w3.org/2000/svg}title") is not None
    shown = drawing.relative_to(HARDWARE).as_posix()
    assert any(f"]({shown})" in page.read_text("utf-8") for page in PAGES), shown


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_no_page_claims_what_was_not_tested(page: Path) -> None:
    text = page.read_text("utf-8")
    assert not re.search(r"\bIP ?[X0-9]{2}\b|water-?proof|diagnos", text, re.IGNORECASE), page
    assert re.search(r"[Nn]o(body| board)|[Uu]nprove", text), page


def test_every_page_is_reached_from_the_entrance() -> None:
    entrance = (HARDWARE / "README.md").read_text("utf-8")
    for page in PAGES:
        assert page.name == "README.md" or f"]({page.name})" in entrance, page
