"""The simulated board's clock in MicroPython: what passes at once although a laptop is near, and what does not."""

import subprocess
from pathlib import Path

import pytest

from ambula.sim.node import find_micropython

BOARD = Path(__file__).parents[2] / "firmware" / "boards" / "sim"
SCRIPT = f"""
import sys, time
sys.path.append({str(BOARD)!r})
from virtual_time import VirtualTime

clock = VirtualTime(0)

began = time.ticks_ms()  # before the start ends: with its end the wall clock takes over, however long a call then waits

def took():
    return time.ticks_diff(time.ticks_ms(), began)

clock.pass_ms(50000, False, False)
print(took() < 40000, clock.now_ms)
clock.pass_ms(30, False, True)
print(took() >= 30, clock.now_ms >= 50030)
clock.feed()
before = clock.now_ms
clock.pass_ms(30, False, False)
print(took() >= 60, clock.now_ms - before >= 30)
"""


def test_the_start_passes_at_once_even_live_but_neither_its_pauses_nor_what_follows() -> None:
    """Fifty seconds awake before the main loop begins, the pause before a restart, then the main loop."""
    command = [find_micropython(), "-c", SCRIPT]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("live\n")
        process.stdin.flush()  # and it stays open: its end would be the plug pulled
        said = process.stdout.read()
    assert said.splitlines() == ["@ 0", "True 50000", "True True", "True True"]


FOREVER = f"""
import sys
sys.path.append({str(BOARD)!r})
from virtual_time import VirtualTime

class Silent:
    def heard(self):
        return 0

clock = VirtualTime(0)
clock.radio = Silent()
while True:
    try:
        clock.feed()
        clock.pass_ms(1000, False)
    except Exception:
        pass
"""


@pytest.mark.parametrize("said", ["run 5000\n", "run 900000000000\n", "step 5000\n", "live\n"])
def test_a_node_whose_host_was_killed_ends_too(said: str) -> None:
    """Even under a firmware that survives every error; else it would take a whole core for good."""
    command = [find_micropython(), "-c", FOREVER]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == "@ 0\n"
        process.stdout.close()
        process.stdin.write(said)
        process.stdin.close()
        try:
            assert process.wait(10) == 0
        finally:
            process.kill()
