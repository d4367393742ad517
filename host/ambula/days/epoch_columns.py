"""The columns of a table of epochs, as files have them."""

from dataclasses import replace
from functools import partial

from ambula.days.entry import Entry
from ambula.days.units import Unit

_column = partial(Entry, group="Epoch")

_COLUMNS = {
    "epoch_start_s": _column(
        "Epoch start",
        Unit.S,
        "Start of the 5-second epoch in seconds since 1970-01-01 UTC, by the corrected clock. In a classified "
        "recording it counts from t = 0.",
    ),
    "activity": _column(
        "Activity",
        Unit.NAME,
        "Class of the epoch. It is from both nodes if both recorded it, else from the one that did.",
    ),
    "cadence_spm": _column(
        "Cadence", Unit.SPM, "Steps per minute in the epoch. Empty if no cadence was found.", digits=0
    ),
    "steps": _column("Steps", Unit.STEPS, "Steps in the epoch, in eighths.", digits=3),
    "worn": _column("Worn", Unit.YES_NO, "Whether the nodes were on the body."),
    "thigh_inclination_deg": _column(
        "Thigh inclination",
        Unit.DEG,
        "Angle of the thigh to the vertical: 0 is upright, 90 horizontal. Empty without a thigh record.",
        digits=1,
    ),
    "back_inclination_deg": _column(
        "Back inclination",
        Unit.DEG,
        "Angle of the lower back to the vertical: 0 is upright, 90 horizontal. Empty without a back record.",
        digits=1,
    ),
    "confidence": _column(
        "Confidence", Unit.SHARE, "How sure the classifier is, 0 to 1. It is not a probability.", digits=2
    ),
    "nodes": _column("Nodes", Unit.CODE, "Which nodes recorded the epoch: 1 thigh, 2 back, 3 both."),
    "speed_kmh": _column(
        "Walking speed", Unit.KMH, "Walking speed, estimated from cadence and height. Empty when not walking.", digits=2
    ),
    "clock_doubt_s": _column(
        "Clock, in doubt by",
        Unit.S,
        "By how much the epoch's start may be off, by the computers' readings of the nodes' clocks and by gait; the "
        "worse of the two nodes. 'inf' where nothing vouches for it.",
        digits=1,
    ),
    "thigh_firmware": _column(
        "Firmware, thigh node",
        Unit.NAME,
        "Firmware by whose rules the thigh node's record was classified: the one that ran when it was written. "
        "'unknown' where the node's log does not say it. Empty without a thigh record.",
    ),
    "back_firmware": _column(
        "Firmware, back node",
        Unit.NAME,
        "The same of the back node's record.",
    ),
    "software": _column(
        "Software", Unit.NAME, "This package's version and the number of its figures: it joined the records."
    ),
}
EPOCH_COLUMNS = tuple(replace(entry, name=name) for name, entry in _COLUMNS.items())
