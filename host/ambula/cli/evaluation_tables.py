"""An evaluation as tables that fit a terminal of 80 columns."""

from collections.abc import Iterator, Mapping

from rich.markup import escape
from rich.table import Table

from ambula.evaluation.cadence import CadenceScore, CadenceScores
from ambula.evaluation.compare import Evaluation
from ambula.evaluation.metrics import ClassScores

_SHORT = 5  # letters of a class over a column of counts
_WORST = 5


def pieces(found: Evaluation) -> Iterator[str | Table]:
    """Yield what to print, in turn: what was scored, the tables, what was not scored and why."""
    sites = " and ".join(found.sites)
    yield f"[bold]{escape(found.dataset)}, {sites}[/bold]: {found.people} people, {found.recordings} recordings, " + (
        f"{found.hours:.1f} h; ambula {found.version}"
    )
    classes = found.classes
    if classes:
        yield _title(f"classes, {next(iter(classes.values())).epochs} epochs")
        yield _overall(classes)
        yield _title("class by class: over all epochs, and F1 as the mean over people")
        yield _by_class(classes)
        for name, scores in classes.items():
            yield _title(f"{name}: true class (row) and what it said (column), in epochs")
            yield _confusion(scores)
            yield f"worst people, {name}: " + ", ".join(
                f"{escape(p.subject)} {p.accuracy:.3f}" for p in scores.people[:_WORST]
            )
    cadence = found.cadence
    if cadence:
        yield _title("cadence by true cadence, steps/min; shares are of all epochs")
        yield _cadence(cadence)
        yield from (_steps(name, scores) for name, scores in cadence.items() if scores.steps)
    yield from _left_out(found)


def _overall(all_scores: Mapping[str, ClassScores]) -> Table:
    table = _table("")
    for heading in ("accuracy", "of people", "balanced", "macro-F1", "of people"):
        table.add_column(heading, justify="right")
    for name, s in all_scores.items():
        figures = (s.accuracy, s.mean_accuracy, s.balanced_accuracy, s.macro_f1, s.mean_macro_f1)
        table.add_row(name, *(_share(f) for f in figures))
    return table


def _by_class(all_scores: Mapping[str, ClassScores]) -> Table:
    table = _table("class")
    for heading in ("epochs", "people", "program", "precision", "recall", "F1", "mean F1"):
        table.add_column(heading, justify="left" if heading == "program" else "right")
    for klass in next(iter(all_scores.values())).classes:
        first = True
        for name, scores in all_scores.items():
            s = scores.classes[klass]
            head = (klass, str(s.epochs), str(s.people)) if first else ("", "", "")
            table.add_row(*head, name, *(_share(f) for f in (s.precision, s.recall, s.f1, s.mean_f1)))
            first = False
    return table


def _confusion(scores: ClassScores) -> Table:
    table = _table("")
    for column in scores.columns:
        table.add_column(column.replace("_", " ")[:_SHORT].strip(), justify="right")
    for klass, row in zip(scores.classes, scores.confusion, strict=True):
        cells = [
            f"[bold]{count}[/bold]" if column == klass else str(count) if count else "[dim].[/dim]"
            for column, count in zip(scores.columns, row, strict=True)
        ]
        table.add_row(klass, *cells)
    return table


def _cadence(all_scores: Mapping[str, CadenceScores]) -> Table:
    table = _table("")
    for heading in ("epochs", "program", "answered", "MAE", "bias", "within 5", "10 %", "octave"):
        table.add_column(heading, justify="left" if heading == "program" else "right")
    for group in next(iter(all_scores.values())).groups:
        first = True
        for name, scores in all_scores.items():
            s = scores.groups[group]
            table.add_row(*((group, str(s.epochs)) if first else ("", "")), name, *_cadence_cells(s))
            first = False
    return table


def _cadence_cells(s: CadenceScore) -> tuple[str, ...]:
    shares = tuple(_share(f) for f in (s.within_5, s.within_10_percent, s.octave))
    return (_share(s.answered), _number(s.mae), _number(s.bias), *shares)


def _steps(name: str, scores: CadenceScores) -> str:
    s = scores.steps
    assert s is not None  # `pieces` asks only where there is one
    return (
        f"steps, {name}: mean error {100 * s.mape:.1f} % of a recording's steps (median {100 * s.median_ape:.1f} %, "
        f"bias {100 * s.bias:+.1f} %); {s.counted_steps:.0f} counted, {s.true_steps:.0f} true, "
        f"{s.recordings} recordings"
    )


def _left_out(found: Evaluation) -> Iterator[str]:
    yield ""
    if found.excluded:
        yield f"no class scored in {sum(found.excluded.values())} of {found.epochs} epochs: {_listed(found.excluded)}"
    if found.cadence_excluded:
        yield f"no cadence scored in {sum(found.cadence_excluded.values())}: {_listed(found.cadence_excluded)}"
    yield from map(escape, found.notes)


def _listed(counts: Mapping[str, int]) -> str:
    return escape(", ".join(f"{name} {count}" for name, count in counts.items()))


def _table(first: str) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column(first)
    return table


def _title(text: str) -> str:
    return f"\n[italic]{text}[/italic]"


def _share(value: float) -> str:
    return f"{value:.3f}"


def _number(value: float) -> str:
    return "-" if value != value else f"{value:.2f}"
