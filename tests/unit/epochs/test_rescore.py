"""Other rules on the same records, against the classifier run with those rules on the same samples."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ambula.epochs import trunk
from ambula.epochs.fusion import decided, fuse_records, unsure_epochs
from ambula.epochs.nonwear import mark_off_body
from ambula.epochs.rescore import border
from ambula.epochs.rules import DEFAULT, EpochRules
from ambula.epochs.table import Records
from ambula.synthetic import Kind, Participant, Stretch, simulate
from ambula.twin.score import score_stream
from nodecore import activity, record, thresholds
from nodecore.roles import BACK, THIGH
from nodecore.sampling import COUNTS_PER_G, EPOCH_SAMPLES, EPOCHS_A_MINUTE
from tests.support.made_people import made_records

Counts = NDArray[np.int16]
Words = NDArray[np.uint8]


def counts(acc_g: NDArray[np.floating]) -> Counts:
    return np.clip(np.rint(acc_g * COUNTS_PER_G), -32768, 32767).astype(np.int16)


def leaning(lean_deg: NDArray[np.float64], noise_g: float = 0.01) -> NDArray[np.float64]:
    lean = np.repeat(np.radians(lean_deg), EPOCH_SAMPLES)
    acc_g = np.stack([np.cos(lean), 0 * lean, np.sin(lean)], axis=1)
    return acc_g + noise_g * np.random.default_rng(3).standard_normal(acc_g.shape)


@pytest.fixture(scope="module")
def thigh() -> Counts:
    """A node taped 12 degrees askew that learns it from a walk; then the thigh rests at every angle."""
    walk = simulate([Stretch(0, 120, Kind.WALKING)], Participant.random(1)).thigh.astype(np.float64)
    rest = leaning(np.random.default_rng(2).uniform(25, 75, 400))
    c, s = np.cos(np.radians(12)), np.sin(np.radians(12))
    return counts(np.concatenate([walk, rest]) @ np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]]))


@pytest.fixture(scope="module")
def back() -> Counts:
    """A trunk that is at 70 degrees when the log begins, and wanders about the border then."""
    wanders = np.clip(55 + np.cumsum(np.random.default_rng(4).normal(0, 4, 400)), 20, 85)
    return counts(leaning(np.concatenate([np.full(5, 70.0), wanders])))


@contextmanager
def node_with(rules: EpochRules) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(thresholds, "UPRIGHT", border(rules.upright_deg))
        patch.setattr(thresholds, "TRUNK_LIES_CG", trunk.borders_cg(rules)[0])
        patch.setattr(thresholds, "TRUNK_RISES_CG", trunk.borders_cg(rules)[1])
        patch.setattr(thresholds, "NOT_WORN_EPOCHS", rules.not_worn_min * EPOCHS_A_MINUTE)
        patch.setattr(thresholds, "NOT_WORN_MAD", round(rules.not_worn_mg * COUNTS_PER_G / 1000))
        yield


def said(samples: Counts, role: int, rules: EpochRules = DEFAULT) -> tuple[Records, Words]:
    """A node's records, and its classes as the host marks them."""
    with node_with(rules):
        data = score_stream(samples, role)
    records = Records(np.arange(len(data), dtype=np.int64), data)
    marked = data.copy()
    mark_off_body(records.epoch, marked, np.ones(len(data), np.bool_), rules)
    return records, marked[:, record.ACTIVITY] & 15


def compared(samples: Counts, role: int, rules: EpochRules) -> tuple[int, NDArray[np.bool_], NDArray[np.bool_]]:
    """How many classes the new rules change, where the records give another, and where they are in doubt."""
    records, was = said(samples, role)
    _, true = said(samples, role, rules)
    before = records.data.copy()
    data, _, unsure = decided(records, records.epoch, role, rules)
    np.testing.assert_array_equal(records.data, before)
    return int((true != was).sum()), (data[:, record.ACTIVITY] & 15) != true, unsure


def test_the_rules_are_the_nodes() -> None:
    assert border(DEFAULT.upright_deg) == thresholds.UPRIGHT
    assert trunk.borders_cg(DEFAULT) == (thresholds.TRUNK_LIES_CG, thresholds.TRUNK_RISES_CG)
    assert DEFAULT.not_worn_min * EPOCHS_A_MINUTE == thresholds.NOT_WORN_EPOCHS
    assert round(DEFAULT.not_worn_mg * COUNTS_PER_G / 1000) == thresholds.NOT_WORN_MAD
    assert DEFAULT.gait_from_mg == pytest.approx(thresholds.BEAT * 1000 / COUNTS_PER_G, abs=0.2)


def test_the_steps_are_those_that_the_page_lists() -> None:
    page = (Path(__file__).parents[3] / "docs" / "reference" / "rescore.md").read_text("utf-8")
    (line,) = [line for line in page.split("\n") if line.startswith("Steps of `upright_deg`:")]
    listed = [float(word) for word in re.findall(r"[0-9.]+[0-9]", line)]
    assert len(listed) == 12
    for degrees in listed:
        away = border(degrees) - thresholds.UPRIGHT
        assert (away + (1 if away > 0 else 0)) % 32 == 0


@pytest.mark.parametrize("degrees", [42.5, 47.5, 52.2])
def test_standing_is_exact_at_a_step_of_confidence(thigh: Counts, degrees: float) -> None:
    changes, wrong, unsure = compared(thigh, THIGH, EpochRules(upright_deg=degrees))
    assert changes > 10
    assert not (wrong & ~unsure).any()
    assert unsure.sum() == 0 or degrees < 45


@pytest.mark.parametrize("degrees", [38.0, 50.0, 53.5, 60.0])
def test_elsewhere_only_what_is_in_doubt_is_wrong(thigh: Counts, degrees: float) -> None:
    changes, wrong, unsure = compared(thigh, THIGH, EpochRules(upright_deg=degrees))
    assert changes > 20
    assert not (wrong & ~unsure).any()
    assert 0 < unsure.sum() < 40


@pytest.mark.parametrize(("from_deg", "until_deg"), [(65, 55), (55, 45), (60, 40), (40, 30), (80, 65)])
def test_lying_is_exact(back: Counts, from_deg: float, until_deg: float) -> None:
    rules = EpochRules(lying_from_deg=from_deg, lying_until_deg=until_deg)
    changes, wrong, unsure = compared(back, BACK, rules)
    assert changes > 10
    assert (wrong.sum(), unsure.sum()) == (0, 0)


@pytest.mark.parametrize("role", [THIGH, BACK])
@pytest.mark.parametrize("change", [{"not_worn_min": 20}, {"not_worn_min": 90}, {"not_worn_mg": 7.5}])
def test_time_off_the_body_is_exact(role: int, change: dict[str, float]) -> None:
    moving = leaning(np.full(30, 20.0))
    laid = [leaning(np.full(600, 88.0), 0.001), leaning(np.full(300, 5.0), 0.001), leaning(np.full(700, 88.0), 0.007)]
    samples = counts(np.concatenate([moving, laid[0], moving, laid[1], moving, laid[2], moving]))
    changes, wrong, _ = compared(samples, role, EpochRules(**change))  # pyright: ignore[reportArgumentType]
    assert changes >= 290
    assert wrong.sum() == 0


def test_less_gait_becomes_posture_without_steps() -> None:
    shaken = leaning(np.full(40, 10.0), 0.1)
    records, was = said(counts(shaken), BACK)
    assert (was == activity.WALKING).all()
    data, _, unsure = decided(records, records.epoch, BACK, EpochRules(gait_from_mg=120))
    assert ((data[:, record.ACTIVITY] & 15) == activity.STANDING).all()
    assert not data[:, [record.CADENCE, record.STEPS]].any()
    assert not unsure.any()


def test_no_rules_and_the_nodes_rules_give_the_same_bytes() -> None:
    sides = made_records(1, 1)
    plain, same = fuse_records(*sides), fuse_records(*sides, rules=EpochRules())
    for name in ("activity", "confidence", "steps", "cadence_spm", "worn"):
        assert getattr(plain, name).tobytes() == getattr(same, name).tobytes()
    assert len(unsure_epochs(*sides, EpochRules())) == 0
