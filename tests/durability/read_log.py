"""Runs in MicroPython: micropython read_log.py FIRMWARE IMAGE OUT; prints the first offset, writes the log's bytes."""

import sys

sys.path[:] = [sys.argv[1], sys.argv[1] + "/boards/sim", ".frozen"]

import vfs
from flash import PROGRAM_BLOCKS, Flash, Region

from node.log import Log

vfs.mount(vfs.VfsLfs2(Region(Flash(sys.argv[2]), PROGRAM_BLOCKS)), "/data")
log = Log("/data/log", 0, "oldest", lambda: (0, 0, 0, 0))
buf = memoryview(bytearray(240))
at = log.first
with open(sys.argv[3], "wb") as out:
    while at < log.end:
        n = log.read_into(at, buf[: min(240, log.end - at)])
        out.write(buf[:n])
        at += n
print(log.first)
