"""Where the bytes of a sync go: each packet of the virtual air by its cause. SPEC.md, "GATT service", "Session"."""

from collections import Counter
from collections.abc import Sequence

from nodecore import protocol

_L2CAP_HEADER, _ATT_HEADER = 4, 3
_HEADERS = _L2CAP_HEADER + _ATT_HEADER
_SEAL = protocol.SEAL_HEADER + protocol.SEAL_TAG
_WRITE, _NOTIFY = 0x12, 0x1B  # Bluetooth Core 5.4, vol 3, part F, 3.4.8
_WRITTEN_SIZE = _L2CAP_HEADER + 1


def by_cause(packets: Sequence[bytes], stored: int) -> dict[str, int]:
    """Return the bytes of one node's sync, both ways, by their cause; together they are all of `packets`.

    packets: L2CAP, as they went over the air, none of them a fragment. stored: bytes of the log that came of them.
    """
    notified: Counter[int] = Counter()
    for packet in packets:
        if packet[_L2CAP_HEADER] == _NOTIFY:
            notified[_handle(packet)] += len(packet)
    (data, _), (control, _) = notified.most_common(2)
    frames = [p for p in packets if p[_L2CAP_HEADER] == _NOTIFY and _handle(p) == data]
    asked = [p for p in packets if p[_L2CAP_HEADER] == _WRITE and _handle(p) == control]
    log = sum(map(len, frames)) - len(frames) * (_HEADERS + _SEAL)
    commands = notified[control] + sum(map(len, asked)) + len(asked) * _WRITTEN_SIZE
    return {
        "the log": stored,
        "the log, sent again": log - stored,
        f"{_HEADERS} bytes of L2CAP and ATT a data notification": len(frames) * _HEADERS,
        f"{_SEAL} bytes of seal a data notification": len(frames) * _SEAL,
        "commands, replies, and that they came": commands,
        "services found, MTU, subscriptions": sum(map(len, packets)) - sum(map(len, frames)) - commands,
    }


def _handle(packet: bytes) -> int:
    return int.from_bytes(packet[_L2CAP_HEADER + 1 : _L2CAP_HEADER + 3], "little")
