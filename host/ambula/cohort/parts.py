"""Part files: the results of a batch of people, written whole or not at all, so that a cut job can resume."""

import csv
import hashlib
import json
import os
import shutil
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ambula.base.optional_imports import library
from ambula.base.version import SOFTWARE
from ambula.cohort.people import Ask, Bad, Person, people_of
from ambula.days.parquet_file import Kind, arrow_table, schema_of
from ambula.days.rules import Rules
from ambula.days.summary import DaySummary, WeekSummary

_GROUP_ROWS = 8192  # of the output; bounds what is in memory
_NAMES: dict[Kind, str] = {DaySummary: "days.parquet", WeekSummary: "persons.parquet"}


@dataclass(frozen=True)
class Batch:
    """Sources that are done together; `key` names the part, and is another where the sources or the question change."""

    key: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Done:
    """What a batch came to; peak_kib: the most memory that its process has had; swapped: days with swapped nodes.

    programs: how many people's epochs other programs had joined, by their names.
    """

    people: int
    days: int
    epochs: int
    bad: tuple[Bad, ...]
    peak_kib: int = 0
    swapped: int = 0
    programs: dict[str, int] = field(default_factory=dict[str, int])


def batches(sources: list[Path], ask: Ask, size: int | None = None) -> list[Batch]:
    """Cut sources into batches of `size`; by default 1 for a few people, up to 16 for many."""
    step = size or max(1, min(16, len(sources) // 16))
    return [_batch(sources[i : i + step], ask) for i in range(0, len(sources), step)]


def _batch(sources: list[Path], ask: Ask) -> Batch:
    question = [SOFTWARE, asdict(ask), [_print(source) for source in sources]]
    key = hashlib.sha256(json.dumps(question).encode()).hexdigest()[:24]
    return Batch(key, tuple(map(str, sources)))


def _print(source: Path) -> list[Any]:
    """Return what shows that a source has changed: names, sizes, times."""
    files = sorted(source.glob("*.parquet")) if source.is_dir() else [source]
    stats = [file.stat() for file in files]
    return [str(source), *([s.st_size, s.st_mtime_ns] for s in stats)]


def do_batch(folder: Path, batch: Batch, ask: Ask) -> Done:
    """Make the part of a batch in `folder` and return what it came to; one that is there already stays as it is."""
    people: list[Person] = []
    bad: list[Bad] = []
    for source in batch.sources:
        for found in people_of(Path(source), ask):
            if isinstance(found, Bad):
                bad.append(found)
            else:
                people.append(found)
    days = [day for person in people for day in person.days]
    swapped = sum(day.nodes_swapped is True for day in days)
    programs = Counter(name for person in people for name in person.programs if name != SOFTWARE)
    epochs = sum(p.epochs for p in people)
    done = Done(len(people), len(days), epochs, tuple(bad), _peak_kib(), swapped, dict(programs))
    made = folder / f"{batch.key}.{os.getpid()}.part"
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir()
    parquet = library("pyarrow.parquet", "pyarrow")
    parquet.write_table(arrow_table(DaySummary, days), made / _NAMES[DaySummary])
    parquet.write_table(arrow_table(WeekSummary, [p.week for p in people]), made / _NAMES[WeekSummary])
    (made / "done.json").write_text(json.dumps({"software": SOFTWARE, **asdict(done)}), "utf-8")
    try:
        made.rename(folder / batch.key)
    except OSError:  # a run that was cut off had a worker that ended it meanwhile: the same
        shutil.rmtree(made)
    return done


def done_of(folder: Path, batch: Batch) -> Done | None:
    """Return what a batch came to, None where it has no part yet."""
    note = folder / batch.key / "done.json"
    if not note.exists():
        return None
    values = json.loads(note.read_text("utf-8"))
    del values["software"]  # this one: the part's key is of it
    bad = tuple(Bad(**b) for b in values.pop("bad"))
    return Done(bad=bad, **values)


def left_by_others(folder: Path) -> tuple[str, ...]:
    """Return which other programs left parts in `folder`, sorted: this one never takes them into its tables."""
    notes = [json.loads(path.read_text("utf-8")) for path in folder.glob("*/done.json")]
    return tuple(sorted({note.get("software", "an older Ambula") for note in notes} - {SOFTWARE}))


def join_parts(folder: Path, order: Iterable[Batch], kind: Kind, rules: Rules, path: Path) -> None:
    """Write the parts' rows in the order of the batches as one Parquet file, a row group at a time."""
    parquet = library("pyarrow.parquet", "pyarrow")
    with parquet.ParquetWriter(path, schema_of(kind, rules)) as writer:
        for group in _groups(folder, order, kind):
            writer.write_table(group)


def _groups(folder: Path, order: Iterable[Batch], kind: Kind) -> Iterator[Any]:
    arrow, parquet = library("pyarrow", "pyarrow"), library("pyarrow.parquet", "pyarrow")
    waiting: list[Any] = []
    for batch in order:
        waiting.append(parquet.read_table(folder / batch.key / _NAMES[kind], use_threads=False))
        if sum(len(table) for table in waiting) >= _GROUP_ROWS:
            yield arrow.concat_tables(waiting).combine_chunks()
            waiting = []
    if waiting:
        yield arrow.concat_tables(waiting).combine_chunks()


def repeated_codes(folder: Path, order: Iterable[Batch]) -> tuple[str, ...]:
    """Return the participants' codes that stand for more than one person of the parts, sorted."""
    parquet = library("pyarrow.parquet", "pyarrow")
    name = _NAMES[WeekSummary]
    codes = Counter[str]()
    for batch in order:
        codes.update(parquet.read_table(folder / batch.key / name, columns=["participant"]).column(0).to_pylist())
    return tuple(sorted(code for code, count in codes.items() if count > 1))


def write_bad(bad: Iterable[Bad], path: Path) -> None:
    """Write who could not be read, and why, as CSV."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["source", "participant", "reason"])
        writer.writerows((b.source, b.participant, b.reason) for b in bad)


def _peak_kib() -> int:
    """Return the most memory that this process has had, in KiB; 0 where the system does not say."""
    try:
        import resource  # not on Windows
    except ImportError:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // 1024 if sys.platform == "darwin" else peak
