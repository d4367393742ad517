"""The `ambula` command as a user or a script meets it: arguments in; exit code, standard output and error out."""

import asyncio
import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ambula.cli import main, output
from ambula.nodes.keys import KeyFile
from ambula.nodes.session import NodeKey

ABSENT = NodeKey("ee" * 8, 0, "P9", bytes(32))


@dataclass(frozen=True)
class Ran:
    """What a run of the command left behind."""

    code: int
    out: str
    err: str

    def of_another_day(self) -> "Ran":
        """Return it without the note that this computer's clock is wrong: the recorded nodes have a fixed day."""
        lines = self.err.splitlines(keepends=True)
        kept = [line for line in lines if not line.startswith("note: this computer's clock is probably wrong")]
        return Ran(self.code, self.out, "".join(kept))

    def failed_with(self, code: int) -> str:
        """Check the exit code and that nothing but one line was said; return the line."""
        assert (self.code, self.out) == (code, ""), self
        assert self.err.endswith("\n"), self
        assert self.err.count("\n") == 1, self
        assert self.err.startswith("ambula: "), self
        return self.err.removeprefix("ambula: ").rstrip("\n")


Ambula = Callable[..., Ran]


def runner(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Ambula:
    """Return a function that runs the command in this process, as the entry point does."""

    def run(*arguments: str | Path) -> Ran:
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", ["ambula", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        return Ran(int(ended.value.code or 0), *capsys.readouterr())

    return run


def look_like_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let standard output be a terminal of 80 columns without styles, for what a person sees of a run in this process.

    A real one, which a process of its own has, is `Terminal`.
    """
    monkeypatch.setattr(output.Writer, "is_terminal", property(lambda writer: writer is output.out))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "dumb")


async def start(*arguments: str | Path, **environment: str) -> asyncio.subprocess.Process:
    """Start the command in a process group of its own, as a shell does."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "ambula", *map(str, arguments)),
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        process_group=0,
    )


async def finish(process: asyncio.subprocess.Process, timeout_s: float = 60.0) -> Ran:
    """Wait for the command's end."""
    out, err = await asyncio.wait_for(process.communicate(), timeout_s)
    assert process.returncode is not None
    return Ran(process.returncode, out.decode(), err.decode())


async def ambula(*arguments: str | Path, **environment: str) -> Ran:
    """Run the command in a process of its own while this one goes on."""
    return await finish(await start(*arguments, **environment))


class Terminal:
    """A terminal that a command runs at: what it wrote, control sequences and all."""

    def __init__(self, columns: int = 80) -> None:
        self._end, self.its_end = pty.openpty()
        fcntl.ioctl(self.its_end, termios.TIOCSWINSZ, struct.pack("4H", 24, columns, 0, 0))
        self.text = ""
        self.closed = asyncio.Event()

    def listen(self) -> None:
        """Collect what is written, until the command ends."""
        os.close(self.its_end)
        asyncio.get_running_loop().add_reader(self._end, self._read)

    def _read(self) -> None:
        try:
            self.text += os.read(self._end, 65_536).decode()
        except OSError:  # Linux tells the other end's closing so
            asyncio.get_running_loop().remove_reader(self._end)
            os.close(self._end)
            self.closed.set()

    async def until(self, words: str) -> None:
        """Wait until these words were written, after what was already."""
        start = len(self.text)
        async with asyncio.timeout(60):
            while words not in self.text[start:]:
                await asyncio.sleep(0.05)


class Laptop:
    """Runs the command in processes of its own that have their radio in the air of this process.

    Its keys are those of the rig in `folder`/rig; without one it has a key of a node that is not there.
    """

    def __init__(self, air: Any, folder: Path) -> None:
        self._air = air
        self._folder = folder
        self._count = 0
        self.keys = KeyFile(folder / "rig" / "keys.json")
        if not self.keys.load():
            self.keys.add(ABSENT)

    async def start(self, *arguments: str | Path) -> asyncio.subprocess.Process:
        """Start a command with a new radio."""
        return await start(*arguments, **await self._radio())

    async def at_terminal(self, *arguments: str | Path) -> tuple[asyncio.subprocess.Process, Terminal]:
        """Start a command with a new radio, at a terminal of 80 columns."""
        terminal = Terminal()
        environment = {**os.environ, **await self._radio(), "TERM": "xterm-256color"}
        environment.pop("COLUMNS", None)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "ambula", *map(str, arguments)),
            env=environment,
            stdin=terminal.its_end,
            stdout=terminal.its_end,
            stderr=terminal.its_end,
            process_group=0,
        )
        terminal.listen()
        return process, terminal

    async def _radio(self) -> dict[str, str]:
        self._count += 1
        transport = await self._air.serve_central(f"laptop{self._count}")
        return {"AMBULA_RADIO": f"bumble:{transport}", "AMBULA_KEYS": str(self.keys.path)}

    async def ambula(self, *arguments: str | Path) -> Ran:
        """Run a command with a new radio."""
        return await finish(await self.start(*arguments))
