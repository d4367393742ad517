"""Runs the rows on a board: what is done already is left, what was broken off goes on, each row is kept at once."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

from ambula.base.errors import BoardError, InputError
from ambula.bringup.bench import FOLDER, Bench
from ambula.bringup.figures import FAILS
from ambula.bringup.order import BY_NAME, ROWS
from ambula.bringup.reading import Measured, NotMeasured, Reading
from ambula.bringup.results import BoardFacts, Bringup, Result
from ambula.bringup.row import Row
from ambula.usb import on_board
from ambula.usb.state import State, look

FAILED = "failed"  # for `--again`: each row with a figure that fails
_RECORDING = 1  # firmware/node/plan.py
_RECORDS = (
    "this node records: sync it first, then run this with --recording. The recording goes on afterwards, but for what "
    "the node has in RAM now, five minutes at most"
)

_FACTS = """
sys.path.insert(0, _text('firmware'))
from node import FIRMWARE
i = sys.implementation
_tell([sys.platform, getattr(i, '_machine', ''), '.'.join(str(n) for n in i.version[:3]),
    getattr(i, '_build', '') + ' ' + sys.version, '%d.%d.%d' % FIRMWARE])
"""


def examine(bench: Bench, may_record: bool) -> BoardFacts:
    """Return what the board is; raises BoardError for one without firmware, or that records though it may not."""
    state = look(bench.board)
    if not state.pointer or state.pointer == FOLDER:
        raise BoardError("there is no Ambula firmware on this board: `ambula flash` first")
    platform, machine, version, build, firmware = bench.told(_FACTS)
    bench.fresh()
    bench.hardware()
    if not may_record and _records(bench, state):
        raise BoardError(_RECORDS)
    device = bench.run(on_board.IDENTITY).strip()
    bench.fresh()
    return BoardFacts(device, platform, machine, version, build.strip(), firmware, _digest(state))


def _records(bench: Bench, state: State) -> bool:
    """Whether the node is in the middle of a recording, or begins one when it starts."""
    plan = bench.run("print(_text('/data/plan'))").split()
    if not state.is_set_up:
        return False
    return plan[1] == str(_RECORDING) if len(plan) > 1 else state.settings.get("start", "now") == "now"


def _digest(state: State) -> str:
    """Return one hash of the firmware that runs, of each file's name and hash."""
    own = sorted(
        f"{path.partition('/')[2]} {h}" for path, h in state.files.items() if path.startswith(f"{state.pointer}/")
    )
    return hashlib.sha256("\n".join(own).encode()).hexdigest()


def load(path: Path, board: BoardFacts) -> Bringup:
    """Return what an earlier run has left in the file, or a new one; raises InputError for another board's file."""
    if not path.exists():
        return Bringup(board)
    known = Bringup.load(path)
    if known.board.device_id != board.device_id:
        raise InputError(f"{path} is of another board ({known.board.device_id}): name another file with --out")
    known.take_board(board)
    return known


def chosen(bringup: Bringup, again: Sequence[str], only: Sequence[str], with_person: bool) -> list[Row]:
    """Return the rows that are to run, in their order; raises InputError for a name that is none."""
    for name in (*again, *only):
        if name not in BY_NAME and (name != FAILED or name in only):
            raise InputError(f"there is no row {name!r}. Rows: {', '.join(BY_NAME)}; --again also takes {FAILED}")
    repeated = set(again)
    if FAILED in again:
        repeated |= {r.row for r in bringup.results if r.verdict == FAILS}
    wanted = [row for row in ROWS if not only or row.name in only]
    left = [row for row in wanted if row.name in repeated or not bringup.is_done(row.name)]
    return [row for row in left if with_person or not row.by_person]


def run(
    bench: Bench,
    bringup: Bringup,
    rows: Sequence[Row],
    keep: Callable[[], None],
    on_row: Callable[[Row], None],
    on_result: Callable[[Result], None],
) -> None:
    """Run the rows and keep each as soon as it is through; raises TransportError where the board is lost."""
    bench.parts = bringup.parts
    bench.keep = keep
    for row in rows:
        on_row(row)
        for result in bringup.take(row.name, _measure(bench, row)):
            on_result(result)
        keep()


def leave_out(bringup: Bringup, rows: Sequence[Row], why: str) -> list[Result]:
    """Note rows that are not run; what they have from before stays."""
    return [
        result
        for row in rows
        if not bringup.of_row(row.name)
        for result in bringup.take(row.name, _all(row, Reading(None, why=why)))
    ]


def _measure(bench: Bench, row: Row) -> Measured:
    try:
        return row.measure(bench)
    except NotMeasured as e:
        return _all(row, Reading(None, why=str(e)))
    except BoardError as e:
        bench.fresh()
        bench.recover()
        return _all(row, Reading(None, {"error": str(e)}, str(e), failed=True))


def _all(row: Row, reading: Reading) -> Measured:
    return dict.fromkeys(row.figures, reading)
