"""Shared recordings of the integration tests."""

from pathlib import Path

import pytest
import worn

from ambula.sim.node import find_micropython


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the flash images of two nodes after half a day."""
    find_micropython()
    folder = tmp_path_factory.mktemp("recorded")
    worn.record(folder)
    return folder
