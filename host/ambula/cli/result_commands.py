"""Commands that show what the store holds: summary, report."""

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated, Any, cast

import typer
from rich.table import Table

import ambula
from ambula.cli.common import (
    JsonOption,
    ParticipantOption,
    StoreOption,
    ZoneOption,
    out,
    print_json,
    store_path,
    warn_of_name,
    zones_of,
)
from ambula.config import zone_info
from ambula.daily_csv import write_daily_csv
from ambula.dictionary import entry
from ambula.epochs import EpochTable
from ambula.errors import InputError
from ambula.localdays import ZoneHistory
from ambula.store import Store
from ambula.summary import DaySummary, WeekSummary, summarise_days, summarise_week
from ambula.wearer import choose_participant, load_epochs
from nodecore import protocol

# What fits a terminal of 80 columns and answers the first questions; daily.csv has the rest.
_SHOWN = (
    "worn_share",
    "lying_min",
    "sitting_min",
    "sedentary_min",
    "standing_min",
    "walking_min",
    "walking_slow_min",
    "walking_moderate_min",
    "walking_brisk_min",
    "stairs_min",
    "running_min",
    "cycling_min",
    "other_min",
    "not_worn_min",
    "unrecorded_min",
    "steps",
    "cadence_median_spm",
    "walking_met",
    "valid",
)
DISCLAIMER = "For information, not for diagnosis. Talk to a health professional about your pain."


def summary(
    store: StoreOption = None,
    participant: ParticipantOption = None,
    zone: ZoneOption = None,
    csv: Annotated[Path | None, typer.Option(readable=False, metavar="FILE", help="Write daily.csv here too.")] = None,
    json: JsonOption = False,
) -> None:
    """Show each day in figures: wear, postures, walking, steps, cadence."""
    with Store(store_path(store), must_exist=True) as kept:
        who = warn_of_name(choose_participant(kept, participant))
        table, days, week = summarise(kept, who, zones_of(kept, who, zone))
    if csv is not None:
        write_days(days, csv)
    if json:
        print_json({"participant": who, "days": [_plain(d) for d in days], "week": _plain(week)})
        return
    if len(table) == 0:
        raise InputError(f"{who} has no epochs yet: sync the nodes first")
    print_days(who, days)


def summarise(
    store: Store, participant: str, zone: str | ZoneHistory
) -> tuple[EpochTable, list[DaySummary], WeekSummary]:
    """Return a participant's epochs, days and week; `zone`: a name, or the participant's history."""
    table = load_epochs(store, participant)
    days = summarise_days(table, _zones(zone))
    return table, days, summarise_week(days)


def _zones(zone: str | ZoneHistory) -> ZoneHistory:
    return zone if isinstance(zone, ZoneHistory) else ZoneHistory.of(zone_info(zone))


def write_days(days: list[DaySummary], path: Path) -> None:
    """Write daily.csv; raises InputError where that cannot be."""
    try:
        write_daily_csv(days, path)
    except OSError as e:
        raise InputError(f"{path} cannot be written: {e.strerror}") from e


def print_days(title: str, days: list[DaySummary]) -> None:
    """Print the days as columns, four beside each other, so that 80 columns are enough."""
    if days:
        out.print(f"[bold]{title}[/bold], days as in {', '.join(dict.fromkeys(d.zone for d in days))}", highlight=False)
    for start in range(0, len(days), 4):
        some = days[start : start + 4]
        table = Table(box=None, pad_edge=False)
        table.add_column("")
        for day in some:
            table.add_column(day.date.strftime("%a %d %b"), justify="right")
        for name in _SHOWN:
            meaning = entry("day", name)
            table.add_row(meaning.heading, *(meaning.shown(getattr(day, name)) for day in some))
        out.print(table, highlight=False)
    if days:
        out.print(f"[dim]MET table: {days[0].met_table}. {DISCLAIMER}[/dim]", highlight=False)


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


def report(
    store: StoreOption = None,
    participant: ParticipantOption = None,
    zone: ZoneOption = None,
    out_path: Annotated[Path, typer.Option("--out", readable=False, metavar="HTML", help="Where to write it.")] = Path(
        "report.html"
    ),
) -> None:
    """Write the report: one HTML file that opens offline, reads on a phone and prints."""
    with Store(store_path(store), must_exist=True) as kept:
        who = warn_of_name(choose_participant(kept, participant))
        days = make_report(kept, who, zones_of(kept, who, zone), out_path)
    out.print(f"{out_path}: {len(days)} day(s)", highlight=False)


def make_report(store: Store, participant: str, zone: str | ZoneHistory, path: Path) -> list[DaySummary]:
    """Write a participant's report to `path` and return the days in it.

    Raises InputError where there is nothing to report, the file cannot be written, or the [report] extra is missing.
    """
    try:
        from ambula.report import ReportContext, write_report
    except ImportError as e:
        raise InputError(f"reports need {e.name}: pip install 'ambula[report]'") from e
    table, days, week = summarise(store, participant, zone)
    if len(table) == 0:
        raise InputError(f"{participant} has no epochs yet: sync the nodes first")
    firmware = {protocol.ROLE_NAMES[n.role]: n.firmware for n in store.nodes("participant = ?", (participant,))}
    context = ReportContext(
        participant=participant,
        zone=_zones(zone),
        synthetic=bool(store.get("synthetic")),
        firmware=firmware,
        package=ambula.__version__,
    )
    try:
        write_report(table, days, week, path, context)
    except OSError as e:
        raise InputError(f"{path} cannot be written: {e.strerror}") from e
    return days
