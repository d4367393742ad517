"""Rows of `ambula live`, of made-up answers."""

import asyncio
import struct

import pytest

from ambula.base.errors import ProtocolError
from ambula.nodes.client import NodeClient
from ambula.nodes.info import Info, Now, parse_now
from ambula.nodes.live_view import View, worn_words
from ambula.nodes.session import NodeKey
from nodecore import activity, blocks, protocol, record
from tests.support.spec_link import SpecLink, reply
from tests.support.spec_session import DEVICE, KEY

THIGH = NodeKey("aa" * 8, 0, "P01", bytes(32))
BACK = NodeKey("bb" * 8, 1, "P01", bytes(32))
EPOCH = 356_000_000  # 2026-05-28, 20:26:40 UTC


def rec(what: int, x_cg: int = 100, z_cg: int = 0, cadence: int = 0, flags: int = record.MOUNTING_KNOWN) -> bytes:
    made = bytearray(record.SIZE)
    made[record.ACTIVITY] = what | 15 << 4
    made[record.MEAN_X], made[record.MEAN_Z] = x_cg & 0xFF, z_cg & 0xFF
    made[record.CADENCE], made[record.FLAGS] = cadence, flags
    return bytes(made)


def info(state: int = protocol.RECORDING) -> Info:
    return Info(0, 1, "aa" * 8, 7, 0, 0, EPOCH * 5000, 3900, 30, state, "0.1.0")


def now(epoch: int, what: bytes, fused: int | None = None, walked: int = 0) -> Now:
    return Now(epoch, what, fused, EPOCH - 40 if fused is not None else 0, walked, walked // 2)


def test_a_walking_node_s_row() -> None:
    view = View([THIGH])
    view.joined(THIGH, -55)
    view.told(THIGH, info(), now(EPOCH, rec(activity.WALKING, cadence=104), walked=30))
    (row,) = view.rows()
    assert (row.link, row.state, row.epoch_utc) == ("live", "recording", "2026-05-28T20:26:40Z")
    assert (row.activity, row.cadence_spm, row.confidence) == ("walking", 104, 1.0)
    assert (row.inclination_deg, row.walking_min, row.battery_mv, row.signal_dbm) == (0, 2.5, 3900, -55)
    assert row.worn == "as it should be"


def test_a_lost_node_shows_nothing_old() -> None:
    view = View([THIGH, BACK])
    view.joined(THIGH, -55)
    view.told(THIGH, info(), now(EPOCH, rec(activity.STANDING)))
    view.lost(THIGH)
    thigh, back = view.rows()
    assert (thigh.link, thigh.activity, thigh.battery_mv, thigh.signal_dbm) == ("lost", None, None, -55)
    assert back.link == "not heard yet"
    assert view.together() is None


def test_a_node_that_has_recorded_nothing_yet() -> None:
    view = View([THIGH])
    view.joined(THIGH, -55)
    view.told(THIGH, info(protocol.WAITING), now(0, bytes(12)))
    (row,) = view.rows()
    assert (row.state, row.activity, row.battery_mv) == ("waiting", None, 3900)
    view.told(THIGH, info(0), now(0, bytes(12)))
    assert view.rows()[0].state == "stopped"


def test_two_records_of_one_epoch_are_fused() -> None:
    """The thigh alone says sedentary; a level trunk makes it lying, an upright one sitting. Nodes may be apart."""
    view = View([THIGH, BACK])
    view.told(THIGH, info(), now(EPOCH, rec(activity.SEDENTARY, 0, 100), fused=activity.SITTING, walked=24))
    assert view.together() is not None
    assert view.together().by == "thigh"  # pyright: ignore[reportOptionalMemberAccess]
    view.told(BACK, info(), now(EPOCH, rec(activity.SEDENTARY, 5, 100)))
    view.told(BACK, info(), now(EPOCH + 1, rec(activity.STANDING)))
    together = view.together()
    assert together is not None
    assert (together.activity, together.by, together.walking_min) == ("lying", "laptop", 1.0)
    assert together.epoch_utc == "2026-05-28T20:26:40Z"
    view.told(THIGH, info(), now(EPOCH + 1, rec(activity.SEDENTARY, 0, 100)))
    together = view.together()
    assert together is not None
    assert (together.activity, together.walking_min) == ("sitting", None)


def test_nodes_that_are_far_apart_make_nothing_together() -> None:
    view = View([THIGH, BACK])
    view.told(THIGH, info(), now(EPOCH, rec(activity.SEDENTARY)))
    view.told(BACK, info(), now(EPOCH + 9, rec(activity.SEDENTARY)))
    assert view.together() is None


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        (0, "does not know yet"),
        (record.MOUNTING_KNOWN, "as it should be"),
        (record.MOUNTING_KNOWN | record.UPSIDE_DOWN, "upside down"),
        (record.MOUNTING_KNOWN | record.INSIDE_OUT, "inside out"),
        (record.MOUNTING_KNOWN | record.ODDLY_MOUNTED, "far from upright"),
        (record.MOUNTING_KNOWN | record.SENSOR_FAULT, "sensor failed"),
    ],
)
def test_how_it_is_worn_in_words(flags: int, says: str) -> None:
    assert says in worn_words("thigh", rec(activity.STANDING, flags=flags))


def test_a_node_that_is_not_worn_says_so() -> None:
    assert "not worn" in worn_words("back", rec(activity.NOT_WORN))


def test_the_answer_is_read_as_the_specification_has_it() -> None:
    data = struct.pack("<I12sBIHH", EPOCH, bytes(range(12)), 5, EPOCH - 3, 24, 12)
    assert len(data) == 25
    assert parse_now(data) == Now(EPOCH, bytes(range(12)), 5, EPOCH - 3, 24, 12)
    assert parse_now(data[:16] + b"\xff" + data[17:]).fused_activity is None


@pytest.mark.parametrize("size", [0, 24])
def test_an_answer_that_is_too_short_is_no_node_s(size: int) -> None:
    async def go() -> None:
        told = blocks.pack_info(0, 1, DEVICE, 7, 0, 100, 1_800_000_000_000, 4000, 30, 3, (0, 1, 0))
        link = SpecLink(lambda c: [reply(c, 0, told if c[0] == protocol.INFO else bytes(size))])
        client = NodeClient(link, [NodeKey(DEVICE.hex(), 0, "P01", KEY)])
        await client.open()
        await client.now()

    with pytest.raises(ProtocolError, match=f"{size} bytes to now, not 25"):
        asyncio.run(go())
