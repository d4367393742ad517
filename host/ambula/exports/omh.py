"""Days as Open mHealth data points: omh step-count 3.0, IEEE 1752.1 physical-activity 1.0, IEEE 1752.1 header 1.0.

Open mHealth calls step-count 3.0 superseded by physical-activity; the latter has a place for the steps of an activity,
none for those of a day.
"""

import math
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ambula.base.sites import SITES
from ambula.base.version import FIGURES, __version__
from ambula.days.rules import SETS
from ambula.days.study import CITATION
from ambula.days.summary import DaySummary
from ambula.exports.place import whole, write_json
from ambula.exports.source import Source, Written
from nodecore import activity

_STEP_COUNT = {"namespace": "omh", "name": "step-count", "version": "3.0"}
_PHYSICAL_ACTIVITY = {"namespace": "ieee", "name": "physical-activity", "version": "1.0"}
_STUDYS = SETS["hunt4"].label
_DOI = CITATION.partition("doi ")[2].partition(" ")[0]


def export_omh(source: Source, folder: Path) -> Written:
    """Write CODE_omh.json, a list of data points: a day's steps, and a day's minutes of each activity.

    Days on which nothing was worn have none; an activity that the nodes of a day cannot show, a cadence or MET that is
    not known, is left out.
    """
    points = [point for day in source.days if day.worn_min for point in _day(source, day)]
    path = folder / f"{source.code}_omh.json"
    with whole(path) as made:
        write_json(made, points)
    empty = sum(not day.worn_min for day in source.days)
    return Written(
        [path],
        f"{len(points)} data points of {len(source.days) - empty} days",
        [
            "the participant: the header of IEEE 1752.1 has no place for it; the file's name has it",
            "wear time and the share of the day that a figure rests on",
            "bouts, pace, peak cadence, the reason why a value is missing",
            f"days on which nothing was worn: {empty}",
        ],
    )


def _day(source: Source, day: DaySummary) -> list[dict[str, Any]]:
    start, end = source.span(day)
    frame = {"time_interval": {"start_date_time": start.isoformat(), "end_date_time": end.isoformat()}}
    bodies = [
        (_STEP_COUNT, {"step_count": {"value": day.steps, "unit": "steps"}, "effective_time_frame": frame}),
        *(
            (_PHYSICAL_ACTIVITY, {**_activity(day, name), "effective_time_frame": frame})
            for name in activity.NAMES[:-1]
            if not math.isnan(getattr(day, f"{name}_min"))
        ),
    ]
    return [{"header": _header(source, day, schema, body), "body": body} for schema, body in bodies]


def _activity(day: DaySummary, name: str) -> dict[str, Any]:
    body: dict[str, Any] = {
        "activity_name": name,
        "duration": {"value": getattr(day, f"{name}_min"), "unit": "min"},
    }
    if name != "walking":
        return body
    if not math.isnan(day.cadence_mean_spm):
        body["average_cadence"] = {"value": day.cadence_mean_spm, "unit": "steps/min"}
    if not math.isnan(day.walking_met):
        body["met_value"] = day.walking_met
    return body


def _rules(day: DaySummary) -> str:
    """Return an IRI for the rules of a day: the study's article for its own, else their name."""
    return f"https://doi.org/{_DOI}" if day.rules == _STUDYS else f"urn:x-ambula:rules:{quote(day.rules)}"


def _header(source: Source, day: DaySummary, schema: dict[str, str], body: dict[str, Any]) -> dict[str, Any]:
    sheets = [("software", f"pkg:pypi/ambula@{__version__}?figures={FIGURES}"), ("rules", _rules(day))]
    sheets += [
        (f"firmware, {role}", f"pkg:generic/ambula-firmware@{quote(version)}")
        for role in SITES
        for version in getattr(day, f"{role}_firmware").split("+")
        if version
    ]
    name = f"{source.participant}|{source.made}|{schema}|{body}"
    return {
        "uuid": str(uuid.uuid5(uuid.NAMESPACE_OID, name)),
        "schema_id": schema,
        "source_creation_date_time": source.made.isoformat(),
        "modality": "sensed",
        "external_datasheets": [{"datasheet_type": kind, "datasheet_reference": iri} for kind, iri in sheets],
    }
