"""The command as the integration tests run it."""

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "integration"))

import command


@pytest.fixture
def ambula(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> command.Ambula:
    """The command, run in this process, at a terminal that cuts no line."""
    monkeypatch.setenv("COLUMNS", "300")
    return command.runner(capsys, monkeypatch)
