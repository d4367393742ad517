"""The node in the heap that an ESP32-C3 gives, with its words of 32 bits: DESIGN.md, "What is in memory"."""

from pathlib import Path

import pytest

from nodecore import segment
from tests.words32.measure import BOARD_KIB, HOURS, KIB, NAME_TABLE_KIB, NAMES, STAND_INS_KIB, loaded, spend_a_morning

MARGIN_KIB = 8


def test_names_and_modules(micropython32: str, tmp_path: Path) -> None:
    """A name too many costs 9 KiB at once."""
    it = loaded(micropython32, tmp_path)
    print(it)
    assert it.names <= NAMES - 60
    assert it.stays <= 84 * KIB
    assert it.all <= 94 * KIB


def test_a_morning_of_meetings_and_a_sync(micropython32: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With 8 KiB less than a board has."""
    monkeypatch.setenv("AMBULA_MICROPYTHON", micropython32)
    came = spend_a_morning(tmp_path, BOARD_KIB - MARGIN_KIB + STAND_INS_KIB + NAME_TABLE_KIB)
    assert came.trouble == []
    assert came.synced == 2 * HOURS * 720
    assert came.compared == came.alike == came.fused >= HOURS * 720 - 180 - segment.MAX_EPOCHS
    assert came.stand_ins <= STAND_INS_KIB * KIB
