"""Weeks of wrong clocks: a crystal, a node that counts by it, laptops that read it, and what of these is wrong.

It shares nothing with the fit: log entries and readings are written from the true time alone. Not modelled: the node's
samples, the flash, the radio; a record is a whole epoch that was recorded.
"""

import json
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ambula.store import Anchor, LogEntry
from nodecore import activity, record, segment

START_MS = 1_780_000_000_000
DAY_MS = 86_400_000
_BLOCK = 60  # epochs a segment


@dataclass(frozen=True)
class Kind:
    """What a week has: laptop errors at some syncs, clock lost, hidden steps at a reboot.

    takes_local: at each second sync a laptop takes its local time, two hours ahead, for UTC.
    """

    syncs: tuple[int, int] = (1, 7)
    wrong_share: float = 0.0
    reboots: int = 0
    hidden_steps: bool = False
    lost_clocks: int = 0
    worst_ppm: float = 20.0
    takes_local: bool = False


@dataclass
class Week:
    """A node's log and readings, and of each record in log order the true epoch in which it began."""

    log: list[LogEntry] = field(default_factory=list[LogEntry])
    readings: list[Anchor] = field(default_factory=list[Anchor])
    true_epoch: list[int] = field(default_factory=list[int])
    wrong: int = 0  # readings by a laptop that was wrong by more than two seconds


class _Node:
    """The node, with the world's time beside it."""

    def __init__(self, dice: np.random.Generator, kind: Kind) -> None:
        self.dice, self.kind, self.week = dice, kind, Week()
        self.base_ppm = float(dice.uniform(-kind.worst_ppm, kind.worst_ppm))
        self.swing_ppm = float(dice.uniform(0, 8))  # with the day's temperature
        self.phase = float(dice.uniform(0, 2 * np.pi))
        self.now_ms, self.own_ms = float(START_MS), float(START_MS) + float(dice.normal(0, 300))
        self.boot, self.is_set, self.syncs = 1, True, 0
        self.event(segment.BOOT, {})

    def rate(self) -> float:
        day = 2 * np.pi * (self.now_ms - START_MS) / DAY_MS
        return 1 + (self.base_ppm + self.swing_ppm * np.sin(day + self.phase)) * 1e-6

    def event(self, code: int, story: dict[str, int]) -> None:
        flags = segment.CLOCK_IS_SET if self.is_set else 0
        body = json.dumps(story).encode()
        self.week.log.append(LogEntry(segment.EVENT, int(self.own_ms // 5000), code, self.boot, flags, body))

    def wear(self, until_ms: float) -> None:
        """Record up to a true moment, in segments of five minutes."""
        while self.now_ms < until_ms:
            flags = segment.CLOCK_IS_SET if self.is_set else 0
            rate = self.rate()
            first = int(self.own_ms // 5000) + 1
            to_first_ms = first * 5000 - self.own_ms
            count = min(_BLOCK, int(((until_ms - self.now_ms) * rate - to_first_ms) // 5000))
            if count < 1:
                self.pass_ms(until_ms - self.now_ms)
                return
            begins_ms = self.now_ms + (to_first_ms + 5000 * np.arange(count) + 2500) / rate
            self.week.true_epoch += (begins_ms // 5000).astype(np.int64).tolist()
            data = np.zeros((count, record.SIZE), np.uint8)
            data[:, record.ACTIVITY] = np.where(_walks(begins_ms), activity.WALKING, activity.SITTING)
            self.week.log.append(LogEntry(segment.EPOCHS, first, count, self.boot, flags, data.tobytes()))
            self.pass_ms((to_first_ms + 5000 * count - 1) / rate)

    def pass_ms(self, true_ms: float) -> None:
        self.own_ms += true_ms * self.rate()
        self.now_ms += true_ms

    def reboot(self) -> None:
        self.pass_ms(float(self.dice.uniform(3_000, 600_000)))
        self.boot += 1
        if self.kind.hidden_steps:
            self.own_ms += float(self.dice.choice((1, 1, -1)) * self.dice.uniform(5_000, 250_000))
        self.event(segment.BOOT, {})

    def lose_clock(self) -> None:
        self.pass_ms(float(self.dice.uniform(60_000, 6 * 3_600_000)))
        self.boot += 1
        self.own_ms, self.is_set = 0.0, False
        self.event(segment.BOOT, {})

    def sync(self, may_be_wrong: bool = True) -> None:
        error_ms = self._laptop_error_ms() if may_be_wrong else 0.0
        self.week.wrong += abs(error_ms) > 2000
        if not self.is_set:
            to_ms = self.now_ms + error_ms
            story = {"from_utc_ms": round(self.own_ms), "to_utc_ms": round(to_ms)}
            self.own_ms, self.is_set = to_ms, True
            self.event(segment.CLOCK_SET, story)
        trip_ms = float(self.dice.exponential(60) + 15)
        asymmetric_ms = float(self.dice.uniform(-0.5, 0.5)) * trip_ms
        self.week.readings.append(
            Anchor(round(self.now_ms + error_ms + asymmetric_ms), round(self.own_ms), round(trip_ms), self.boot)
        )

    def _laptop_error_ms(self) -> float:
        usual_ms = float(self.dice.normal(0, 200))
        self.syncs += 1
        if self.kind.takes_local and self.syncs % 2 == 0:
            return usual_ms + 7_200_000
        if self.dice.random() >= self.kind.wrong_share:
            return usual_ms
        size_s = self.dice.choice((3600, 7200, 86_400, float(self.dice.uniform(30, 900))))
        return usual_ms + float(self.dice.choice((-1, 1)) * size_s) * 1000


def _walks(true_ms: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return when the wearer walks: an hour in each day's first half, and four times two minutes."""
    into_day_min = (true_ms - START_MS) % DAY_MS / 60_000
    return (into_day_min >= 300) & (into_day_min < 360) | (into_day_min >= 600) & (into_day_min % 60 < 2)


def made_week(seed: int, kind: Kind, days: int = 7) -> Week:
    """Return a week of a kind; the same seed gives the same week. The set-up's own reading is the first."""
    dice = np.random.default_rng([seed, 0xC10C])
    node = _Node(dice, kind)
    node.sync(may_be_wrong=False)
    moments: list[tuple[float, str]] = []
    syncs = int(dice.integers(kind.syncs[0], kind.syncs[1] + 1))
    for day in dice.choice(days, min(syncs, days), replace=False):
        moments.append(((int(day) + float(dice.uniform(0.3, 0.95))) * DAY_MS, "sync"))
    moments += [(float(dice.uniform(0.1, days - 0.1)) * DAY_MS, "reboot") for _ in range(kind.reboots)]
    moments += [(float(dice.uniform(0.1, days - 0.1)) * DAY_MS, "lose_clock") for _ in range(kind.lost_clocks)]
    for at_ms, what in sorted(moments):
        node.wear(START_MS + at_ms)
        getattr(node, what)()
    node.wear(START_MS + days * DAY_MS)
    node.sync()  # what is in the store was fetched
    return node.week


def errors_s(epoch: NDArray[np.int64], true_epoch: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return by how many seconds each record is placed wrongly, in whole epochs."""
    return np.abs(epoch - true_epoch) * 5.0


SURE: dict[str, Kind] = {
    "right": Kind(),
    "one sync": Kind(syncs=(1, 1)),
    "every fifth reading wrong": Kind(syncs=(3, 7), wrong_share=0.2),
    "local time for UTC each second day": Kind(syncs=(5, 7), takes_local=True),
    "reboots": Kind(reboots=3),
    "a lost clock": Kind(lost_clocks=1, syncs=(3, 7)),
}
"""In which every record must be placed within two epochs."""

DOUBTFUL: dict[str, Kind] = {
    "every fifth wrong, few readings": Kind(syncs=(1, 2), wrong_share=0.2),
    "a hidden step at a boot": Kind(reboots=1, hidden_steps=True, syncs=(3, 7)),
    "a lost clock, wrong laptops": Kind(lost_clocks=1, syncs=(3, 7), wrong_share=0.2),
    "all of it": Kind(lost_clocks=1, reboots=2, hidden_steps=True, syncs=(2, 7), wrong_share=0.15),
}
"""In which readings cannot always show when it was: the doubt must say so, but for a few weeks."""
