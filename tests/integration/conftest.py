"""Shared recordings of the integration tests, and the command."""

from pathlib import Path

import pytest

from ambula.nodes.keys import KeyFile
from ambula.sim.node import find_micropython
from tests.support import command, worn
from tests.support.once import once


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the flash images of two nodes after half a day."""
    find_micropython()
    return once(tmp_path_factory, "recorded", worn.record)


@pytest.fixture
def _as_new(monkeypatch: pytest.MonkeyPatch) -> None:
    """A user without a configuration."""
    KeyFile().add(command.ABSENT)
    monkeypatch.delenv("AMBULA_RADIO", raising=False)


@pytest.fixture
def ambula(_as_new: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> command.Ambula:
    """The command, run in this process."""
    return command.runner(capsys, monkeypatch)
