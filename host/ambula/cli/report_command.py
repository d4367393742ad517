"""The command that makes the page for the person who wore the nodes: report."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ambula.base.atomic_files import check_places
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
    out_path: Annotated[Path, typer.Option("--out", readable=False, metavar="HTML", help="Where to write it.")] = Path(
        "report.html"
    ),
    pdf: Annotated[Path | None, typer.Option(readable=False, metavar="FILE", help="Also write a PDF here.")] = None,
) -> None:
    """Write the report: one HTML file that opens offline, fits a phone and can be printed."""
    by = rules_of(rules)
    check_places(out_path, pdf)
    with needs("a report", "jinja2", "polib"):
        from ambula.report.make import make_report
    with Store(store_path(store), must_exist=True) as kept:
        who = warn_of_name(choose_participant(kept, participant))
        days = make_report(kept, who, out_path, zones_of(kept, who, zone), by, language, pdf)
    for path in (out_path, pdf):
        if path is not None:
            out.line(f"{path}: {len(days)} day(s)", whole=True)
