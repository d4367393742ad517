"""The command, for what a person with an old store types."""

import pytest

from tests.support import command


@pytest.fixture
def ambula(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> command.Ambula:
    """The command, run in this process."""
    return command.runner(capsys, monkeypatch)
