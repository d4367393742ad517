"""A flash that lies: flipped bits, a bad segment in the middle, no room, a file system that does not mount."""

import random
import shutil
from pathlib import Path

import pytest

from ambula.sim.image import BLOCK_SIZE, PROGRAM_BLOCKS
from ambula.sim.node import NodeSettings
from nodecore import segment
from tests.durability import flips, lives
from tests.durability.lives import MINUTE, MINUTE_MS

RECORDED, LATER = 35, 46  # minutes: the plug is pulled; the second life, on the hurt flash, ends
SEEDS = 4
LOG_AT = PROGRAM_BLOCKS * BLOCK_SIZE


@pytest.fixture(scope="module")
def half_hour(tmp_path_factory: pytest.TempPathFactory) -> NodeSettings:
    return record_half_hour(tmp_path_factory.mktemp("half_hour"))


def record_half_hour(folder: Path) -> NodeSettings:
    """Let a node record, pull the plug, and put its image aside: see `worn`."""
    settings = lives.prepare(folder, LATER)
    lives.live(settings, RECORDED * MINUTE_MS)
    settings.flash.rename(worn(settings))
    return settings


def worn(settings: NodeSettings) -> Path:
    """The image with the half hour, whatever its node has lived through since."""
    return settings.flash.with_name("worn.img")


def again(settings: NodeSettings, image: bytes | bytearray) -> lives.Life:
    """Live on with this image, and read the log with the node's own code."""
    settings.flash.write_bytes(image)
    return on(settings)


def on(settings: NodeSettings) -> lives.Life:
    """Live on with the image as it is."""
    lives.live(lives.replace(settings, power_on_ms=lives.START_MS + RECORDED * MINUTE_MS), LATER * MINUTE_MS)
    return flips.read_as_node(settings.flash)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_flipped_bits_in_segments_cost_those_segments(half_hour: NodeSettings, seed: int) -> None:
    dice = random.Random(seed)
    image = bytearray(worn(half_hour).read_bytes())
    before = lives.read(worn(half_hour)).segments
    hit = dice.sample([s for s in before[:-1] if s.data in image], 2)  # those that no block ends in
    for s in hit:
        flips.flip_in(image, s.data, dice)
    seen = again(half_hour, image)
    flips.check(seen, before, hit)
    assert seen.damaged_bytes == sum(len(s.data) for s in hit)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_flipped_bits_anywhere_in_the_file_system(half_hour: NodeSettings, seed: int) -> None:
    """Metadata too: whatever they cost, nothing wrong comes out, and the node records."""
    before = lives.read(worn(half_hour)).segments
    image = bytearray(worn(half_hour).read_bytes())
    flips.flip(image, random.Random(100 + seed), 6)
    flips.check(again(half_hour, image), before, None)


def test_a_file_system_that_does_not_mount_is_made_anew_and_told(half_hour: NodeSettings) -> None:
    image = bytearray(worn(half_hour).read_bytes())
    image[LOG_AT : LOG_AT + 2 * BLOCK_SIZE] = random.Random(1).randbytes(2 * BLOCK_SIZE)
    old_id = flips.log_id(worn(half_hour))
    seen = again(half_hour, image)
    assert [w for w in seen.faults if w.startswith("storage made anew: errno")]
    assert set(range(RECORDED * MINUTE + 1, (LATER - 5) * MINUTE)) <= set(seen.epochs)
    assert flips.log_id(half_hour.flash) != old_id, "a laptop must see that this is another log"


def test_a_blank_file_system_is_not_worth_a_word(half_hour: NodeSettings) -> None:
    image = bytearray(worn(half_hour).read_bytes())
    image[LOG_AT:] = b"\xff" * (len(image) - LOG_AT)
    seen = again(half_hour, image)
    assert seen.faults == []
    assert set(range(RECORDED * MINUTE + 1, (LATER - 5) * MINUTE)) <= set(seen.epochs)


def test_a_full_flash_keeps_the_oldest_and_says_so_afterwards(half_hour: NodeSettings) -> None:
    """Room is made between two lives, as a laptop's acknowledgement makes it."""
    before = lives.read(worn(half_hour)).segments
    shutil.copy(worn(half_hour), half_hour.flash)
    flips.put_ballast(half_hour.flash)
    seen = on(half_hour)
    assert [s.data for s in seen.segments[: len(before)]] == [s.data for s in before]
    assert max(seen.epochs) < (LATER - 5) * MINUTE - 1, "there was room after all"


def test_an_older_state_of_the_log_is_never_written_over(half_hour: NodeSettings) -> None:
    """littlefs falls back to an older state when the newest metadata is hurt: offsets that a laptop holds are past."""
    before = lives.read(worn(half_hour)).segments
    end = before[-1].offset + len(before[-1].data)
    shutil.copy(worn(half_hour), half_hour.flash)
    flips.put_file(half_hour.flash, "/log.acked", str(end + 5000).encode())
    seen = on(half_hour)
    new = [s for s in seen.segments if s.header.boot == 2]
    assert new
    assert min(s.offset for s in new) == end + 5000
    assert [s.data for s in seen.segments[: len(before)]] == [s.data for s in before]
    assert b'torn_bytes": 5000' in lives.body(new[0])
    assert segment.stored_crc(before[-1].data, 0, len(before[-1].data)) == new[0].header.prev_crc
