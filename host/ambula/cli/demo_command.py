"""`ambula demo`: the dress rehearsal."""

import importlib
import shutil
import sys
import time
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from ambula.base.config import zone_info
from ambula.base.errors import InputError, MissingPart, SimulatorError
from ambula.base.optional_imports import SIMULATOR, needs
from ambula.cli.common import ZoneOption, run
from ambula.cli.output import err, out, progress
from ambula.cli.result_commands import print_days, write_days
from ambula.epochs.csv_file import write_epochs_csv
from ambula.participant.results import results
from ambula.sim.possible import check_possible
from ambula.store import Store
from ambula.synthetic import SYNTHETIC_LABEL
from ambula.synthetic.wear import PARTICIPANT
from nodecore import protocol

_WORK = "nodes"  # the store, and of a rehearsal flash images and samples; made anew each time
_STORE = "demo.db"
_MADE = {
    *(_STORE, f"{_STORE}-journal", "keys.json", "board"),
    *(f"{role}.{kind}" for role in protocol.ROLE_NAMES for kind in ("img", "json", "samples")),
}
_PAGES = {"person": "report.html", "clinician": "report-clinician.html", "detail": "report-detail.html"}
_RESULTS = (*_PAGES.values(), "daily.csv", "epochs.csv")
_QUICK_DAYS = 7
MOST_DAYS = 13  # without a sync: what a node's flash holds, DESIGN.md
_WHY_QUICK = "{}. So this is the quick demo: this computer scores, not the firmware"
_OutOption = Annotated[Path, typer.Option("--out", readable=False, metavar="FOLDER", help="Where the results go.")]


def demo(
    days: Annotated[
        int | None, typer.Option(min=1, max=MOST_DAYS, metavar="N", help="Days of wear. Default: 1, or 7 with --quick.")
    ] = None,
    out_dir: _OutOption = Path("build/demo"),
    seed: Annotated[int, typer.Option(min=0, metavar="N", help="Seed of the synthetic participant.")] = 1,
    zone: ZoneOption = "Europe/Oslo",
    quick: Annotated[
        bool | None,
        typer.Option("--quick/--nodes", help="Without virtual nodes (takes seconds), or with them."),
    ] = None,
) -> None:
    """Try Ambula without hardware: a synthetic participant, two virtual nodes, a sync and the report.

    With --quick, this computer scores a synthetic week instead of the nodes. That takes seconds and no MicroPython.
    """
    began_s = time.monotonic()
    where = zone_info(zone or "UTC")
    with needs("a report", "jinja2", "polib"):
        from ambula.report.make import Kind, make_report
    if quick is None:
        quick = _can_only_be_quick()
    if not quick:
        _check_nodes()  # before anything is touched
    work = _fresh(out_dir)
    agreement = _look(work, days or _QUICK_DAYS, seed, where) if quick else _rehearse(work, days or 1, seed, where)
    with Store(work / _STORE) as store:
        worn = results(store, PARTICIPANT, where)
        for kind, name in _PAGES.items():
            make_report(store, PARTICIPANT, out_dir / name, where, kind=Kind(kind))
    write_epochs_csv(worn.table, out_dir / "epochs.csv")
    write_days(worn.days, out_dir / "daily.csv")
    print_days(f"{PARTICIPANT} (made by a computer model, not a person)", worn.days)
    out.line(
        f"{len(worn.table)} epochs of both nodes {agreement}% of unambiguous epochs match the synthetic participant."
    )
    out.line(f"It took {time.monotonic() - began_s:.0f} s. Open {out_dir / 'report.html'}", whole=True)


def _can_only_be_quick() -> bool:
    """Return whether the virtual nodes are of no use here, and say why."""
    try:
        if sys.platform == "darwin":
            raise SimulatorError("virtual nodes have not been tried on macOS; --nodes tries them")
        _check_nodes()
    except (MissingPart, SimulatorError) as e:
        err.line(_WHY_QUICK.format(e), whole=True)
        return True
    return False


def _check_nodes() -> None:
    """Raise SimulatorError or MissingPart where the virtual nodes cannot run."""
    check_possible()
    with needs("the rehearsal", *SIMULATOR):
        importlib.import_module("ambula.rehearsal.demo")
        from ambula.sim.node import find_micropython
    find_micropython()


def _rehearse(work: Path, days: int, seed: int, where: ZoneInfo) -> str:
    from ambula.rehearsal.demo import rehearse  # loads the simulator

    with progress(kept=True) as show:
        made = run(rehearse(work, days, seed, where, show))
    share = made.air_bytes / made.payload_bytes
    size = f"{share:.3f} x their size ({made.payload_bytes / 1024:.0f} KiB)"
    return f"came over the air in {size}; {100 * made.agreement:.1f}"


def _look(work: Path, days: int, seed: int, where: ZoneInfo) -> str:
    from ambula.rehearsal.first_look import look

    with progress(kept=True) as show, Store(work / _STORE) as store:
        store.set("synthetic", SYNTHETIC_LABEL)
        store.set("zone", where.key)
        share = look(store, days, seed, where, show)
    return f"were scored here; {100 * share:.1f}"


def _fresh(out_dir: Path) -> Path:
    """Return the empty folder of work in `out_dir`, without what an earlier demo left there.

    Raises InputError where something else stands that would be lost: nothing is removed or overwritten then.
    """
    folder = out_dir / _WORK
    try:
        was_here = folder.exists()  # a demo, were it cut off at once
        there = sorted(folder.iterdir()) if was_here else []
        foreign = [path for path in there if path.name not in _MADE]
        foreign += [out_dir / name for name in _RESULTS if not was_here and (out_dir / name).exists()]
        if foreign:
            raise InputError(f"{foreign[0]} is not from an earlier demo: choose another place with --out")
        for path in there:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as e:
        raise InputError(f"{folder} cannot be used: {e.strerror}: choose another place with --out") from e
    return folder
