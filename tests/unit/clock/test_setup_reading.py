"""The set-up's own reading of a node's clock, which lies in the log: a week with one sync has two."""

from pathlib import Path

import numpy as np
import pytest

from ambula.clock.true_time import latest_fit, node_records
from ambula.clock.words import contradicted_ms
from ambula.nodes.segments import assemble
from ambula.store import Anchor, Store
from tests.support import spec_log

START_S = 1_780_000_000
WEEK_S = 7 * 86_400
EVERY = 40  # of so many segments of five minutes one is written: a fortieth of the week is enough


def node_s(true_s: float, ppm: float, swing_ppm: float = 8.0) -> float:
    """Return the node's UTC: set right at the set-up, with a rate that swings with the day's temperature."""
    on_s = true_s - START_S
    day = 2 * np.pi / 86_400
    return true_s + (ppm * on_s + swing_ppm * (1 - np.cos(day * on_s)) / day) * 1e-6


def worst_s(folder: Path, ppm: float, setup_s: float | None, sync_off_s: float = 0.0) -> tuple[float, float]:
    """Return by how many seconds an epoch is placed wrongly at most, and by how much the sync's laptop is said to be.

    setup_s: by how much the set-up's laptop is wrong, and with it the node's clock; None: its reading is not there.
    """
    set_s = setup_s or 0.0

    def own_s(true_s: float) -> float:
        return node_s(true_s, ppm) + set_s

    at_ms = round(own_s(START_S) * 1000)
    log = spec_log.reading(round((START_S + set_s) * 1000), at_ms, 12) if setup_s is not None else b""
    log += spec_log.sealed(spec_log.EVENT, (at_ms + 4000) // 5000, spec_log.BOOT, b"{}")
    first, last = int(own_s(START_S) // 5) + 2, int(own_s(START_S + WEEK_S) // 5) - 1
    written: list[int] = []
    for start in [*range(first, last - 60, 60 * EVERY), last - 60]:
        log += spec_log.epochs(start, [i.to_bytes(12, "little") for i in range(len(written), len(written) + 60)])
        written += range(start, start + 60)
    with Store(folder / "s.db") as store:
        node = store.ensure_node("a0" * 8, 1, 0, "P01", "0.1.0")
        found = assemble(0, log, at_log_end=True)
        assert not found.damage
        store.add_log(node.node_id, found.segments, [], len(log))
        end_s = START_S + WEEK_S
        newest = Anchor(round((end_s + sync_off_s) * 1000), round(own_s(end_s) * 1000), 60, 1)
        store.add_anchor(node.node_id, newest)
        records = node_records(store, node)
        number = records.data[:, :4].copy().view("<u4")[:, 0].astype(np.int64)
        true_s = np.linspace(START_S, end_s, 20_001)
        middle_s = np.interp(np.array(written)[number] * 5 + 2.5, [own_s(t) for t in true_s], true_s)
        off_s = float(np.abs(records.epoch * 5 + 2.5 - middle_s).max())
        return off_s, contradicted_ms(latest_fit(store, node), newest) / 1000


@pytest.mark.parametrize("ppm", [-20.0, 20.0])
def test_a_week_with_one_sync_is_right_to_within_half_an_epoch(tmp_path: Path, ppm: float) -> None:
    (tmp_path / "without").mkdir()
    without_s, _ = worst_s(tmp_path / "without", ppm, None)
    assert without_s > 9
    off_s, said_s = worst_s(tmp_path, ppm, 0.0)
    assert (off_s <= 2.7, said_s) == (True, 0), off_s


def test_by_a_second_laptop_it_is_as_right_as_that_one_is(tmp_path: Path) -> None:
    off_s, said_s = worst_s(tmp_path, 20.0, 0.0, sync_off_s=1.5)
    assert (off_s <= 4.2, said_s) == (True, 0), off_s


@pytest.mark.parametrize("wrong_s", [-3600.0, 3600.0])
def test_a_set_up_by_a_wrong_laptop_is_contradicted_at_the_sync(tmp_path: Path, wrong_s: float) -> None:
    _, said_s = worst_s(tmp_path, 20.0, wrong_s)
    assert said_s == pytest.approx(-wrong_s, abs=20)


@pytest.mark.parametrize(
    "payload",
    [b"", bytes(19), bytes(21), b"\xff" * 20, bytes(8) + b"\xff" * 12],
    ids=["empty", "short", "long", "late", "trip"],
)
def test_what_cannot_be_a_reading_is_kept_and_is_none(tmp_path: Path, payload: bytes) -> None:
    log = spec_log.sealed(spec_log.READING, 356_000_000, 0, payload)
    with Store(tmp_path / "s.db") as store:
        node = store.ensure_node("a0" * 8, 1, 0, "P01", "0.1.0")
        store.add_log(node.node_id, assemble(0, log, at_log_end=True).segments, [], len(log))
        assert store.anchors(node.node_id) == []
        assert store.log_bytes(node.node_id, 0) == [(0, log)]
