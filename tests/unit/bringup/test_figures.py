"""The figures: verdicts at their limits, and what the rest of the project says of the same."""

import re
from pathlib import Path

import power_model
import pytest

from ambula.bringup.figures import FAILS, FIGURES, HOLDS, Value
from ambula.bringup.order import ROW_OF, ROWS
from nodecore.sampling import EPOCH_SAMPLES, ODR_HZ, WHOLE_SAMPLES

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("name", "value", "verdict"),
    [
        ("noise_mg", [8.0, 1, 1], HOLDS),
        ("noise_mg", [1.0, 1, 8.1], FAILS),
        ("self_test_mg", [320, -280, 450], HOLDS),
        ("self_test_mg", [320, -89, 450], FAILS),
        ("rate_hz", 26 * 1.08, FAILS),
        ("rate_hz", 26 * 0.96, HOLDS),
        ("sleep_tick_ppm", -341, FAILS),
        ("sleep_tick_ppm", -340, HOLDS),
        ("restart_words", "software, words", HOLDS),
        ("restart_words", "software, no words", FAILS),
        ("self_test_mg", [], FAILS),
    ],
)
def test_a_verdict(name: str, value: Value, verdict: str) -> None:
    assert FIGURES[name].verdict(value) == verdict


def test_every_figure_belongs_to_one_row_has_a_source_and_fits_a_line() -> None:
    named = [name for row in ROWS for name in row.figures]
    assert sorted(named) == sorted(FIGURES)
    assert len(ROW_OF) == len(named)
    for figure in FIGURES.values():
        assert figure.source, figure.name
        assert figure.assumed, figure.name
        assert (len(figure.what) <= 29, len(figure.limit) <= 16) == (True, True), figure
        assert figure.expected or figure.least is not None or figure.most is not None, figure.name


def test_what_the_power_model_takes_is_bounded_by_its_pessimistic_value_and_assumed_as_its_base() -> None:
    shared = set(FIGURES) & set(power_model.INPUTS)
    assert shared == set(power_model.INPUTS) - {"imu_ma", "rtc_ma", "divider_ma", "flash_extra_ma"}
    for name in shared:
        known = power_model.INPUTS[name]
        assert (FIGURES[name].most, float(FIGURES[name].assumed)) == (known.pessimistic, known.base), name
        assert FIGURES[name].unit == known.unit, name


def test_a_sensor_at_the_limit_still_fills_every_other_epoch() -> None:
    """The first epoch of a pair gets all of its samples, the second what is left of ten seconds."""
    least = FIGURES["rate_hz"].least
    assert least is not None
    assert 10 * least - EPOCH_SAMPLES == pytest.approx(WHOLE_SAMPLES)
    assert FIGURES["rate_hz"].most == pytest.approx(ODR_HZ + (ODR_HZ - least))


def test_every_figure_is_named_by_a_claim() -> None:
    page = (ROOT / "hardware" / "UNPROVEN.md").read_text("utf-8")
    named = re.findall(
        r"`(\w+)`", " ".join(line.split(" | ")[2] for line in page.splitlines() if line.count(" | ") == 3)
    )
    assert sorted(set(named)) == sorted(FIGURES)
