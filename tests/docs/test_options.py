"""Commands, options and make targets that a document names exist."""

import re
from pathlib import Path

import pytest
import typer

from ambula.cli.app import app
from tests.docs.blocks import PAGES, ROOT, name

COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]
OPTIONS = {c: {o for p in COMMANDS[c].params for o in p.opts} | {"--help"} for c in COMMANDS}
# Options of other programs, and of programs of the project that are not the `ambula` command.
OTHERS = {"--target", "--strict", "--table", "--cell", "--plot", "--bringup", "--flagged", "--version", "--decrypt"}
CALL = re.compile(r"\bambula ([a-z]+(?:-[a-z]+)*)\b([^`\n]*)")
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_command_and_option_exists(page: Path) -> None:
    text = page.read_text("utf-8").replace("\\\n", " ")
    code = re.findall(r"`[^`\n]+`", text) + re.findall(r"^(?:    |\$ ).*$", text, re.MULTILINE)
    for part in code:
        for command, rest in CALL.findall(part):
            assert command in COMMANDS, part
            for option in OPTION.findall(rest.partition(" | ")[0].partition(" #")[0]):
                assert option in OPTIONS[command], f"{option} is no option of {command}"
    known = set().union(*OPTIONS.values()) | OTHERS
    assert set(OPTION.findall(text)) <= known, set(OPTION.findall(text)) - known


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_make_target_exists(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for part in re.findall(r"`[^`\n]+`|^\$ .*$", page.read_text("utf-8"), re.MULTILINE):
        for target in re.findall(r"\bmake ([a-z][a-z-]*)", part):
            assert re.search(rf"^{target}:", makefile, re.MULTILINE), part
