"""Movement and steps in the layout of an ActiGraph count CSV, which GGIR reads as `dataFormat = "actigraph_csv"`.

Columns and header after GGIR's vignette "Cookbook" and GGIRread's readActiGraphCount.
"""

from pathlib import Path

import numpy as np

from ambula.base.sites import BACK_SITE, THIGH_SITE
from ambula.base.version import SOFTWARE
from ambula.days.figures import effective_activity
from ambula.epochs.sensor_axes import spread_g
from ambula.epochs.table import Records
from ambula.exports.place import whole
from ambula.exports.source import Source, Written
from nodecore.activity import NOT_WORN
from nodecore.sampling import EPOCH_S

_COLUMNS = "Axis1,Axis2,Axis3,Steps"  # ActiGraph's first axis is the vertical one
_MODE = 13  # three axes and steps
_DATE = "%m/%d/%Y"


def export_ggir(source: Source, folder: Path) -> Written:
    """Write CODE_ggir.csv: every 5 s from the first epoch to the last, mean absolute deviation of x, y, z in mg, steps.

    Movement is the lower back's, the thigh's where no back node was worn. Where nothing was recorded or worn, zeros:
    GGIR takes an hour of them for not worn.
    """
    site = BACK_SITE if BACK_SITE in source.moved else THIGH_SITE
    path = folder / f"{source.code}_ggir.csv"
    with whole(path) as made:
        made.write_text("\n".join([*_header(source), _COLUMNS, *_rows(source, source.moved[site]), ""]), "utf-8")
    return Written(
        [path],
        f"movement of the {site} node and steps, every 5 s; open with {_call(source)}",
        [
            "activity classes, postures, cadence and confidence",
            "counts: the axes hold mean absolute deviations in mg, so cut points for counts or ENMO mean nothing here",
            "a difference between not worn, not recorded and still: the first two are zeros",
        ],
    )


def _call(source: Source) -> str:
    zone = source.zones.zone_at(float(source.table.start_s[0])).key
    return (
        f'GGIR(dataFormat = "actigraph_csv", windowsizes = c({EPOCH_S}, 900, 3600), '
        f'extEpochData_timeformat = "{_DATE} %H:%M:%S", desiredtz = "{zone}", ...)'
    )


def _header(source: Source) -> list[str]:
    start, end = source.local_time(int(source.table.epoch[0])), source.local_time(int(source.table.epoch[-1]) + 1)
    return [
        f"------------ Data File Created By {SOFTWARE.capitalize()} in ActiGraph's layout, {_firmware(source)}"
        "date format MM/dd/yyyy",
        f"Serial Number: {source.code}",
        f"Start Time {start:%H:%M:%S}",
        f"Start Date {start.strftime(_DATE)}",
        f"Epoch Period (hh:mm:ss) 00:00:{EPOCH_S:02d}",
        f"Download Time {end:%H:%M:%S}",
        f"Download Date {end.strftime(_DATE)}",
        "Current Memory Address: 0",
        f"Current Battery Voltage: 0     Mode = {_MODE}",
        "--------------------------------------------------",
    ]


def _firmware(source: Source) -> str:
    """Return the nodes' firmware where ActiGraph's header has its own: "Firmware thigh 0.1.0 back 0.1.0 "."""
    said = " ".join(f"{role} {names}" for role, names in source.firmware.items())
    return f"Firmware {said} " if said else ""


def _rows(source: Source, movement: Records) -> list[str]:
    table = source.table
    first = int(table.epoch[0])
    values = np.zeros((int(table.epoch[-1]) - first + 1, 4))
    values[movement.epoch - first, :3] = np.rint(1000 * spread_g(movement.data)[:, :3])
    worn = np.zeros(len(values), np.bool_)
    worn[table.epoch - first] = effective_activity(table) != NOT_WORN
    values[table.epoch - first, 3] = table.steps
    return [f"{x:.0f},{y:.0f},{z:.0f},{steps:g}" for x, y, z, steps in np.where(worn[:, None], values, 0.0).tolist()]
