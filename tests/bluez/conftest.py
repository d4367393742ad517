"""What all tests against real BlueZ share: two nodes that have recorded, and one guest."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ambula.sim.node import find_micropython
from tests.bluez.guest import Guest
from tests.support import worn
from tests.support.fetched import why_not_fetched

_FETCH_TIMEOUT_S = 900


@pytest.fixture(scope="session")
def guest() -> Iterator[Guest]:
    """The laptop, up and running, without an adapter; skipped where it cannot be had."""
    if why := why_not_fetched(Path(__file__).with_name("fetch"), _FETCH_TIMEOUT_S):
        pytest.skip(why)
    with tempfile.TemporaryDirectory(prefix="ambula-vm-") as folder:  # short enough for its sockets
        machine = Guest(Path(folder))
        try:
            machine.start()
            yield machine
        finally:
            machine.stop()


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the flash images of two nodes after half a day."""
    find_micropython()
    folder = tmp_path_factory.mktemp("recorded")
    worn.record(folder)
    return folder
