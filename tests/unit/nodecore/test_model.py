"""The model on the node was learnt from the traits that the code now computes."""

import pytest

from nodecore import classify, forest, kernels, model
from training.recordings import DATA
from training.traits import DATASETS, digest


def test_the_tables_are_whole_and_small() -> None:
    assert len(model.TREES) == forest.CLASSES * forest.PIECES
    assert {len(trees) for trees in model.TREES} == {kernels.TREE_BYTES * model.ROUNDS // forest.PIECES}
    assert len(model.LEVEL_TREES) == kernels.TREE_BYTES * model.LEVEL_COUNT
    whole = b"".join(model.TREES) + model.LEVEL_TREES
    assert len(whole) < 16 * 1024
    for at in range(0, len(whole), kernels.TREE_BYTES):
        assert max(whole[at : at + 25 : 5]) < classify.TRAITS


def test_the_training_hash_is_that_of_the_code() -> None:
    if not all((DATA / name / "meta.json").exists() for name in DATASETS):
        pytest.skip("the recordings are not here")
    assert f"traits: {digest(DATASETS)}." in (model.__doc__ or ""), "run make train"
