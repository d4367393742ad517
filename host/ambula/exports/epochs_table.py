"""The epochs as columns, as epochs.csv has them, with the data dictionary's meaning of each."""

from typing import Any

import numpy as np

from ambula.base.version import SOFTWARE
from ambula.days.dictionary import entries
from ambula.epochs.table import EpochTable
from nodecore.activity import NAMES

WORDS = ("activity", "thigh_firmware", "back_firmware", "software")  # few words, many rows


def epoch_columns(table: EpochTable) -> dict[str, Any]:
    """Return the columns of epochs.csv by name, (n,) each, in the dictionary's order; NaN where there is no value."""
    values: dict[str, Any] = {
        "epoch_start_s": table.start_s,
        "activity": np.array(NAMES)[table.activity],
        "software": np.full(len(table), SOFTWARE, np.object_),
    }
    return {e.name: values[e.name] if e.name in values else getattr(table, e.name) for e in entries("epoch")}
