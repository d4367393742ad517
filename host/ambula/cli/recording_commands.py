"""Commands on recorded accelerometer files: classify (here) and replay (through virtual nodes)."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from ambula import classify as classifying
from ambula.cli.common import JsonOption, err, passing_bar, print_json, run
from ambula.epochs import EpochTable
from ambula.epochs_csv import check_place, write_epochs_csv
from ambula.errors import SimulatorError
from nodecore.activity import NAMES
from nodecore.sampling import EPOCH_S

_FORM = "CSV with t,x,y,z (s, g), 20 to 200 Hz; x up the segment, z away from the body."
ThighOption = Annotated[Path | None, typer.Option(readable=False, metavar="CSV", help=f"Thigh recording: {_FORM}")]
BackOption = Annotated[
    Path | None, typer.Option(readable=False, metavar="CSV", help="Lower-back recording, as the thigh's.")
]
OutOption = Annotated[Path, typer.Option(readable=False, metavar="CSV", help="Where to write the epochs.")]


def classify(out: OutOption, thigh: ThighOption = None, back: BackOption = None, json: JsonOption = False) -> None:
    """Classify a recording here: one row a 5-second epoch, as a node would have made it."""
    check_place(out)
    table = classifying.classify(thigh, back)
    write_epochs_csv(table, out)
    _say(table, out, json)


def replay(out: OutOption, thigh: ThighOption = None, back: BackOption = None, json: JsonOption = False) -> None:
    """Play a recording through two virtual nodes: the real firmware, flash, radio and store. Equals `classify`."""
    try:
        from ambula import replay as replaying  # needs the [sim] extra, which classify does not
    except ImportError as e:
        raise SimulatorError(f"replay needs {e.name}: pip install 'ambula[sim]'") from e
    check_place(out)
    with tempfile.TemporaryDirectory(prefix="ambula-") as folder, passing_bar() as bar:
        task = bar.add_task("virtual nodes wear the recording", total=1.0)
        work = replaying.replay(thigh, back, Path(folder), lambda share: bar.update(task, completed=share))
        table = run(work)
    write_epochs_csv(table, out)
    _say(table, out, json)


def _say(table: EpochTable, path: Path, json: bool) -> None:
    minutes = {name: round(float((table.activity == code).sum()) * EPOCH_S / 60, 2) for code, name in enumerate(NAMES)}
    if json:
        print_json({"epochs": len(table), "minutes": minutes, "out": str(path)})
        return
    told = ", ".join(f"{name} {value:.1f}" for name, value in minutes.items() if value)
    err.print(f"{path}: {len(table)} epochs; minutes: {told}", highlight=False, soft_wrap=True)
