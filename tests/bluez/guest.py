"""The laptop: a Linux in QEMU with its own kernel, bluetoothd and D-Bus, whose only adapter is in the virtual air.

The guest sees the host's files read-only under a layer of its own, so it runs the same Python, bleak and ambula as the
tests. Everything is emulated in software (TCG), so no rights to /dev/kvm are needed; it costs a factor of about ten.
"""

import asyncio
import base64
import itertools
import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.bluez import initramfs

HERE = Path(__file__).parent
UNPACKED = HERE.parents[1] / "build" / "bluez" / "root"
BOOT_TIMEOUT_S = 60.0
_SOCKETS = ("hci", "control")


class GuestError(Exception):
    """The guest does not do what it must; with its last words."""


class Guest:
    """The machine; `start` it once, then talk to it with a `Session`. `folder` takes its sockets and its console."""

    def __init__(self, folder: Path) -> None:
        self.console = folder / "console.txt"
        self.hci_path = folder / "hci"
        self.control_path = folder / "control"
        self.boot_s = 0.0
        self._folder = folder
        self._qemu: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Boot; GuestError if it is not up within a minute."""
        began_s = time.monotonic()
        init = (HERE / "init.sh").read_text()
        words = {"PYTHON": sys.executable, "AGENT": HERE / "agent.py", "UNPACKED": UNPACKED, "PATHS": _paths()}
        for name, word in words.items():
            init = init.replace(f"@{name}@", shlex.quote(str(word)))
        initramfs.build(UNPACKED, init, self._folder / "initramfs")
        with (self._folder / "qemu.txt").open("wb") as said:
            self._qemu = subprocess.Popen(
                self._command(), env=_environment(), stdin=subprocess.DEVNULL, stdout=said, stderr=said
            )
        while "guest: up" not in self.last_words(4000):
            if self._qemu.poll() is not None or time.monotonic() - began_s > BOOT_TIMEOUT_S:
                raise GuestError(f"the guest does not start: {self.last_words()}")
            time.sleep(0.05)
        self.boot_s = time.monotonic() - began_s

    def stop(self) -> None:
        """Pull the plug."""
        if self._qemu is not None:
            self._qemu.kill()
            self._qemu.wait(10)

    def last_words(self, size: int = 1500) -> str:
        """Return the end of what QEMU and the guest's console said."""
        texts = [p.read_text(errors="replace") for p in (self._folder / "qemu.txt", self.console) if p.exists()]
        return "".join(texts)[-size:]

    def _command(self) -> list[str]:
        (kernel,) = (UNPACKED / "boot").glob("vmlinuz-*")
        qemu = shutil.which("qemu-system-x86_64", path=_environment()["PATH"])
        ports = [
            *("-chardev", f"socket,id=hci,path={self.hci_path},reconnect=1"),
            *("-chardev", f"socket,id=control,path={self.control_path},server=on,wait=off"),
            *("-device", "virtio-serial-pci"),
            *(word for name in _SOCKETS for word in ("-device", f"virtserialport,chardev={name},name={name}")),
        ]
        return [
            *(qemu or "qemu-system-x86_64", "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"),
            *("-M", "q35", "-cpu", "max", "-smp", "2", "-m", "1024", "-accel", "tcg,thread=multi"),
            *("-L", str(UNPACKED / "usr/share/qemu"), "-L", str(UNPACKED / "usr/share/seabios")),
            *("-kernel", str(kernel), "-initrd", str(self._folder / "initramfs")),
            *("-append", "console=ttyS0 quiet loglevel=4 panic=-1 mitigations=off random.trust_cpu=on"),
            *("-serial", f"file:{self.console}"),
            *("-virtfs", "local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap"),
            *ports,
        ]


def _paths() -> str:
    """Where this Python looks for ambula and the firmware's shared files, for the guest's to look there too."""
    return ":".join(path for path in sys.path if path and not path.startswith((sys.base_prefix, str(HERE))))


def _environment() -> dict[str, str]:
    """The environment in which an unpacked QEMU runs; one on the PATH comes first."""
    libraries = ":".join(str(UNPACKED / folder / "x86_64-linux-gnu") for folder in ("usr/lib", "lib"))
    found = shutil.which("qemu-system-x86_64")
    if found is not None:
        return dict(os.environ)
    return {**os.environ, "PATH": f"{os.environ['PATH']}:{UNPACKED}/usr/bin", "LD_LIBRARY_PATH": libraries}


class Session:
    """A conversation with the guest, within one event loop; an async context manager. One at a time."""

    def __init__(self, guest: Guest) -> None:
        self._guest = guest
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._reader: asyncio.Task[None] | None = None
        self._writer: asyncio.StreamWriter

    async def __aenter__(self) -> Self:
        reader, self._writer = await asyncio.open_unix_connection(self._guest.control_path, limit=1 << 26)
        self._reader = asyncio.create_task(self._read(reader))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)

    def ask(self, do: str, **request: Any) -> tuple[int, "asyncio.Future[dict[str, Any]]"]:
        """Send a request (agent.py, `Agent.do`); return its number and the answer to come."""
        number = next(self._numbers)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        self._writer.write(json.dumps({"id": number, "do": do, **request}).encode() + b"\n")
        return number, answer

    async def do(self, do: str, timeout_s: float = 20.0, **request: Any) -> dict[str, Any]:
        """Send a request and wait for its answer. GuestError if it fails or takes longer."""
        return await self.answer_to(self.ask(do, **request)[1], timeout_s)

    async def answer_to(self, answer: "asyncio.Future[dict[str, Any]]", timeout_s: float) -> dict[str, Any]:
        """Wait for an answer. GuestError if it is a failure or takes longer."""
        try:
            result = await asyncio.wait_for(answer, timeout_s)
        except TimeoutError:
            raise GuestError(f"no answer within {timeout_s:g} s: {self._guest.last_words()}") from None
        if "error" in result:
            raise GuestError(result["error"])
        return result

    async def fetch(self, path: str, to: Path) -> None:
        """Copy a file of the guest."""
        to.write_bytes(base64.b64decode((await self.do("get", path=path))["data"]))

    async def give(self, file: Path, path: str) -> None:
        """Copy a file to the guest."""
        await self.do("put", path=path, data=base64.b64encode(file.read_bytes()).decode())

    async def _read(self, reader: asyncio.StreamReader) -> None:
        while line := await reader.readline():
            answer: Mapping[str, Any] = json.loads(line)
            future = self._answers.pop(answer["id"], None)
            if future is not None and not future.done():
                future.set_result(dict(answer))
