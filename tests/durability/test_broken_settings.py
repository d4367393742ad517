"""A config.json that cannot be used, or not all of it, or a start that fails whatever is done: the node stays up."""

from pathlib import Path

import pytest

from ambula.sim.image import BLOCK_SIZE, PROGRAM_BLOCKS, _file_system, _write
from ambula.sim.node import HEAP
from nodecore import segment
from tests.durability import lives
from tests.durability.lives import MINUTE, MINUTE_MS, START_MS, Life

WINDOW_S = 900


def break_settings(image: Path, contents: bytes) -> None:
    """Put other bytes in the place of the image's config.json."""
    whole = image.read_bytes()
    size = PROGRAM_BLOCKS * BLOCK_SIZE
    fs = _file_system(PROGRAM_BLOCKS, bytearray(whole[:size]))
    _write(fs, "config.json", contents)
    image.write_bytes(bytes(fs.context.buffer) + whole[size:])


def roles(seen: Life, boot: int) -> set[int]:
    return {s.header.role for s in seen.segments if s.records and s.header.boot == boot}


def told_settings(seen: Life) -> list[str]:
    return [words for words in seen.faults if words.startswith("config ")]


def test_a_single_bad_value_is_told_and_the_rest_holds(tmp_path: Path) -> None:
    settings = lives.prepare(tmp_path, 7, role="back", days=61, keep="newest")
    seen = lives.live(settings, 7 * MINUTE_MS)
    assert seen.resets == []
    assert told_settings(seen) == ["config days cannot be 61, taken as 0"]
    assert set(range(5 * MINUTE)) <= set(seen.epochs)
    assert roles(seen, 1) == {1}


@pytest.mark.parametrize("contents", [b"", b'{"role": "ba', b'{"schema": 9, "role": "back"}', b'{"role": "arm"}'])
def test_a_lost_file_records_on_in_the_role_of_the_log(tmp_path: Path, contents: bytes) -> None:
    settings = lives.prepare(tmp_path, 14, role="back", window_every_s=WINDOW_S)
    lives.live(settings, 6 * MINUTE_MS)
    break_settings(settings.flash, contents)
    again = lives.replace(settings, power_on_ms=START_MS + 7 * MINUTE_MS)
    seen = lives.live(again, 14 * MINUTE_MS, heap=HEAP)
    assert seen.resets == []
    assert len(told_settings(seen)) == 1
    assert told_settings(seen)[0].startswith("config unreadable, ")
    assert roles(seen, 2) == {1}
    assert set(range(8 * MINUTE, 12 * MINUTE)) <= set(seen.epochs)


def test_a_lost_file_does_not_begin_what_was_over(tmp_path: Path) -> None:
    settings = lives.prepare(tmp_path, 14, start=(START_MS + 60_000) // 1000, days=1)
    over = lives.replace(settings, samples_start_ms=START_MS - 86_400_000, power_on_ms=START_MS - 5000)
    lives.live(over, 3 * MINUTE_MS)
    later = lives.replace(over, power_on_ms=START_MS + 2 * 86_400_000)
    lives.live(later, 2 * 86_400_000 + 3 * MINUTE_MS)
    before = len(lives.read(settings.flash).epochs)
    break_settings(settings.flash, b"{")
    seen = lives.live(lives.replace(later, power_on_ms=START_MS + 3 * 86_400_000), 3 * 86_400_000 + 9 * MINUTE_MS)
    assert (seen.resets, len(seen.epochs)) == ([], before)
    assert told_settings(seen) == ["config unreadable, not JSON"]


def test_without_a_role_it_stays_up_and_records_nothing(tmp_path: Path) -> None:
    settings = lives.prepare(tmp_path, 20)
    break_settings(settings.flash, b"\xff" * 40)
    seen = lives.live(settings, 20 * MINUTE_MS)
    assert (seen.resets, seen.epochs) == ([], [])
    assert told_settings(seen) == ["config unreadable, not JSON: nothing is recorded"]
    assert [s.header.count for s in seen.segments if s.header.kind == segment.EVENT][:1] == [segment.BOOT]


def test_a_start_that_fails_for_ever_is_tried_ever_more_rarely(tmp_path: Path) -> None:
    """A day of it: 1, 2, 4 ... 900 s between two tries."""
    settings = lives.prepare(tmp_path, 1)
    day_ms = 86_400_000
    seen = lives.live(settings, day_ms, [("node.app:App.start", "ValueError", 0, START_MS * 2, 0)])
    assert 90 <= len(seen.resets) <= 110
    assert set(seen.resets) == {"software: ValueError ordered"}


def test_a_start_that_works_again_forgets_the_pause(tmp_path: Path) -> None:
    settings = lives.prepare(tmp_path, 30)
    faults = [
        ("node.app:App.start", "ValueError", 0, START_MS + 4 * MINUTE_MS, 0),
        ("nodecore.score:EpochScorer.score", "ValueError", START_MS + 8 * MINUTE_MS, START_MS + 19 * MINUTE_MS, 0),
    ]
    seen = lives.live(settings, 26 * MINUTE_MS, faults)
    assert seen.resets[-1] == "software: recording failed"
    assert set(range(20 * MINUTE, 21 * MINUTE)) <= set(seen.epochs), "the pause after a long life is a second"
