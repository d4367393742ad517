"""What is needed at a start only; the program forgets this module afterwards, and its heap is free again."""

import json

from nodecore import segment


def boots(folder):
    """Return how often the node has been started before; 0 where nothing says so."""
    try:
        with open(folder + "boots") as f:
            return int(f.read())
    except (OSError, ValueError):
        return 0


def check_clock(app, epoch):
    """Take a clock as not set that is before the end of the log: it would number epochs twice."""
    if app.clock.is_set and epoch < app.log.last_epoch:
        app.clock.distrust()


def story(app, firmware):
    """Return, as JSON, what a reader of the log must know to understand the records that follow."""
    told = {
        "firmware": "%d.%d.%d" % firmware,
        "role": app.config.role,
        "reset": app.board.reset_cause(),
        "last_words": app.board.last_words(),
        "torn_bytes": app.log.torn_bytes,
        "config": app.config.__dict__,
    }
    if len(json.dumps(told)) > segment.MAX_EVENT_BYTES:
        told["config"] = None  # odd settings must not keep a node from recording
    return json.dumps(told).encode()


def give_up(app):
    """Give the old log up where nothing can be written, and a restart did not help: if the newest is to be kept."""
    if app.config.keep == "newest" and b'"recording failed"' in app.boot_story:  # the board tells its last words once
        app.board.remake_storage()
