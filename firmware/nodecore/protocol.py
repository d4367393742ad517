"""What travels over GATT: identifiers, commands, replies, the info block and data frames. SPEC.md, "GATT service"."""

import struct

from nodecore.compat import const

VERSION = const(1)

SERVICE_UUID = "6b1e0001-8d2f-4c57-9a64-0c5e7a1f3b20"
INFO_UUID = "6b1e0002-8d2f-4c57-9a64-0c5e7a1f3b20"  # read
CONTROL_UUID = "6b1e0003-8d2f-4c57-9a64-0c5e7a1f3b20"  # write (command), notify (reply)
DATA_UUID = "6b1e0004-8d2f-4c57-9a64-0c5e7a1f3b20"  # notify (log bytes)

THIGH = const(0)  # roles
BACK = const(1)
ROLE_NAMES = ("thigh", "back")

TIME_GET = const(1)  # -> u64 UTC ms
TIME_SET = const(2)  # u64 UTC ms; refused (BUSY) while a set clock is recording
SEAL = const(3)  # -> u32 log end: everything finished so far becomes readable
READ = const(4)  # u32 from, u32 to; data frames follow, then the reply -> u32 next offset
ACK = const(5)  # u32 offset, u32 CRC of the segment that ends there -> u32 first offset kept
CANCEL = const(6)  # ends a READ
STOP = const(7)  # ends the recording (seals, says so in the log)

OK = const(0)  # reply status
UNKNOWN_COMMAND = const(1)
BAD_ARGUMENT = const(2)
OUT_OF_RANGE = const(3)
MISMATCH = const(4)  # an acknowledgement whose CRC is not that of the segment before the offset
BUSY = const(5)
STATUS_NAMES = ("ok", "unknown command", "bad argument", "out of range", "checksum mismatch", "busy")

REPLY = const(0x80)  # or-ed to the command in its reply
COMMAND_HEADER = const(2)  # command, tag
REPLY_HEADER = const(3)  # command | REPLY, tag, status
FRAME_HEADER = const(4)  # u32 log offset of the frame's first byte
MAX_COMMAND = const(20)

_INFO_FORMAT = "<BBH8sIIIQHbBBBBB"
INFO_SIZE = const(40)

RECORDING = const(0x01)  # info state bits
CLOCK_SET = const(0x02)
STORAGE_FULL = const(0x04)


class Info:
    """What a node says of itself; fields as in SPEC.md."""

    __slots__ = (
        "version",
        "role",
        "boot",
        "device_id",
        "log_id",
        "log_first",
        "log_end",
        "utc_ms",
        "battery_mv",
        "temperature_c",
        "state",
        "firmware",
    )


def pack_info(role, boot, device_id, log_id, log_first, log_end, utc_ms, battery_mv, temperature_c, state, firmware):
    """Return the info block: `device_id` 8 bytes, `firmware` a (major, minor, patch) triple, the rest integers."""
    return struct.pack(
        _INFO_FORMAT,
        VERSION,
        role,
        boot & 0xFFFF,
        device_id,
        log_id,
        log_first,
        log_end,
        utc_ms,
        battery_mv,
        temperature_c,
        state,
        firmware[0],
        firmware[1],
        firmware[2],
        0,
    )


def parse_info(data):
    """Return the `Info` in `data`; raises ValueError on a wrong size, version or role."""
    if len(data) != INFO_SIZE:
        raise ValueError("info block of %d bytes, not %d" % (len(data), INFO_SIZE))
    fields = struct.unpack(_INFO_FORMAT, data)
    info = Info()
    (info.version, info.role, info.boot, info.device_id, info.log_id, info.log_first, info.log_end) = fields[:7]
    (info.utc_ms, info.battery_mv, info.temperature_c, info.state) = fields[7:11]
    info.firmware = fields[11:14]
    if info.version != VERSION:
        raise ValueError("protocol version %d, not %d" % (info.version, VERSION))
    if info.role >= len(ROLE_NAMES):
        raise ValueError("role %d" % info.role)
    return info


def advertising_data(role):
    """Return the 31 bytes that a node advertises: flags, the service UUID, and its role as service data of none.

    Flags (3 bytes), complete list of 128-bit services (18), shortened name "Amb-T" or "Amb-B" (7). No identity.
    """
    uuid = bytes(reversed(bytes.fromhex(SERVICE_UUID.replace("-", ""))))
    name = b"Amb-T" if role == THIGH else b"Amb-B"
    return b"\x02\x01\x06" + b"\x11\x07" + uuid + bytes((len(name) + 1, 8)) + name


def role_of_name(name):
    """Return the role that an advertised name tells, or None."""
    return {"Amb-T": THIGH, "Amb-B": BACK}.get(name)
