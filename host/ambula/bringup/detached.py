"""Jobs that run on the board without the cable: light sleep ends USB, and a reset takes it away for a moment.

A job is a folder on the flash with a `start.py`, and the file that names the firmware's folder names this one: the
step by which firmware is exchanged. The board starts the job, writes what comes of each stage, and resets between two.
After the last stage it names its firmware again and stops at the prompt, where this end finds it. If nobody takes it
there, a watchdog starts the firmware: a laptop that was killed ends no recording. Cut off anywhere, the next start goes
on with the next stage, and a flash that takes nothing ends the job, so that the firmware is back in any case.
"""

import contextlib
import os
import time
from typing import Any

from ambula.base.errors import BoardError, TransportError
from ambula.bringup.bench import FOLDER, KEPT, Bench
from ambula.bringup.reading import NotMeasured
from ambula.usb.flash import COMES_UP_S
from ambula.usb.ports import find_ports
from ambula.usb.prompt import is_at_prompt

NOTICE = "resets the board: USB goes and comes back"
_LATE_S = 60.0
_LOOK_S = 1.0
_PATIENCE_MS = 120_000  # for which a board waits at the prompt; longer than this end looks for it
_GOES_ON = "The board ends its job by itself, in {:.0f} s at most, and starts its firmware two minutes later."

# `work(stage)`, which a row brings, returns what is written; a stage in which the board resets itself writes nothing.
_START = """
import json, os, sys
import machine

{work}

def _write(name, text):
    with open('bringup/' + name, 'w') as f:
        f.write(text)

def _read(name):
    try:
        with open('bringup/' + name) as f:
            return f.read()
    except OSError:
        return ''

def _do(stage):
    _write('stage', str(stage + 1))
    sys.path.insert(0, _read('kept'))
    try:
        found = work(stage)
    except Exception as e:
        found = {{'error': type(e).__name__ + ' ' + str(e)}}
    _write('%d.json' % stage, json.dumps(found))
    machine.reset()

try:
    stage = int(_read('stage') or 0)
    print('ambula bringup', stage)
    if stage < {stages}:
        _do(stage)
except Exception as e:
    print(e)
os.rename('bringup/kept', 'firmware')
try:
    machine.WDT(timeout={patience_ms})
except AttributeError:
    pass
"""

_RESULTS = """
_tell([json.loads(_text('bringup/%d.json' % i) or 'null') for i in range({stages})])
"""


def start(work: str, stages: int) -> str:
    """Return the `start.py` of a job."""
    return _START.format(work=work, stages=stages, patience_ms=_PATIENCE_MS)


def run_detached(bench: Bench, work: str, stages: int, takes_s: float, words: str) -> list[Any]:
    """Run a job of so many stages on the board, and return what each has written; the board is taken again then.

    Raises NotMeasured where the board cannot be reset, TransportError if it does not come back, BoardError for what a
    stage failed with.
    """
    bench.must_have("machine.reset", "machine.reset")
    bench.recover()
    bench.run(f"os.mkdir({FOLDER!r})")
    pointer = bench.run("print(_text('firmware'))").strip()
    bench.board.replace(KEPT, pointer.encode())
    bench.board.replace(f"{FOLDER}/start.py", start(work, stages).encode())
    bench.board.replace("firmware", FOLDER.encode())
    bench.board.restart(COMES_UP_S)  # until the job says that it runs
    before = {port.device for port in find_ports()}
    bench.leave()
    try:
        _come_back(bench, takes_s, words, before)
    except KeyboardInterrupt:
        bench.note(_GOES_ON.format(takes_s))
        raise
    found: list[Any] = bench.told(_RESULTS.format(stages=stages))
    bench.recover()
    errors: list[str] = [one["error"] for one in found if isinstance(one, dict) and "error" in one]
    if errors:
        raise BoardError(f"the board failed: {errors[0]}")
    if found[-1] is None:
        raise NotMeasured("the board was reset before it was through")
    return found


def _come_back(bench: Bench, takes_s: float, words: str, before: set[str]) -> None:
    start_s = time.monotonic()
    while (passed_s := time.monotonic() - start_s) < takes_s + _LATE_S:
        bench.port = _port_now(bench.port, before)
        if is_at_prompt(bench.port):
            with contextlib.suppress(TransportError):  # it was going away just then
                return bench.open()
        bench.say(f"{words}: {max(0.0, takes_s - passed_s):.0f} s left")
        time.sleep(_LOOK_S)
    raise TransportError(
        "the board did not come back: press its reset button, or plug it in again, and run this again. It goes on then"
    )


def _port_now(port: str, before: set[str]) -> str:
    """Return the board's port: if it is away, and one came up that was not there before the job, that one."""
    now = [] if os.path.lexists(port) else [one.device for one in find_ports()]
    new = [device for device in now if device not in before]
    return new[0] if len(new) == 1 and port not in now else port
