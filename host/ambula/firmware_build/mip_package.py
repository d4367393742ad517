"""The firmware as a package for mip, MicroPython's installer: for an empty board, where Ambula is not at hand.

python -m ambula.firmware_build.mip_package FOLDER     compile for the reference board: package.json and what it lists

`mpremote mip install --target . FOLDER/package.json` puts it on a board. mip knows neither staging nor switching: an
upgrade of a node is for `ambula flash`.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from ambula.firmware_build.compile import ESP32_C3, compile_files
from ambula.firmware_build.files import MAIN, SLOTS, device_files, placed

REFERENCE_BOARD = "xiao_esp32c3"
NAME = "package.json"


def package_files(board: str = REFERENCE_BOARD, architecture: str = ESP32_C3) -> dict[str, bytes]:
    """Return path on the board -> contents, in the order of installing; what makes it boot, main.py, comes last.

    Raises InputError where this version has no such board, SimulatorError if a file does not compile.
    """
    files = placed(compile_files(device_files(board), architecture), SLOTS[0])
    return {**{path: data for path, data in files.items() if path != MAIN}, MAIN: files[MAIN]}


def package_json(files: Mapping[str, bytes]) -> str:
    """Return the text of package.json: every file lies beside it under the path that it has on the board."""
    return json.dumps({"urls": [[path, path] for path in files], "deps": []}, indent=1) + "\n"


def write_package(files: Mapping[str, bytes], folder: Path) -> Path:
    """Write the files and their package.json into a folder; return the latter's path."""
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    (folder / NAME).write_text(package_json(files), encoding="utf-8")
    return folder / NAME


if __name__ == "__main__":
    print(write_package(package_files(), Path(sys.argv[1] if len(sys.argv) > 1 else "build/mip")))
