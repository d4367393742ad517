"""One person of a cohort: out of a store or a data set, to days and a week. Every engine calls this, nothing else."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from math import nan
from pathlib import Path

from ambula.base.config import zone_info
from ambula.base.errors import AmbulaError, InputError
from ambula.base.version import SOFTWARE
from ambula.cohort.epoch_set import KEY, participant_of, programs_of, read_epoch_set, read_height_m
from ambula.days.local_days import ZoneHistory
from ambula.days.origin import Origin, together
from ambula.days.rules import Rules
from ambula.days.summary import DaySummary, WeekSummary, summarise_days, summarise_week
from ambula.participant.results import results
from ambula.participant.zones import has_zone, zones_of
from ambula.store import Store


@dataclass(frozen=True)
class Ask:
    """By which rules, and by which zone days are cut: `zone` always, or `default_zone` where the data names none."""

    rules: Rules
    zone: str | None
    default_zone: str


@dataclass(frozen=True)
class Person:
    """One person's figures, of how many epochs they were made, and which programs had joined these, if it is known."""

    days: list[DaySummary]
    week: WeekSummary
    epochs: int
    programs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Bad:
    """What could not be read: source, participant ("" if unknown), and why, in one line."""

    source: str
    participant: str
    reason: str


def find_sources(folder: Path) -> list[Path]:
    """Return the stores (*.db) and the data set's folders (participant=*) below a folder, in the order of their names.

    Raises InputError where there are none.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder")
    sources = [p for p in folder.rglob("*.db") if p.is_file()] + [p for p in folder.rglob(f"{KEY}*") if p.is_dir()]
    if not sources:
        raise InputError(f"{folder}: has neither stores (*.db) nor a data set of epochs ({KEY}CODE/*.parquet)")
    return sorted(sources)


def people_of(source: Path, ask: Ask) -> Iterator[Person | Bad]:
    """Yield the people of a store or of a data set's folder, each as figures or as what is wrong; never raises."""
    if source.is_dir():
        yield _told(source, participant_of(source), lambda: _of_set(source, ask))
        return
    try:
        with Store(source, must_exist=True) as store:
            codes = store.participants()
            if not codes:
                yield Bad(str(source), "", "has no recordings")
            for code in codes:
                yield _told(source, code, lambda code=code: _of_store(store, code, ask))
    except AmbulaError as e:
        yield Bad(str(source), "", str(e))


def _of_store(store: Store, participant: str, ask: Ask) -> Person:
    default_zone = None if has_zone(store, participant) else ask.default_zone
    zones = zones_of(store, participant, ask.zone or default_zone)
    outcome = results(store, participant, zones, ask.rules)
    return Person(outcome.days, outcome.week, len(outcome.table))


def _of_set(folder: Path, ask: Ask) -> Person:
    changed = ask.rules.of_epochs.changed()
    if changed:
        raise InputError(f"{', '.join(changed)}: an epoch's rules need the nodes' records. Give the stores (*.db)")
    table, zones = read_epoch_set(folder, ask.default_zone)
    if ask.zone:
        zones = ZoneHistory.of(zone_info(ask.zone))
    height_m = read_height_m(folder)
    origin = Origin(participant_of(folder), (), nan if height_m is None else height_m, height_m is not None)
    programs = programs_of(folder)
    by = together([*programs, SOFTWARE])
    days = [replace(d, software=by) for d in summarise_days(table, zones, ask.rules, origin)]
    week = replace(summarise_week(days, rules=ask.rules), software=by)
    return Person(days, week, len(table), programs)


def _told(source: Path, participant: str, work: Callable[[], Person]) -> Person | Bad:
    """Return what `work` gives, or in one line why it gives nothing: one person's fault must not end a cohort."""
    try:
        person = work()
    except Exception as e:
        reason = str(e) if isinstance(e, AmbulaError) else f"{type(e).__name__}: {e}"
        return Bad(str(source), participant, " ".join(reason.split()))
    return person if person.epochs else Bad(str(source), participant, "has no epochs")
