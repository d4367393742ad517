"""For all tests: nobody's own keys and configuration are read or written."""

from pathlib import Path

import pytest
from hypothesis import settings


@pytest.fixture(autouse=True)
def _nobody_s_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMBULA_KEYS", str(tmp_path / "rig" / "keys.json"))
    monkeypatch.setenv("AMBULA_CONFIG", str(tmp_path / "no-config.toml"))


settings.register_profile("ambula", deadline=None)  # how long an example takes is not what is tested
settings.load_profile("ambula")
