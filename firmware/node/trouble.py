"""Faults in words for the log.

A fault is logged at once, then less and less often, so that a lasting one never fills the flash. What is written here,
`ambula.account.faults` reads on the host: another form needs another reader beside the old one.
"""

import io
import sys

from nodecore.compat import const

# What failed: the first word.
IMU = "imu"
CLOCK = "clock"
RADIO = "radio"
PAIR = "pair"
EPOCH = "epoch"
CONFIG = "config"
STORAGE = "storage"
REST = "rest"
RECORDING = "recording"
WATCH = "watch"
# How: the words after it.
SILENT = "silent"
STUCK = "stuck"
OVERRUN = "overrun"
BACK_AFTER = "back after %d s"
CLOCK_OFF = "off by %d s, put back"
CLOCK_BEFORE_LOG = "before the end of the log, taken as not set"
MADE_ANEW = "made anew: "
# Why the board was restarted: its last words.
RECORDING_FAILED = "recording failed"
RADIO_FAILED = "radio failed"
IMU_SILENT = "imu silent %d h"

_FIRST_PAUSE_MS = const(60000)
_LAST_PAUSE_MS = const(3600000)
_MOST_LETTERS = const(60)  # of an exception

_kinds = {}  # kind: [how many since it was last logged, not again before (ms), next pause (ms)]


def words_of(what, how, now_ms):
    """Return what failed and how (words or an exception) as bytes, or None if it is too soon to log it again.

    `imu: errno 19`, `imu silent`, `epoch: ValueError no such leaf at nodecore.forest:31 winner, 7 times`: so many since
    it was last logged. Each `what`, with the first of the words, is a kind of its own.
    """
    if isinstance(how, Exception):
        kind = what
        words = "%s: %s" % (what, "errno %s" % how.errno if isinstance(how, OSError) else _told(how))
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


def _told(e):
    return ("%s %s" % (type(e).__name__, e))[:_MOST_LETTERS] + _place_of(e)


def _place_of(e):
    """Return where an exception was raised, ` at MODULE:LINE FUNCTION`; empty where that is not known."""
    try:
        text = io.StringIO()
        sys.print_exception(e, text)  # pyright: ignore[reportArgumentType]
        frame = text.getvalue()  # pyright: ignore[reportAttributeAccessIssue]  the stub lacks it
        frame = frame.rstrip().split("\n")[-2].split('"')  # `  File "node.log", line 45, in add`
        line, _, function = frame[2].partition(", in ")
        return " at %s:%s %s" % (frame[1], line[len(", line ") :], function)
    except Exception:  # no memory for it, or another form
        return ""
