"""What the commands write, to people and to pipes: whole lines, JSON alone, no style, no letter that ends a command."""

import ast
import asyncio
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ambula.cli import output
from ambula.store import Store
from tests.support.command import Ambula, Terminal
from tests.support.made_people import made_store

CLI = Path(output.__file__).parent
CODE = "Ж1[b]"  # letters that no western code page has, and what a markup language would take for its own


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of a long name with a store of five days."""
    folder = tmp_path_factory.mktemp("a folder whose name is longer than any terminal has columns " + "long " * 8)
    made_store(folder / "s.db", {CODE: 1}, 5)
    with Store(folder / "s.db") as store:
        store.set_height(CODE, 1.8)
    return folder


def commands(folder: Path) -> list[list[str | Path]]:
    """Return the commands that say something of a store."""
    store: list[str | Path] = ["--store", folder / "s.db"]
    return [
        ["summary", *store],
        ["report", *store, "--out", folder / "r.html"],
        ["status", *store],
        ["logs", *store],
        ["zone", *store],
        ["height", *store],
        ["programme", *store],
        ["note", *store],
        ["export", "--to", "csv", "--out", folder / "exported", *store],
        ["check", "--offline", *store],
        ["cohort", folder, "--out", folder / "days.parquet"],
    ]


NAMES = [str(c[0]) for c in commands(Path())]
WITH_JSON = [name for name in NAMES if name not in ("report", "height")]


def run(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run the command in a process of its own, its output a pipe."""
    words = [sys.executable, "-m", "ambula", *map(str, arguments)]
    return subprocess.run(words, capture_output=True, env={**os.environ, **environment})


def at_terminal(*arguments: str | Path, columns: int = 80, code: int = 0, **environment: str) -> str:
    """Run the command at a real terminal, and return what it wrote."""

    async def play() -> str:
        terminal = Terminal(columns)
        there = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "NO_COLOR")}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "ambula", *map(str, arguments)),
            env={**there, "TERM": "xterm-256color", **environment},
            stdin=terminal.its_end,
            stdout=terminal.its_end,
            stderr=terminal.its_end,
        )
        terminal.listen()
        assert await process.wait() == code
        await terminal.closed.wait()
        return terminal.text

    return asyncio.run(play())


@pytest.mark.parametrize("name", NAMES)
def test_in_a_pipe_nothing_wraps_pads_or_colours(
    name: str, folder: Path, ambula: Ambula, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = next(c for c in commands(folder) if c[0] == name)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("FORCE_COLOR", "1")
    said: list[str] = []
    for columns in ("20", "80", "500"):
        monkeypatch.setenv("COLUMNS", columns)
        ran = ambula(*command)
        assert ran.code in (0, 8), ran  # 8: the made-up wearer did not stand, sit and walk
        said.append(ran.out)
    assert said[0] == said[1] == said[2]
    assert said[0]
    assert "\x1b" not in said[0] + ran.err
    assert not re.search(r"[ \t]$|\S   +\S", said[0].replace("\t\n", "\n"), re.MULTILINE)  # an empty last cell may be
    for path in set(command[1:]) & {folder / "r.html", folder / "days.parquet"}:
        assert str(path) in said[0]
    if name not in ("export", "report", "check", "cohort", "logs"):
        assert CODE in said[0]


@pytest.mark.parametrize("name", WITH_JSON)
def test_json_is_json_and_nothing_else(name: str, folder: Path, ambula: Ambula) -> None:
    ran = ambula(*next(c for c in commands(folder) if c[0] == name), "--json")
    assert ran.code in (0, 8)
    json.loads(ran.out)
    assert ran.out.isascii()  # whatever the code page


@pytest.mark.parametrize("arguments", [["--help"], ["summary"], ["summary", "--json"], ["programme", "--template"]])
def test_a_closed_pipe_ends_quietly(arguments: list[str], folder: Path) -> None:
    words = [sys.executable, "-m", "ambula", *arguments]
    if arguments[0] == "summary":
        words += ["--store", str(folder / "s.db")]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout
    assert process.stderr
    process.stdout.close()  # before a word was said
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == (1 if arguments == ["--help"] else output.ReaderGone.exit_code)


@pytest.mark.parametrize("arguments", [["summary"], ["summary", "--json"], ["--help"], ["height"]])
def test_a_stream_that_was_closed_before_the_start_is_none(arguments: list[str], folder: Path) -> None:
    words = [sys.executable, "-m", "ambula", *arguments]
    words += ["--store", str(folder / "s.db")] if arguments != ["--help"] else []
    for closed in (">&-", "2>&-", ">&- 2>&-"):
        done = subprocess.run(["sh", "-c", f'"$@" {closed}', "sh", *words], capture_output=True)
        assert (done.returncode, done.stderr) == (0, b"")
    missing = [*words[:3], "status", "--store", str(folder / "none.db")]
    assert subprocess.run(["sh", "-c", '"$@" 2>&-', "sh", *missing], capture_output=True).returncode == 4


def test_a_narrow_terminal_cuts_no_figure(folder: Path) -> None:
    for columns in (20, 40, 60):
        said = at_terminal("summary", "--store", folder / "s.db", columns=columns)
        assert "…" not in said
        assert "10,521" in said  # the steps of the first day
        assert re.search(r"\s61\s", at_terminal("programme", "--store", folder / "s.db", columns=columns))
    assert len(re.findall(r"Mon 02 Mar|Tue 03 Mar", said.splitlines()[1] + said.splitlines()[2])) == 2


def test_an_error_s_command_is_one_line_at_a_terminal(folder: Path) -> None:
    said = at_terminal("status", "--store", folder / "no such folder of so long a name" / "s.db", code=4)
    assert said.count("\n") == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("arguments", [["summary"], ["summary", "--help"], ["--help"], ["--version"]])
def test_an_output_without_room_is_one_line(arguments: list[str], folder: Path) -> None:
    words = [sys.executable, "-m", "ambula", *arguments]
    words += ["--store", str(folder / "s.db")] if arguments == ["summary"] else []
    with open("/dev/full", "wb") as full:
        done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 3
    assert done.stderr == b"ambula: standard output cannot be written: No space left on device\n"


@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_a_pipe_gets_utf_8_whatever_the_locale(folder: Path, locale: str) -> None:
    plain = {"LC_ALL": locale, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    for arguments in (["summary"], ["summary", "--format", "csv"], ["height"]):
        done = run(*arguments, "--store", folder / "s.db", **plain)
        assert (done.returncode, done.stderr) == (0, b"")
        assert CODE in done.stdout.decode("utf-8") or arguments[-1] == "csv"


def test_a_code_page_without_the_letters_gets_them_escaped(folder: Path) -> None:
    done = run("height", "--store", folder / "s.db", PYTHONIOENCODING="cp1252")
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == b"\\u04161[b]: 180 cm\n".replace(b"\n", os.linesep.encode())


def test_at_a_terminal_words_wrap_and_a_path_stays_whole(folder: Path) -> None:
    long = folder / ("x" * 90 + ".html")

    said = at_terminal("summary", "--store", folder / "s.db")
    said += at_terminal("report", "--out", long, "--store", folder / "s.db")
    assert "\x1b[1m" in said  # the title is bold
    plain = re.sub(r"\x1b\[[0-9;]*m", "", said).replace("\r\n", "\n")
    lines = plain.splitlines()
    assert f"{CODE}, days as in Europe/Oslo" in lines
    assert max(len(line) for line in lines if "x" * 90 not in line) <= 80
    assert "Talk to a health professional about your pain." in " ".join(plain.split())
    assert re.search(r"^Steps +\d", plain, re.MULTILINE)
    assert "x" * 90 + ".html" in plain


def test_no_style_where_none_is_wanted(folder: Path) -> None:
    assert "\x1b[1m" in at_terminal("summary", "--store", folder / "s.db")
    for plain in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        said = at_terminal("summary", "--store", folder / "s.db", **plain)
        assert "Talk to a health professional" in " ".join(said.split())
        assert "\x1b" not in said


def test_one_place_decides_how_a_line_is_written() -> None:
    for path in CLI.glob("*.py"):
        if path.name == "output.py":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import | ast.ImportFrom):
                modules = [getattr(node, "module", None) or "", *(alias.name for alias in node.names)]
                assert not [m for m in modules if m.partition(".")[0] == "rich"], path.name
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                assert called not in ("print", "typer.secho", "sys.stdout.write", "sys.stderr.write"), path.name
                assert called != "typer.echo" or path.name == "app.py", path.name
