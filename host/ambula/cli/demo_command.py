"""`ambula demo`: the dress rehearsal."""

import shutil
import time
from pathlib import Path
from typing import Annotated

import typer

from ambula.cli.common import ZoneOption, run
from ambula.cli.output import out, progress
from ambula.cli.report_command import make_report
from ambula.cli.result_commands import print_days, summarise, write_days
from ambula.config import zone_info
from ambula.epochs_csv import write_epochs_csv
from ambula.errors import InputError
from ambula.optional import SIMULATOR, needs
from ambula.store import Store

_WORK = "nodes"  # flash images, samples and the store of the rehearsal; made anew each time
_OutOption = Annotated[Path, typer.Option("--out", readable=False, metavar="FOLDER", help="Where the results go.")]


def demo(
    days: Annotated[int, typer.Option(min=1, max=14, metavar="N", help="Days to wear the nodes.")] = 1,
    out_dir: _OutOption = Path("build/demo"),
    seed: Annotated[int, typer.Option(min=0, metavar="N", help="Another seed, another participant.")] = 1,
    zone: ZoneOption = "Europe/Oslo",
) -> None:
    """Rehearse a wear without hardware: a synthetic participant, two virtual nodes, a sync, the report."""
    with needs("the rehearsal", *SIMULATOR):
        from ambula.demo import PARTICIPANT, rehearse
    began_s = time.monotonic()
    where = zone_info(zone or "UTC")
    work = _fresh(out_dir / _WORK)
    with progress(kept=True) as show:
        made = run(rehearse(work, days, seed, where, show))
    with Store(work / "demo.db") as store:
        table, daily, _ = summarise(store, PARTICIPANT, where.key)
        make_report(store, PARTICIPANT, where.key, out_dir / "report.html")
    write_epochs_csv(table, out_dir / "epochs.csv")
    write_days(daily, out_dir / "daily.csv")
    print_days(f"{PARTICIPANT} (made by a computer model, not a person)", daily)
    out.line(
        f"{len(table)} epochs of both nodes came over the air in {made.air_bytes / made.payload_bytes:.3f} x "
        f"their size ({made.payload_bytes / 1024:.0f} KiB); "
        f"{made.agreement:.1%} of the clear ones are what the model did.\n"
        f"It took {time.monotonic() - began_s:.0f} s. Open {out_dir / 'report.html'}"
    )


def _fresh(folder: Path) -> Path:
    """Return the empty folder, whatever an earlier rehearsal left there."""
    try:
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
    except OSError as e:
        raise InputError(f"{folder} cannot be used: {e.strerror}: choose another place with --out") from e
    return folder
