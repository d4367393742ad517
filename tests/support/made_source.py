"""A participant for the exports: two days with a day without any record between them, and nodes that were taken off."""

from datetime import UTC, datetime

import numpy as np

from ambula.days.local_days import ZoneHistory
from ambula.days.summary import summarise_days
from ambula.epochs.table import Records
from ambula.exports.source import Source
from nodecore import activity, record
from nodecore.roles import BACK_BIT, BOTH_BITS, THIGH_BIT
from tests.support.made_days import LYING, OSLO, SITTING, STANDING, WALKING, epoch_at, joined, table_of

FIRST = epoch_at(datetime(2026, 3, 4, 22))
LAST = epoch_at(datetime(2026, 3, 6, 9))
# What some nodes alone make of an activity, as `nodecore.fuse` says.
_SEEN_BY = {
    THIGH_BIT: {SITTING: activity.SEDENTARY, LYING: activity.SEDENTARY},
    BACK_BIT: {SITTING: activity.OTHER, STANDING: activity.OTHER},
    BOTH_BITS: {},
}


def made_source(participant: str = "P01", synthetic: bool = False, nodes: int = BOTH_BITS) -> Source:
    """4 March from 22:00, nothing on the 5th, 6 March from 9:00, in Oslo; `nodes`: those that were worn."""
    evening = [(SITTING, 700), (WALKING, 301, 104.0, 4.2), (WALKING, 13), (LYING, 426)]
    morning = [(STANDING, 60), (WALKING, 120, 118.0, 5.9), (activity.OTHER, 24), (activity.NOT_WORN, 100)]
    seen = [[(_SEEN_BY[nodes].get(kind, kind), *rest) for kind, *rest in runs] for runs in (evening, morning)]
    table = joined(table_of(FIRST, seen[0], nodes), table_of(LAST, seen[1], nodes))  # type: ignore[arg-type]
    table.thigh_firmware[:], table.back_firmware[:] = "0.1.0 a1b2c3d4", "0.2.0"
    data = np.zeros((len(table), record.SIZE), np.uint8)
    data[:, record.MAD_X] = record.log_code(512)  # 125 mg
    data[:, record.MAD_Z] = 16  # 3.9 mg
    zones = ZoneHistory.of(OSLO)
    return Source(
        participant=participant,
        table=table,
        days=summarise_days(table, zones),
        zones=zones,
        firmware={"thigh": "0.1.0 a1b2c3d4", "back": "0.2.0"},
        moved={"thigh": Records(table.epoch, data * 0), "back": Records(table.epoch, data)},
        made=datetime(2026, 3, 11, 12, tzinfo=UTC),
        synthetic=synthetic,
    )
