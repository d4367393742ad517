"""Commands on recorded accelerometer files: classify (here) and replay (through virtual nodes)."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from ambula.base.errors import InputError
from ambula.base.optional_imports import SIMULATOR, needs
from ambula.cli.common import JsonOption, run
from ambula.cli.output import err, print_json, progress
from ambula.epochs.csv_file import check_place, write_epochs_csv
from ambula.epochs.pace import REFERENCE_HEIGHT_M
from ambula.epochs.table import EpochTable
from ambula.firmware_build.version import firmware
from ambula.recordings import classify as classifying
from ambula.recordings.recording import Axes
from ambula.sim.possible import check_possible
from nodecore.activity import NAMES
from nodecore.sampling import EPOCH_S

_FORM = "CSV with t,x,y,z (s, g), a CSV like HARTH's, or Axivity's .cwa, at 20 to 200 Hz."
_AXES = {"x": 1, "y": 2, "z": 3, "-x": -1, "-y": -2, "-z": -3}
ThighOption = Annotated[Path | None, typer.Option(readable=False, metavar="CSV", help=f"Thigh recording: {_FORM}")]
BackOption = Annotated[
    Path | None, typer.Option(readable=False, metavar="CSV", help="Lower-back recording, in the same form.")
]
AxesOption = Annotated[
    str | None,
    typer.Option(metavar="UP,OUT", help="The files' axes that point up the segment and out of the skin. Default: x,z."),
]
HeightOption = Annotated[
    float | None,
    typer.Option(metavar="CM", min=120, max=220, help="The wearer's height, for walking speed. Default: 170 assumed."),
]
OutOption = Annotated[Path, typer.Option(readable=False, metavar="CSV", help="Where to write the epochs.")]


def classify(
    out: OutOption,
    thigh: ThighOption = None,
    back: BackOption = None,
    axes: AxesOption = None,
    split_gaps: Annotated[
        bool, typer.Option("--split-gaps", help="Classify the parts between gaps instead of refusing the file.")
    ] = False,
    height: HeightOption = None,
    json: JsonOption = False,
) -> None:
    """Classify a recording on this computer: one row per 5-second epoch, as a node would have made it."""
    check_place(out)
    table = classifying.classify(thigh, back, _axes(axes), _tell, split_gaps, firmware(), _metres(height))
    write_epochs_csv(table, out)
    _say(table, out, json)
    _warn_of_height(height)


def replay(
    out: OutOption,
    thigh: ThighOption = None,
    back: BackOption = None,
    axes: AxesOption = None,
    height: HeightOption = None,
    json: JsonOption = False,
) -> None:
    """Play a recording through two virtual nodes, with the real firmware. The result is that of `classify`."""
    check_possible()
    with needs("replay", *SIMULATOR):
        from ambula.rehearsal import replay as replaying
    check_place(out)
    with tempfile.TemporaryDirectory(prefix="ambula-") as folder, progress() as show:
        lost: list[str] = []
        work = replaying.replay(
            thigh,
            back,
            Path(folder),
            lambda share: show("virtual nodes wear the recording", share),
            _axes(axes),
            lost.append,
            _metres(height),
        )
        table = run(work)
    write_epochs_csv(table, out)
    _say(table, out, json)
    _warn_of_height(height)
    if lost:
        raise InputError("; ".join(lost))


def _metres(centimetres: float | None) -> float | None:
    return None if centimetres is None else centimetres / 100


def _warn_of_height(centimetres: float | None) -> None:
    if centimetres is None:
        err.line(f"note: height not set: {REFERENCE_HEIGHT_M:.2f} m assumed for walking speed. Set it: `--height 182`")


def _axes(text: str | None) -> Axes | None:
    """Return the axes that the user named; raises InputError where they are not two different ones."""
    if text is None:
        return None
    numbers = [_AXES.get(name.strip().lower(), 0) for name in text.split(",")]
    if len(numbers) != 2 or 0 in numbers or abs(numbers[0]) == abs(numbers[1]):
        raise InputError(f"--axes {text}: name two different axes, up and out of the skin, as x,z or -x,-z")
    return numbers[0], numbers[1]


def _tell(words: str) -> None:
    err.line(words)


def _say(table: EpochTable, path: Path, json: bool) -> None:
    minutes = {name: round(float((table.activity == code).sum()) * EPOCH_S / 60, 2) for code, name in enumerate(NAMES)}
    if json:
        print_json({"epochs": len(table), "minutes": minutes, "out": str(path)})
        return
    durations = ", ".join(f"{name} {value:.1f}" for name, value in minutes.items() if value)
    err.line(f"{path}: {len(table)} epochs; minutes: {durations}", whole=True)
