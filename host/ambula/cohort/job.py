"""Runs a cohort job from a folder to its tables. It resumes after a cut, and leaves out people who cannot be read."""

import shutil
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from pathlib import Path

from ambula.base.atomic_files import check_places, replacing
from ambula.base.errors import InputError
from ambula.base.optional_imports import library
from ambula.cohort.engines import here, on_dask
from ambula.cohort.parts import (
    Batch,
    Done,
    batches,
    do_batch,
    done_of,
    join_parts,
    left_by_others,
    repeated_codes,
    write_bad,
)
from ambula.cohort.people import Ask, Bad, find_sources
from ambula.days.parquet_file import Kind
from ambula.days.rules import DEFAULT, Rules
from ambula.days.summary import DaySummary, WeekSummary


class Engine(StrEnum):
    """Who does the work."""

    LOCAL = "local"
    DASK = "dask"


@dataclass(frozen=True)
class Outcome:
    """What a job came to: counts, who could not be read, how many sources a run before had done, worst memory.

    repeated: codes that several sources have, each as a person of its own. swapped: days whose nodes look swapped.
    programs: how many people's epochs other programs had joined, by their names. left: programs whose parts of a run
    before were not used.
    """

    people: int
    days: int
    epochs: int
    sources: int
    reused: int
    bad: tuple[Bad, ...]
    peak_kib: int
    repeated: tuple[str, ...]
    swapped: int = 0
    programs: dict[str, int] = field(default_factory=dict[str, int])
    left: tuple[str, ...] = ()


Tell = Callable[[int, int, Done | None], None]
"""Called with the number of sources done, of all sources, and the result of the newest batch."""


def run_cohort(
    folder: Path,
    out: Path,
    persons: Path | None = None,
    *,
    rules: Rules = DEFAULT,
    zone: str | None = None,
    default_zone: str = "UTC",
    engine: Engine = Engine.LOCAL,
    jobs: int = 1,
    scheduler: str | None = None,
    tell: Tell = lambda done, of, newest: None,
) -> Outcome:
    """Write one row per person and day to `out`, one per person to `persons`, of all stores and data sets in `folder`.

    Parts lie in `out`.parts until the end, so that the same call goes on where one was cut off; the same bytes come
    out. Those who could not be read are in `out`.bad.csv, if there are any. Raises InputError where there is
    nothing to read, nothing can be written, or a library is missing.
    """
    library("pyarrow", "pyarrow")
    check_places(out, persons)
    ask = Ask(rules, zone, default_zone)
    order = batches(find_sources(folder.resolve()), ask)
    parts = out.resolve().with_name(f"{out.name}.parts")  # whole paths: a worker may have another folder
    with _writing(out):
        parts.mkdir(parents=True, exist_ok=True)
        outcome = _do(parts, order, ask, engine, jobs, scheduler, tell)
        tables: dict[Path, Kind] = {out: DaySummary} if persons is None else {persons: WeekSummary, out: DaySummary}
        for path, kind in tables.items():
            with replacing(path) as made:
                join_parts(parts, order, kind, rules, made)
        bad_csv = out.with_name(f"{out.name}.bad.csv")
        bad_csv.unlink(missing_ok=True)
        if outcome.bad:
            with replacing(bad_csv) as made:
                write_bad(outcome.bad, made)
        shutil.rmtree(parts)
    return outcome


def _do(
    parts: Path, order: list[Batch], ask: Ask, engine: Engine, jobs: int, scheduler: str | None, tell: Tell
) -> Outcome:
    sources = {batch.key: len(batch.sources) for batch in order}
    known = {batch.key: done for batch in order for done in [done_of(parts, batch)] if done is not None}
    finished, all_sources, now = sum(sources[key] for key in known), sum(sources.values()), 0
    tell(finished, all_sources, None)
    work = partial(_keyed, parts, ask)
    waiting = iter([batch for batch in order if batch.key not in known])
    stream = here(work, waiting, jobs) if engine is Engine.LOCAL else on_dask(work, waiting, jobs, scheduler)
    for key, done in stream:
        known[key] = done
        finished, now = finished + sources[key], now + sources[key]
        tell(finished, all_sources, done)
    whole = [known[batch.key] for batch in order]
    programs = Counter[str]()
    for done in whole:
        programs.update(done.programs)
    return Outcome(
        people=sum(d.people for d in whole),
        days=sum(d.days for d in whole),
        epochs=sum(d.epochs for d in whole),
        sources=all_sources,
        reused=all_sources - now,
        bad=tuple(bad for d in whole for bad in d.bad),
        swapped=sum(d.swapped for d in whole),
        peak_kib=max((d.peak_kib for d in whole), default=0),
        repeated=repeated_codes(parts, order),
        programs=dict(programs),
        left=left_by_others(parts),
    )


def _keyed(parts: Path, ask: Ask, batch: Batch) -> tuple[str, Done]:
    return batch.key, do_batch(parts, batch, ask)


@contextmanager
def _writing(path: Path) -> Generator[None]:
    try:
        yield
    except OSError as e:
        raise InputError(f"{e.filename or path} cannot be written: {e.strerror or e}; the same command goes on") from e
