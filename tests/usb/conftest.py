"""The command as the integration tests run it."""

import time
import types
from collections.abc import Iterator

import pytest

from tests.support import command


@pytest.fixture
def ambula(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> command.Ambula:
    """The command, run in this process, at a terminal that cuts no line."""
    monkeypatch.setenv("COLUMNS", "300")
    return command.runner(capsys, monkeypatch)


@pytest.fixture(autouse=True, scope="session")
def _eager() -> Iterator[None]:
    """Let mpremote look at once for what the board has said, not every 10 ms: the stand-in answers sooner."""
    from mpremote import transport_serial

    eager = types.SimpleNamespace(monotonic=time.monotonic, sleep=lambda s: time.sleep(min(s, 0.0005)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transport_serial, "time", eager)
        yield
