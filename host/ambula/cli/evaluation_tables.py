"""An evaluation as lines and tables that fit a terminal of 80 columns."""

from collections.abc import Mapping

from ambula.cli.output import BOLD, DIM, ITALIC, Cell, Table, out
from ambula.evaluation.cadence import CadenceScore, CadenceScores
from ambula.evaluation.compare import Evaluation
from ambula.evaluation.metrics import ClassScores

_SHORT = 5  # letters of a class over a column of counts
_WORST = 5


def show(evaluation: Evaluation) -> None:
    """Print what was scored, the tables, what was not scored and why."""
    out.line(
        f"{evaluation.dataset}, {' and '.join(evaluation.sites)}: {evaluation.people} people, "
        f"{evaluation.recordings} recordings, {evaluation.hours:.1f} h; ambula {evaluation.version}",
        BOLD,
    )
    if evaluation.classes:
        _show_classes(evaluation.classes)
    if evaluation.cadence:
        _title("cadence by true cadence, steps/min; shares are of all epochs")
        out.table(_cadence(evaluation.cadence))
        for name, scores in evaluation.cadence.items():
            if scores.steps:
                out.line(_steps(name, scores))
    _show_left_out(evaluation)


def _show_classes(all_scores: Mapping[str, ClassScores]) -> None:
    _title(f"classes, {next(iter(all_scores.values())).epochs} epochs")
    out.table(_overall(all_scores))
    _title("class by class: over all epochs, and F1 as the mean over people")
    out.table(_by_class(all_scores))
    for name, scores in all_scores.items():
        _title(f"{name}: true class (row) and predicted class (column), in epochs")
        out.table(_confusion(scores))
        worst = ", ".join(f"{p.subject} {p.accuracy:.3f}" for p in scores.people[:_WORST])
        out.line(f"worst people, {name}: {worst}")


def _overall(all_scores: Mapping[str, ClassScores]) -> Table:
    heads = ("", "accuracy", "of people", "balanced", "macro-F1", "of people")
    rows = [
        (name, *map(_share, (s.accuracy, s.mean_accuracy, s.balanced_accuracy, s.macro_f1, s.mean_macro_f1)))
        for name, s in all_scores.items()
    ]
    return Table(rows, heads, right=_figures(heads))


def _by_class(all_scores: Mapping[str, ClassScores]) -> Table:
    heads = ("class", "epochs", "people", "program", "precision", "recall", "F1", "mean F1")
    rows: list[tuple[str, ...]] = []
    for klass in next(iter(all_scores.values())).classes:
        for i, (name, scores) in enumerate(all_scores.items()):
            s = scores.classes[klass]
            first = (klass, str(s.epochs), str(s.people)) if i == 0 else ("", "", "")
            rows.append((*first, name, *map(_share, (s.precision, s.recall, s.f1, s.mean_f1))))
    return Table(rows, heads, right=_figures(heads))


def _confusion(scores: ClassScores) -> Table:
    heads = ("", *(column.replace("_", " ")[:_SHORT].strip() for column in scores.columns))
    rows: list[tuple[str | Cell, ...]] = []
    for klass, counts in zip(scores.classes, scores.confusion, strict=True):
        cells = [_count(n, column == klass) for column, n in zip(scores.columns, counts, strict=True)]
        rows.append((klass, *cells))
    return Table(rows, heads, right=_figures(heads))


def _count(count: int, is_right: bool) -> str | Cell:
    if is_right:
        return Cell(str(count), BOLD)
    return str(count) if count else Cell(".", DIM)


def _cadence(all_scores: Mapping[str, CadenceScores]) -> Table:
    heads = ("", "epochs", "program", "answered", "MAE", "bias", "within 5", "10%", "octave")
    rows: list[tuple[str, ...]] = []
    for group in next(iter(all_scores.values())).groups:
        for i, (name, scores) in enumerate(all_scores.items()):
            s = scores.groups[group]
            rows.append((*((group, str(s.epochs)) if i == 0 else ("", "")), name, *_cadence_cells(s)))
    return Table(rows, heads, right=_figures(heads))


def _figures(heads: tuple[str, ...]) -> frozenset[int]:
    """Return which columns hold figures: all but the first and the programs' names."""
    return frozenset(i for i, head in enumerate(heads) if i and head != "program")


def _cadence_cells(s: CadenceScore) -> tuple[str, ...]:
    shares = tuple(_share(f) for f in (s.within_5, s.within_10_percent, s.octave))
    return (_share(s.answered), _number(s.mae), _number(s.bias), *shares)


def _steps(name: str, scores: CadenceScores) -> str:
    s = scores.steps
    assert s is not None  # `show` asks only where there is one
    return (
        f"steps, {name}: mean error {100 * s.mape:.1f}% of a recording's steps (median {100 * s.median_ape:.1f}%, "
        f"bias {100 * s.bias:+.1f}%); {s.counted_steps:.0f} counted, {s.true_steps:.0f} true, "
        f"{s.recordings} recordings"
    )


def _show_left_out(evaluation: Evaluation) -> None:
    out.line()
    if evaluation.excluded:
        count = f"{sum(evaluation.excluded.values())} of {evaluation.epochs} epochs"
        out.line(f"no class scored in {count}: {_listed(evaluation.excluded)}")
    if evaluation.cadence_excluded:
        out.line(
            f"no cadence scored in {sum(evaluation.cadence_excluded.values())}: {_listed(evaluation.cadence_excluded)}"
        )
    for note in evaluation.notes:
        out.line(note)


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())


def _title(text: str) -> None:
    out.line(f"\n{text}", ITALIC)


def _share(value: float) -> str:
    return f"{value:.3f}"


def _number(value: float) -> str:
    return "-" if value != value else f"{value:.2f}"
