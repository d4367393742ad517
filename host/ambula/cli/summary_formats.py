"""What `ambula summary` gives: a table for people, CSV, Parquet or JSON for programs."""

import json
from dataclasses import asdict
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, cast

from ambula.account.ledger import Ledger
from ambula.base.atomic_files import write_whole, writing
from ambula.base.errors import InputError
from ambula.base.version import SOFTWARE
from ambula.cli.output import out
from ambula.days.csv_file import daily_csv_text, weekly_csv_text
from ambula.days.parquet_file import write_parquet
from ambula.days.rules import Rules
from ambula.days.summary import DaySummary, WeekSummary
from ambula.participant.results import Results
from nodecore.sampling import EPOCH_S


class Format(StrEnum):
    """The forms of a summary, by the name that the user gives."""

    TABLE = "table"
    CSV = "csv"
    PARQUET = "parquet"
    JSON = "json"


class Per(StrEnum):
    """What a row of CSV or Parquet stands for."""

    DAY = "day"
    WEEK = "week"


def check_format(form: Format, path: Path | None) -> None:
    """Raise InputError where a form cannot go to such a place, before any work is done."""
    if form is Format.TABLE and path is not None:
        raise InputError(f"--out {path}: a table is for the screen; add --format csv, parquet or json")
    if form is Format.PARQUET and path is None:
        raise InputError("--format parquet needs a file: add --out FILE")


def give_summary(form: Format, per: Per, participant: str, outcome: Results, rules: Rules, path: Path | None) -> None:
    """Write a summary as CSV, Parquet or JSON to `path`, or print it; raises InputError where that cannot be."""
    if form is Format.PARQUET and path is not None:
        with writing(path):
            if per is Per.DAY:
                write_parquet(DaySummary, outcome.days, path, rules)
            else:
                write_parquet(WeekSummary, [outcome.week], path, rules)
        return
    text = summary_json(participant, outcome) if form is Format.JSON else _csv(per, outcome)
    if path is None:
        out.raw(text)
        return
    with writing(path):
        write_whole(path, text)


def summary_json(participant: str, outcome: Results) -> str:
    """Return days, week, ledgers, what is to be said of clocks and versions, and checks as JSON; NaN is null."""
    value = {
        "participant": participant,
        "software": SOFTWARE,
        "days": [_plain(d) for d in outcome.days],
        "week": _plain(outcome.week),
        "ledger": {name: _ledger_as_json(each) for name, each in outcome.ledgers.items()},
        "clocks": outcome.clocks,
        "versions": outcome.versions,
        "checks": [asdict(one) for one in outcome.checks],
    }
    return json.dumps(value, indent=1, allow_nan=False) + "\n"


def _csv(per: Per, outcome: Results) -> str:
    return daily_csv_text(outcome.days) if per is Per.DAY else weekly_csv_text([outcome.week])


def _ledger_as_json(ledger: Ledger) -> dict[str, Any]:
    """Return a ledger for scripts: slots of 5 s by state, their sum, and the runs as [UTC s, UTC s, state]."""
    runs = [[run.start * EPOCH_S, run.end * EPOCH_S, run.state.value] for run in ledger.runs]
    slots = {state.value: count for state, count in ledger.slots.items()}
    return {"duration_slots": ledger.duration_slots, "slots": slots, "runs": runs}


def _plain(summary: DaySummary | WeekSummary) -> dict[str, Any]:
    """Return a summary for JSON: dates as text, NaN as null."""
    return {key: _json_value(value) for key, value in asdict(summary).items()}


def _json_value(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value != value:
        return None
    if isinstance(value, dict):
        return {key: _json_value(inner) for key, inner in cast("dict[str, Any]", value).items()}
    return value
