"""Made people who wore both nodes, or one, for a part of the time: records of the other time or node are left out."""

import numpy as np

from ambula.epochs.fusion import fuse_records
from ambula.epochs.table import EpochTable, Records
from nodecore.roles import BACK_BIT, BOTH_BITS, THIGH_BIT
from tests.support.made_people import DAY, MONDAY, made_records

AN_HOUR = DAY // 24
NOON_TO_NOON = (12, 7 * 24 + 12)


def worn_from(seed: int, hours: tuple[int, int], nodes: int = BOTH_BITS) -> EpochTable:
    """Return what the nodes saw from one hour to another, counted from Monday's midnight."""
    first, end = (MONDAY + hour * AN_HOUR for hour in hours)
    thigh, back = made_records(seed, -(-hours[1] // 24))
    sides = [_only(side, (side.epoch >= first) & (side.epoch < end)) for side in (thigh, back)]
    return fuse_records(sides[0] if nodes & THIGH_BIT else None, sides[1] if nodes & BACK_BIT else None)


def worn_each_day(seed: int, days: int, hours: tuple[int, int], nodes: int = BOTH_BITS) -> EpochTable:
    """Return the same of some hours of each of some days, nothing recorded in between."""
    table = worn_from(seed, (0, 24 * days), nodes)
    hour = (table.epoch - MONDAY) % DAY // AN_HOUR
    return table.rows((hour >= hours[0]) & (hour < hours[1]))


def taken_off(table: EpochTable, hours: tuple[int, int]) -> EpochTable:
    """Return a table with the nodes recorded and not worn from one hour of each day to another."""
    hour = (table.epoch - MONDAY) % DAY // AN_HOUR
    off = (hour >= hours[0]) & (hour < hours[1]) if hours[0] < hours[1] else (hour >= hours[0]) | (hour < hours[1])
    table.worn[off], table.worn_nodes[off] = False, 0
    return table


def _only(side: Records, kept: np.ndarray) -> Records:
    return Records(side.epoch[kept], side.data[kept])
