"""The command that makes the pages of a recording: report."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ambula.base.atomic_files import check_places
from ambula.base.errors import InputError
from ambula.base.optional_imports import needs
from ambula.cli.common import (
    ParticipantOption,
    RulesOption,
    StoreOption,
    ZoneOption,
    rules_of,
    store_path,
    warn_of_name,
    zones_of,
)
from ambula.cli.output import out
from ambula.participant.epochs import choose_participant
from ambula.store import Store


class LanguageCode(StrEnum):
    """The report's languages, by the code that the user gives."""

    EN = "en"
    NB = "nb"


def report(
    store: StoreOption = None,
    participant: ParticipantOption = None,
    zone: ZoneOption = None,
    rules: RulesOption = None,
    language: Annotated[LanguageCode, typer.Option(help="English, or Norwegian Bokmål.")] = LanguageCode.EN,
    clinician: Annotated[
        bool, typer.Option("--clinician", help="The clinician's page instead: one side, the days in numbers.")
    ] = False,
    detail: Annotated[
        bool, typer.Option("--detail", help="The long page instead: every figure, its meaning and its source.")
    ] = False,
    out_path: Annotated[
        Path | None,
        typer.Option(
            "--out",
            readable=False,
            metavar="HTML",
            help="Where to write it. Default: report.html; the others have their name in it.",
        ),
    ] = None,
    pdf: Annotated[Path | None, typer.Option(readable=False, metavar="FILE", help="Also write a PDF here.")] = None,
) -> None:
    """Write the report: one HTML file for the person who wore the nodes, which opens offline and can be printed.

    It shows the latest seven days, and fits a phone. --clinician and --detail write other pages.
    """
    by = rules_of(rules)
    if clinician and detail:
        raise InputError("--clinician and --detail are two pages: give one of them at a time")
    with needs("a report", "jinja2", "polib"):
        from ambula.report.make import Kind, make_report
    kind = Kind.CLINICIAN if clinician else Kind.DETAIL if detail else Kind.PERSON
    if out_path is None:
        out_path = Path("report.html" if kind is Kind.PERSON else f"report-{kind}.html")
    check_places(out_path, pdf)
    with Store(store_path(store), must_exist=True) as kept:
        who = warn_of_name(choose_participant(kept, participant))
        days = make_report(kept, who, out_path, zones_of(kept, who, zone), by, language, pdf, kind)
    for path in (out_path, pdf):
        if path is not None:
            out.line(f"{path}: {len(days)} day(s)", whole=True)
