"""An evaluation's pictures: F1 by class, confusion as a heat map, cadence error by bin, people's accuracy."""

import math
from collections.abc import Mapping, Sequence

from ambula.evaluation.cadence import CadenceScores
from ambula.evaluation.drawing import WIDTH, Box, Dot, Line, Picture, Word
from ambula.evaluation.metrics import ClassScores, Person

_LEFT, _RIGHT = 110.0, 60.0  # room for names and for figures
_BAR, _GAP = 16.0, 12.0
_CELL_H, _HEAD = 38.0, 42.0
_DARK = 0.55  # share from which a cell is dark enough for white ink
_RADIUS = 5.0
_STACK = 110.0  # how high dots may be stacked; where more people are level, their dots overlap


def kind_of(number: int) -> str:
    """Return the style of the program that comes as `number`-th: Ambula first."""
    return "ours" if number == 0 else "peer"


def f1_bars(scores: Mapping[str, ClassScores]) -> Picture:
    """Return one bar per class and program, F1 over all epochs, with a mark at the mean over people."""
    first = next(iter(scores.values()))
    said = [f"{name}: " + ", ".join(f"{k} {s.f1:.2f}" for k, s in c.classes.items()) for name, c in scores.items()]
    picture = Picture("Bars: F1 by class. " + "; ".join(said))
    y = _ruled(picture, 1.0, 0.25, "{:.2g}")
    for klass, of in first.classes.items():
        _named(picture, y, len(scores), klass, of.epochs)
        for number, (name, program) in enumerate(scores.items()):
            s = program.classes[klass]
            label = f"{klass}, {name}: F1 {s.f1:.3f}, mean over {s.people} people {s.mean_f1:.3f}"
            _bar(picture, y, s.f1, f"{s.f1:.3f}", kind_of(number), label, s.mean_f1)
            at = _LEFT + _span() * s.mean_f1
            picture.lines.append(Line(at, y - 1, at, y + _BAR - 2, "mark"))
            y += _BAR
        y += _gap(len(scores))
    return _closed(picture, y)


def heat_map(name: str, scores: ClassScores) -> Picture:
    """Return the confusion matrix: one row per true class, its cells shaded by their share of the row."""
    columns = scores.columns
    width = min(82.0, (WIDTH - _LEFT - 10) / len(columns))
    picture = Picture(f"Heat map, {name}: " + "; ".join(_told(scores, i) for i in range(len(scores.classes))))
    for number, column in enumerate(columns):
        middle = _LEFT + (number + 0.5) * width
        kind = "" if column in scores.classes else "soft"
        picture.words.append(Word(middle, _HEAD - 10, column.replace("_", " "), "middle", kind))
    picture.words.append(Word(_LEFT, 12, "what it said", "start", "small"))
    picture.words.append(Word(_LEFT - 10, _HEAD - 10, "true class", "end", "small"))
    for i, (klass, row) in enumerate(zip(scores.classes, scores.confusion, strict=True)):
        y = _HEAD + i * _CELL_H
        picture.words.append(Word(_LEFT - 10, y + _CELL_H / 2 + 5, klass, "end"))
        for j, count in enumerate(row):
            _cell(picture, _LEFT + j * width, y, width, count, count / sum(row), columns[j] == klass)
    picture.height = _HEAD + len(scores.classes) * _CELL_H + 4
    return picture


def _cell(picture: Picture, x: float, y: float, width: float, count: int, share: float, right: bool) -> None:
    picture.boxes.append(Box(x, y, width, _CELL_H, "cell"))
    if count:
        picture.boxes.append(Box(x, y, width, _CELL_H, "right" if right else "wrong", opacity=0.06 + 0.94 * share))
    ink = "white" if share >= _DARK else "soft" if not count else ""
    picture.words.append(Word(x + width / 2, y + _CELL_H / 2 - (0 if count else -5), str(count), "middle", ink))
    if count:
        percent = "under 1%" if share < 0.005 else f"{100 * share:.0f}%"
        picture.words.append(Word(x + width / 2, y + _CELL_H / 2 + 13, percent, "middle", f"small {ink}"))


def _told(scores: ClassScores, row: int) -> str:
    counts = scores.confusion[row]
    klass = list(scores.classes)[row]
    said = sorted(zip(counts, scores.columns, strict=True), reverse=True)[:3]
    return f"{klass} was called " + ", ".join(f"{name} {count} times" for count, name in said if count)


def cadence_bars(scores: Mapping[str, CadenceScores]) -> Picture:
    """Return one bar per group of epochs and program: mean absolute error of cadence, and the share within 5."""
    groups = next(iter(scores.values())).groups
    errors = [s.mae for c in scores.values() for s in c.groups.values() if not math.isnan(s.mae)]
    top = _round_up(max(errors, default=1.0))
    said = [
        f"{name}: " + ", ".join(f"{g} {s.mae:.1f}" for g, s in c.groups.items() if not math.isnan(s.mae))
        for name, c in scores.items()
    ]
    picture = Picture("Bars: mean absolute error of cadence in steps a minute. " + "; ".join(said))
    y = _ruled(picture, top, top / 4, "{:g}")
    for group, of in groups.items():
        _named(picture, y, len(scores), group.replace("-", "\N{EN DASH}"), of.epochs)
        for number, (name, program) in enumerate(scores.items()):
            s = program.groups[group]
            figure = "none" if math.isnan(s.mae) else f"{s.mae:.1f}"
            label = f"{group}, {name}: error {figure} steps/min, within 5 in {100 * s.within_5:.0f}% of epochs"
            _bar(picture, y, 0.0 if math.isnan(s.mae) else s.mae / top, figure, kind_of(number), label)
            y += _BAR
        y += _gap(len(scores))
    return _closed(picture, y)


def people_strip(scores: Mapping[str, ClassScores]) -> Picture:
    """Return a dot a person and program at the share of right epochs; people with the same share are stacked."""
    worst = {name: s.people[0] for name, s in scores.items()}
    lowest = min(person.accuracy for person in worst.values())
    start = max(0.0, math.floor(lowest * 10 - 0.2) / 10)
    labels = [f"{name}: worst {p.subject} {p.accuracy:.2f}" for name, p in worst.items()]
    picture = Picture("Dots: accuracy of each person. " + "; ".join(labels))
    y = 24.0
    for number, (name, program) in enumerate(scores.items()):
        y = _dots(picture, y, start, name, program.people, kind_of(number))
    ticks = round((1 - start) * 10)
    for tick in range(ticks + 1):
        x = _LEFT + _span() * tick / ticks
        picture.lines.insert(0, Line(x, 18, x, y, "rule"))
        picture.words.append(Word(x, 12, f"{start + tick / 10:.1f}", "middle", "small"))
    return _closed(picture, y)


def _dots(picture: Picture, top: float, start: float, name: str, people: Sequence[Person], kind: str) -> float:
    """Draw one program's row and return where the next one starts."""
    at = [(_LEFT + _span() * (p.accuracy - start) / (1 - start), p) for p in people]
    level = _levels([x for x, _ in at])
    rise = min(2 * _RADIUS, _STACK / max(1, max(level)))
    height = max(level) * rise + 2 * _RADIUS + 26
    floor = top + height - 22
    picture.words.append(Word(_LEFT - 10, floor - _RADIUS + 4, name, "end"))
    for (x, person), up in zip(at, level, strict=True):
        label = f"{person.subject}, {name}: {person.accuracy:.3f} of {person.epochs} epochs"
        picture.dots.append(Dot(x, floor - _RADIUS - rise * up, _RADIUS - 0.5, kind, label))
    free = -math.inf
    for x, person in at[:4]:
        if x - free > 34:
            picture.words.append(Word(x, floor + 12, person.subject, "middle", "small"))
            free = x
    return top + height


def _levels(at: Sequence[float]) -> list[int]:
    """Return how high each dot must stand to touch none before it; `at` rises."""
    out: list[int] = []
    ends: list[float] = []
    for x in at:
        level = next((i for i, end in enumerate(ends) if x - end >= 2 * _RADIUS), len(ends))
        ends[level : level + 1] = [x]
        out.append(level)
    return out


def _named(picture: Picture, y: float, bars: int, name: str, epochs: int) -> None:
    """Write the name of a group of bars, the first at `y`, and under it how many epochs it has."""
    middle = y + _BAR * bars / 2
    picture.words.append(Word(_LEFT - 10, middle + 1, name, "end"))
    picture.words.append(Word(_LEFT - 10, middle + 14, f"{epochs} epochs", "end", "small"))


def _gap(bars: int) -> float:
    """Return the room after a group of bars, so that its name does not touch the next."""
    return max(_GAP, 30 - _BAR * bars)


def _bar(picture: Picture, y: float, share: float, figure: str, kind: str, label: str, mark: float = 0.0) -> None:
    """Draw a bar with its figure behind it, and behind the mark that stands at `mark`."""
    length = _span() * share
    picture.boxes.append(Box(_LEFT, y, max(length, 0.5), _BAR - 3, kind, label))
    picture.words.append(Word(_LEFT + max(length, _span() * mark) + 7, y + _BAR - 5, figure, "start", "figure"))


def _ruled(picture: Picture, top: float, step: float, form: str) -> float:
    """Draw the axis and return where the first row starts; the rules get their length in `_closed`."""
    for tick in range(round(top / step) + 1):
        x = _LEFT + _span() * tick * step / top
        picture.lines.append(Line(x, 18, x, 18, "rule"))
        picture.words.append(Word(x, 12, form.format(tick * step), "middle", "small"))
    return 26.0


def _closed(picture: Picture, height: float) -> Picture:
    picture.height = height
    picture.lines = [Line(n.x1, n.y1, n.x2, height - 4, n.kind) if n.kind == "rule" else n for n in picture.lines]
    return picture


def _span() -> float:
    return WIDTH - _LEFT - _RIGHT


def _round_up(value: float) -> float:
    """Return the next value that divides into four round parts."""
    for top in (2.0, 4.0, 8.0, 12.0, 20.0, 40.0, 80.0):
        if value <= top:
            return top
    return math.ceil(value / 100) * 100.0
