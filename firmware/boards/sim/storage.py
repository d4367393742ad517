"""The log's own file system: mounted, or made anew where it does not mount."""

import vfs

from nodecore.compat import const

_TRIES = const(3)
_PIECE = const(64)


def mount(device, folder):
    """Mount the littlefs on `device` at `folder`; return in words why it had to be made anew, empty if it had not.

    Making it anew erases two blocks: the segments of the old log stay in the others, out of reach, until the new log
    has grown over them. A blank device, as at the first start, is not worth a word.
    """
    why = ""
    for _ in range(_TRIES):
        try:
            vfs.mount(vfs.VfsLfs2(device), folder)
            return ""
        except OSError as e:
            why = "" if _is_blank(device) else "errno %d" % e.errno
    vfs.VfsLfs2.mkfs(device)
    vfs.mount(vfs.VfsLfs2(device), folder)
    return why


def _is_blank(device):
    piece = bytearray(_PIECE)
    for block in (0, 1):
        device.readblocks(block, piece, 0)
        if any(byte != 0xFF for byte in piece):
            return False
    return True
