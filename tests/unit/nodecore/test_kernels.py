"""The loops over samples keep every number within what a 32-bit MicroPython holds without allocating."""

from collections.abc import Callable

import numpy as np
import pytest

from nodecore import kernels

N = 160  # the longest epoch
LIMIT = 1 << 30


class Small(int):
    """An int that refuses to leave a 32-bit port's small integers."""


def _checked(name: str) -> Callable[..., object]:
    plain = getattr(int, name)

    def operation(self: int, *other: int) -> object:
        value = plain(self, *other)
        if value is NotImplemented:
            return value
        if not -LIMIT <= value < LIMIT:
            raise OverflowError(f"{name} gives {value}")
        return Small(value)

    return operation


for _name in ("add", "sub", "mul", "lshift", "rshift", "floordiv", "neg", "xor"):
    setattr(Small, f"__{_name}__", _checked(f"__{_name}__"))
    if _name != "neg":
        setattr(Small, f"__r{_name}__", _checked(f"__r{_name}__"))


def small(values: list[int]) -> list[int]:
    return [Small(value) for value in values]


def signal(kind: str, count: int, top: int = 32767) -> list[int]:
    low = -top - 1 if top == 32767 else -top
    made = {
        "low": [low] * count,
        "high": [top] * count,
        "flip": [low, low, low, top, top, top] * (count // 6 + 1),
        "mixed": np.random.default_rng(2).choice([low, top], count).tolist(),
    }
    return small(made[kind][:count])


KINDS = ["low", "high", "flip", "mixed"]


def test_the_guard_bites() -> None:
    with pytest.raises(OverflowError):
        kernels.energies(small([32767] * 3), 3, small([0] * 4))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("mean", [-32768, 0, 32767])
def test_sums_over_samples_stay_small(kind: str, mean: int) -> None:
    buf = signal(kind, 3 * N)
    means = small([mean] * 3)
    out = small([0, 0, 0])
    kernels.sums(buf, N, out)
    kernels.spreads(buf, N, means, out)
    kernels.jerks(buf, N, out)
    kernels.lows(buf, N, means, out)
    mag = small([0] * N)
    assert 0 <= kernels.magnitudes(buf, N, mag) < LIMIT
    kernels.spread(mag, N, Small(0))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("axes", [1, 3])
def test_comparison_with_the_past_stays_small(kind: str, axes: int) -> None:
    raw = signal(kind, axes * 2 * N)
    work = small([0] * len(raw))
    kernels.smooth(raw, 2 * N, small([-32768] * 3), small([axes, 0]), work)
    assert max(map(abs, work)) <= kernels.PEAK
    work = signal(kind, axes * 2 * N, kernels.PEAK)
    energy = small([0] * (len(work) + 1))
    kernels.energies(work, len(work), energy)
    curve = small([0] * 80)
    kernels.similarity(work, energy, small([axes, N, 2 * N, 6, 86]), curve)
    assert max(map(abs, curve)) <= 1024


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("width", [2, 3, 17, 43])
def test_swings_stay_small_and_fit_an_int16(kind: str, width: int) -> None:
    work = signal(kind, 3 * 2 * N, kernels.PEAK)
    out = small([0] * (2 * N))
    kernels.swing(work, small([3, 1, N, 2 * N, width]), small([0] * (4 * N + 2)), out)
    assert max(map(abs, out)) <= 32767
    kernels.crossings(out, 2 * N, small([0] * 64), small([0] * 64))


def test_isqrt_rounds_down() -> None:
    for value in (0, 1, 2, 3, 4, 99, 100, 3 << 28, LIMIT - 1):
        root = kernels.isqrt(value)
        assert root * root <= value < (root + 1) * (root + 1)


def test_a_slow_signal_resembles_itself_a_period_earlier() -> None:
    period = 30
    work = [round(700 * np.sin(2 * np.pi * i / period)) for i in range(260)]
    energy = [0] * 261
    kernels.energies(work, 260, energy)
    curve = [0] * 80
    kernels.similarity(work, energy, [1, 130, 260, 6, 86], curve)
    assert curve.index(max(curve[:50])) + 6 == period
    assert curve[period // 2 - 6] < -1000
