"""What travels over GATT: identifiers, commands, replies, the info block, sealed messages. SPEC.md, "GATT service"."""

import struct

from nodecore.compat import const

VERSION = const(2)

SERVICE_UUID = "6b1e0001-8d2f-4c57-9a64-0c5e7a1f3b20"
PUBLIC_UUID = "6b1e0002-8d2f-4c57-9a64-0c5e7a1f3b20"  # read: what anybody may know
CONTROL_UUID = "6b1e0003-8d2f-4c57-9a64-0c5e7a1f3b20"  # write (command), notify (reply)
DATA_UUID = "6b1e0004-8d2f-4c57-9a64-0c5e7a1f3b20"  # notify (log bytes)

ROLE_NAMES = ("thigh", "back")  # of `roles`, by number

TIME_GET = const(1)  # -> u64 UTC ms
TIME_SET = const(2)  # u64 UTC ms; refused (BUSY) while a set clock is recording
SEAL = const(3)  # -> u32 log end: everything finished so far becomes readable
READ = const(4)  # u32 from, u32 to; data frames follow, then the reply -> u32 next offset
ACK = const(5)  # u32 offset, u32 CRC of the segment that ends there -> u32 first offset kept
CANCEL = const(6)  # ends a READ
STOP = const(7)  # ends the recording (seals, says so in the log)
INFO = const(8)  # -> the info block
RECEIPT = const(9)  # u32 from, u32 to -> proof of these log bytes, 16 bytes
START = const(10)  # records from now on -> u32 log end
HEALTH = const(11)  # -> the health block
NOW = const(12)  # -> the newest record and what the node knows of the day, see SPEC.md
PLAN = const(13)  # -> u32 UTC s at which the recording begins or began, u16 days; 0: not known, no end
HELLO = const(16)  # 16 bytes of the laptop's nonce -> 16 of the node's, 16 of the node's proof; not sealed
PROVE = const(17)  # 16 bytes of the laptop's proof; from its OK on every message both ways is sealed
PEER_HELLO = const(18)  # the same two steps with the key of a pair of nodes: for the thigh at the back, to read only
PEER_PROVE = const(19)

OK = const(0)  # reply status
UNKNOWN_COMMAND = const(1)
BAD_ARGUMENT = const(2)
OUT_OF_RANGE = const(3)
MISMATCH = const(4)  # an acknowledgement whose CRC is not that of the segment before the offset
BUSY = const(5)
NO_KEY = const(6)  # the node was never set up
DENIED = const(7)  # a wrong proof, or a command without one

REPLY = const(0x80)  # or-ed to the command in its reply
COMMAND_HEADER = const(2)  # command, tag
REPLY_HEADER = const(3)  # command | REPLY, tag, status
MAX_COMMAND = const(32)

KEY_SIZE = const(32)
NONCE_SIZE = const(16)
PROOF_SIZE = const(16)
SEAL_HEADER = const(4)  # u32 counter, before the encrypted body
SEAL_TAG = const(8)  # behind it
COMMANDS = const(0)  # channels: each has a counter of its own
REPLIES = const(1)
LOG = const(2)
MAX_RECEIPT = const(65536)  # bytes that one receipt may cover

COMPANY = const(0xFFFF)  # Bluetooth's number for tests and for those who have none
HINT_SALT = const(3)  # advertised: salt, and the first bytes of what the node's key makes of it
HINT_SIZE = const(6)
HAS_KEY = const(0x01)  # public state bit

INFO_FORMAT = "<BBH8sIIIQHbBBBBB"
HEALTH_FORMAT = "<hhhHHHIB"

RECORDING = const(0x01)  # info state bits
CLOCK_SET = const(0x02)
STORAGE_FULL = const(0x04)
WAITING = const(0x08)  # for the time or the tap that its recording starts with

SELF_TESTED = const(0x01)  # health flags
SELF_TEST_PASSED = const(0x02)


def pack_public(has_key):
    """Return what anybody may read: the protocol version, and whether the node was ever set up."""
    return bytes((VERSION, HAS_KEY if has_key else 0))


def advertising_data(hint):
    """Return the 31 bytes that a node advertises: flags, the service UUID, a hint that only its owner can read.

    Flags (3 bytes), complete list of 128-bit services (18), manufacturer data (10): `hint` is `HINT_SIZE` bytes, new
    for each window, so that nothing in it identifies a node, or links one day to the next.
    """
    return b"\x02\x01\x06" + b"\x11\x07" + _uuid_bytes() + b"\x09\xff" + struct.pack("<H", COMPANY) + hint


def peer_data(hint):
    """Return the 24 bytes of the scan response that the wearer's other node looks for: service data, its own hint."""
    return b"\x17\x21" + _uuid_bytes() + hint


def _uuid_bytes():
    return bytes(reversed(bytes.fromhex(SERVICE_UUID.replace("-", ""))))
