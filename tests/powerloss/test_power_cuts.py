"""The power goes at any flash write or erase: the file system mounts, sealed epochs stay, the recording goes on.

A sample of the cuts here; `make soak` does them all.
"""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from ambula.sim.node import HEAP, NodeSettings, _solder, find_micropython
from nodecore import segment
from tests.powerloss import cuts

CUTS_A_MODE = 10


@pytest.fixture(scope="module")
def hour(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, NodeSettings, cuts.Hour]:
    folder = tmp_path_factory.mktemp("hour")
    settings = cuts.prepare(folder)
    return folder, settings, cuts.undisturbed(folder, settings)


def check(hour: cuts.Hour, at: int, seen: cuts.Recovery) -> int:
    """Compare one cut with the undisturbed hour; return how many segments were sealed when it came."""
    kept = [s.data for s in seen.after_cut]
    assert kept == hour.segments[: len(kept)], f"cut at {at}: what is left is not a beginning of the hour"
    later = [s.data for s in seen.after_recovery]
    assert later[: len(kept)] == kept, f"cut at {at}: the next start lost sealed segments"
    new = seen.after_recovery[len(kept) :]
    assert new[0].header.kind == segment.EVENT, f"cut at {at}: no boot in the log"
    epochs = [e for s in new for e in range(s.header.epoch, s.header.epoch + s.header.count) if s.records]
    first = (cuts.START_MS + cuts.HOUR_MS) // 5000
    assert epochs[0] in (first - 1, first), "the start took more than an epoch"
    assert epochs == list(range(epochs[0], epochs[0] + cuts.RECOVERY_EPOCHS)), f"cut at {at}: it did not go on"
    return len(kept)


def test_the_hour_itself_is_whole(hour: tuple[Path, NodeSettings, cuts.Hour]) -> None:
    # Three events besides: the boot, the recording's start, and the radio that this board does not have.
    assert len(hour[2].segments) == 3 + cuts.EPOCHS // segment.MAX_EPOCHS
    assert hour[2].operations > 100


@pytest.mark.parametrize("mode", cuts.MODES)
def test_power_cuts_lose_at_most_the_unsealed_batch(hour: tuple[Path, NodeSettings, cuts.Hour], mode: str) -> None:
    folder, settings, whole = hour
    start = cuts.MODES.index(mode) + 1
    step = whole.operations // CUTS_A_MODE
    sealed = [
        check(whole, at, cuts.cut_and_recover(folder, settings, at, mode))
        for at in range(start, whole.operations + 1, step)
    ]
    assert sealed == sorted(sealed), "a later cut left less than an earlier one: something sealed was lost"
    assert sealed[-1] >= len(whole.segments) - 2


def test_a_node_without_power_ends_when_nobody_is_left_to_see_it(tmp_path: Path) -> None:
    """Whoever runs the nodes may be killed before it hears of the cut: no process stays behind and spins."""
    settings = cuts.prepare(tmp_path)
    shutil.copy(tmp_path / "fresh.img", settings.flash)
    replace(settings, flash_cut_at=1).write(tmp_path / "node.json")
    board = _solder(tmp_path / "board")
    process = subprocess.Popen(
        [find_micropython(), "-X", f"heapsize={HEAP}", board / "boot.py", tmp_path / "node.json"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        said, _ = process.communicate(b"run %d\n" % (settings.power_on_ms + 3_600_000), timeout=30)
        assert b"@cut 1" in said
    finally:
        process.kill()
