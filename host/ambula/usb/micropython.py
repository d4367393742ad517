"""Installs MicroPython itself through esptool, from a file that the user names. Not proved: hardware/UNPROVEN.md."""

import importlib.util
import subprocess
import sys
from pathlib import Path

from ambula.base.errors import BoardError, InputError
from ambula.base.optional_imports import missing

_CHIP = "esp32c3"
# esp_image_header_t of ESP-IDF's esp_app_format.h: its first byte, and the chip that an image is for.
_ESP_IMAGE = 0xE9
_CHIP_ID_AT, _CHIP_ID = 12, 5
_TIMEOUT_S = 600


def install_commands(port: str, image: Path) -> list[list[str]]:
    """Return the command lines: erase the chip, write the image at 0, where the one for the ESP32-C3 goes."""
    esptool = [sys.executable, "-m", "esptool", "--chip", _CHIP, "--port", port]
    return [[*esptool, "erase-flash"], [*esptool, "write-flash", "0", str(image)]]


def check_installable(image: Path) -> None:
    """Raise InputError if the file is not an image for the chip, MissingPart without esptool: before a board is erased.

    What is in an image is not looked at: that it is MicroPython's shows when the board answers.
    """
    try:
        with image.open("rb") as file:
            header = file.read(_CHIP_ID_AT + 2)
    except OSError as e:
        raise InputError(f"{image}: {e.strerror}") from e
    if header[:1] != bytes((_ESP_IMAGE,)) or int.from_bytes(header[_CHIP_ID_AT:], "little") != _CHIP_ID:
        raise InputError(f"{image} is not an image for an {_CHIP}: take the .bin file for it from micropython.org")
    if importlib.util.find_spec("esptool") is None:
        raise missing("installing MicroPython", "esptool")


def install(port: str, image: Path) -> None:
    """Erase the board and put MicroPython on it, from a file that was checked; all that was on it is gone.

    Raises BoardError in esptool's last words.
    """
    for command in install_commands(port, image):
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
        except subprocess.TimeoutExpired as e:
            raise BoardError(f"esptool {command[-1]} took longer than {_TIMEOUT_S} s: try again") from e
        if done.returncode != 0:
            said = (done.stderr + done.stdout).strip().splitlines() or ["nothing"]
            raise BoardError(f"esptool failed: {said[-1]}")
