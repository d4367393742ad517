"""Recordings at random: people who walk about, take nodes off, and whose epochs are lost or misread."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from tests.support.recomputed.oracle import Recording

Columns = dict[str, NDArray[Any]]
Rules = dict[str, str | float]

_DAY = 17280
# On these dates the zone's clock changes, or skips midnight, or has it twice, or the date itself.
_CHANGES = (
    ("Europe/Oslo", "2026-03-29"),
    ("Europe/Oslo", "2026-10-25"),
    ("America/Santiago", "2025-09-07"),
    ("America/Santiago", "2026-04-05"),
    ("America/Havana", "2025-11-02"),
    ("Africa/Cairo", "2026-04-24"),
    ("Australia/Lord_Howe", "2026-04-05"),
    ("Pacific/Apia", "2011-12-31"),
)
_ZONES = ("Europe/Oslo", "Asia/Kathmandu", "America/St_Johns", "Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC")
_KINDS = ("other", "lying", "sitting", "sedentary", "standing", "walking", "stairs", "running", "cycling")
_OFF = [0.8, 0.07, 0.07, 0.06]  # of no node, thigh, back and both
_OFTEN = np.array([1, 6, 8, 1, 8, 12, 2, 2, 2]) / 42


def recordings(dice: Generator, days: int, rule_sets: list[Rules]) -> Iterator[Recording]:
    """Yield recordings of together about so many days; each has a random zone, and rules near those of one set."""
    while days > 0:
        of_days = int(dice.choice([0, 0, 1, 1, 1, 2, 2, 3, 9]))
        days -= max(of_days, 1)
        zone, start = _start(dice)
        length = 1 + int(of_days * _DAY - dice.integers(0, _DAY // 4)) if of_days else int(dice.integers(1, 800))
        rules = near(dice, rule_sets[int(dice.integers(len(rule_sets)))])
        yield Recording(columns(dice, start, max(length, 1), rules), zone, rules)


def near(dice: Generator, rules: Rules) -> Rules:
    """Return rules of which some are drawn around those that are given."""
    drawn = dict(rules)
    if dice.random() < 0.4:
        return drawn
    for name, value in rules.items():
        if isinstance(value, str) or dice.random() < 0.4:
            continue
        if name == "valid_worn_h":
            drawn[name] = float(dice.choice([0, 0.5, 1, 2, 4, 8, 12, 20]))
        elif name in ("valid_span_share", "bed_lying_share"):
            drawn[name] = float(dice.choice([0, 0.25, 0.5, 0.75, 1]))
        elif name == "bed_least_h":
            drawn[name] = float(dice.choice([0.25, 0.5, 1, 2]))
        elif name == "band_days":
            drawn[name] = int(dice.integers(0, 4))
        elif isinstance(value, int):  # seconds, often not of whole epochs
            drawn[name] = int(max(0, value + dice.integers(-value, 12 + value)))
        else:
            drawn[name] = float(np.round(value * dice.uniform(0.95, 1.05), 2))
    drawn["name"] = "drawn"
    drawn["swapped_shake"] = max(1.0, drawn["swapped_shake"])  # type: ignore[type-var]
    return drawn


def columns(dice: Generator, start: int, length: int, rules: Rules) -> Columns:
    """Return the columns of one recording of so many epochs, less the lost ones."""
    names = ("walking_pause_s", "long_walk_pause_s", "sitting_pause_s", "sitting_least_s", "active_least_s")
    exact = [*(_epochs(rules, name) for name in (*names, "active_pause_s")), 2, 6, 12, 120]
    does = _walk_about(dice, length, _KINDS, _OFTEN, float(dice.choice([40, 300, 2000])), exact)
    misread = dice.random(length) < dice.choice([0, 0.005, 0.05])
    does[misread] = dice.choice(np.array(_KINDS, object), int(misread.sum()))
    _rest(dice, does, rules)
    nodes = _walk_about(dice, length, (1, 2, 3), _odds(dice, 3), longest=20000).astype(np.uint8)
    off = _walk_about(dice, length, (0, 1, 2, 3), _OFF, longest=float(dice.choice([3000, 60000]))).astype(np.uint8)
    worn_nodes = nodes & ~off
    does = _seen_by(dice, does, worn_nodes)
    lost = float(dice.choice([0.0, 0.1, 0.85, 0.85]))
    kept = _walk_about(dice, length, (True, False), [1 - lost, lost], longest=float(dice.choice([3, 300, 30000])))
    kept = kept.astype(np.bool_)
    kept[0] = kept[0] or not kept.any()
    made = {
        "epoch": start + np.arange(length, dtype=np.int64),
        "activity": does,
        **_gait(dice, does, rules),
        "worn": worn_nodes > 0,
        **_angles(dice, does, nodes, rules),
        "nodes": nodes,
        "worn_nodes": worn_nodes,
        **_records(dice, does, nodes, worn_nodes, rules),
        **_clocks(dice, nodes),
    }
    return {name: column[kept] for name, column in made.items()}


def _start(dice: Generator) -> tuple[str, int]:
    """Return a zone, and the first epoch: at midnight, at noon, near a change of the clock or anywhere."""
    zone = str(dice.choice(_ZONES))
    day = datetime(2025, 12, 1) + timedelta(days=int(dice.integers(0, 365)))
    if dice.random() < 0.5:
        zone, at = _CHANGES[int(dice.integers(len(_CHANGES)))]
        day = datetime.fromisoformat(at) - timedelta(days=int(dice.integers(0, 3)))
    hour = float(dice.choice([0, 12, dice.uniform(0, 24)]))
    local = (day + timedelta(seconds=5 * int(720 * hour))).replace(tzinfo=ZoneInfo(zone))
    return zone, int(local.timestamp()) // 5


def _rest(dice: Generator, does: NDArray[Any], rules: Rules) -> None:
    """Let them lie for 2 to 9 h or sit for up to 2 h at a time, in place, but for short whiles and single epochs."""
    for _ in range(int(dice.integers(0, 2 + 3 * len(does) // _DAY))):
        kind, longest = ("lying", 6480) if dice.random() < 0.6 else ("sitting", 1440)
        length = int(dice.choice([longest * dice.uniform(0.2, 1), 720 * float(rules["bed_least_h"]), 360, 359]))
        first = int(dice.integers(0, len(does)))
        exact = [_epochs(rules, "bed_pause_s"), _epochs(rules, "lying_least_s")] if kind == "lying" else []
        longest = float(dice.choice([1.1, 60, 500]))
        rests = _walk_about(dice, max(length, 1), (True, False), [0.9, 0.1], longest, exact).astype(np.bool_)
        rests[:3] = rests[-3:] = True
        part = does[first : first + length]
        part[rests[: len(part)]] = kind


def _epochs(rules: Rules, name: str) -> int:
    return int(float(rules[name]) / 5)


def _odds(dice: Generator, n: int) -> NDArray[np.float64]:
    odds = dice.random(n) ** 3 + 1e-6
    odds[-1] += 0.5
    if dice.random() < 0.3:
        odds = np.eye(n)[int(dice.integers(n))]
    return odds / odds.sum()


def _walk_about(
    dice: Generator, length: int, states: tuple[Any, ...], odds: Any, longest: float, exact: Sequence[int] = ()
) -> NDArray[Any]:
    """Return (length,) states, each for a while: from one epoch on, mostly short, rarely up to the longest.

    exact: lengths that decide something: some runs are as long, or one epoch longer or shorter.
    """
    runs = np.ceil(longest ** dice.random(8 + length)).astype(np.int64)
    if exact:
        near_it = dice.choice(np.array(exact), len(runs)) + dice.integers(-1, 2, len(runs))
        runs = np.where(dice.random(len(runs)) < 0.2, np.maximum(near_it, 1), runs)
    runs = runs[: int(np.searchsorted(np.cumsum(runs), length)) + 1]
    chosen = dice.choice(len(states), len(runs), p=odds)
    return np.array(states, object)[np.repeat(chosen, runs)[:length]]


def _seen_by(dice: Generator, does: NDArray[Any], worn_nodes: NDArray[np.uint8]) -> NDArray[Any]:
    """Return what those nodes can tell apart that were worn."""
    thigh = {"lying": "sedentary", "sitting": "sedentary"}
    back = {"sitting": "other", "sedentary": "other", "standing": "other", "stairs": "walking", "cycling": "other"}
    says: list[dict[str, str]] = [dict.fromkeys(_KINDS, "not_worn"), thigh, back, {"sedentary": "sitting"}]
    if dice.random() < 0.1:
        says[0] = {}  # some data sets say what it looks like
    pairs: list[tuple[str, int]] = list(zip(does.tolist(), worn_nodes.tolist(), strict=True))
    return np.array([says[worn].get(kind, kind) for kind, worn in pairs], object)


def _some(dice: Generator, values: NDArray[np.float64], at: list[float], unknown: float) -> NDArray[np.float64]:
    """Return values of which some lie exactly on a limit, and some are unknown."""
    values = np.where(dice.random(len(values)) < 0.05, dice.choice(at, len(values)), values)
    return np.where(dice.random(len(values)) < unknown, np.nan, values)


def _gait(dice: Generator, does: NDArray[Any], rules: Rules) -> Columns:
    n = len(does)
    on_feet = np.isin(does, ["walking", "stairs", "running"])
    moves = on_feet | (dice.random(n) < 0.01)
    unknown = float(dice.choice([0, 0.1, 1.0], p=[0.4, 0.5, 0.1]))
    usual = np.where(does == "running", 160.0, float(dice.choice([80, 105, 128])))
    limits = [100.0, 130.0, float(rules["moderate_from_spm"]), float(rules["vigorous_from_spm"])]
    cadence = _some(dice, np.round(usual + dice.normal(0, 12, n)), limits, unknown)
    steps = np.where(dice.random(n) < 0.1, 0.0, np.round(np.nan_to_num(usual) * 8 / 12 + dice.normal(0, 3, n)) / 8)
    limits = [float(rules["slow_max_kmh"]), float(rules["brisk_min_kmh"])]
    speed = _some(dice, float(dice.choice([3.5, 4.8, 6.0])) + dice.normal(0, 0.8, n), limits, unknown)
    return {
        "cadence_spm": np.where(moves, cadence, np.nan),
        "steps": np.where(moves, np.maximum(steps, 0), 0.0),
        "speed_kmh": np.where(does == "walking", speed, np.nan),
    }


def _angles(dice: Generator, does: NDArray[Any], nodes: NDArray[np.uint8], rules: Rules) -> Columns:
    n = len(does)
    limits = [float(rules[name]) for name in ("bend_from_deg", "bend_until_deg", "bend_thigh_below_deg")]
    thigh = np.where(np.isin(does, ["lying", "sitting", "sedentary"]), 85.0, 15.0) + dice.normal(0, 20, n)
    stoops = _walk_about(dice, n, (10.0, 45.0, 55.0, 75.0), [0.7, 0.1, 0.1, 0.1], longest=20).astype(np.float64)
    back = np.where(does == "lying", 85.0, stoops) + dice.normal(0, 6, n)
    thigh, back = (_some(dice, angle, limits, 0.01) for angle in (thigh, back))
    return {
        "thigh_inclination_deg": np.where(nodes & 1, thigh, np.nan),
        "back_inclination_deg": np.where(nodes & 2, back, np.nan),
    }


def _records(
    dice: Generator, does: NDArray[Any], nodes: NDArray[np.uint8], worn: NDArray[np.uint8], rules: Rules
) -> Columns:
    n = len(does)
    limits = [float(rules["movement_moderate_mg"]), float(rules["movement_vigorous_mg"])]
    mad = _some(dice, np.exp(dice.normal(4, 1.5, n)), limits, 0.0)
    swapped = _walk_about(dice, n, (1.7, 0.6), [0.9, 0.1] if dice.random() < 0.3 else [1.0, 0.0], longest=600)
    ratio = swapped.astype(np.float64) * np.exp(dice.normal(0, 0.2, n))
    seen = (worn == 3) & (does == "walking") & (dice.random(n) < 0.9)
    firmware = dice.choice(["0.9.0", "1.0.0", "1.0.0", "unknown"], 3)
    version = np.array(firmware, object)[np.minimum(3 * np.arange(n) // n, 2)]
    flags = {f"{node}_flags": np.where(nodes & bit, _flags(dice, n), 0) for node, bit in (("thigh", 1), ("back", 2))}
    return {
        **flags,
        "back_mad_mg": np.where(((nodes & 2) > 0) & (dice.random() < 0.9), mad, np.nan),
        "shake_ratio": np.where(seen, ratio, np.nan),
        "thigh_firmware": np.where((nodes & 1) > 0, version, "").astype(object),
        "back_firmware": np.where((nodes & 2) > 0, version[::-1], "").astype(object),
    }


def _flags(dice: Generator, n: int) -> NDArray[np.uint8]:
    kinds = (0, 2, 2 | 4, 2 | 8, 2 | 32, 1 | 2, 16)
    return _walk_about(dice, n, kinds, [0.4, 0.3, 0.06, 0.06, 0.06, 0.06, 0.06], longest=500).astype(np.uint8)


def _clocks(dice: Generator, nodes: NDArray[np.uint8]) -> Columns:
    n = len(nodes)
    doubt = _walk_about(dice, n, (0.4, 20.0, 600.0), [0.9, 0.05, 0.05], longest=9000).astype(np.float64)
    if dice.random() < 0.3:
        doubt = _walk_about(dice, n, (0.4, np.inf), [0.9, 0.1], longest=5000).astype(np.float64)
    apart = _walk_about(dice, n, (0.2, 90.0), [0.97, 0.03], longest=400).astype(np.float64)
    nothing = np.full(n, np.nan)
    return {
        "clock_doubt_s": nothing if dice.random() < 0.2 else doubt,
        "nodes_apart_s": nothing if dice.random() < 0.2 else np.where(nodes == 3, apart, np.nan),
    }
