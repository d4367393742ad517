"""Installs MicroPython itself through esptool, from a file that the user names. Not proved: hardware/UNPROVEN.md."""

import importlib.util
import subprocess
import sys
from pathlib import Path

from ambula.errors import BoardError, InputError

_CHIP = "esp32c3"
_ESP_IMAGE = 0xE9  # the first byte of every ESP application and bootloader image
_TIMEOUT_S = 600


def install_commands(port: str, image: Path) -> list[list[str]]:
    """Return the command lines: erase the chip, write the image at 0, where the one for the ESP32-C3 goes."""
    esptool = [sys.executable, "-m", "esptool", "--chip", _CHIP, "--port", port]
    return [[*esptool, "erase-flash"], [*esptool, "write-flash", "0", str(image)]]


def install(port: str, image: Path) -> None:
    """Erase the board and put MicroPython on it; all that was on it is gone.

    Raises InputError if the file is not an image or esptool is not installed, BoardError in esptool's last words.
    """
    try:
        with image.open("rb") as file:
            first = file.read(1)
    except OSError as e:
        raise InputError(f"{image}: {e.strerror}") from e
    if first != bytes((_ESP_IMAGE,)):
        raise InputError(f"{image} is not an image for an ESP32: take the .bin file for {_CHIP} from micropython.org")
    if importlib.util.find_spec("esptool") is None:
        raise InputError("installing MicroPython needs esptool: pip install 'ambula[esptool]'")
    for command in install_commands(port, image):
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
        except subprocess.TimeoutExpired as e:
            raise BoardError(f"esptool {command[-1]} took longer than {_TIMEOUT_S} s: try again") from e
        if done.returncode != 0:
            said = (done.stderr + done.stdout).strip().splitlines() or ["nothing"]
            raise BoardError(f"esptool failed: {said[-1]}")
