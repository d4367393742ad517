"""For all tests: nobody's own keys, configuration and taste in terminals are read or written."""

import os
import signal
from pathlib import Path

import pytest
from hypothesis import settings

from tests.support.fetched import why_not_fetched
from tests.support.printing import no_pango
from tests.support.unclosed import watch_unclosed

# What a terminal's owner likes: it changes what the command and its libraries write, also in the processes of tests.
PYTHON = ("PYTHONUNBUFFERED", "PYTHONIOENCODING")  # and how Python writes: not as a stranger's does
TASTES = ("COLUMNS", "LINES", "FORCE_COLOR", "NO_COLOR", "PY_COLORS", "TTY_COMPATIBLE", "TTY_INTERACTIVE")


def pytest_configure() -> None:
    """Keep the environment to what tests are about, before any console is made.

    Let Ctrl-C reach what the tests start also where a script began them in the background, with Ctrl-C ignored.
    """
    for name in TASTES + PYTHON:
        os.environ.pop(name, None)
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _nobody_s_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMBULA_KEYS", str(tmp_path / "rig" / "keys.json"))
    monkeypatch.setenv("AMBULA_CONFIG", str(tmp_path / "no-config.toml"))
    watch_unclosed(monkeypatch)


@pytest.fixture(scope="session")
def _prints() -> None:
    """A machine that can make a PDF."""
    if why := no_pango():
        pytest.skip(why)


@pytest.fixture(scope="session")
def micropython32() -> str:
    """A MicroPython with words of 32 bits, as a board's; skipped, with why, where it cannot be had."""
    script = Path(__file__).with_name("words32") / "fetch"
    if why := why_not_fetched(script, 300):
        pytest.skip(why)
    return str(Path(__file__).parents[1] / "build" / "micropython32" / "micropython")


@pytest.fixture(params=[64, 32], ids=["64 bits", "32 bits"])
def word_bits(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """The words of the MicroPython that a test runs on: this machine's, and a board's."""
    if request.param == 32:
        monkeypatch.setenv("AMBULA_MICROPYTHON", request.getfixturevalue("micropython32"))
    return request.param


settings.register_profile("ambula", deadline=None)  # how long an example takes is not what is tested
settings.load_profile("ambula")
