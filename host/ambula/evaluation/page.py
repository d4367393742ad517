"""An evaluation as one page that needs nothing else: words, pictures, tables."""

from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined

from ambula.evaluation import pictures
from ambula.evaluation.cadence import CadenceScores
from ambula.evaluation.compare import Evaluation
from ambula.evaluation.metrics import ClassScores, Fold

_FOLD_SAID = {
    Fold.FULL.value: "",
    Fold.THIGH.value: "The thigh alone cannot distinguish lying from sitting. Both count as sedentary here.",
    Fold.BACK.value: "The back alone cannot distinguish sitting from standing. Both count as upright here.",
}


@dataclass(frozen=True)
class Card:
    """A figure: what it is, its value for Ambula, and in small the peer's."""

    name: str
    value: str
    peer: str = ""


def render_page(evaluation: Evaluation) -> str:
    """Return the page as HTML: no script, no network; the same evaluation gives the same bytes."""
    classes, cadence = evaluation.classes, evaluation.cadence
    loader = PackageLoader("ambula.evaluation", "")
    pages = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return pages.get_template("page.html").render(
        found=evaluation,
        headline=_headline(classes, cadence),
        fold=_FOLD_SAID[evaluation.fold] if classes else "",
        kinds={name: pictures.kind_of(number) for number, name in enumerate(evaluation.programs)},
        cards=_cards(classes, cadence),
        classes=classes,
        cadence=cadence,
        f1=pictures.f1_bars(classes) if classes else None,
        heat={name: pictures.heat_map(name, scores) for name, scores in classes.items()},
        people=pictures.people_strip(classes) if classes else None,
        bins=pictures.cadence_bars(cadence) if cadence else None,
        command=_command(evaluation),
    )


def _headline(classes: dict[str, ClassScores], cadence: dict[str, CadenceScores]) -> str:
    if classes:
        ours = next(iter(classes.values()))
        return f"The right class in {100 * ours.accuracy:.1f}% of {ours.epochs:,} epochs"
    if cadence:
        score = next(iter(cadence.values())).groups["all"]
        return f"Cadence within 5 steps a minute in {100 * score.within_5:.1f}% of {score.epochs:,} epochs"
    return "Steps only: no epoch has a class or a cadence to compare with"


def _cards(classes: dict[str, ClassScores], cadence: dict[str, CadenceScores]) -> list[Card]:
    out: list[Card] = []
    if classes:
        out.append(_card("accuracy", {name: f"{s.accuracy:.3f}" for name, s in classes.items()}))
        out.append(_card("macro-F1", {name: f"{s.macro_f1:.3f}" for name, s in classes.items()}))
        out.append(_card("worst person", {name: f"{s.people[0].accuracy:.3f}" for name, s in classes.items()}))
    if cadence:
        groups = {name: s.groups["all"] for name, s in cadence.items()}
        out.append(_card("cadence error, steps/min", {name: _number(s.mae) for name, s in groups.items()}))
        out.append(_card("cadence within 5", {name: f"{100 * s.within_5:.1f}%" for name, s in groups.items()}))
        steps = {name: f"{100 * s.steps.mape:.1f}%" for name, s in cadence.items() if s.steps}
        if steps:
            out.append(_card("steps, error a recording", steps))
    return out


def _card(name: str, values: dict[str, str]) -> Card:
    (_, ours), *others = values.items()
    return Card(name, ours, "; ".join(f"{peer} {value}" for peer, value in others))


def _number(value: float) -> str:
    return "none" if value != value else f"{value:.2f}"


def _command(evaluation: Evaluation) -> str:
    site = "both" if len(evaluation.sites) == 2 else evaluation.sites[0]
    peers = "".join(f" --peer {name}" for name in evaluation.programs if name != "ambula")
    return (
        f"ambula evaluate {evaluation.dataset} --site {site} --classes {evaluation.fold} --order {evaluation.order} "
        f"--seed {evaluation.seed}{peers}"
    )
