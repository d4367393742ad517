"""What a node says of itself, read: the public block, the info block, the names of its refusals. SPEC.md."""

import struct
from dataclasses import dataclass

from nodecore import protocol

STATUS_NAMES = (
    "ok",
    "unknown command",
    "bad argument",
    "out of range",
    "checksum mismatch",
    "busy",
    "the node has no key",
    "access denied",
)


@dataclass(frozen=True)
class Info:
    """The info block; fields as in SPEC.md."""

    role: int
    boot: int
    device_id: str
    log_id: int
    log_first: int
    log_end: int
    utc_ms: int
    battery_mv: int
    temperature_c: int
    state: int
    firmware: str


def parse_info(data: bytes) -> Info:
    """Return the `Info` in `data`; raises ValueError on a wrong size, version or role."""
    size = struct.calcsize(protocol.INFO_FORMAT)
    if len(data) != size:
        raise ValueError(f"info block of {len(data)} bytes, not {size}")
    fields = struct.unpack(protocol.INFO_FORMAT, data)
    version, role, boot, device_id, log_id, log_first, log_end = fields[:7]
    utc_ms, battery_mv, temperature_c, state, *firmware, _ = fields[7:]
    _check_version(version)
    if role >= len(protocol.ROLE_NAMES):
        raise ValueError(f"role {role}")
    return Info(
        role=role,
        boot=boot,
        device_id=device_id.hex(),
        log_id=log_id,
        log_first=log_first,
        log_end=log_end,
        utc_ms=utc_ms,
        battery_mv=battery_mv,
        temperature_c=temperature_c,
        state=state,
        firmware=".".join(map(str, firmware)),
    )


def parse_public(data: bytes) -> bool:
    """Return whether the node has a key; raises ValueError on a wrong size or version."""
    if len(data) != 2:
        raise ValueError(f"public block of {len(data)} bytes, not 2")
    _check_version(data[0])
    return bool(data[1] & protocol.HAS_KEY)


def _check_version(version: int) -> None:
    if version != protocol.VERSION:
        raise ValueError(f"protocol version {version}, not {protocol.VERSION}")
