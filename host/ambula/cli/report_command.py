"""The command that makes the page for the person who wore the nodes: report."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

import ambula
from ambula.base.atomic_files import check_places, write_whole
from ambula.base.config import zone_info
from ambula.base.errors import InputError
from ambula.base.optional_imports import needs
from ambula.base.translation import SOURCE
from ambula.cli.common import (
    ParticipantOption,
    RulesOption,
    StoreOption,
    ZoneOption,
    rules_of,
    store_path,
    warn_of_name,
    writing,
    zones_of,
)
from ambula.cli.output import out
from ambula.days.local_days import ZoneHistory
from ambula.days.rules import DEFAULT, Rules
from ambula.days.summary import DaySummary
from ambula.participant.epochs import choose_participant
from ambula.participant.results import results
from ambula.programme.participant import programme_of
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
    out_path: Annotated[Path, typer.Option("--out", readable=False, metavar="HTML", help="Where to write it.")] = Path(
        "report.html"
    ),
    pdf: Annotated[Path | None, typer.Option(readable=False, metavar="FILE", help="Write a PDF here too.")] = None,
) -> None:
    """Write the report: one HTML file that opens offline, reads on a phone and prints."""
    by = rules_of(rules)
    check_places(out_path, pdf)
    with Store(store_path(store), must_exist=True) as kept:
        who = warn_of_name(choose_participant(kept, participant))
        days = make_report(kept, who, zones_of(kept, who, zone), out_path, by, language, pdf)
    for path in (out_path, pdf):
        if path is not None:
            out.line(f"{path}: {len(days)} day(s)")


def make_report(
    store: Store,
    participant: str,
    zone: str | ZoneHistory,
    path: Path,
    rules: Rules = DEFAULT,
    language: str = SOURCE,
    pdf_path: Path | None = None,
) -> list[DaySummary]:
    """Write a participant's report to `path`, and as PDF to `pdf_path`; return the days in it.

    Raises InputError where there is nothing to report or a file cannot be written, MissingPart without a library.
    """
    with needs("a report", "jinja2", "polib"):
        from ambula.report import ReportContext, render_report
        from ambula.report.pdf import pdf_of
    zones = zone if isinstance(zone, ZoneHistory) else ZoneHistory.of(zone_info(zone))
    found = results(store, participant, zones, rules)
    if len(found.table) == 0:
        raise InputError(f"{participant} has no epochs yet: sync the nodes first")
    context = ReportContext(
        participant=participant,
        zone=zones,
        synthetic=bool(store.get("synthetic")),
        firmware=found.firmware,
        package=ambula.__version__,
        rules=rules,
        ledgers=found.ledgers,
        clocks=tuple(found.clocks),
        programme=programme_of(store, participant, found.table, zones),
        language=language,
    )
    page = render_report(found.table, found.days, found.week, context)
    printed = None if pdf_path is None else pdf_of(page)
    with writing(path):
        write_whole(path, page)
    if pdf_path is not None and printed is not None:
        with writing(pdf_path):
            write_whole(pdf_path, printed)
    return found.days
