"""Truth and figures: hand-made epochs, counted by hand."""

from dataclasses import replace

import numpy as np
import pytest

from ambula.evaluation.cadence import cadence_scores, not_scored
from ambula.evaluation.known_sets import Order
from ambula.evaluation.metrics import Fold, class_scores, excluded
from ambula.evaluation.parts import Part
from ambula.evaluation.streams import streams_of
from ambula.evaluation.truth import Truth, truth_of

SAMPLES = 50  # an epoch at 10 Hz


def truth(klass: list[str], subject: list[str] | None = None, why: list[str] | None = None) -> Truth:
    count = len(klass)
    return Truth(
        subject=np.array(subject or ["A"] * count),
        recording=np.full(count, "1"),
        klass=np.array(klass),
        why=np.array(why or [""] * count),
        cadence_spm=np.full(count, np.nan),
        cadence_why=np.full(count, "no truth"),
        steps=np.full(count, np.nan),
        steady=np.zeros(count, np.bool_),
    )


def paced(cadence: list[float], steps: list[float] | None = None, recording: list[str] | None = None) -> Truth:
    count = len(cadence)
    return replace(
        truth(["walking"] * count),
        cadence_spm=np.array(cadence),
        cadence_why=np.where(np.isfinite(cadence), "", "edge"),
        steps=np.array(steps or [10.0] * count),
        steady=np.ones(count, np.bool_),
        recording=np.array(recording or ["1"] * count),
    )


def test_confusion_and_figures_of_nine_epochs() -> None:
    true = ["walking"] * 4 + ["stairs"] * 2 + ["sitting"] * 3
    said = ["walking", "walking", "walking", "stairs", "stairs", "walking", "sitting", "not_worn", "sitting"]
    s = class_scores(truth(true), np.array(said), Fold.FULL)
    assert s is not None
    assert list(s.classes) == ["sitting", "walking", "stairs"]
    assert s.columns == ["sitting", "walking", "stairs", "not_worn"]
    assert s.confusion == [[2, 0, 0, 1], [0, 3, 1, 0], [0, 1, 1, 0]]
    assert (s.classes["walking"].precision, s.classes["walking"].recall) == (0.75, 0.75)
    assert s.classes["sitting"].f1 == pytest.approx(0.8)  # 2 * 2 / (3 + 2)
    assert s.classes["stairs"].f1 == pytest.approx(0.5)
    assert s.accuracy == pytest.approx(6 / 9)
    assert s.balanced_accuracy == pytest.approx((2 / 3 + 0.75 + 0.5) / 3)
    assert s.macro_f1 == pytest.approx((0.8 + 0.75 + 0.5) / 3)


def test_a_mean_over_people_counts_each_person_once() -> None:
    true = ["walking"] * 8 + ["walking", "running"]
    said = ["walking"] * 8 + ["running", "running"]
    s = class_scores(truth(true, ["A"] * 8 + ["B"] * 2), np.array(said), Fold.FULL)
    assert s is not None
    assert s.accuracy == pytest.approx(0.9)
    assert s.mean_accuracy == pytest.approx(0.75)
    assert s.classes["walking"].mean_f1 == pytest.approx(0.5)
    assert s.classes["running"].people == 1
    assert s.classes["running"].mean_f1 == pytest.approx(2 / 3)
    assert s.mean_macro_f1 == pytest.approx((1 + (0 + 2 / 3) / 2) / 2)
    assert [p.subject for p in s.people] == ["B", "A"]


@pytest.mark.parametrize(
    ("fold", "said", "right"),
    [
        (Fold.FULL, "sedentary", 0),
        (Fold.THIGH, "sedentary", 2),
        (Fold.THIGH, "lying", 2),
        (Fold.BACK, "other", 1),
        (Fold.BACK, "standing", 1),
    ],
)
def test_what_a_site_cannot_tell_counts_as_one(fold: Fold, said: str, right: int) -> None:
    s = class_scores(truth(["lying", "sitting"]), np.array([said, said]), fold)
    assert s is not None
    assert s.accuracy == right / 2


def test_no_class_no_figures() -> None:
    assert class_scores(truth(["", ""], why=["mixed", "jump"]), np.array(["walking"] * 2), Fold.FULL) is None


def test_labels_decide_what_is_scored() -> None:
    def epoch(*parts: tuple[str, int]) -> list[str]:
        return [word for word, count in parts for _ in range(count)]

    rows = [
        epoch(("walking", 40), ("standing", 10)),
        epoch(("walking", 39), ("standing", 11)),
        epoch(("walking", 45), ("", 5)),
        epoch(("walking", 44), ("", 6)),
        epoch(("shuffling", 50)),
        epoch(("stairs_up", 50)),
        epoch(("turning", 50)),
    ]
    t = truth_of("A", "1", np.array(rows), None)
    assert t.klass.tolist() == ["walking", "", "walking", "", "", "stairs", "walking"]
    assert t.why.tolist() == ["", "mixed", "", "short tail", "shuffling", "", ""]
    assert excluded(t) == {"mixed": 1, "short tail": 1, "shuffling": 1}
    assert np.isnan(t.steps).all()


def label(epochs: int) -> np.ndarray:
    return np.full((epochs, SAMPLES), "walking")


def test_even_steps_give_their_cadence_and_fractions_of_steps() -> None:
    t = truth_of("A", "1", label(4), np.arange(0.3, 20, 0.5))
    assert t.cadence_why.tolist() == ["edge", "", "", "edge"]
    assert t.cadence_spm[1:3] == pytest.approx(120)
    assert t.steps[1:3] == pytest.approx(10)
    assert t.steps[0] == pytest.approx(10.4)  # ten whole, and 0.2 s of the next half second
    assert t.steady.tolist() == [False, True, True, False]


def test_nobody_walks_through_a_gap() -> None:
    steps_s = np.r_[np.arange(0.25, 10, 0.5), np.arange(17.25, 30, 0.5)]
    t = truth_of("A", "1", label(6), steps_s)
    assert t.cadence_why.tolist() == ["edge", "gap", "gap", "gap", "", "edge"]
    assert t.steps[2] == 0
    assert t.steps.sum() == pytest.approx(len(steps_s))
    assert not_scored(t) == {"gap": 3, "edge": 2}


def test_a_missing_step_in_the_truth_is_not_the_programs_fault() -> None:
    steps_s = np.delete(np.arange(0.25, 20, 0.5), 15)
    assert truth_of("A", "1", label(4), steps_s).cadence_why[1] == "uneven truth"


def test_uneven_steps_are_scored_but_not_steady() -> None:
    steps_s = np.cumsum(np.tile([0.4, 0.4, 0.65], 20))
    t = truth_of("A", "1", label(5), steps_s)
    assert t.cadence_why[1] == ""
    assert not t.steady[1]


def test_cadence_figures_of_six_epochs() -> None:
    t = paced([50.0, 70.0, 90.0, 110.0, 130.0, np.nan])
    s = cadence_scores(t, np.array([100.0, 76.0, 92.0, np.nan, 65.0, 99.0]), np.full(6, 10.0))
    assert s is not None
    everyone = s.groups["all"]
    assert (everyone.epochs, everyone.answered) == (5, 0.8)
    assert everyone.mae == pytest.approx((50 + 6 + 2 + 65) / 4)
    assert everyone.bias == pytest.approx((50 + 6 + 2 - 65) / 4)
    assert everyone.within_5 == pytest.approx(1 / 5)
    assert everyone.within_10_percent == pytest.approx(2 / 5)
    assert everyone.octave == pytest.approx(2 / 5)
    assert list(s.groups) == ["all", "steady", "0-60", "60-80", "80-100", "100-120", "120+"]
    assert s.groups["100-120"].answered == 0
    assert np.isnan(s.groups["100-120"].mae)


def test_steps_are_compared_recording_by_recording() -> None:
    t = paced([100.0] * 5, [10, 10, 10, 10, 3], ["1", "1", "2", "2", "3"])
    s = cadence_scores(t, np.full(5, 100.0), np.array([10.0, 8.0, 12.0, 12.0, 30.0]))
    assert s is not None
    assert s.steps is not None
    assert s.steps.recordings == 2  # the third has too few steps to tell in per cent
    assert s.steps.mape == pytest.approx((0.1 + 0.2) / 2)
    assert s.steps.bias == pytest.approx((-0.1 + 0.2) / 2)


def part(name: str, seconds: float, word: str = "walking", rate_hz: float = 10.0) -> Part:
    count = round(seconds * rate_hz)
    return Part("A", name, rate_hz, {"thigh": np.tile([1.0, 0.0, 0.0], (count, 1))}, np.full(count, word))


@pytest.mark.parametrize(("seconds", "whys"), [(12.4, ["", ""]), (12.6, ["", "", "short tail"]), (14.6, [""] * 3)])
def test_ends_are_cut_or_mirrored_to_whole_epochs(seconds: float, whys: list[str]) -> None:
    (stream,) = streams_of([part("1", seconds)], Order.APART, "made")
    assert stream.truth.why.tolist() == whys
    assert len(stream.acc_g["thigh"]) == SAMPLES * len(whys)


def test_epochs_never_cross_recordings() -> None:
    parts = [part("1", 8, "walking"), part("2", 13, "standing"), part("3", 2, "running"), part("4", 10, "walking")]
    assert [len(s.truth) for s in streams_of(parts, Order.APART, "made")] == [2, 3, 2]
    (one,) = streams_of(parts, Order.GROUPED, "made")
    order = one.truth.recording.tolist()
    assert sorted(order) == ["1", "1", "2", "2", "2", "4", "4"]
    assert order.index("2") in (0, 4)  # the walks are side by side
    assert order[order.index("2") :][:3] == ["2"] * 3
    again = streams_of(parts, Order.GROUPED, "made")[0]
    assert again.truth.recording.tolist() == order


def test_a_rate_without_whole_epochs_is_brought_to_50_hz() -> None:
    count = round(20 * 56.35)
    t_s = np.arange(count) / 56.35
    acc_g = np.stack([1 + 0.3 * np.sin(2 * np.pi * 1.7 * t_s), 0 * t_s, 0 * t_s], axis=1)
    one = Part("A", "1", 56.35, {"thigh": acc_g}, np.full(count, "walking"))
    (stream,) = streams_of([one], Order.APART, "made")
    assert (stream.rate_hz, len(stream.truth)) == (50.0, 4)
    expected = 1 + 0.3 * np.sin(2 * np.pi * 1.7 * np.arange(1000) / 50)
    assert np.abs(stream.acc_g["thigh"][50:950, 0] - expected[50:950]).max() < 0.01
