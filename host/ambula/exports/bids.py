"""A BIDS derivative dataset of one participant: epochs as events, days as a table, each with its data dictionary.

BIDS 1.10 has no place of its own for classified epochs or for days. Its `motion` files are for channels sampled at a
fixed rate and take no `desc` entity; an event (onset, duration, trial_type) is what a classified epoch is.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ambula.base.errors import InputError
from ambula.base.version import PROGRAM
from ambula.days.dictionary import Kind, entries, in_file
from ambula.exports.epochs_table import epoch_columns
from ambula.exports.place import whole, write_json
from ambula.exports.source import DEVICES, Source, Written
from nodecore.activity import NAMES
from nodecore.sampling import EPOCH_S

BIDS_VERSION = "1.10.0"
_TASK = "freeliving"
_README = f"""`desc-epochs_events.tsv`: one row per recorded {EPOCH_S}-second epoch. `onset` counts from the `acq_time`
in scans.tsv (UTC). Epochs without a record have no row. `desc-days_beh.tsv`: one row per local calendar day.
The JSON file beside a table defines its columns. For information, not for diagnosis."""
_LEVELS = {"activity": {name: name.replace("_", " ") for name in NAMES}}


def export_bids(source: Source, folder: Path) -> Written:
    """Write the folder CODE_bids; raises InputError where it is there already, or the code has no letter or digit."""
    label = re.sub(r"[^A-Za-z0-9]", "", source.participant)
    if not label:
        raise InputError(f"{source.participant}: BIDS labels are letters and digits; give a code with some (rename)")
    path = folder / f"{source.code}_bids"
    with whole(path) as made:
        (made / f"sub-{label}" / "beh").mkdir(parents=True)
        _about(source, made, label)
        _tables(source, made / f"sub-{label}", label)
    lacks = [
        "names of its own for epochs and days: they stand as events (onset, duration, trial_type) and as a beh table",
        "one participant per dataset here: merge by copying sub- folders and rows of participants.tsv",
    ]
    if label != source.participant:
        lacks.append(f"the code {source.participant}: BIDS labels are letters and digits, so it is sub-{label}")
    return Written(
        [path], f"a BIDS {BIDS_VERSION} derivative: {len(source.table)} epochs, {len(source.days)} days", lacks
    )


def _about(source: Source, root: Path, label: str) -> None:
    write_json(
        root / "dataset_description.json",
        {
            "Name": f"Ambula: epochs and days of {label}",
            "BIDSVersion": BIDS_VERSION,
            "DatasetType": "derivative",
            "GeneratedBy": [{"Name": "Ambula", "Version": PROGRAM, "Description": "; ".join(_told(source))}],
        },
    )
    provenance = "\n".join(f"- {line}" for line in _told(source))
    (root / "README.md").write_text(f"# Epochs and days by Ambula\n\n{provenance}\n\n{_README}\n", "utf-8")
    _tsv(root / "participants.tsv", ["participant_id"], [[f"sub-{label}"]])
    write_json(
        root / "participants.json",
        {"Description": "Who wore the nodes.", "participant_id": {"Description": "Pseudonym of the participant."}},
    )


def _told(source: Source) -> list[str]:
    return [f"{name.replace('_', ' ')}: {value}" for name, value in source.provenance.items()]


def _tables(source: Source, root: Path, label: str) -> None:
    stem = f"sub-{label}_task-{_TASK}"
    events, days = root / "beh" / f"{stem}_desc-epochs_events.tsv", root / "beh" / f"{stem}_desc-days_beh.tsv"
    columns = epoch_columns(source.table)
    onset = columns["epoch_start_s"] - columns["epoch_start_s"][0]
    names = ["onset", "duration", "trial_type", *columns]
    rows = zip(onset.tolist(), *(values.tolist() for values in columns.values()), strict=True)
    kind = list(columns).index("activity") + 1
    _tsv(events, names, ((row[0], EPOCH_S, row[kind], *row[1:]) for row in rows))
    write_json(events.with_suffix(".json"), _sidecar("epoch", "Classified 5-second epochs."))
    day_names = [e.name for e in entries("day") if e.name not in DEVICES]
    _tsv(days, day_names, ([getattr(day, name) for name in day_names] for day in source.days))
    write_json(days.with_suffix(".json"), _sidecar("day", "Daily summary, one row per local calendar day."))
    start = datetime.fromtimestamp(int(source.table.start_s[0]), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    scans = [[f"beh/{path.name}", start] for path in (events, days)]
    _tsv(root / f"sub-{label}_scans.tsv", ["filename", "acq_time"], scans)
    write_json(
        root / f"sub-{label}_scans.json",
        {"Description": "When the tables begin.", "acq_time": {"Description": "Start of the first epoch, UTC."}},
    )


def _sidecar(kind: Kind, description: str) -> dict[str, Any]:
    """Return the data dictionary of a table, as BIDS wants it."""
    columns: dict[str, Any] = {"Description": description, "TaskName": _TASK}
    for e in entries(kind):
        if e.name in DEVICES:
            continue
        columns[e.name] = {"LongName": e.label, "Description": f"{e.definition} Source: {e.source}.", "Units": e.unit}
        if not e.unit.ucum:  # no quantity
            del columns[e.name]["Units"]
        if e.name in _LEVELS:
            columns[e.name]["Levels"] = _LEVELS[e.name]
    if kind == "epoch":
        columns["trial_type"] = columns["activity"]
    return columns


def _tsv(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("\t".join(header) + "\n")
        file.writelines("\t".join(in_file(value) or "n/a" for value in row) + "\n" for row in rows)
