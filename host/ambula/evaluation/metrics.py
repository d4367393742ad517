"""How well a program's classes fit the true ones: by class, overall, and by person."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from ambula.base.sites import BACK_SITE, THIGH_SITE
from ambula.evaluation.parts import Text
from ambula.evaluation.truth import Truth


class Fold(Enum):
    """Which classes count as one, because the site cannot distinguish them."""

    FULL = "full"
    THIGH = THIGH_SITE  # lying and sitting are sedentary
    BACK = BACK_SITE  # sitting and standing are upright, and so is a back's "other"


_FOLDED = {
    Fold.FULL: {},
    Fold.THIGH: {"lying": "sedentary", "sitting": "sedentary"},
    Fold.BACK: {"sitting": "upright", "standing": "upright", "other": "upright"},
}
_CLASSES = ("lying", "sitting", "sedentary", "upright", "standing", "walking", "running", "stairs", "cycling")


@dataclass(frozen=True)
class ClassScore:
    """One class: over all epochs, and as the mean over the people who did it. f1 = 2 TP / (truth + answered)."""

    epochs: int
    people: int
    precision: float
    recall: float
    f1: float
    mean_precision: float
    mean_recall: float
    mean_f1: float


@dataclass(frozen=True)
class Person:
    """One person's share of right epochs, of those scored."""

    subject: str
    epochs: int
    accuracy: float


@dataclass(frozen=True)
class ClassScores:
    """One program's classes.

    confusion: epochs, one row per true class (in the order of `classes`), one column per answer (`columns`: the
    classes, then answers that are none). balanced_accuracy: mean recall; macro_f1: mean F1 over the true classes;
    mean_*: over people, each over the classes that the person did. people: the worst first.
    """

    epochs: int
    classes: dict[str, ClassScore]
    columns: list[str]
    confusion: list[list[int]]
    accuracy: float
    mean_accuracy: float
    balanced_accuracy: float
    macro_f1: float
    mean_macro_f1: float
    people: list[Person]


def folded(words: Text, fold: Fold) -> Text:
    """Return the class words, with those that the site cannot distinguish merged."""
    names = _FOLDED[fold]
    return np.array([names.get(word, word) for word in words.tolist()], np.str_)


def class_scores(truth: Truth, activity: Text, fold: Fold) -> ClassScores | None:
    """Return the figures over the epochs that have a class; None if none has.

    activity: (n,) words, one an epoch of `truth`; what is no class of the truth (other, not_worn, missing) is wrong.
    """
    scored = truth.klass != ""
    if not scored.any():
        return None
    true, said = folded(truth.klass[scored], fold), folded(activity[scored], fold)
    subject = truth.subject[scored]
    classes = [name for name in _CLASSES if (true == name).any()]
    pooled = _by_class(true, said, classes)
    people = {str(s): _by_class(true[subject == s], said[subject == s], classes) for s in np.unique(subject)}
    columns = classes + sorted(set(said.tolist()) - set(classes))
    accuracy = [_person(s, true[subject == s], said[subject == s]) for s in people]
    return ClassScores(
        epochs=len(true),
        classes={name: _class_score(pooled[name], [p[name] for p in people.values() if name in p]) for name in classes},
        columns=columns,
        confusion=[[int(((true == a) & (said == b)).sum()) for b in columns] for a in classes],
        accuracy=float((true == said).mean()),
        mean_accuracy=_mean([p.accuracy for p in accuracy]),
        balanced_accuracy=_mean([pooled[name][1] for name in classes]),
        macro_f1=_mean([pooled[name][2] for name in classes]),
        mean_macro_f1=_mean([_mean([figures[2] for figures in p.values()]) for p in people.values()]),
        people=sorted(accuracy, key=lambda p: (p.accuracy, p.subject)),
    )


def excluded(truth: Truth) -> dict[str, int]:
    """Return how many epochs have no class, by reason, the commonest first."""
    return counted(truth.why)


def counted(words: Text) -> dict[str, int]:
    """Return how often each word but "" occurs, the commonest first."""
    names, counts = np.unique(words[words != ""], return_counts=True)
    pairs = zip(names.tolist(), counts.tolist(), strict=True)
    return {str(name): int(count) for name, count in sorted(pairs, key=lambda pair: (-pair[1], pair[0]))}


_Figures = tuple[float, float, float, int]


def _by_class(true: Text, said: Text, classes: Sequence[str]) -> dict[str, _Figures]:
    """Return precision, recall, F1 and epochs of each class that occurs."""
    out: dict[str, _Figures] = {}
    for name in classes:
        of, answered = int((true == name).sum()), int((said == name).sum())
        right = int(((true == name) & (said == name)).sum())
        if of:
            out[name] = (right / answered if answered else 0.0, right / of, 2 * right / (of + answered), of)
    return out


def _class_score(pooled: _Figures, people: list[_Figures]) -> ClassScore:
    precision, recall, f1, epochs = pooled
    means = [_mean([p[i] for p in people]) for i in range(3)]
    return ClassScore(epochs, len(people), precision, recall, f1, *means)


def _person(subject: str, true: Text, said: Text) -> Person:
    return Person(subject, len(true), float((true == said).mean()))


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values))
