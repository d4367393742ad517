"""One-second activities under ActiMotus's names, which its `Exposures` sums up (acti-motus 2.4.0)."""

from pathlib import Path

import numpy as np

from ambula.base.optional_imports import library
from ambula.days.figures import effective_activity
from ambula.exports.place import whole
from ambula.exports.source import Source, Written
from nodecore import activity
from nodecore.sampling import EPOCH_S

_NAME_OF = {
    activity.LYING: "lie",
    activity.SITTING: "sit",
    activity.SEDENTARY: "sit",
    activity.STANDING: "stand",
    activity.STAIRS: "stairs",
    activity.RUNNING: "run",
    activity.CYCLING: "bicycle",
    activity.NOT_WORN: "non-wear",
}
_WALK_SPM, _FAST_WALK_SPM = 100, 115  # ActiMotus's own limits of pace


def export_actimotus(source: Source, folder: Path) -> Written:
    """Write CODE_actimotus.parquet: `datetime` (in the first zone) and `activity`, five equal rows an epoch.

    Walking is slow-walk below 100 steps/min and where no cadence was found, walk to 115, fast-walk beyond. Raises
    InputError where pyarrow is missing.
    """
    arrow, parquet = library("pyarrow", "pyarrow"), library("pyarrow.parquet", "pyarrow")
    table = source.table
    code = effective_activity(table)
    known = code != activity.OTHER
    names = np.array([_NAME_OF.get(c, "") for c in range(len(activity.NAMES))], "U9")[code]
    walking = code == activity.WALKING
    pace = np.where(table.cadence_spm >= _WALK_SPM, "walk", "slow-walk")
    names[walking] = np.where(table.cadence_spm >= _FAST_WALK_SPM, "fast-walk", pace)[walking]
    start_s = table.start_s[known, None] + np.arange(EPOCH_S)
    zone = source.zones.zone_at(float(table.start_s[0])).key
    columns = {
        "datetime": arrow.array(start_s.ravel() * 1000, arrow.timestamp("ms", tz=zone)),
        "activity": arrow.array(np.repeat(names[known], EPOCH_S)).dictionary_encode(),
    }
    path = folder / f"{source.code}_actimotus.parquet"
    with whole(path) as made:
        parquet.write_table(arrow.table(columns).replace_schema_metadata(source.provenance), made)
    minutes = (~known).sum() * EPOCH_S / 60
    lacks = [
        "cadence, steps, inclination and confidence",
        "sitting or lying, not known which (one node alone): called sit",
        f"other activity: ActiMotus has no such class; {minutes:.1f} min are left out",
    ]
    if len(source.zones.changes) > 1:
        lacks.append(f"the journey: all days are cut in {zone}")
    return Written([path], f"{len(columns['activity'])} s of activity; open with pandas.read_parquet", lacks)
