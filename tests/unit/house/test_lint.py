"""The code is as clean as `make lint` asks."""

import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PYRIGHT = [sys.executable, "-m", "pyright", "--pythonpath", sys.executable]


def run(*command: str) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stdout + done.stderr


def test_ruff_finds_nothing() -> None:
    run(sys.executable, "-m", "ruff", "check", ".")
    run(sys.executable, "-m", "ruff", "format", "--check", ".")


@pytest.mark.skipif(shutil.which("node") is None, reason="pyright needs Node.js, which is not on this machine")
@pytest.mark.parametrize(
    "project",
    [["-p", "."], ["-p", "firmware", "--typeshedpath", sysconfig.get_path("purelib")]],
    ids=["host, strict", "device, ESP32-C3 stubs"],
)
def test_pyright_finds_nothing(project: list[str]) -> None:
    run(*PYRIGHT, *project)


def test_no_file_outlives_its_file_system() -> None:
    """littlefs reads on for ever, or crashes, where Python has freed what a file handle points into."""
    wrong = re.compile(r"(log_system|LittleFS)\([^()]*\)\.open\(")
    sources = [*(ROOT / "tests").rglob("*.py"), *(ROOT / "host").rglob("*.py")]
    assert [path.name for path in sources if wrong.search(path.read_text("utf-8"))] == []
