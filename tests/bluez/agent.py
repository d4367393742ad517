"""The guest's first program: a laptop's D-Bus and bluetoothd, its adapter, and commands that the host asks for.

Two virtio ports lead out. `hci` is the adapter: while somebody is connected there, /dev/vhci
holds a controller whose H4 packets go to and fro. `control` takes one JSON object a line (see `Agent.do`) and answers
with one for each, when it is done.

An emulated processor takes ten seconds and more to import ambula, so this process does it once, and each command is a
fork of it. Apart from that, the standard library only.
"""

import base64
import importlib
import json
import os
import select
import signal
import struct
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

HCI_VENDOR_PACKET = b"\xff\x00"  # asks the kernel's vhci for a new primary controller
HEADER_SIZES = {2: 5, 4: 3}  # of what a controller sends: ACL data, event
PRELOADED = ("ambula.cli", "bleak", "bleak.backends.bluezdbus.client", "bleak.backends.bluezdbus.scanner")
KEYS = "/run/keys.json"  # where the command looks for them
SYSTEM_BUS = "unix:path=/run/dbus/system_bus_socket"
BUS_CONFIG = f"""<busconfig><type>system</type><listen>{SYSTEM_BUS}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_destination="*" eavesdrop="true"/>
<allow eavesdrop="true"/></policy></busconfig>
"""


def port(name: str) -> str:
    """Return the device of a virtio port."""
    for path in Path("/sys/class/virtio-ports").iterdir():
        if (path / "name").read_text().strip() == name:
            return f"/dev/{path.name}"
    raise FileNotFoundError(name)


def packet_size(data: bytes) -> int:
    """Return the size of the H4 packet that `data` begins with, 0 if it is not whole yet."""
    header = HEADER_SIZES[data[0]] if data else 1
    if len(data) < header:
        return 0
    size = header + (data[2] if data[0] == 4 else struct.unpack_from("<H", data, 3)[0])
    return size if len(data) >= size else 0


class Adapter:
    """Carries H4 packets between the port and a vhci controller that exists while the port is connected."""

    def __init__(self) -> None:
        self._port = os.open(port("hci"), os.O_RDWR)
        self._vhci = -1
        self._received = b""

    def run(self) -> None:
        """Do it for ever."""
        while True:
            waiting = select.poll()
            waiting.register(self._port, select.POLLIN)
            if self._vhci >= 0:
                waiting.register(self._vhci, select.POLLIN)
            ready = dict(waiting.poll(200))
            at_port = ready.get(self._port, 0)
            if at_port & select.POLLHUP:  # with whatever else: then there is nobody at the other end
                self._unplug()
                time.sleep(0.05)
                continue
            if self._vhci < 0:
                self._vhci = os.open("/dev/vhci", os.O_RDWR)
                os.write(self._vhci, HCI_VENDOR_PACKET)
            if at_port & select.POLLIN:
                self._from_air()
            if ready.get(self._vhci, 0) & select.POLLIN:
                self._from_kernel()

    def _unplug(self) -> None:
        if self._vhci >= 0:
            os.close(self._vhci)
            self._vhci = -1
            self._received = b""

    def _from_air(self) -> None:
        self._received += os.read(self._port, 65536)
        while size := packet_size(self._received):
            os.write(self._vhci, self._received[:size])
            self._received = self._received[size:]

    def _from_kernel(self) -> None:
        packet = os.read(self._vhci, 4096)
        while packet and packet[0] != HCI_VENDOR_PACKET[0]:  # that would be its answer to the request for a controller
            packet = packet[os.write(self._port, packet) :]


def begin(folder: Path, become: Callable[[], NoReturn], environment: dict[str, str]) -> NoReturn:
    """Go on, in a fork, as a command in a session of its own, whose standard streams are files in `folder`."""
    code = 70
    try:
        os.setsid()
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        for descriptor, name in ((1, "out"), (2, "err")):
            os.dup2(os.open(folder / name, os.O_WRONLY | os.O_CREAT), descriptor)
        os.environ.update(environment)
        become()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def write_privately(path: Path, data: bytes) -> None:
    """Write a file that its owner alone may read."""
    path.unlink(missing_ok=True)
    with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(data)


def run_ambula(arguments: list[str]) -> NoReturn:
    """Do what the `ambula` program does."""
    sys.argv = ["ambula", *arguments]
    importlib.import_module("ambula.cli").main()
    raise SystemExit(0)


class Agent:
    """Does what the lines from the host ask for; each in a thread of its own."""

    def __init__(self, unpacked: Path) -> None:
        self._unpacked = unpacked
        self._daemons: dict[str, subprocess.Popen[bytes]] = {}
        self._running: dict[int, int] = {}
        self._lock = threading.Lock()
        self._port = os.open(port("control"), os.O_RDWR)

    def serve(self) -> None:
        """Answer the host for ever."""
        received = b""
        while True:
            data = os.read(self._port, 65536)
            if not data:  # nobody is connected
                received = b""
                time.sleep(0.02)
            *lines, received = (received + data).split(b"\n")
            for line in lines:
                threading.Thread(target=self._answer, args=(json.loads(line),), daemon=True).start()

    def _answer(self, request: dict[str, Any]) -> None:
        try:
            answer = self.do(request)
        except Exception as error:  # whatever it was, the host waits for an answer
            answer = {"error": repr(error)}
        line = json.dumps({"id": request["id"], **answer}).encode() + b"\n"
        with self._lock:
            while line:
                line = line[os.write(self._port, line) :]

    def do(self, request: dict[str, Any]) -> dict[str, Any]:
        """Run `ambula` or another command to its end, `kill` it, `get` or `put` a file, `start` or `stop` a daemon."""
        match request["do"]:
            case "ambula":
                return self._run(request["id"], lambda: run_ambula(request["arguments"]))
            case "put":
                write_privately(Path(request["path"]), base64.b64decode(request["data"]))
            case "run":
                argv: list[str] = request["argv"]
                return self._run(request["id"], lambda: os.execvpe(argv[0], argv, self._environment()))
            case "kill":
                os.kill(self._running[request["which"]], request["signal"])
            case "get":
                return {"data": base64.b64encode(Path(request["path"]).read_bytes()).decode()}
            case "start":
                self.start(request["daemon"])
            case "stop":
                self.stop(request["daemon"])
            case other:
                raise ValueError(other)
        return {}

    def _run(self, number: int, become: Callable[[], NoReturn]) -> dict[str, Any]:
        folder = Path(f"/run/command{number}-{time.monotonic_ns()}")
        folder.mkdir()
        pid = os.fork()
        if pid == 0:
            begin(folder, become, self._environment())
        self._running[number] = pid
        _, status = os.waitpid(pid, 0)
        del self._running[number]
        out, err = ((folder / name).read_text(errors="replace") for name in ("out", "err"))
        return {"code": os.waitstatus_to_exitcode(status), "out": out, "err": err}

    def _environment(self) -> dict[str, str]:
        u = self._unpacked
        path = f"{u}/usr/bin:{u}/usr/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        return {
            "PATH": path,
            "HOME": "/run/home",
            "AMBULA_KEYS": KEYS,
            "LANG": "C.UTF-8",
            "DBUS_SYSTEM_BUS_ADDRESS": SYSTEM_BUS,
        }

    def start(self, daemon: str) -> None:
        """Start `dbus-daemon` or `bluetoothd`; the one waits until it listens."""
        u = self._unpacked
        libraries = {"LD_LIBRARY_PATH": f"{u}/usr/lib/x86_64-linux-gnu:{u}/lib/x86_64-linux-gnu"}
        config = Path("/run/bus.conf")
        config.write_text(BUS_CONFIG)
        command = {
            "dbus-daemon": [f"{u}/usr/bin/dbus-daemon", f"--config-file={config}", "--nofork", "--nopidfile"],
            "bluetoothd": [f"{u}/usr/libexec/bluetooth/bluetoothd", "-n", "-f", f"{u}/etc/bluetooth/main.conf"],
        }[daemon]
        self._daemons[daemon] = subprocess.Popen(command, env=self._environment() | libraries)
        while daemon == "dbus-daemon" and not Path("/run/dbus/system_bus_socket").exists():
            time.sleep(0.02)

    def stop(self, daemon: str) -> None:
        """Stop a daemon."""
        process = self._daemons.pop(daemon)
        process.send_signal(signal.SIGTERM)
        process.wait(10)


def main() -> None:
    """Come up as a laptop does."""
    for folder in ("/run/dbus", "/run/home", "/var/lib/bluetooth", "/tmp"):
        Path(folder).mkdir(parents=True, exist_ok=True)
    agent = Agent(Path(sys.argv[1]))
    agent.start("dbus-daemon")
    agent.start("bluetoothd")
    threading.Thread(target=Adapter().run, daemon=True).start()
    for name in PRELOADED:
        importlib.import_module(name)
    print("guest: up after", Path("/proc/uptime").read_text().split()[0], "s", flush=True)
    agent.serve()


if __name__ == "__main__":
    main()
