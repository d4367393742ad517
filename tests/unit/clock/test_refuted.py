"""A wrong laptop that set one node's lost clock is found out by the other node's, which it read at the same visits."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from ambula.clock.refuted import without_refuted
from ambula.clock.true_time import node_time
from ambula.participant.epochs import load_wear
from ambula.store import Store
from tests.support.clock_wear import HOUR_MS, Wear


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "s.db") as made:
        made._db.execute("PRAGMA synchronous = OFF")
        yield made


def worn(store: Store, error_hours: float) -> tuple[Wear, Wear]:
    """Two nodes for four days; the back's clock is lost on the second and set by a laptop that visits twice."""
    nodes = Wear(store), Wear(store, role=1)
    for day in range(4):
        for node in nodes:
            node.wear(20)
            if day == 1 and node is nodes[1]:
                node.reboot(0, keeps_time=False)
            node.visit(round(error_hours * HOUR_MS) if day in (1, 2) else 0)
            node.wear(4)
    nodes[0].visit()
    return nodes


def test_what_the_other_node_refutes_is_not_believed(store: Store) -> None:
    _, back = worn(store, 2)
    logs = [node_time(store, node) for node in store.nodes()]
    alone = logs[1]
    assert np.isfinite(alone.doubt_ms).all()  # for itself it knows no better
    placed, refuted = without_refuted(logs)
    assert refuted == [0, 2]
    wear = load_wear(store, "P01")
    assert any("2 readings are not believed, because the other node's clock" in words for words in wear.clocks)
    assert len(placed[1].lives[-1].anchors) == 1  # the last day's, of a right laptop
    assert back.node.role == 1


def test_right_laptops_are_not_refuted(store: Store) -> None:
    worn(store, 0)
    logs = [node_time(store, node) for node in store.nodes()]
    placed, refuted = without_refuted(logs)
    assert refuted == [0, 0]
    assert all(new is old for new, old in zip(placed, logs, strict=True))
