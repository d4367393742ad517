"""What the documents show as typed is typed here, in its order, and says what they show."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ambula.nodes.keys import KeyFile
from ambula.nodes.session import NodeKey
from ambula.store import Store
from tests.docs.blocks import PAGES, ROOT, Block, Typed, blocks, matches, name, outside, typed
from tests.support.command import Ambula, look_like_a_terminal, runner
from tests.support.made_people import made_store
from tests.support.printing import no_pango

REASONS = {
    "needs a board",
    "needs two nodes",
    "needs R",
    "fetches from the network",
    "takes minutes",
    "needs recordings that are not in the repository",
    "asks for a passphrase",
}
ORDER = re.compile(r"^(?:\$ )?(?:ambula|make|pip|python3?|mpremote|pytest|git|cp|export) ")
SHELL = re.compile(r"[|<>&;*~=]")
RUN = [p for p in PAGES if any(b.language in ("console", "python") and not b.not_run for b in blocks(p))]
ALL = [b for p in PAGES for b in blocks(p)]


@pytest.fixture(scope="session")
def week(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A week of a participant made of records, P01, and a folder with stores of two."""
    folder = tmp_path_factory.mktemp("week")
    made_store(folder / "ambula.db", {"P01": 1}, 7)
    keys = KeyFile(folder / "keys.json")
    with Store(folder / "ambula.db") as store:
        nodes = store.nodes()
    for node in nodes:
        keys.add(NodeKey(f"{node.role + 10:02x}" * 8, node.role, node.participant, bytes(32)))
    (folder / "weeks").mkdir()
    shutil.copy(folder / "ambula.db", folder / "weeks" / "site-a.db")
    made_store(folder / "weeks" / "site-b.db", {"P02": 2}, 7)
    return folder


@pytest.fixture
def ambula(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Ambula:
    return runner(capsys, monkeypatch)


@pytest.fixture
def folder(tmp_path: Path, week: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's folder: the week is in the store that the configuration names, `ambula` and `python` are on the path."""
    here, tools = tmp_path / "user", tmp_path / "bin"
    shutil.copytree(week, here)
    tools.mkdir()
    (tmp_path / "config.toml").write_text(f'store = "{here / "ambula.db"}"\nzone = "Europe/Oslo"\n')
    for tool, arguments in (("ambula", " -m ambula"), ("python", "")):
        (tools / tool).write_text(f'#!/bin/sh\nexec "{sys.executable}"{arguments} "$@"\n')
        (tools / tool).chmod(0o755)
    monkeypatch.chdir(here)
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("AMBULA_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("AMBULA_KEYS", str(here / "keys.json"))
    # Bytecode is known by its source's second and size: a rule broken and mended within one second would stay broken.
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    look_like_a_terminal(monkeypatch)
    return here


def repository(folder: Path) -> None:
    """Put a copy of what a developer changes into the folder."""
    for part in ("host", "firmware", "tests", "docs", "hardware"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)


@pytest.mark.parametrize("page", RUN, ids=name)
def test_a_page_runs(page: Path, folder: Path, ambula: Ambula, capsys: pytest.CaptureFixture[str]) -> None:
    if "<!-- in the repository -->" in page.read_text("utf-8"):
        repository(folder)
    said, left_out = "", ""
    for block in blocks(page):
        if block.not_run:
            continue
        if block.language == "console":
            left_out = run_console(block, ambula) or left_out
        elif block.language == "python":
            capsys.readouterr()
            exec(compile(block.text, str(block), "exec"), {"__name__": "__docs__"})
            said = capsys.readouterr().out
        elif block.title == "it prints":
            assert matches(list(block.lines), said), f"{block}: it printed\n{said}"
        elif block.title:
            Path(block.title).write_text(block.text)
    if left_out:
        pytest.skip(left_out)


def run_console(block: Block, ambula: Ambula) -> str:
    """Type a block's commands; return why one was left out, which no other may need."""
    orders, left_out = typed(block), ""
    for i, order in enumerate(orders):
        if " --pdf " in order.command and (why := no_pango()):
            left_out = f"{block}: {order.command}: {why}"
            continue
        code, said = run(order, ambula)
        wanted = block.exit_code if i == len(orders) - 1 else 0
        assert code == wanted, f"{block}: {order.command} ended with {code}\n{said[2]}"
        if any(line.strip() for line in order.shown):
            assert any(matches(order.shown, way) for way in said), f"{block}: {order.command} said\n{said[0]}"
    return left_out


def run(order: Typed, ambula: Ambula) -> tuple[int, tuple[str, str, str]]:
    """Type a command; return its exit code and what a terminal may have shown: output alone, or with errors around."""
    words = shlex.split(order.command, comments=True)
    if words[0] == "ambula" and not SHELL.search(order.command):
        ran = ambula(*words[1:])
        return ran.code, (ran.out, ran.err + ran.out, ran.out + ran.err)
    done = subprocess.run(["sh", "-c", order.command], capture_output=True, text=True, timeout=120)
    return done.returncode, (done.stdout, done.stderr + done.stdout, done.stdout + done.stderr)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_no_command_escapes(page: Path) -> None:
    for block in blocks(page):
        if block.language not in ("console", "python"):
            assert block.not_run or not any(ORDER.match(line) for line in block.lines), f"{block}: mark it `console`"
    for line in outside(page):
        assert not (line.startswith("    ") and ORDER.match(line.strip())), f"put it in a console block: {line}"


def test_what_is_not_run_says_why() -> None:
    left_out = [(str(b), b.not_run) for b in ALL if b.not_run]
    print(*(f"{where}: {why}" for where, why in left_out), sep="\n")
    assert {why for _, why in left_out} <= REASONS
    assert len(left_out) < len([b for b in ALL if b.language == "console" and not b.not_run])


@pytest.mark.parametrize(
    ("shown", "said", "same"),
    [
        (["a 1", "b"], "a 1  \nb\n", True),
        (["a 1", "b"], "a 2\nb\n", False),
        (["a ...", "b"], "a 2 3\nb\n", True),
        (["...", "b"], "x\ny\nb\n", True),
        (["a"], "a\nmore\n", False),
        (["a", "..."], "a\nmore\n", True),
    ],
)
def test_dots_stand_for_what_varies(shown: list[str], said: str, same: bool) -> None:
    assert matches(shown, said) is same
