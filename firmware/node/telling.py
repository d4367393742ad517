"""Logs how the node started, and that a recording began; loaded only when one of these has to be logged."""

from node import plan as plans
from nodecore import segment


def tell_boot(app, folder):
    """Write the boot count into `folder`, the story of this boot and the recording's start into the log.

    Raises OSError where nothing can be written, or restarts the board where a storage made anew may help.
    """
    story = app.boot_story
    plan = app.plan
    if story:
        try:
            with open(folder + "boots", "w") as f:
                f.write(str(app.boot))
            if plan.state == plans.OVER and not plan.kept:  # its last day ended while the node was off
                app.log.event(segment.STOPPED, plan.since + plan.length)
            app.log.event(segment.BOOT, app.boot_epoch, story)
        except OSError:
            from node import start

            start.give_up(app)
            raise
        app.boot_story = None
        if not plan.kept:
            plan.keep()
        if app.config.trouble:
            app.tell("config", app.config.trouble)
        if app.board.storage_fault:
            app.tell("storage", "made anew: " + app.board.storage_fault)
    if plan.is_new:
        plan.is_new = False
        app.log.event(segment.STARTED, plan.since)
