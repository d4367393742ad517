"""The file of a bring-up: read back, resumed, and never believed in its verdicts."""

import contextlib
import json
from dataclasses import replace
from pathlib import Path

import pytest

from ambula.base.errors import InputError
from ambula.bringup.figures import FAILS, HOLDS
from ambula.bringup.reading import Reading
from ambula.bringup.results import Bringup
from tests.support.made_bringup import made


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    bringup = made(rate_hz=26.1, noise_mg=[1.0, 2, 3], restart_words="software, words", battery_off_mv=None)
    bringup.parts["windows"] = [[10, 0, 4]]
    bringup.save(tmp_path / "b.json")
    assert Bringup.load(tmp_path / "b.json").as_json() == bringup.as_json()


def test_a_verdict_is_made_of_the_value_not_read(tmp_path: Path) -> None:
    made(rate_hz=28.08).save(tmp_path / "b.json")
    text = (tmp_path / "b.json").read_text().replace('"verdict": "fails"', '"verdict": "holds"')
    (tmp_path / "b.json").write_text(text)
    assert Bringup.load(tmp_path / "b.json").results[0].verdict == FAILS


def test_a_row_that_failed_without_a_value_stays_failed(tmp_path: Path) -> None:
    bringup = made()
    bringup.take("rate", {"rate_hz": Reading(None, why="it stood still", failed=True)})
    bringup.save(tmp_path / "b.json")
    assert Bringup.load(tmp_path / "b.json").results[0].verdict == FAILS


def test_a_row_is_done_on_its_firmware_and_micropython_only() -> None:
    bringup = made(rate_hz=26.0, battery_off_mv=None)
    assert (bringup.is_done("rate"), bringup.is_done("battery"), bringup.is_done("flash")) == (True, False, False)
    for other in ({"firmware_sha256": "11" * 32}, {"micropython": "1.30.0"}):
        bringup.board = replace(made().board, **other)
        assert not bringup.is_done("rate"), other


def test_parts_of_a_row_are_of_the_same_firmware() -> None:
    bringup = made()
    bringup.parts["windows"] = [[300, 5, 9000]]
    bringup.take_board(made().board)
    assert bringup.parts
    bringup.take_board(replace(made().board, firmware_sha256="11" * 32))
    assert bringup.parts == {}


def test_a_row_measured_again_takes_the_place_of_the_older() -> None:
    bringup = made(rate_hz=28.08)
    bringup.take("rate", {"rate_hz": Reading(26.0)})
    assert [(r.value, r.verdict) for r in bringup.results] == [(26.0, HOLDS)]


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"format": "ambula-bringup", "version": 2}', '{"format": "ambula-bringup", "version": 1}'],
)
def test_another_file_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "b.json").write_text(text)
    with pytest.raises(InputError, match=r"b\.json is not the file of a bring-up"):
        Bringup.load(tmp_path / "b.json")


@pytest.mark.parametrize("value", ['"x"', "[[1]]", "{}", "true"])
def test_an_odd_value_is_refused_or_fails(tmp_path: Path, value: str) -> None:
    told = json.dumps(made(rate_hz=26.0).as_json()).replace("26.0", value)
    (tmp_path / "b.json").write_text(told)
    with contextlib.suppress(InputError):
        assert Bringup.load(tmp_path / "b.json").results[0].verdict == FAILS
