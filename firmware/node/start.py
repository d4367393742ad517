"""What the program reads and finds out at a start only; it unloads this module afterwards."""

import binascii
import json
import struct

from node import BUILD, FIRMWARE, recovery
from node.plan import OVER, RECORDING, WAITING, CapturePlan
from node.today import FORMAT, UNKNOWN
from nodecore import epoch as epochs
from nodecore import headers, protocol, roles, segment
from nodecore.compat import const

_LONGEST_H = const(24)  # between two restarts for a sensor that stays silent
_NEVER = 0xFFFFFFFF  # a start in the year 2106
UNREADABLE = "unreadable"  # how `settings` begins its words for a file that is of no use at all


def boots(folder):
    """Return how often the node has been started before; 0 where nothing says so."""
    try:
        with open(folder + "boots") as f:
            return int(f.read())
    except (OSError, ValueError):
        return 0


def take_keys(config):
    """Return the owner's key and the one of the wearer's two nodes, and take them out of the settings.

    config.json has them, so that one renaming makes a node another's, plan, role and keys. Where it has none, or is of
    no use, the copies count that a set-up leaves.
    """
    found = []
    for name in ("key", "pair"):
        try:
            found.append(binascii.unhexlify(getattr(config, name)))
        except ValueError:
            found.append(b"")
        delattr(config, name)
    return found if len(found[0]) == protocol.KEY_SIZE else [load_key("key.bin"), load_key("pair.bin")]


def load_key(path):
    """Return the key in a file, or nothing if there is none or it is not whole: then it opens nothing."""
    try:
        with open(path, "rb") as f:
            key = f.read(protocol.KEY_SIZE + 1)
    except OSError:
        return b""
    return key if len(key) == protocol.KEY_SIZE else b""


def check_role(config, scorer, folder):
    """Find a role for settings that have none, because their file was of no use."""
    if not config.role:
        guess_role(config, scorer, folder)


def guess_role(config, scorer, folder):
    """Give settings that could not be read, and the scorer, the role in which the newest log in `folder` was recorded.

    If no log shows the role, the node answers its owner as a thigh would, but records nothing.
    """
    code = _role_of_log(folder)
    if code is None:
        code = roles.THIGH
        config.start = _NEVER
        config.meet = 0
        config.trouble += ": nothing is recorded"
    config.role_code = code
    config.role = protocol.ROLE_NAMES[code]
    scorer.__init__(code)


def _role_of_log(folder):
    try:
        for name in reversed(recovery.chunk_names(folder)):
            with open(folder + "/" + name, "rb") as f:
                header = headers.parse_header(f.read(segment.HEADER_SIZE))
            if header is not None and header.role < len(protocol.ROLE_NAMES):
                return header.role
    except OSError:
        pass  # no log, or none that can be read
    return None


def sitting(config):
    """Return what watches over long sitting, on a thigh whose settings want it; else None."""
    if not config.sitting_buzz_min or config.role_code != roles.THIGH:
        return None
    from node.sitting import Sitting

    return Sitting(config.sitting_buzz_min, config.midnight_min)


def phone(config):
    """Return the module of the standard services for settings that want them; else None."""
    if not config.phone:
        return None
    from node import phone

    return phone


def check_clock(clock, log):
    """Take a clock as not set that is before the end of the log: it would number epochs twice."""
    if clock.is_set and epochs.epoch_of(clock.utc_ms()) < log.last_epoch:
        clock.distrust()


def read_plan(app, key, folder, epoch):
    """Return the capture plan as far as it is; `key` identifies the set-up.

    A recording whose file is lost, or lies on a storage that was made anew, goes on rather than wait for another tap.
    """
    config = app.config
    token = binascii.crc32(key + ("%s %d" % (config.start, config.days)).encode())
    plan = CapturePlan(folder + "plan", config.start, config.days, token)
    is_lost = bool(app.board.storage_fault) or app.last_words.startswith("storage ")
    try:
        with open(folder + "plan") as f:
            told, state, since, is_known = (int(word) for word in f.read().split())
        # Where nobody knows any longer what the plan was, it is what it had come to.
        if told == token or config.trouble.startswith(UNREADABLE) and config.start == "now":
            plan.state, plan.since, plan.is_known, plan.kept, plan.is_new = state, since, bool(is_known), True, False
    except ValueError:
        is_lost = True
    except OSError:
        pass  # the first start of all
    if is_lost and plan.state == WAITING and plan.start == "tap":
        plan.state, plan.kept, plan.is_new = RECORDING, False, True
    if plan.state == RECORDING and not plan.is_known:  # who does not know the time counts the days anew
        plan.since, plan.is_known, plan.kept = epoch, app.clock.is_set, False
    if app.clock.is_set and plan.is_over(epoch):
        plan.state, plan.kept = OVER, False
    return plan


def sensor_patience_h(last_words):
    """Return for how many hours a silent sensor is waited for: twice as long as before the restart that it caused."""
    if not last_words.startswith("imu silent "):
        return 1
    return min(2 * int(last_words.split()[2]), _LONGEST_H)


def read_today(path):
    """Return what the node knew of the day, and of the back's log, before it was restarted: see `node.today`."""
    try:
        with open(path, "rb") as f:
            return struct.unpack(FORMAT, f.read())
    except (OSError, ValueError):
        return 0, 0, 0, 0, 0, 0, UNKNOWN  # the first start, or of no use


def story(app):
    """Return, as JSON, what a reader of the log must know to understand the records that follow."""
    told = {
        "firmware": "%d.%d.%d %s" % (FIRMWARE + (BUILD,)),
        "role": app.config.role,
        "reset": app.board.reset_cause(),
        "last_words": app.last_words,
        "torn_bytes": app.log.torn_bytes,
        "recording": app.recording,
        "config": app.config.__dict__,
    }
    if len(json.dumps(told)) > segment.MAX_EVENT_BYTES:
        told["config"] = None  # odd settings must not keep a node from recording
    return json.dumps(told).encode()
