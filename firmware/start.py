"""Starts the node's program. `board` is the module of the board that the firmware was flashed for."""

import gc

gc.threshold(1024)  # collect often while modules load: what they leave behind would lie between what stays


def run():
    """Load the program and run it: it does not return."""
    import node
    from node import settings

    chosen = settings.load()
    settings = None
    node.unload("node.settings")
    gc.collect()
    from nodecore.score import EpochScorer

    scorer = EpochScorer(chosen.role_code)  # its buffers want large pieces: before the rest of the heap is in use

    import board

    hardware = board.Board()
    from node import health

    examined = health.examine(hardware)
    health = None
    node.unload("node.health")

    # Modules that others ask for come first: an import within an import within an import takes the stack of each.
    from node import link, log, recorder  # noqa: F401
    from node.app import App

    app = App(hardware, chosen, scorer, examined)
    print("ambula %d.%d.%d %s" % (node.FIRMWARE + (chosen.role,)))  # what a laptop on USB waits for after flashing
    gc.threshold(8192)  # a collection costs milliseconds on a board, so less often from now on
    app.run()


try:
    run()
except Exception as e:
    import sys

    sys.print_exception(e)
    why = "%s %s" % (type(e).__name__, e)
    e = None
    gc.collect()
    import board

    board.restart(why[:60])  # and if this fails too, the watchdog that the board's boot has armed starts it anew
