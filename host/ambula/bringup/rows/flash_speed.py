"""The flash: what an append of a segment takes, what a block takes, and how much room there is.

An append makes littlefs write the file's last block anew, erased, so it has an erase in it. A segment is some 500
bytes, and a chunk of the log 32 KiB: firmware/node/log.py.
"""

from ambula.bringup.bench import Bench
from ambula.bringup.reading import Measured, Reading
from ambula.bringup.row import Row

_APPENDS = 64
_CHUNK = 16
_BLOCKS = 16

_APPEND = """
_piece = bytes(range(256)) * 2
def _append():
    began = time.ticks_us()
    with open('/data/bringup.tmp', 'ab') as f:
        f.write(_piece)
    return time.ticks_diff(time.ticks_us(), began)
def _remove():
    try:
        os.remove('/data/bringup.tmp')
    except OSError:
        pass
_remove()
"""
_APPEND_SOME = "_feed()\n_tell([_append() for _ in range({count})])"
_BLOCK = """
_remove()
_block = bytes(4096)
began = time.ticks_us()
with open('/data/bringup.tmp', 'wb') as f:
    for _ in range({blocks}):
        f.write(_block)
took = time.ticks_diff(time.ticks_us(), began)
_remove()
room = os.statvfs('/data')
_tell([took, room[0], room[2], room[3]])
"""


def _measure(bench: Bench) -> Measured:
    bench.hardware()
    bench.run(_APPEND)
    took_us: list[int] = []
    for done in range(0, _APPENDS, _CHUNK):
        bench.say(f"appending segments: {done} of {_APPENDS}")
        took_us += bench.told(_APPEND_SOME.format(count=_CHUNK))
    blocks_us, block_bytes, blocks, free = bench.told(_BLOCK.format(blocks=_BLOCKS))
    ordered = sorted(took_us)
    return {
        "flash_ms_a_commit": Reading(
            round(sum(took_us) / len(took_us) / 1000, 1),
            {"median_us": ordered[len(ordered) // 2], "longest_us": ordered[-1], "bytes": 512, "us": took_us},
        ),
        "flash_block_ms": Reading(round(blocks_us / _BLOCKS / 1000, 1), {"us": blocks_us, "blocks": _BLOCKS}),
        "flash_free_kib": Reading(
            free * block_bytes // 1024, {"block_bytes": block_bytes, "blocks": blocks, "free_blocks": free}
        ),
    }


FLASH = Row(
    "flash",
    f"appends {_APPENDS} made-up segments to a file of its own",
    20,
    ("flash_ms_a_commit", "flash_block_ms", "flash_free_kib"),
    _measure,
    notice="writes a file on the board, and removes it",
    advice="measure again; a flash that stays slow is worn: take another board",
)
