"""Faults in words for the log; loaded at the first one.

A fault is logged at once, then less and less often, so that a lasting one never fills the flash. What is written here,
`ambula.account.faults` reads on the host: another form needs another reader beside the old one.
"""

from nodecore.compat import const

_FIRST_PAUSE_MS = const(60000)
_LAST_PAUSE_MS = const(3600000)

_kinds = {}  # kind: [how many since it was last logged, not again before (ms), next pause (ms)]


def words_of(what, how, now_ms):
    """Return what failed and how (words or an exception) as bytes, or None if it is too soon to log it again.

    `imu: errno 5`, `imu silent`, `epoch: ValueError no such leaf, 7 times`: so many since it was last logged. Each
    `what`, with the first of the words, is a kind of its own.
    """
    if isinstance(how, Exception):
        kind = what
        words = "%s: %s" % (what, "errno %s" % how.errno if isinstance(how, OSError) else _name(how))
    else:
        kind = what + how[:4]
        words = "%s %s" % (what, how)
    seen = _kinds.get(kind)
    if seen is None or now_ms - seen[1] > _LAST_PAUSE_MS:
        seen = _kinds[kind] = [0, now_ms, _FIRST_PAUSE_MS]
    seen[0] += 1
    if now_ms < seen[1]:
        return None
    count = seen[0]
    seen[0] = 0
    seen[1] = now_ms + seen[2]
    seen[2] = min(2 * seen[2], _LAST_PAUSE_MS)
    return (words if count == 1 else "%s, %d times" % (words, count)).encode()


def _name(e):
    return ("%s %s" % (type(e).__name__, e))[:60]
