"""Reads what a node says of itself: the public block, the info block, the names of its refusals. SPEC.md."""

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

_NOW = struct.Struct("<I12sBIHH")
_PLAN = struct.Struct("<IH")
_NOT_FUSED = 255


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
    """Return the `Info` in `data`; raises ValueError where it is too short, or of another version or role."""
    size = struct.calcsize(protocol.INFO_FORMAT)
    if len(data) < size:
        raise ValueError(f"info block of {len(data)} bytes, not {size}")
    fields = struct.unpack_from(protocol.INFO_FORMAT, data)  # a newer firmware's may have more behind
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


_MOST_FREE = 1 << 31  # bytes, of a flash of megabytes


@dataclass(frozen=True)
class Health:
    """The health block: what the sensor answered at the node's last start, and the room for its log.

    self_test_mg: how far its own push moved each axis. noise_mg: standard deviation of each axis, of the sensor alone
    where the node lay still. tested: it answered at all; where it did not, both are zeros. free_bytes: of the log's
    file system.
    """

    self_test_mg: tuple[int, int, int]
    noise_mg: tuple[float, float, float]
    free_bytes: int
    tested: bool
    passed: bool


def parse_health(data: bytes) -> Health:
    """Return the `Health` in `data`; raises ValueError where it is too short, or a test passed that was never made."""
    size = struct.calcsize(protocol.HEALTH_FORMAT)
    if len(data) < size:
        raise ValueError(f"health block of {len(data)} bytes, not {size}")
    x_mg, y_mg, z_mg, *noise, free_bytes, flags = struct.unpack_from(protocol.HEALTH_FORMAT, data)
    tested, passed = bool(flags & protocol.SELF_TESTED), bool(flags & protocol.SELF_TEST_PASSED)
    if passed and not tested:
        raise ValueError("a self-test that passed but was never made")
    if free_bytes > _MOST_FREE:
        free_bytes = 0  # older firmware passed on what a full littlefs says: some blocks below zero
    noise_x, noise_y, noise_z = (tenths / 10 for tenths in noise)
    return Health((x_mg, y_mg, z_mg), (noise_x, noise_y, noise_z), free_bytes, tested, passed)


@dataclass(frozen=True)
class Now:
    """The answer to the command `now`: the newest record (epoch 0: none yet), fused class, walking epochs of the day.

    record: 12 bytes, SPEC.md "Record". fused_activity: that of `fused_epoch` by the thigh, None where it has none.
    walking_epochs: by this node alone; fused_walking_epochs: of those that the thigh has fused.
    """

    epoch: int
    record: bytes
    fused_activity: int | None
    fused_epoch: int
    walking_epochs: int
    fused_walking_epochs: int


def parse_now(data: bytes) -> Now:
    """Return the `Now` in `data`; raises ValueError where it is too short."""
    if len(data) < _NOW.size:
        raise ValueError(f"answer of {len(data)} bytes to now, not {_NOW.size}")
    epoch, record, fused, *rest = _NOW.unpack_from(data)
    return Now(epoch, record, None if fused == _NOT_FUSED else fused, *rest)


@dataclass(frozen=True)
class CapturePlan:
    """When a node's recording begins or began (UTC s; None: at a tap, or not known), and for how many days (None: until
    it is stopped)."""

    start_utc_s: int | None
    days: int | None


def parse_plan(data: bytes) -> CapturePlan:
    """Return the `CapturePlan` in `data`; raises ValueError where it is too short."""
    if len(data) < _PLAN.size:
        raise ValueError(f"answer of {len(data)} bytes to plan, not {_PLAN.size}")
    start_utc_s, days = _PLAN.unpack_from(data)
    return CapturePlan(start_utc_s or None, days or None)


def parse_public(data: bytes) -> bool:
    """Return whether the node has a key; raises ValueError where it is too short, or of another version."""
    if len(data) < 2:
        raise ValueError(f"public block of {len(data)} bytes, not 2")
    _check_version(data[0])
    return bool(data[1] & protocol.HAS_KEY)


def _check_version(version: int) -> None:
    if version != protocol.VERSION:
        node_is_old = "bring the node up to date with `ambula flash` over USB, which keeps its log"
        what = "update Ambula" if version > protocol.VERSION else node_is_old
        raise ValueError(f"it speaks protocol {version}, and this Ambula knows {protocol.VERSION}: {what}")
