"""The command for many people at once: cohort."""

import os
from pathlib import Path
from typing import Annotated

import typer

from ambula.base.errors import InputError
from ambula.base.version import SOFTWARE
from ambula.cli.common import (
    JsonOption,
    RulesOption,
    ZoneOption,
    rules_of,
)
from ambula.cli.output import err, out, print_json, progress
from ambula.cohort import Engine, Outcome, run_cohort
from ambula.cohort.parts import Done
from ambula.participant.zones import home_zone

DirArgument = Annotated[
    Path,
    typer.Argument(metavar="DIR", help="Folder of stores (*.db) or of epochs in Parquet (participant=CODE/*.parquet)."),
]


def cohort(
    folder: DirArgument,
    out_path: Annotated[
        Path, typer.Option("--out", readable=False, metavar="PARQUET", help="One row per person and day.")
    ] = Path("person_days.parquet"),
    persons: Annotated[Path | None, typer.Option(readable=False, metavar="PARQUET", help="One row per person.")] = None,
    engine: Annotated[Engine, typer.Option(help="Run in processes on this computer, or on Dask.")] = Engine.LOCAL,
    jobs: Annotated[int, typer.Option(min=1, metavar="N", help="Number of processes.")] = os.cpu_count() or 1,
    scheduler: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Address of a running Dask cluster.")] = None,
    zone: ZoneOption = None,
    rules: RulesOption = None,
    json: JsonOption = False,
) -> None:
    """Make tables of many people's days. If it was cut off, it goes on from there."""
    by = rules_of(rules)
    if scheduler is not None and engine is not Engine.DASK:
        raise InputError("--scheduler is for --engine dask")
    with progress() as show:
        show("people", None)

        def tell(done: int, of: int, newest: Done | None) -> None:
            show("people", done / max(of, 1))
            for bad in newest.bad if newest else ():
                who = f"{bad.source}, {bad.participant}" if bad.participant else bad.source
                _warn(f"left out {who}: {bad.reason}")

        outcome = run_cohort(
            folder,
            out_path,
            persons,
            rules=by,
            zone=zone,
            default_zone=home_zone(),
            engine=engine,
            jobs=jobs,
            scheduler=scheduler,
            tell=tell,
        )
    for code in outcome.repeated:
        _warn(f"{code} is in several sources. Each counts as a person of its own in the tables")
    for name in outcome.left:
        _warn(f"what {name} had done of these tables is not in them: all of it was made anew by {SOFTWARE}")
    for name, people in outcome.programs.items():
        _warn(
            f"the epochs of {people} person(s) were joined by {name}, their figures made by {SOFTWARE}: maybe not "
            "comparable. The column software names both programs; give the stores (*.db), and one makes all"
        )
    if outcome.swapped:
        _warn(f"{outcome.swapped} day(s) have nodes that look swapped: see nodes_swapped. They are not valid")
    _say(outcome, out_path, persons, json)
    if outcome.bad:
        raise InputError(
            f"{len(outcome.bad)} could not be read: {out_path}.bad.csv lists them. All others are in the tables"
        )


def _warn(words: str) -> None:
    err.line(f"ambula: {words}")


def _say(outcome: Outcome, out_path: Path, persons: Path | None, json: bool) -> None:
    if json:
        counts = {"people": outcome.people, "days": outcome.days, "epochs": outcome.epochs}
        counts |= {"sources": outcome.sources, "reused": outcome.reused, "bad": len(outcome.bad)}
        print_json({**counts, "programs": outcome.programs})
        return
    also = f", {persons}" if persons else ""
    out.line(f"{out_path}{also}: {outcome.days} day(s) of {outcome.people} people", whole=True)
