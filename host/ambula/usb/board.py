"""A board on USB through mpremote: run text on it, write files, restart it and hear it come up."""

import contextlib
import errno
import hashlib
import io
import struct
import time
from collections.abc import Generator
from types import TracebackType
from typing import Any, Self, cast

from ambula.base.errors import BoardError, TransportError
from ambula.base.optional_imports import needs
from ambula.usb import on_board

_CHUNK_BYTES = 1024
_PATIENCE_S = 60.0
_FIRST_TRY_S = 2
_ENTER_S = 5
_GREETING = b"ambula "
_PROMPT = b">>> "
_BUSY_S = 1.0  # what looks at a new port lets it go again; a terminal program does not
_TAKEN = (errno.EBUSY, errno.EAGAIN)
_NEW = ".new"

_WHY = {
    errno.ENOENT: "there is no such port: is the board plugged in?",
    errno.EACCES: "you may not open it: another program has it, or your user lacks the right (Linux: group dialout)",
    errno.EPERM: "you may not open it: your user lacks the right (Linux: group dialout)",
    errno.EBUSY: "another program has it: close it",
    errno.EAGAIN: "another program has it: close it",
}
_SILENT = "the board at {} does not answer: press its reset button and run this again within ten seconds"
_LOST = "the board at {} was lost: plug it in and run this again, nothing is half done"


class UsbBoard:
    """An open port; a context manager. Interrupts what runs on the board and starts MicroPython anew, without it.

    Raises TransportError where the port does not open, nobody answers, or the board is lost; BoardError where something
    fails on it.
    """

    def __init__(self, port: str) -> None:
        self.port = port
        self._transport = _open(port)
        self._is_taken = False
        self.makes_room = "sync the node and run this again"  # until it is known what takes the room

    def __enter__(self) -> Self:
        try:
            self.take()
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._close()

    def take(self) -> None:
        """Interrupt the board's program and bring the tools on it, on an empty heap."""
        try:
            self._enter(_FIRST_TRY_S)
        except TransportError:  # a board that was just starting may not have heard
            self._enter(_ENTER_S)
        self._is_taken = True
        self.run(on_board.TOOLS)

    def _enter(self, timeout_s: float) -> None:
        with self._talking(_SILENT):
            self._transport.enter_raw_repl(soft_reset=True, timeout_overall=timeout_s)

    def run(self, code: str) -> str:
        """Run MicroPython on the board and return what it printed."""
        with self._talking(_LOST):
            out, error = self._transport.exec_raw(code, timeout=_PATIENCE_S)
        if error:
            raise self._told(bytes(error).decode(errors="replace"))
        return bytes(out).decode(errors="replace")

    def write(self, path: str, data: bytes) -> None:
        """Write a file."""
        from mpremote.transport import TransportExecError

        with self._talking(_LOST):
            try:
                self._transport.fs_writefile(path, data, chunk_size=_CHUNK_BYTES)
            except TransportExecError as e:
                raise self._told(str(cast("Any", e).error_output)) from e
            except OSError as e:  # the board's, which mpremote makes one of ours
                if e.errno == errno.ENOSPC:
                    raise FlashFull("is full", self.makes_room) from e
                raise

    def hashes(self, *folders: str) -> dict[str, str]:
        """Return path -> SHA-256 (hex) of every file in `folders`, from the board's own reading."""
        lines = self.run(on_board.TREES.format(folders=folders)).splitlines()
        return {path: digest for digest, _, path in (line.partition(" ") for line in lines)}

    def check(self, path: str, data: bytes) -> None:
        """Have the board read a file back; raises BoardError if it is not `data`."""
        if self.run(f"print(_sha({path!r}))").strip() != hashlib.sha256(data).hexdigest():
            raise BoardError(f"{path.removesuffix(_NEW)} was not written as it should be: run this again")

    def stage(self, path: str, data: bytes) -> str:
        """Write a file beside the one that it is to replace, and read it back; return what then puts it in its place.

        That renaming is one step: the file is the old or the new, never half.
        """
        self.write(path + _NEW, data)
        self.check(path + _NEW, data)
        return f"os.rename({path + _NEW!r}, {path!r})\n"

    def replace(self, path: str, data: bytes) -> None:
        """Replace a file in one step, after its new contents were read back."""
        self.run(self.stage(path, data))

    def restart(self, timeout_s: float) -> str:
        """Let the board run its program and return the firmware's greeting; raises BoardError with what it said."""
        with self._talking(_LOST):
            self._run_program()
            serial = self._transport.serial
            heard = b""
            deadline_s = time.monotonic() + timeout_s
            while time.monotonic() < deadline_s:
                waiting = serial.in_waiting
                heard += bytes(serial.read(waiting)) if waiting else b""
                for line in heard.split(b"\n")[:-1]:
                    if line.startswith(_GREETING):
                        return line.decode(errors="replace").strip().removeprefix("ambula ")
                if heard.rstrip().endswith(_PROMPT.strip()):
                    break
                time.sleep(0.01)
        raise BoardError(_last_line(heard) or "it said nothing")

    def _told(self, error: str) -> BoardError:
        """Return what a traceback of the board comes down to."""
        line = _last_line(error.encode())
        if "ENOSPC" in line or line.endswith("OSError: 28"):
            return FlashFull("is full", self.makes_room)
        return BoardError(f"the board failed: {line}")

    def _run_program(self) -> None:
        self._is_taken = False
        self._transport.exit_raw_repl()
        self._transport.read_until(1, _PROMPT, timeout_overall=_ENTER_S)
        self._transport.serial.write(b"\x04")

    def _close(self) -> None:
        if self._is_taken:  # a visit that ends early leaves the board at work
            with contextlib.suppress(TransportError), self._talking(_LOST):
                self._run_program()
        with contextlib.suppress(OSError):
            self._transport.close()

    @contextlib.contextmanager
    def _talking(self, words: str) -> Generator[None]:
        """Turn what mpremote and pyserial raise where the other end is gone into one line, and keep mpremote quiet."""
        import serial
        from mpremote.transport import TransportError as Failed

        try:
            with contextlib.redirect_stdout(io.StringIO()):
                yield
        except (Failed, serial.SerialException, OSError, struct.error) as e:
            self._is_taken = False
            raise TransportError(words.format(self.port)) from e


class FlashFull(BoardError):
    """The board's flash has no room."""

    def __init__(self, words: str, makes_room: str) -> None:
        super().__init__(f"the board's flash {words}: {makes_room}")


def _open(port: str) -> Any:
    with needs("a board on USB", "mpremote"):
        import serial
        from mpremote.transport import TransportError as Failed
        from mpremote.transport_serial import SerialTransport
    deadline_s = time.monotonic() + _BUSY_S
    while True:
        try:
            return SerialTransport(port, timeout=_ENTER_S)
        except (Failed, OSError) as e:
            try:  # mpremote does not say why
                serial.Serial(port, exclusive=True).close()
                why, may_pass = str(e), True
            except OSError as reason:
                why, may_pass = _WHY.get(reason.errno or 0) or str(reason), reason.errno in _TAKEN
            if not may_pass or time.monotonic() > deadline_s:
                raise TransportError(f"{port} cannot be opened: {why}") from e
            time.sleep(0.05)


def _last_line(said: bytes) -> str:
    lines = [line.strip() for line in said.decode(errors="replace").splitlines()]
    ends = ("MicroPython ", "Type ", ">>>", "MPY: ")
    return next((line for line in reversed(lines) if line and not line.startswith(ends)), "")
