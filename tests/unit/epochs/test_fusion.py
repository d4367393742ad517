"""Fusion of two nodes: what each answer rests on, and that the numpy twin gives `nodecore.fuse`'s bytes."""

from dataclasses import fields

import numpy as np
import pytest

from ambula.epochs.fusion import fuse_records, fuse_rows, inclination_deg
from ambula.epochs.table import EpochTable, Records
from nodecore import activity, fuse
from nodecore import record as rec


def record(says: int, confidence: int = 12, x_cg: int = 98, cadence: int = 0, steps: int = 0) -> bytes:
    data = bytearray(rec.SIZE)
    data[rec.ACTIVITY] = says | confidence << 4
    data[rec.MEAN_X] = x_cg & 255
    data[rec.CADENCE] = cadence
    data[rec.STEPS] = steps
    return bytes(data)


def fused(thigh: bytes | None, back: bytes | None) -> bytearray:
    out = bytearray(fuse.SIZE)
    fuse.fuse(thigh, back, out)
    return out


UPRIGHT, RECLINED, FLAT = 98, 71, 5


@pytest.mark.parametrize(
    ("thigh", "back", "expected"),
    [
        (record(activity.SEDENTARY), None, activity.SEDENTARY),
        (record(activity.SEDENTARY), record(activity.STANDING, x_cg=UPRIGHT), activity.SITTING),
        (record(activity.SEDENTARY), record(activity.STANDING, x_cg=RECLINED), activity.SITTING),
        (record(activity.SEDENTARY), record(activity.LYING, x_cg=FLAT), activity.LYING),
        (record(activity.SEDENTARY), record(activity.LYING, x_cg=-20), activity.LYING),
        (record(activity.STANDING), record(activity.LYING, x_cg=FLAT), activity.STANDING),
        (record(activity.WALKING), record(activity.STANDING), activity.WALKING),
        (None, record(activity.LYING, x_cg=FLAT), activity.LYING),
        (None, record(activity.STANDING), activity.OTHER),
        (None, record(activity.WALKING), activity.WALKING),
        (record(activity.NOT_WORN), record(activity.WALKING), activity.WALKING),
        (record(activity.NOT_WORN), record(activity.STANDING), activity.OTHER),
        (record(activity.WALKING), record(activity.NOT_WORN), activity.WALKING),
        (record(activity.NOT_WORN), record(activity.NOT_WORN), activity.NOT_WORN),
        (record(activity.OTHER), record(activity.LYING, x_cg=FLAT), activity.LYING),
        (record(activity.SEDENTARY), record(activity.OTHER), activity.SEDENTARY),
    ],
)
def test_answer_rests_on_the_nodes_that_can_tell(thigh: bytes | None, back: bytes | None, expected: int) -> None:
    assert fused(thigh, back)[fuse.ACTIVITY] == expected


def test_back_lends_its_cadence_to_a_thigh_without_one() -> None:
    back = record(activity.WALKING, cadence=104, steps=70)
    assert fused(record(activity.WALKING), back)[fuse.CADENCE] == 104
    assert fused(record(activity.WALKING, cadence=90, steps=60), back)[fuse.STEPS] == 60
    assert fused(record(activity.STANDING), back)[fuse.CADENCE] == 0


def test_worn_bits_name_the_worn_nodes() -> None:
    assert fused(record(activity.NOT_WORN), record(activity.LYING))[fuse.WORN] == 2
    assert fused(record(activity.WALKING), None)[fuse.WORN] == 1
    assert fused(record(activity.NOT_WORN), record(activity.NOT_WORN))[fuse.WORN] == 0


def test_an_epoch_needs_a_record() -> None:
    with pytest.raises(ValueError, match="at least one record"):
        fused(None, None)
    with pytest.raises(ValueError, match="at least one node"):
        fuse_records(None, None)


def test_twin_equals_the_node_on_every_kind_of_pair() -> None:
    rng = np.random.default_rng(5)
    n = 6000
    thigh, back = rng.integers(0, 256, (2, n, rec.SIZE)).astype(np.uint8)
    for side in (thigh, back):
        side[:, rec.ACTIVITY] = rng.integers(0, 10, n) | rng.integers(0, 16, n) << 4
        side[: n // 2, rec.CADENCE] = 0
    has_thigh, has_back = rng.random((2, n)) < 0.7
    has_back |= ~has_thigh
    twin = fuse_rows(thigh, has_thigh, back, has_back)
    for row in range(n):
        a = thigh[row].tobytes() if has_thigh[row] else None
        b = back[row].tobytes() if has_back[row] else None
        assert bytes(twin[row]) == bytes(fused(a, b)), row


def test_table_joins_epochs_of_either_node() -> None:
    walking = np.frombuffer(record(activity.WALKING, cadence=110, steps=73), np.uint8)
    flat = np.frombuffer(record(activity.LYING, x_cg=0), np.uint8)
    thigh = Records(np.array([10, 11], np.int64), np.stack([walking, walking]))
    back = Records(np.array([11, 13], np.int64), np.stack([walking, flat]))
    table = fuse_records(thigh, back)
    assert table.epoch.tolist() == [10, 11, 13]
    assert table.nodes.tolist() == [1, 3, 2]
    assert table.steps.tolist() == [9.125, 9.125, 0]
    assert np.isnan(table.cadence_spm[2])
    assert np.isnan(table.speed_kmh[2])
    assert np.isnan(table.back_inclination_deg[0])
    assert table.worn.all()


def test_inclination_is_the_angle_of_x_from_the_vertical() -> None:
    data = np.zeros((4, rec.SIZE), np.uint8)
    data[0, rec.MEAN_X] = 100
    data[1, rec.MEAN_Z] = 100
    data[2, rec.MEAN_X] = 156  # -100
    angles = inclination_deg(data, np.ones(4, np.bool_))
    np.testing.assert_allclose(angles[:3], [0, 90, 180], atol=1e-9)
    assert np.isnan(angles[3])


def test_the_table_says_which_node_was_worn_how_it_sat_and_how_much_the_back_moved() -> None:
    thigh = bytearray(record(activity.NOT_WORN)) + bytearray(record(activity.SEDENTARY))
    back = bytearray(record(activity.STANDING))
    thigh[rec.SIZE + rec.FLAGS] = rec.MOUNTING_KNOWN | rec.UPSIDE_DOWN
    back[rec.FLAGS], back[rec.MAD_MAG] = rec.PARTIAL, rec.log_code(410)
    table = fuse_records(
        Records(np.array([7, 8]), np.frombuffer(bytes(thigh), np.uint8).reshape(-1, rec.SIZE)),
        Records(np.array([7]), np.frombuffer(bytes(back), np.uint8).reshape(-1, rec.SIZE)),
    )
    assert table.worn_nodes.tolist() == [2, 1]
    assert table.thigh_flags.tolist() == [0, rec.MOUNTING_KNOWN | rec.UPSIDE_DOWN]
    assert table.back_flags.tolist() == [rec.PARTIAL, 0]
    assert table.back_mad_mg[0] == pytest.approx(100, rel=0.035)  # 410 of 4096 counts, held to a sixteenth
    assert np.isnan(table.back_mad_mg[1])


def test_what_a_table_leaves_out_is_unknown() -> None:
    whole = fuse_records(Records(np.array([7]), np.frombuffer(record(activity.LYING), np.uint8)[None]), None)
    names = ("worn_nodes", "thigh_flags", "back_flags", "back_mad_mg")
    bare = EpochTable(**{f.name: getattr(whole, f.name) for f in fields(EpochTable) if f.name not in names})
    assert (bare.worn_nodes.tolist(), bare.thigh_flags.tolist(), len(bare.rows(slice(0, 0)))) == ([1], [0], 0)
    assert np.isnan(bare.back_mad_mg).all()
