"""A participant's report out of the store, as HTML and as PDF: for the person, for the clinician, or all numbers."""

from enum import StrEnum
from pathlib import Path

from ambula.base.atomic_files import write_whole, writing
from ambula.base.errors import InputError
from ambula.base.translation import SOURCE
from ambula.base.version import PROGRAM
from ambula.days.local_days import ZoneHistory, Zones
from ambula.days.rules import DEFAULT, SETS, Rules
from ambula.days.summary import DaySummary
from ambula.participant.results import Results, results
from ambula.participant.zones import zones_of
from ambula.programme.participant import pain_by_date, programme_if_read
from ambula.report.clinician_page import render_clinician
from ambula.report.context import ReportContext
from ambula.report.page import render_report
from ambula.report.pdf import pdf_of
from ambula.report.person_page import render_person
from ambula.report.person_week import latest_week
from ambula.store import Store


class Kind(StrEnum):
    """Which page: the person's, the clinician's, or the one with all numbers."""

    PERSON = "person"
    CLINICIAN = "clinician"
    DETAIL = "detail"


def make_report(
    store: Store,
    participant: str,
    path: Path,
    zones: Zones | None = None,
    rules: Rules = DEFAULT,
    language: str = SOURCE,
    pdf_path: Path | None = None,
    kind: Kind = Kind.PERSON,
) -> list[DaySummary]:
    """Write a participant's report to `path`, and as PDF to `pdf_path`; return the days in it.

    zones: as in `results`. language: "en" or "nb". kind: which page. Raises InputError where there is nothing to report
    or a file cannot be written, MissingPart where a PDF is asked for and a library is missing.

    Example:
        >>> from pathlib import Path
        >>> import ambula
        >>> with ambula.Store(Path("ambula.db")) as store:
        ...     days = ambula.make_report(store, "P01", Path("report.html"))
        >>> len(days)
        7
    """
    zones = zones_of(store, participant, None) if zones is None else ZoneHistory.of(zones)
    outcome, rules = _results(store, participant, zones, rules)
    if len(outcome.table) == 0:
        raise InputError(f"{participant} has no epochs yet: sync the nodes first")
    context = ReportContext(
        participant=participant,
        zone=zones,
        synthetic=bool(store.get("synthetic")),
        firmware=outcome.firmware,
        package=PROGRAM,
        rules=rules,
        ledgers=outcome.ledgers,
        clocks=tuple(outcome.clocks),
        versions=tuple(outcome.versions),
        accepted=tuple(check for check in outcome.checks if check.accepted_by),
        programme=programme_if_read(store, participant, outcome.table, zones),
        pain=tuple(pain_by_date(store.notes(participant), zones)),
        language=language,
    )
    page = _page(kind, outcome, context)
    printed = None if pdf_path is None else pdf_of(page)
    with writing(path):
        write_whole(path, page)
    if pdf_path is not None and printed is not None:
        with writing(pdf_path):
            write_whole(pdf_path, printed)
    return outcome.days


def _results(store: Store, participant: str, zones: ZoneHistory, rules: Rules) -> tuple[Results, Rules]:
    """Return the results and their rules: those for waking hours where by the default ones the latest week is too thin.

    Who takes the nodes off at night has no day of 16 hours, and yet whole days: the page says by which rule they count.
    """
    outcome, waking = results(store, participant, zones, rules), SETS["waking"]
    if rules == DEFAULT and not latest_week(outcome.days).is_typical:
        awake = results(store, participant, zones, waking)
        if latest_week(awake.days, waking).is_typical:
            return awake, waking
    return outcome, rules


def _page(kind: Kind, outcome: Results, context: ReportContext) -> str:
    if kind is Kind.PERSON:
        return render_person(outcome.table, outcome.days, context)
    if kind is Kind.CLINICIAN:
        return render_clinician(outcome.table, outcome.days, context)
    return render_report(outcome.table, outcome.days, outcome.week, context)
