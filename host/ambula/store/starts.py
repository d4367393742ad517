"""What a node says of itself at a start: the payload of its boot event, which a fault may have bent."""

import json
import re

_FIRMWARE = re.compile(r"\d+\.\d+\.\d+( [0-9a-f]{8})?")


def firmware_said(payload: bytes) -> str:
    """Return the firmware that a boot event names, such as "0.1.0 a1b2c3d4"; "" where it names none."""
    try:
        said = json.loads(payload)["firmware"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return ""
    return said if isinstance(said, str) and _FIRMWARE.fullmatch(said) else ""
