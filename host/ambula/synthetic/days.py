"""A plausible day, different for every person and every date, from waking to sleep."""

import numpy as np

from ambula.synthetic.plan import DayBuilder, Kind, Stretch

_MIN_S = 60.0
_HOUR_S = 3600.0
_WEEKEND = (5, 6)
_STAIR_FLIGHT_S = (9.0, 17.0)


class _Day:
    """One day in the making: the builder, the dice, and how this person walks."""

    def __init__(self, seed: int, day_index: int) -> None:
        habit = np.random.default_rng([seed, 0xDA1])
        self.dice = np.random.default_rng([seed, 0xDA2, day_index])
        self.builder = DayBuilder()
        self.usual_spm = float(habit.uniform(104, 114))
        self.rises_s = float(habit.uniform(6.2, 7.4)) * _HOUR_S
        self.retires_s = float(habit.uniform(22.3, 23.3)) * _HOUR_S
        self.commutes_by = str(habit.choice(["walk", "car", "cycle"], p=[0.4, 0.4, 0.2]))
        self.runs = bool(habit.random() < 0.5)

    def between(self, low: float, high: float) -> float:
        return float(self.dice.uniform(low, high))

    def add(self, kind: Kind, low_s: float, high_s: float, cadence_spm: float | None = None) -> None:
        self.builder.add(kind, self.between(low_s, high_s), cadence_spm)

    def walk(self, low_s: float, high_s: float, relative: float = 1.0) -> None:
        """Walk at about `relative` times the person's usual cadence."""
        spm = self.usual_spm * relative * (1 + 0.02 * float(self.dice.standard_normal()))
        self.add(Kind.WALKING, low_s, high_s, float(np.clip(spm, 45, 140)))

    def stairs(self, up: bool) -> None:
        kind, spm = (Kind.STAIRS_UP, self.between(80, 96)) if up else (Kind.STAIRS_DOWN, self.between(92, 110))
        self.add(kind, *_STAIR_FLIGHT_S, spm)
        self.walk(4, 8, 0.8)

    def chores(self, minutes: float) -> None:
        """Stand, shuffle, bend and take a few steps, as in a kitchen."""
        end_s = self.builder.now_s + minutes * _MIN_S
        while self.builder.now_s < min(end_s, self.builder.length_s) - 1:
            self.add(Kind.STANDING, 12, 70)
            roll = self.dice.random()
            if roll < 0.25:
                self.add(Kind.SHUFFLING, 5, 15)
            elif roll < 0.40:
                self.add(Kind.BENDING, 3, 12)
            else:
                self.walk(5, 16, self.between(0.5, 0.85))

    def seated(self, minutes: float, reclined: bool = False) -> None:
        """Sit, with short breaks now and then."""
        end_s = self.builder.now_s + minutes * _MIN_S
        while self.builder.now_s < min(end_s, self.builder.length_s) - 1:
            left_s = end_s - self.builder.now_s
            sit_s = min(left_s, self.between(*(18, 70) if reclined else (7, 46)) * _MIN_S)
            self.builder.add(Kind.RECLINED if reclined else Kind.SITTING, sit_s)
            if left_s - sit_s > 3 * _MIN_S:
                self.stroll_indoors()

    def stroll_indoors(self) -> None:
        self.walk(14, 50, 0.9)
        self.add(Kind.STANDING, 20, 120)
        self.walk(12, 45, 0.88)

    def outing(self, minutes: float, relative: float) -> None:
        """Walk outdoors with halts, as at kerbs and shop windows."""
        self.stairs(up=False)
        end_s = self.builder.now_s + minutes * _MIN_S
        while self.builder.now_s < min(end_s, self.builder.length_s) - 1:
            self.walk(80, 420, relative)
            self.add(Kind.STANDING, 6, 28)
        self.stairs(up=True)

    def commute(self) -> None:
        self.stairs(up=False)
        if self.commutes_by == "car":
            self.walk(60, 150)
            self.add(Kind.CAR, 14 * _MIN_S, 24 * _MIN_S)
            self.walk(90, 240, 1.06)
        elif self.commutes_by == "cycle":
            for _ in range(3):
                self.add(Kind.CYCLING, 150, 330, self.between(116, 150))
                self.add(Kind.STANDING, 8, 30)
            self.walk(60, 120)
        else:
            for _ in range(3):
                self.walk(180, 340, 1.08)
                self.add(Kind.STANDING, 8, 35)
        self.stairs(up=True)

    def sport(self) -> None:
        self.walk(120, 240, 1.1)
        for _ in range(3):
            self.add(Kind.RUNNING, 200, 420, self.between(152, 170))
            self.walk(60, 120, 1.15)
        self.add(Kind.STANDING, 60, 120)

    def nodes_off(self, minutes: float) -> None:
        self.builder.add(Kind.NOT_WORN, minutes * _MIN_S)


def _workday(day: _Day) -> None:
    day.commute()
    day.seated(day.between(110, 135))
    day.chores(day.between(5, 12))
    day.seated(day.between(45, 60))
    day.outing(day.between(9, 16), 0.97)
    day.seated(25)
    day.stroll_indoors()
    day.seated(day.between(90, 110))
    day.chores(day.between(10, 20))
    day.seated(day.between(80, 100))
    day.commute()


def _free_day(day: _Day) -> None:
    day.chores(day.between(30, 60))
    day.outing(day.between(25, 50), day.between(0.92, 1.0))
    day.seated(day.between(40, 80))
    day.chores(day.between(25, 45))
    day.add(Kind.CAR, 20 * _MIN_S, 35 * _MIN_S)
    day.outing(day.between(15, 35), 0.6)
    day.add(Kind.CAR, 20 * _MIN_S, 35 * _MIN_S)
    day.chores(day.between(20, 40))
    day.seated(day.between(50, 90), reclined=True)
    day.chores(day.between(30, 60))


def _evening(day: _Day, day_index: int) -> None:
    day.chores(day.between(45, 75))
    day.seated(day.between(20, 30))
    if day_index % 3 == 1 and day.runs:
        day.sport()
    elif day_index % 2 == 0:
        day.outing(day.between(14, 28), 1.16)
    else:
        day.outing(day.between(8, 14), 1.0)
    if day_index % 4 == 1:
        day.nodes_off(day.between(35, 75))
    day.chores(day.between(15, 30))
    while day.builder.now_s < day.retires_s - 20 * _MIN_S:
        day.seated(min(75.0, (day.retires_s - day.builder.now_s) / _MIN_S - 12), reclined=True)
        day.stroll_indoors()


def _night_break(day: _Day) -> None:
    day.walk(10, 20, 0.6)
    day.add(Kind.SITTING, 60, 180)
    day.walk(10, 20, 0.55)


def default_day(seed: int, day_index: int) -> list[Stretch]:
    """Return a plan of exactly 24 h from local midnight; the same seed is the same person on another day.

    `seed` >= 0; `day_index` >= 0, 0 being a Monday. Every day has sleep, sitting, standing, walking and stairs;
    running, cycling and time not worn come on some days of some people. Edge case: each day begins and ends asleep,
    which is all the continuity that a week needs.
    """
    day = _Day(seed, day_index)
    weekend = day_index % 7 in _WEEKEND
    day.builder.until(Kind.SLEEP, day.between(2.5, 4.5) * _HOUR_S)
    _night_break(day)
    day.builder.until(Kind.SLEEP, day.rises_s + weekend * 3000 + day.between(-600, 900))
    day.add(Kind.LYING_AWAKE, 3 * _MIN_S, 15 * _MIN_S)
    day.chores(day.between(24, 40))
    day.seated(day.between(12, 20))
    day.chores(day.between(5, 10))
    (_free_day if weekend else _workday)(day)
    _evening(day, day_index)
    day.chores(day.between(6, 12))
    day.add(Kind.LYING_AWAKE, 8 * _MIN_S, 25 * _MIN_S)
    day.builder.until(Kind.SLEEP, day.builder.length_s)
    return day.builder.stretches
