"""What boards have answered, in the documents: today none has, and no simulated board ever will."""

from pathlib import Path

import pytest

from ambula.base.errors import InputError
from ambula.bringup.tables import NOT_YET, between_marks, claims, figures_table, read_files
from tests.support.made_bringup import DEVICE, made

ROOT = Path(__file__).parents[3]
HARDWARE = ROOT / "hardware"
PAGE = """| claim | experiment | in `ambula bringup` | result |
|---|---|---|---|
| it samples | count | `rate_hz` | not yet |
| both | look | `who_am_i` `noise_mg` | an older result |
| by hand | walk | - | 2027-01-01, by hand |"""


def test_the_documents_are_what_the_files_there_make() -> None:
    boards = read_files(HARDWARE / "bringup")
    for page, make in (
        (HARDWARE / "UNPROVEN.md", lambda text: claims(text, boards)),
        (ROOT / "DESIGN.md", lambda text: between_marks(text, figures_table(boards))),
    ):
        text = page.read_text("utf-8")
        assert make(text) == text, f"run `make texts`: {page.name}"
        if not boards:
            assert f"| {NOT_YET} |" in text


def test_a_board_s_answers_stand_beside_the_claims_and_a_person_s_stay() -> None:
    board = made(rate_hz=28.08, who_am_i=0x6A, noise_mg=None)
    lines = claims(PAGE, [board]).splitlines()
    today = board.results[0].utc[:10]
    assert lines[2].endswith(f"| `rate_hz` fails, 28.08 Hz ({today}, board {DEVICE}, MicroPython 1.29.0) |")
    assert "`who_am_i` holds, 0x6a, `noise_mg` not yet (" in lines[3]
    assert lines[4] == PAGE.splitlines()[4]


def test_without_a_board_every_result_says_not_yet() -> None:
    lines = claims(PAGE, []).splitlines()
    assert [line.split(" | ")[3] for line in lines[2:4]] == ["not yet |", "not yet |"]
    assert figures_table([]).count(f"| {NOT_YET} |") == len(figures_table([]).splitlines()) - 2


def test_two_boards_stand_side_by_side() -> None:
    table = figures_table([made(rate_hz=26.2), made("ff" * 8, rate_hz=28.08)])
    assert "| 26.20 Hz (holds); 28.08 Hz (fails) |" in table


def test_a_simulated_board_and_a_claim_of_an_unknown_figure_are_refused(tmp_path: Path) -> None:
    made(platform="linux", rate_hz=26.0).save(tmp_path / "b.json")
    with pytest.raises(InputError, match="is of a simulated board, which proves nothing"):
        read_files(tmp_path)
    with pytest.raises(InputError, match="there is no figure rate_mhz"):
        claims(PAGE.replace("rate_hz", "rate_mhz"), [])
    with pytest.raises(InputError, match="the marks"):
        between_marks("no marks", "x")
