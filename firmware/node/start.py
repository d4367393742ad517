"""What is needed at a start only; the program unloads this module afterwards, and its heap is free again."""

import binascii
import json
import struct

import node
from node.plan import OVER, RECORDING, WAITING, CapturePlan
from node.today import FORMAT, UNKNOWN
from nodecore import protocol, roles, segment
from nodecore.compat import const

_LONGEST_H = const(24)  # between two restarts for a sensor that stays silent
UNREADABLE = "unreadable"  # how `settings` begins its words for a file that is of no use at all


def boots(folder):
    """Return how often the node has been started before; 0 where nothing says so."""
    try:
        with open(folder + "boots") as f:
            return int(f.read())
    except (OSError, ValueError):
        return 0


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
        from node import guessing

        guessing.guess_role(config, scorer, folder)
        node.unload("guessing")


def sitting(config):
    """Return what watches over long sitting, for settings that want it; None on the back."""
    if config.role_code != roles.THIGH:
        return None
    from node.sitting import Sitting

    return Sitting(config.sitting_buzz_min, config.midnight_min)


def check_clock(app, epoch):
    """Take a clock as not set that is before the end of the log: it would number epochs twice."""
    if app.clock.is_set and epoch < app.log.last_epoch:
        app.clock.distrust()


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


def story(app, firmware):
    """Return, as JSON, what a reader of the log must know to understand the records that follow."""
    told = {
        "firmware": "%d.%d.%d" % firmware,
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


def give_up(app):
    """Give the old log up where nothing can be written, and a restart did not help: if the newest is to be kept."""
    if app.config.keep == "newest" and app.last_words == "recording failed":
        app.board.remake_storage()
