"""The command that shows each day in figures: summary."""

from pathlib import Path
from typing import Annotated

import typer

from ambula.base.atomic_files import check_places, writing
from ambula.base.errors import InputError
from ambula.cli.common import (
    JsonOption,
    ParticipantOption,
    RulesOption,
    StoreOption,
    ZoneOption,
    rules_of,
    store_path,
    warn_of_name,
    zones_of,
)
from ambula.cli.output import BOLD, DIM, YELLOW, Table, err, out
from ambula.cli.summary_formats import Format, Per, check_format, give_summary
from ambula.days.csv_file import write_daily_csv
from ambula.days.dictionary import entry
from ambula.days.rules import SETS, Rules
from ambula.days.summary import DaySummary
from ambula.participant.epochs import choose_participant
from ambula.participant.results import results
from ambula.store import Store

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
    "bends",
    "bed_min",
    "nodes_swapped",
    "valid",
)
_LABELS, _DAY = 31, 12  # columns of a terminal that the names take, and a day
_SWAPPED = (
    "the nodes look swapped, because walking shook the back node more than the thigh node. Postures, walking and steps "
    "are wrong, and nothing puts them right later: each node classified by the rules of its own place. So such a day "
    "does not count. Put the thigh node on the thigh and the back node on the lower back, walk, and run `ambula check`."
)
DISCLAIMER = "For information, not for diagnosis. Talk to a health professional about your pain."


def summary(
    store: StoreOption = None,
    participant: ParticipantOption = None,
    zone: ZoneOption = None,
    rules: RulesOption = None,
    form: Annotated[Format, typer.Option("--format", help="csv, parquet and json have every figure.")] = Format.TABLE,
    per: Annotated[Per, typer.Option(help="One row per day or per week, in CSV and Parquet.")] = Per.DAY,
    out_path: Annotated[
        Path | None, typer.Option("--out", readable=False, metavar="FILE", help="Where to write it.")
    ] = None,
    csv: Annotated[Path | None, typer.Option(readable=False, metavar="FILE", help="Also write daily.csv here.")] = None,
    json: JsonOption = False,
) -> None:
    """Show each day in figures: wear, postures, walking, steps, cadence."""
    form = Format.JSON if json else form
    check_format(form, out_path)
    check_places(out_path, csv)
    by = rules_of(rules)
    with Store(store_path(store), must_exist=True) as kept:
        who = warn_of_name(choose_participant(kept, participant))
        outcome = results(kept, who, zones_of(kept, who, zone), by)
    if csv is not None:
        write_days(outcome.days, csv)
    if form is not Format.TABLE:
        give_summary(form, per, who, outcome, by, out_path)
    elif len(outcome.table) == 0:
        raise InputError(f"{who} has no epochs yet: sync the nodes first")
    else:
        print_days(who, outcome.days)
        if hint := _hint(outcome.days, by):
            out.line(hint, YELLOW)
        for line in (*outcome.versions, *outcome.clocks):
            out.line(line)
    _warn_of_height(who, outcome.days)


def _warn_of_height(who: str, days: list[DaySummary]) -> None:
    """Say on standard error that pace rests on a height that was assumed."""
    if days and not days[0].height_known:
        assumed = f"{days[0].height_m:.2f} m assumed for pace"
        err.line(f"note: {who}: height not set: {assumed}. Set it: `ambula height 182`", YELLOW)


def write_days(days: list[DaySummary], path: Path) -> None:
    """Write daily.csv; raises InputError where that cannot be."""
    with writing(path):
        write_daily_csv(days, path)


def print_days(title: str, days: list[DaySummary]) -> None:
    """Print the days as columns: at a terminal four beside each other, so that 80 columns are enough."""
    if not days:
        return
    beside = max(1, min(4, (out.columns - _LABELS) // _DAY)) if out.is_terminal else len(days)
    out.line(f"{title}, days as in {', '.join(dict.fromkeys(d.zone for d in days))}", BOLD)
    for start in range(0, len(days), beside):
        some = days[start : start + beside]
        heads = ["", *(day.date.strftime("%a %d %b") for day in some)]
        rows = [[entry("day", name).heading, *_cells(name, some)] for name in _SHOWN]
        out.table(Table(rows, heads, right=frozenset(range(1, len(heads)))))
    if swapped := [day.date.isoformat() for day in days if day.nodes_swapped]:
        out.line(f"{', '.join(swapped)}: {_SWAPPED}", YELLOW)
    if not days[0].height_known:
        out.line(f"Pace and MET are for a height of {days[0].height_m:.2f} m, which is assumed.", DIM)
    out.line(f"MET table: {days[0].met_table}. {DISCLAIMER}", DIM)


def _hint(days: list[DaySummary], rules: Rules) -> str:
    """Return what to do where no day counts, for want of wear alone, that would by the rules for waking hours."""
    waking = SETS["waking"]
    most_h = max((d.worn_min / 60 for d in days if d.span_epochs == d.day_epochs), default=0.0)
    if any(d.valid for d in days) or not waking.valid_worn_h <= most_h < rules.valid_worn_h:
        return ""
    return (
        f"No day counts: none was worn for {rules.valid_worn_h:g} h. Where the nodes are off at night, "
        f"`--rules waking` counts whole days from {waking.valid_worn_h:g} h of wear on."
    )


def _cells(name: str, days: list[DaySummary]) -> list[str]:
    return [entry("day", name).shown(getattr(day, name)) for day in days]
