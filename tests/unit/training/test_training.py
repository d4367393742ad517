"""The commands behind RESULTS.md: folds, harness, ablations, pictures, smoothing."""

from pathlib import Path

import numpy as np
import pytest

from ambula.epochs.fusion import fuse_records
from ambula.epochs.table import EpochTable, Records
from ambula.recordings.recording import Recording, resample
from ambula.synthetic import Kind, Participant, Stretch, simulate
from nodecore import activity, model, record, trait
from nodecore.roles import THIGH
from training import ablation, context, harness, synthetic, worst
from training.double_rate import doubled
from training.folds import FOLDS, Source, fold_of
from training.forest import LEAVES, ROUNDS
from training.traits import Examples


def made(people: list[str]) -> Examples:
    count = len(people)
    return Examples(
        np.zeros((count, 27), np.int64), np.zeros(count, np.int64), np.array(["a"] * count), np.array(people)
    )


def said(codes: list[int], confidence: list[int]) -> EpochTable:
    data = np.zeros((len(codes), record.SIZE), np.uint8)
    data[:, record.ACTIVITY] = [code | sure << 4 for code, sure in zip(codes, confidence, strict=True)]
    return fuse_records(Records(np.arange(len(codes), dtype=np.int64), data), None)


def test_a_fold_leaves_out_its_people_and_nobody_else() -> None:
    people = [f"S{number:02}" for number in range(1, 19)]
    source = Source(made(people), made(people))
    assert {fold_of(one) for one in people} == set(range(FOLDS))
    for fold in range(FOLDS):
        kept = source.without(fold)
        assert set(kept.kinds.subject.tolist()) == {one for one in people if fold_of(one) != fold}
        assert set(kept.level.subject.tolist()) == set(kept.kinds.subject.tolist())


def test_without_the_harness_one_line_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(harness, "EVALUATION", tmp_path)
    with pytest.raises(SystemExit, match=r"score\.py is not here"):
        harness.main([])


@pytest.mark.parametrize("module", [harness, ablation, synthetic])
def test_an_unknown_table_is_refused_with_the_known_ones(module: object) -> None:
    with pytest.raises(SystemExit, match=r"no table weather; there are: \w+ \w+"):
        module.main(["weather"])  # type: ignore[attr-defined]


def test_the_pockets_cadence_is_as_the_results_say() -> None:
    try:
        sets, score = harness.external()
        found = list(sets.recordings("oxford_pocket_steps"))
    except FileNotFoundError as error:
        pytest.skip(str(error))
    tables = [harness.table_of(one["data"][:, :3], one["fs"], THIGH) for one in found]
    figures = score.cadence(score.rows(found, [harness.answer(table) for table in tables], "thigh"))
    assert figures["all"]["within5"] >= 0.99
    assert figures["all"]["octave"] == 0
    assert figures["steps"]["mape"] < 0.03


def test_every_trait_is_left_out_once_and_the_size_is_that_of_the_tables() -> None:
    assert sorted(trait for group in ablation.GROUPS.values() for trait in group) == list(range(trait.SIZE))
    assert ablation.tree_bytes(ROUNDS, LEAVES) == sum(map(len, model.TREES))


def test_at_twice_the_rate_a_walk_has_twice_the_samples_and_the_same_cadence() -> None:
    walk = simulate([Stretch(0, 60, Kind.WALKING, 110)], Participant(3), 100.0)
    recording = Recording.even(walk.thigh.astype(float), 100.0)
    once = resample(recording).counts
    with doubled():
        twice = resample(recording).counts
        quick = harness.table_of(recording.acc_g, 100.0, THIGH)
    plain = harness.table_of(recording.acc_g, 100.0, THIGH)
    assert len(twice) == 2 * len(once)
    assert np.nanmax(np.abs(quick.cadence_spm - plain.cadence_spm)[1:-1]) <= 1
    assert len(resample(recording).counts) == len(once)


def test_only_a_lone_epoch_less_sure_than_both_neighbours_is_smoothed() -> None:
    walk, stairs, stand = activity.WALKING, activity.STAIRS, activity.STANDING
    unsure = said([walk, stairs, walk, stand, walk], [9, 3, 9, 2, 9])
    assert context.lone(unsure).tolist() == [walk, walk, walk, stand, walk]
    assert context.path(unsure).tolist() == [walk, walk, walk, stand, walk]
    sure = said([walk, stairs, walk], [9, 15, 9])
    assert context.lone(sure).tolist() == [walk, stairs, walk]
    assert context.path(said([walk, stairs, stairs, stairs], [9, 9, 9, 9])).tolist() == [walk, stairs, stairs, stairs]


def test_the_worst_recordings_come_first_and_a_picture_has_one_dot_an_epoch_and_feature() -> None:
    truth = np.array(["walking"] * 4)
    values = {"beat, mg": np.arange(4.0), "steps/min": np.zeros(4)}
    every = [
        worst.Told(name, np.array(["1", "1", "2", "2"]), truth, np.array(found), values)
        for name, found in (
            ("good", ["walking"] * 4),
            ("bad", ["stairs"] * 4),
            ("half", ["walking", "stairs", "walking", "not_worn"]),
        )
    ]
    assert [one.name for one in worst.worst(every, 2)] == ["bad", "half"]
    picture = worst.svg(every[2])
    assert picture.count("<circle") == 8
    assert picture.count("stroke=") == 4


def test_synthetic_minutes_are_counted_by_pace() -> None:
    walk = simulate([Stretch(0, 60, Kind.STANDING), Stretch(60, 120, Kind.WALKING, 80)], Participant(3))
    walking, slow, moderate, brisk = synthetic._true_minutes([walk.truth])
    assert walking == pytest.approx(2.0)
    assert slow == pytest.approx(2.0, abs=0.2)
    assert moderate == brisk == 0
    table = synthetic.both_nodes([walk])
    assert len(table) == 36
    assert (table.activity[14:-2] == activity.WALKING).all()
