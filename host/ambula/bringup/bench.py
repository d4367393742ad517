"""The board on the bench: its visits over USB, what runs on it, and the person beside it."""

import contextlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from ambula.base.errors import AmbulaError, BoardError, TransportError
from ambula.bringup.reading import NotMeasured
from ambula.usb import on_board
from ambula.usb.board import UsbBoard

FOLDER = "bringup"  # on the board's flash, while a job runs without the cable
KEPT = f"{FOLDER}/kept"  # the folder of the firmware, as the pointer named it before

# The watchdog of whatever ran before goes on: it gets ten minutes anew at each call.
_TOOLS = """
import gc, time
def _feed():
    try:
        machine.WDT(timeout=600000).feed()
    except (NameError, AttributeError):
        pass
def _tell(v):
    print(json.dumps(v))
def _wait(ms):
    t = _board.now_ms() + ms
    while _board.now_ms() < t:
        _board.idle_ms(t - _board.now_ms())
_feed()
"""

# Whatever a job left: the pointer names the firmware again, and the folder goes.
_RECOVER = """
if _text('bringup/kept') and _text('firmware') == 'bringup':
    os.rename('bringup/kept', 'firmware')
_drop('bringup')
for p in ('/data/bringup.tmp', 'bringup.tmp'):
    try:
        os.remove(p)
    except OSError:
        pass
"""


@dataclass
class Options:
    """What the user chose: how many radio windows, how many windows of the node to listen for, and which radio."""

    windows: int = 1000
    air_windows: int = 4
    radio: str = ""


class Bench:
    """A board at a port; a context manager that leaves it at work.

    say: is called with what happens now; ask: with a question and a unit, returns the number that was typed, None for
    none. `parts`: what rows have so far that were broken off, kept in the file by `keep`.
    """

    def __init__(
        self,
        port: str,
        say: Callable[[str], None],
        ask: Callable[[str, str], float | None],
        options: Options,
        note: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.port = port
        self.say, self.note = say, note
        self._asked = ask
        self.options = options
        self.parts: dict[str, Any] = {}
        self.keep: Callable[[], None] = lambda: None
        self._board: UsbBoard | None = None
        self._has_hardware = False

    def __enter__(self) -> Self:
        self.open()
        self.recover()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._board is not None and kind is not None:  # it may be in the middle of something
            with contextlib.suppress(AmbulaError):
                self.fresh()
                self.recover()
        self.leave()

    @property
    def board(self) -> UsbBoard:
        """The board, taken."""
        if self._board is None:
            self.open()
        assert self._board is not None
        return self._board

    def open(self) -> None:
        """Take the board from whatever it does; raises as `UsbBoard`."""
        opened = UsbBoard(self.port)
        self._board = opened.__enter__()
        self._begin()

    def leave(self) -> None:
        """Let the board run what it has, and close the port."""
        board, self._board = self._board, None
        self._has_hardware = False
        if board is not None:
            board.__exit__(None, None, None)

    def recover(self) -> None:
        """Let the board's firmware be its own again, and remove what rows have left on its flash."""
        self.run(_RECOVER)

    def fresh(self) -> None:
        """Start MicroPython anew: an empty heap."""
        self.board.take()
        self._begin()

    def _begin(self) -> None:
        self._has_hardware = False
        self.run(_TOOLS)

    def hardware(self) -> None:
        """Have `_board` on the board, as the firmware makes it."""
        if not self._has_hardware:
            self.run(on_board.BOARD + "_feed()\n")
            self._has_hardware = True

    def run(self, code: str) -> str:
        """Run MicroPython on the board and return what it printed."""
        return self.board.run(code)

    def told(self, code: str) -> Any:
        """Run what calls `_tell` at its end, and return the value."""
        said = self.run(code).strip()
        try:
            return json.loads(said.splitlines()[-1])
        except (IndexError, ValueError) as e:
            raise BoardError(f"the board answered {said[:60]!r}") from e

    def must_have(self, what: str, code: str) -> None:
        """Raise NotMeasured unless the board has something: `code` imports or names it."""
        if (
            self.told(
                f"try:\n    {code}\n    r = 1\nexcept (ImportError, AttributeError, NameError):\n    r = 0\n_tell(r)"
            )
            == 0
        ):
            raise NotMeasured(f"this board has no {what}")

    def ask(self, question: str, unit: str) -> float | None:
        """Return the number that a person types, or None. A watchdog may have reset the board meanwhile."""
        value = self._asked(question, unit)
        try:
            self.run("_feed()")
        except TransportError:
            self.leave()
            self.open()
        return value
