"""Window after window leaves nothing behind: a sample of the thousand that `make soak` opens."""

import asyncio
from pathlib import Path

from tests.durability import windows

CYCLES = 60


def test_windows_leave_neither_heap_nor_handles_behind(tmp_path: Path) -> None:
    seen = asyncio.run(windows.cycle(tmp_path, CYCLES))
    assert (seen.failed, len(seen.heap_free)) == (0, CYCLES // windows.EVERY)
    assert not seen.leaks, seen
