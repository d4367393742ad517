"""The model on the node was learnt from the traits that the code now computes."""

import pytest

from nodecore import cadence, classify, features, forest, kernels, model, roles, trait
from training.recordings import DATA
from training.traits import DATASETS, digest


def test_the_tables_are_whole_and_small() -> None:
    assert len(model.TREES) == forest.CLASSES * forest.PIECES
    assert {len(trees) for trees in model.TREES} == {kernels.TREE_BYTES * model.ROUNDS // forest.PIECES}
    assert len(model.LEVEL_TREES) == kernels.TREE_BYTES * model.LEVEL_COUNT
    whole = b"".join(model.TREES) + model.LEVEL_TREES
    assert len(whole) < 16 * 1024
    for at in range(0, len(whole), kernels.TREE_BYTES):
        assert max(whole[at : at + 25 : 5]) < trait.SIZE


def test_the_training_hash_is_that_of_the_code() -> None:
    if not all((DATA / name / "meta.json").exists() for name in DATASETS):
        pytest.skip(f"the recordings {' and '.join(DATASETS)}, which it was learnt from, are not beside the project")
    assert f"traits: {digest(DATASETS)}." in (model.__doc__ or ""), "run make train"


def test_a_trait_stands_where_its_name_says() -> None:
    """Each number once, as many as `describe` writes, and the plain ones where their names are."""
    numbers = [getattr(trait, name) for name in dir(trait) if name.isupper() and name != "SIZE"]
    numbers += [trait.ECHO + i for i in (1, 2, 3)]
    assert sorted(numbers) == list(range(trait.SIZE))
    gait = cadence.Tracker(roles.THIGH)
    gait.likeness, gait.stride = 700, 480
    gait.echo[3] = 99
    values = [10 * i + 1 for i in range(features.SIZE)]
    traits = [-1] * trait.SIZE
    classify.describe(values, gait, 1, traits)
    assert -1 not in traits
    for name in ("UP", "FRONT", "MAG", *(f"{kind}_{axis}" for kind in ("MAD", "JERK", "LOW") for axis in "XYZ")):
        assert traits[getattr(trait, name)] == values[getattr(features, name)], name
    assert traits[trait.BEAT] == 2 * values[features.MAD_MAG]
    assert (traits[trait.LIKENESS], traits[trait.STRIDE], traits[trait.ECHO + 3]) == (700, 480, 99)
