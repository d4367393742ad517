"""What a node says of itself in one piece: the info block and the health block. SPEC.md gives every byte."""

import struct

from nodecore import protocol


def pack_info(role, boot, device_id, log_id, log_first, log_end, utc_ms, battery_mv, temperature_c, state, firmware):
    """Return the info block: `device_id` 8 bytes, `firmware` a (major, minor, patch) triple, the rest integers."""
    return struct.pack(
        protocol.INFO_FORMAT,
        protocol.VERSION,
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


def pack_health(examined, free_bytes):
    """Return the health block: `examined` is self-test in mg x 3, noise in 0.1 mg x 3, flags."""
    return struct.pack(protocol.HEALTH_FORMAT, *examined[:6], free_bytes, examined[6])
