"""A board on USB for mpremote: a real MicroPython with the simulated board's flash image, behind a pseudo-terminal.

Emulated: the raw and the friendly REPL (MicroPython's own), main.py from the image, Ctrl-C that interrupts it, the
soft reset (Ctrl-D) with and without main.py, the board's own reset (`machine.reset`), which takes the port away for a
moment and leaves the clock and the words of the program; the cable pulled after a number of bytes, the power cut at a
flash operation; several boards at once, as `lists` has them listed. Not emulated: USB itself (enumeration, DTR and
RTS, a busy bus), speed, the reset button, sleep that ends USB, what `usb_boot.py` lists. The table:
firmware/boards/sim/README.md, "USB".
"""

import contextlib
import os
import platform
import pty
import re
import select
import selectors
import shutil
import signal
import subprocess
import threading
import time
import tty
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Self

import pytest
import serial.tools.list_ports

from ambula.sim.node import HEAP, NodeSettings, _solder, find_micropython

RAW = b"raw REPL; CTRL-B to exit"
FRIENDLY = b">>> "
UP = b"@up "
RESET = re.compile(rb"@reset (\d+) (\d+|-) (\S+) ?([^\r\n]*)\r?\n")
PATIENCE_S = 20.0
SLEEPS = {"x86_64": "230", "aarch64": "115"}.get(platform.machine())  # the number of clock_nanosleep
DEVICE_ID = "a0" * 8


def _sleeps(pid: int) -> bool:
    """Whether a process that is stopped was asleep, or True where the machine does not tell."""
    try:
        return SLEEPS in (None, Path(f"/proc/{pid}/syscall").read_text().split()[0])
    except OSError:
        return True


def copy_of(image: Path, folder: Path, device_id: str = DEVICE_ID, clock_off_s: int | None = None) -> "StandIn":
    """Return a board in a folder that is made for it, on a copy of a flash image; `clock_off_s`: its clock is set."""
    folder.mkdir(exist_ok=True)
    shutil.copy(image, folder / "flash.img")
    return StandIn(folder, device_id=device_id, clock_off_s=clock_off_s)


def lists(patch: pytest.MonkeyPatch, *boards: "StandIn") -> None:
    """Let pyserial list these boards while they are plugged in, beside a port that is built in."""

    def comports() -> list[SimpleNamespace]:
        usb = [
            SimpleNamespace(device=b.port, product="USB JTAG/serial debug unit", description="", vid=0x303A)
            for b in boards
            if os.path.lexists(b.port)
        ]
        return [SimpleNamespace(device="/dev/ttyS0", product=None, description="ttyS0", vid=None), *usb]

    patch.setattr(serial.tools.list_ports, "comports", comports)


class StandIn:
    """A plugged-in board; a context manager. `port` is what a laptop opens, `said` all that the board has sent."""

    def __init__(
        self, folder: Path, flash: Path | None = None, device_id: str = DEVICE_ID, clock_off_s: int | None = None
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.port = str(folder / "port")
        self.flash = flash or folder / "flash.img"
        self.said = b""
        self.heard_bytes = 0
        self._folder = folder
        (folder / "none.samples").touch()
        now_ms = int(time.time() * 1000)
        self._settings = NodeSettings(
            self.flash,
            folder / "none.samples",
            now_ms,
            now_ms,
            device_id,
            clock_offset_ms=1000 * (clock_off_s or 0),
            clock_is_set=clock_off_s is not None,
        )
        self._pull_at_bytes = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._inner = self._outer = self._held = -1
        self._at_prompt = self._in_raw = self._is_up = False
        self._start = b""
        self._after_interrupt: bytes | None = None
        self._lock = threading.RLock()
        self._stopping = False
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self.plug()
        self.power_on()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping = True
        self._thread.join(PATIENCE_S)
        self.power_off()
        self.pull()

    # ---- what a person does

    def plug(self) -> None:
        """Plug the cable in."""
        with self._lock:
            self._pull_at_bytes = 0
            self._outer, self._held = pty.openpty()  # held open, so that the board does not mind that nobody listens
            tty.setraw(self._held)
            os.symlink(os.ttyname(self._held), self.port)

    def pull(self) -> None:
        """Pull the cable; the board goes on."""
        with self._lock:
            if self._outer >= 0:
                os.unlink(self.port)
                os.close(self._outer)
                os.close(self._held)
                self._outer = self._held = -1

    def pull_after(self, count: int) -> None:
        """Pull the cable when that many more bytes have come from the laptop."""
        self._pull_at_bytes = self.heard_bytes + count

    def power_on(self, cut_at: int = 0, cut_mode: str = "clean") -> None:
        """Power the board up; `cut_at`: until this flash operation, counted from here or from the next soft reset."""
        with self._lock:
            self._settings = replace(self._settings, flash_cut_at=cut_at, flash_cut_mode=cut_mode)
            self.said = b""
            self._boot("main")

    def power_off(self) -> None:
        """Take the power away, wherever the board is."""
        with self._lock:
            if self._process is not None:
                self._process.kill()
                self._reap()

    def reset(self, cut_at: int = 0, cut_mode: str = "clean") -> None:
        """Power off and on, plugged in."""
        with self._lock:
            self.power_off()
            self.pull()
            self.plug()
            self.power_on(cut_at, cut_mode)

    def wait_for(self, *words: bytes) -> bytes:
        """Return the first of `words` that the board has said since it was powered."""
        deadline_s = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline_s:
            for word in words:
                if word in self.said:
                    return word
            time.sleep(0.005)
        raise AssertionError(f"the board said only {self.said[-600:]!r}")

    # ---- the board

    def _boot(self, what: str) -> None:
        path = self._folder / "usb.json"
        self._settings.write(path)
        script = _solder(self._folder / "board") / "usb_boot.py"
        self._inner, side = pty.openpty()
        tty.setraw(side)
        command = [find_micropython(), "-i", "-X", f"heapsize={HEAP}", str(script), str(path), what]
        self._process = subprocess.Popen(command, stdin=side, stdout=side, stderr=side, start_new_session=True)
        os.close(side)
        self._at_prompt = self._in_raw = self._is_up = False
        self._start = b""

    def _reap(self) -> None:
        assert self._process is not None
        self._process.wait(PATIENCE_S)
        self._process = self._after_interrupt = None
        os.close(self._inner)
        self._inner = -1

    def _serve(self) -> None:
        while not self._stopping:
            with selectors.DefaultSelector() as ready:
                with self._lock:
                    # While it starts or is interrupted it is deaf: what the laptop says waits, as in USB's buffers.
                    is_deaf = self._process is not None and (not self._is_up or self._after_interrupt is not None)
                    for fd in (self._inner, -1 if is_deaf else self._outer):
                        if fd >= 0:
                            ready.register(fd, selectors.EVENT_READ)
                found = [key.fd for key, _ in ready.select(0.02)] if ready.get_map() else []
            with self._lock:
                if self._ready(self._inner) and self._inner in found:
                    self._from_board()
                if self._ready(self._outer) and self._outer in found:
                    self._from_laptop()
                if self._after_interrupt is not None and (self._at_prompt or self._interrupt()):
                    os.write(self._inner, self._after_interrupt)
                    self._after_interrupt = None

    def _interrupt(self) -> bool:
        """Interrupt the program, which does not read, and return True; not while it does anything but sleep.

        The Unix port raises KeyboardInterrupt out of the signal's handler: amid an allocation it would leave a lock
        behind, and the board would hang for good. A chip raises it between two bytecodes.
        """
        assert self._process is not None
        pid = self._process.pid
        os.kill(pid, signal.SIGSTOP)
        os.waitid(os.P_PID, pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
        sleeps = _sleeps(pid)
        if sleeps:
            os.kill(pid, signal.SIGINT)
        os.kill(pid, signal.SIGCONT)
        return sleeps

    def _ready(self, fd: int) -> bool:
        """Whether there is something to read still: between the look and the lock it may have become another's."""
        return fd >= 0 and bool(select.select([fd], [], [], 0)[0])

    def _from_board(self) -> None:
        data = self._read()
        if not data:
            self._reap()
            return self._soft_reset()
        if not self._is_up:
            self._start += data
            before, _, rest = self._start.partition(UP)
            what, up, data = rest.partition(b"\n")
            if not up and b"@cut" not in before:
                return None
            self._is_up, data = True, before + data
            self._at_prompt = what != b"main"  # there is no program to interrupt
        if reset := RESET.search(self.said + data):
            return self._reset_itself(*(part.decode() for part in reset.groups()))
        self._tell(data)
        if b"@cut" in self.said:
            self.power_off()
            return self.pull()
        raw, friendly = self.said.rfind(RAW), self.said.rfind(FRIENDLY)
        self._at_prompt = self._at_prompt or max(raw, friendly) >= 0
        self._in_raw = raw > friendly
        return None

    def _read(self) -> bytes:
        with contextlib.suppress(OSError):  # EIO: the process is gone
            return os.read(self._inner, 4096)
        return b""

    def _reset_itself(self, now_ms: str, utc_ms: str, cause: str, words: str) -> None:
        self.power_off()
        self.pull()
        is_set = utc_ms != "-"
        self._settings = replace(
            self._settings,
            power_on_ms=int(now_ms),
            clock_is_set=is_set,
            clock_offset_ms=int(utc_ms) - int(now_ms) if is_set else 0,
            reset_cause=cause.replace("_", " "),
            last_words=words,
        )
        self.plug()
        self.power_on()

    def _soft_reset(self) -> None:
        """MicroPython's process has ended: as on a board a new one starts, in the mode that it was left in."""
        raw = self._in_raw
        self.said = b""
        self._tell(b"MPY: soft reboot\r\n")
        self._boot("repl" if raw else "main")
        if raw:
            if self._until(FRIENDLY):
                os.write(self._inner, b"\x01")
            seen = self._until(RAW + b"\r\n>")
            if not seen:
                self.power_off()
                self.pull()
                return
            self._tell(seen[seen.index(RAW) :])
            self._at_prompt = self._in_raw = self._is_up = True

    def _until(self, end: bytes) -> bytes:
        """Return what the process says up to `end`; nothing if it ends, or its power does, before."""
        seen = b""
        while not seen.endswith(end):
            more = self._read()
            seen += more
            if not more or b"@cut" in seen:
                return b""
        return seen

    def _tell(self, data: bytes) -> None:
        self.said += data
        if self._outer >= 0:
            os.write(self._outer, data)

    def _from_laptop(self) -> None:
        data = os.read(self._outer, 256)
        left = self._pull_at_bytes - self.heard_bytes if self._pull_at_bytes else len(data) + 1
        self.heard_bytes += len(data)
        if self._process is not None:
            data = data[: max(0, left)]
            if b"\x03" in data and not self._at_prompt:
                self._after_interrupt = data.partition(b"\x03")[2]
            else:
                os.write(self._inner, data)
        if left <= len(data):
            self.pull()
