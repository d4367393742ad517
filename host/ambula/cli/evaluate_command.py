"""Command that scores Ambula, and a peer, on labelled recordings: evaluate."""

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from ambula.base.atomic_files import write_whole, writing
from ambula.base.errors import InputError
from ambula.base.optional_imports import needs
from ambula.base.sites import BACK_SITE, THIGH_SITE
from ambula.cli import evaluation_tables
from ambula.cli.common import JsonOption
from ambula.cli.output import err, print_json, progress
from ambula.evaluation import compare
from ambula.evaluation.actimotus import actimotus
from ambula.evaluation.compare import Evaluation
from ambula.evaluation.known_sets import Order
from ambula.evaluation.loaders import open_set
from ambula.evaluation.metrics import Fold
from ambula.evaluation.parts import DataSet, Request
from ambula.evaluation.programs import Program
from ambula.evaluation.programs import ambula as ambula_program

_SITES = {THIGH_SITE: (THIGH_SITE,), BACK_SITE: (BACK_SITE,), "both": (THIGH_SITE, BACK_SITE)}
_PEERS = ("actimotus",)

DatasetArgument = Annotated[
    Path,
    typer.Argument(
        readable=False, metavar="DATASET", help="Folder of .npz files with meta.json, or of HARTH / HAR70+ CSV."
    ),
]
SiteOption = Annotated[
    str | None, typer.Option(metavar="thigh|back|both", help="Which nodes. Default: all in the data set.")
]
HtmlOption = Annotated[
    Path | None, typer.Option(readable=False, metavar="PAGE", help="Also write a page with pictures here.")
]
PeerOption = Annotated[
    str | None, typer.Option(metavar="actimotus", help="Also score this program, on the same epochs.")
]
SubjectsOption = Annotated[str, typer.Option(metavar="A,B,...", help="Only these people.")]
FlaggedOption = Annotated[
    bool, typer.Option("--skip-flagged", help="Leave out people whom meta.json flags as worn wrongly.")
]
ClassesOption = Annotated[Fold | None, typer.Option(help="Which classes to merge. Default: as the site needs.")]
OrderOption = Annotated[
    Order | None, typer.Option(help="How to join short recordings. Default: as the data set needs.")
]
SeedOption = Annotated[int, typer.Option(min=0, metavar="N", help="Seed of the shuffle.")]


def evaluate(
    dataset: DatasetArgument,
    site: SiteOption = None,
    html: HtmlOption = None,
    json: JsonOption = False,
    peer: PeerOption = None,
    subjects: SubjectsOption = "",
    skip_flagged: FlaggedOption = False,
    classes: ClassesOption = None,
    order: OrderOption = None,
    seed: SeedOption = 0,
) -> None:
    """Score the classifier on labelled recordings: classes, cadence and steps."""
    names = tuple(name.strip() for name in subjects.split(",") if name.strip())
    programs = _programs(peer)
    render = _renderer(html)  # what it lacks is reported before the work, not after
    data = open_set(dataset, Request(_sites(site), names, skip_flagged))
    if peer and THIGH_SITE not in data.sites:
        raise InputError("ActiMotus needs a thigh recording: leave --peer out for the back alone")
    evaluation = _run(data, programs, classes or _fold(data.sites), order, seed)
    if html is not None and render is not None:
        _write_page(render(evaluation), html)
    if json:
        print_json(evaluation.plain())
        return
    evaluation_tables.show(evaluation)


def _sites(site: str | None) -> tuple[str, ...]:
    if site is None:
        return ()
    if site not in _SITES:
        raise typer.BadParameter(f"{site!r} is not thigh, back or both", param_hint="--site")
    return _SITES[site]


def _fold(sites: tuple[str, ...]) -> Fold:
    """Return the classes that a site cannot distinguish, merged."""
    return Fold.FULL if len(sites) == 2 else Fold.THIGH if sites == (THIGH_SITE,) else Fold.BACK


def _programs(peer: str | None) -> dict[str, Program]:
    if peer is None:
        return {"ambula": ambula_program}
    if peer not in _PEERS:
        raise typer.BadParameter(f"{peer!r} is not a peer that can be run; there is {', '.join(_PEERS)}")
    return {"ambula": ambula_program, peer: actimotus()}


def _run(data: DataSet, programs: dict[str, Program], fold: Fold, order: Order | None, seed: int) -> Evaluation:
    people = len(data.subjects)
    done = itertools.count(1)
    with progress() as show:
        show(f"{people} people", 0.0)
        return compare.evaluate(
            data, programs, fold, order, seed, lambda _: show(f"{people} people", next(done) / people)
        )


def _renderer(path: Path | None) -> Callable[[Evaluation], str] | None:
    if path is None:
        return None
    if not path.absolute().parent.is_dir():
        raise InputError(f"{path} cannot be written: there is no such folder")
    with needs("the page", "jinja2"):
        from ambula.evaluation.page import render_page
    return render_page


def _write_page(text: str, path: Path) -> None:
    with writing(path):
        write_whole(path, text)
    err.line(f"{path}: written", whole=True)
