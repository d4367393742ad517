"""FIFO batches to epochs by UTC."""

from array import array

import pytest

from nodecore import epoch
from nodecore.sampling import EPOCH_SAMPLES, MAX_EPOCH_SAMPLES

START_MS = 1_800_000_000_000  # divisible by 5 s


class Collector:
    """Feeds a window as the node's program does, and keeps (epoch, number of samples, first x)."""

    def __init__(self) -> None:
        self.window = epoch.EpochWindow()
        self.epochs: list[tuple[int, int, int]] = []
        self.value = 0

    def feed(self, count: int, read_ms: int) -> None:
        batch = memoryview(array("h", [v % 30000 for i in range(count) for v in (self.value + i, 0, 0)]))
        self.value += count
        window = self.window
        if window.misaligned(count, read_ms):
            self.epochs.append((window.epoch, window.n, window.samples[0]))
            window.close()
        window.align(count, read_ms)
        done = 0
        while True:
            if window.full:
                self.epochs.append((window.epoch, window.n, window.samples[0]))
                window.next()
            if done >= count:
                return
            done += window.fill(batch, done, count)


def test_exact_clock_gives_130_samples_an_epoch() -> None:
    c = Collector()
    produced = 0
    for read_ms in range(START_MS + 5050, START_MS + 100_000, 7000):
        total = (read_ms - START_MS) * 26 // 1000 + 1
        c.feed(total - produced, read_ms)
        produced = total
    first = START_MS // 5000
    assert [e for e, _, _ in c.epochs] == list(range(first, first + len(c.epochs)))
    assert len(c.epochs) >= 17
    assert [x for _, _, x in c.epochs] == [i * EPOCH_SAMPLES % 30000 for i in range(len(c.epochs))]
    assert {n for _, n, _ in c.epochs} == {EPOCH_SAMPLES}


@pytest.mark.parametrize("ppm", [-50_000, -3000, 200, 3000, 50_000])
def test_epochs_follow_utc_when_the_sensor_runs_fast_or_slow(ppm: int) -> None:
    c = Collector()
    produced = 0
    for read_ms in range(START_MS + 5050, START_MS + 3_600_000, 10_000):
        total = int((read_ms - START_MS) * 26 * (1 + ppm / 1e6) / 1000) + 1
        c.feed(total - produced, read_ms)
        produced = total
    last = c.epochs[-1]
    assert abs(last[0] - (START_MS + 3_600_000) // 5000) <= 3
    assert [e for e, _, _ in c.epochs] == list(range(c.epochs[0][0], last[0] + 1))
    mean = sum(n for _, n, _ in c.epochs) / len(c.epochs)
    assert mean == pytest.approx(130 * (1 + ppm / 1e6), rel=0.002)
    # an epoch's samples were taken in that epoch, to within a tenth of a second
    for number, _, first_x in c.epochs[100:200]:
        taken_s = first_x / (26 * (1 + ppm / 1e6))
        assert abs(taken_s - (number * 5 - START_MS / 1000)) < 0.45


def test_a_gap_breaks_the_epoch_and_starts_afresh() -> None:
    c = Collector()
    c.feed(200, START_MS + 7692)
    c.feed(130, START_MS + 60_000)
    assert c.epochs[1][0] == START_MS // 5000 + 1
    assert c.epochs[1][1] < EPOCH_SAMPLES
    assert c.window.epoch == START_MS // 5000 + 12 or c.window.epoch == START_MS // 5000 + 11


def test_more_samples_than_the_buffer_are_counted_not_kept() -> None:
    window = epoch.EpochWindow()
    window.align(1, START_MS)
    batch = memoryview(array("h", [1] * 3 * 1000))
    for _ in range(3):
        window.fill(batch, 0, 100)
        window._index = 0
    assert window.n == MAX_EPOCH_SAMPLES


def test_starting_in_the_middle_of_an_epoch() -> None:
    c = Collector()
    c.feed(30, START_MS + 3000)
    c.feed(130, START_MS + 8000)
    assert c.epochs[0][0] == START_MS // 5000
    assert 78 <= c.epochs[0][1] <= 82
