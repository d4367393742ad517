"""Days as a FHIR R4 Bundle of Observations, checked by fhir.resources before it is written.

fhir.resources has R4B (4.3.0), in which Patient, Device, Observation and Bundle have the elements of R4 (4.0.1) that
are used here. LOINC 55423-8 is "Number of steps in unspecified time Pedometer". Units are UCUM's.
"""

import math
import uuid
from pathlib import Path
from typing import Any

from ambula.base.optional_imports import library
from ambula.base.sites import BACK_SITE, SITES, THIGH_SITE
from ambula.base.version import SOFTWARE
from ambula.days.dictionary import entries
from ambula.days.entry import Entry
from ambula.days.summary import DaySummary
from ambula.days.units import Unit
from ambula.exports.place import whole
from ambula.exports.source import Source, Written

DICTIONARY = "urn:x-ambula:dictionary:day"
_LOINC = {"steps": ("55423-8", "Number of steps in unspecified time Pedometer")}
_WORDS = (Unit.DATE, Unit.NAME)  # given by the period and by `method`
_ABSENT = {"not-performed": "Not Performed", "not-applicable": "Not Applicable"}
_TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
_ROLES = {THIGH_SITE: "thigh", BACK_SITE: "lower back"}


def export_fhir(source: Source, folder: Path) -> Written:
    """Write CODE_fhir.json: Patient, Device, and an Observation a day and figure of the daily table.

    A figure without a value says why: "not-performed" where the share that it rests on is 0, else "not-applicable".
    Raises InputError where fhir.resources is missing.
    """
    bundle = library("fhir.resources.R4B.bundle", "fhir.resources").Bundle
    patient, device = _urn(source, "patient"), _urn(source, "device")
    observations = [
        (_urn(source, f"{day.date} {e.name}"), _observation(source, day, e, patient, device))
        for day in source.days
        for e in entries("day")
        if e.unit not in _WORDS
    ]
    parts = [(patient, _patient(source)), (device, _device(source)), *observations]
    made_bundle = bundle.model_validate(
        {
            "resourceType": "Bundle",
            "type": "collection",
            "timestamp": source.made.isoformat(),
            "entry": [{"fullUrl": urn, "resource": part} for urn, part in parts],
        }
    )
    path = folder / f"{source.code}_fhir.json"
    with whole(path) as made:
        made.write_text(made_bundle.model_dump_json(indent=1) + "\n", "utf-8")
    return Written(
        [path],
        f"{len(observations)} Observations of {len(source.days)} days (FHIR R4, a collection Bundle)",
        [
            "epochs: FHIR has no resource for a week of classified epochs",
            "standard codes but for steps (LOINC): the other figures carry the data dictionary's own",
            "the names of time zones: periods carry the offset from UTC",
        ],
    )


def _urn(source: Source, name: str) -> str:
    return uuid.uuid5(uuid.NAMESPACE_OID, f"ambula|{source.participant}|{source.made}|{name}").urn


def _patient(source: Source) -> dict[str, Any]:
    """Return the subject: a code that only the study can resolve, nothing else."""
    return {
        "resourceType": "Patient",
        "identifier": [{"use": "secondary", "system": "urn:x-ambula:participant", "value": source.participant}],
        **_label(source),
    }


def _device(source: Source) -> dict[str, Any]:
    """Return both nodes and the software as one device: no serial number, which could identify the wearer."""
    versions = [
        {"type": {"text": f"firmware, {_ROLES[role]} node"}, "value": version}
        for role, version in source.firmware.items()
    ]
    return {
        "resourceType": "Device",
        "deviceName": [{"name": "Ambula, nodes on thigh and lower back", "type": "user-friendly-name"}],
        "version": [*versions, {"type": {"text": "software"}, "value": SOFTWARE}],
        **_label(source),
    }


def _observation(source: Source, day: DaySummary, e: Entry, patient: str, device: str) -> dict[str, Any]:
    start, end = source.span(day)
    codings = [{"system": DICTIONARY, "code": e.name, "display": e.label}]
    if e.name in _LOINC:
        code, display = _LOINC[e.name]
        codings.insert(0, {"system": "http://loinc.org", "code": code, "display": display})
    return {
        "resourceType": "Observation",
        "status": "final",
        "category": [{"coding": [{"system": f"{_TERMINOLOGY}/observation-category", "code": "activity"}]}],
        "code": {"coding": codings, "text": e.label},
        "subject": {"reference": patient},
        "device": {"reference": device},
        "effectivePeriod": {"start": start.isoformat(), "end": end.isoformat()},
        "issued": source.made.isoformat(),
        "method": {"text": f"{e.definition} Rules: {day.rules}. MET table: {day.met_table}.{_firmware(day)}"},
        **_rests_on(day, e),
        **_value(day, e),
        **_label(source),
    }


def _firmware(day: DaySummary) -> str:
    """Return by which firmware the nodes classified that day."""
    named = [(role, getattr(day, f"{role}_firmware")) for role in SITES]
    said = ", ".join(f"{_ROLES[role]} {names}" for role, names in named if names)
    return f" Firmware: {said}." if said else ""


def _rests_on(day: DaySummary, e: Entry) -> dict[str, Any]:
    if not e.rests_on:
        return {}
    return {"note": [{"text": f"Rests on {100 * getattr(day, e.rests_on):.1f}% of the day ({e.rests_on})."}]}


def _value(day: DaySummary, e: Entry) -> dict[str, Any]:
    """Return the value, or why there is none; what was recorded is known of every day."""
    value = getattr(day, e.name)
    if e.group != "Day" and e.rests_on and getattr(day, e.rests_on) == 0:
        return _absent("not-performed")
    if isinstance(value, bool):
        return {"valueBoolean": value}
    if value is None or value == "" or (isinstance(value, float) and math.isnan(value)):
        return _absent("not-applicable")
    if isinstance(value, str):
        return {"valueString": value}
    unit = {"unit": e.unit.fhir, "system": "http://unitsofmeasure.org", "code": e.unit.ucum}
    return {"valueQuantity": {"value": value, **unit}}


def _absent(reason: str) -> dict[str, Any]:
    coding = {"system": f"{_TERMINOLOGY}/data-absent-reason", "code": reason, "display": _ABSENT[reason]}
    return {"dataAbsentReason": {"coding": [coding]}}


def _label(source: Source) -> dict[str, Any]:
    """Return the label of made-up data, nothing for a real participant."""
    tag = {"system": f"{_TERMINOLOGY}/v3-ActReason", "code": "HTEST", "display": "test health data"}
    return {"meta": {"security": [tag]}} if source.synthetic else {}
