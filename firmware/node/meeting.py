"""A meeting of the thigh with the back, step by step; each step's module is loaded for it and unloaded after it.

The heap has room for one of them at a time, and only while `node.link` is not loaded either.
"""

import gc

import bluetooth

import node
from nodecore.compat import const

_MTU = const(247)
_IDLE_MS = const(2)
_HANG_UP_MS = const(100)  # for the last packet to get through


def meet(app, path, today_path):
    """Fetch what is new of the back's log into the file at `path` and fuse it, see `fusing`; never raises.

    A failure on the way is logged. What is new then is fetched at the next meeting.
    """
    copy = None
    try:
        gc.collect()
        copy = _fetch(app, path)
        if copy:
            gc.collect()  # here too: from within `_fetch` its own objects are still in use
            from node import fusing

            fusing.Fusing(app, copy).run(path, today_path)
    except Exception as e:
        app.tell("pair", e)
    fusing = None
    node.unload("fusing")
    for name in ("fuse", "unpack", "headers"):
        node.unload(name, "nodecore")
    app.today.met(copy)


def _fetch(app, path):
    ble = bluetooth.BLE()
    board = app.board
    conn = None

    def wait(done, ms):
        """Wait, the radio on, until `done()` is true; return what it is then, or after `ms`."""
        end_ms = board.now_ms() + ms
        while True:
            found = done()
            if found or board.now_ms() >= end_ms:
                return found
            board.idle_ms(_IDLE_MS)

    try:
        ble.active(True)
        ble.config(addr_mode=1)
        ble.config(mtu=_MTU)
        gc.collect()
        from node import finding

        finder = finding.Finder(app.session.pair, ble, wait)
        try:
            control = finder.run()
        finally:
            conn = finder.conn
        if control is None:
            return None
        ble.irq(None)  # pyright: ignore[reportArgumentType]  the stub knows handlers only
        finder = finding = None
        node.unload("finding")
        gc.collect()
        from node import peer

        return peer.Meeting(app, ble, wait, conn, control).run(path)
    finally:
        app.session.end()
        try:
            if conn is not None:
                ble.gap_disconnect(conn)
                wait(lambda: False, _HANG_UP_MS)
        finally:
            ble.active(False)  # whatever the stack says of a link that ends already
        ble.irq(None)  # pyright: ignore[reportArgumentType]  the stub knows handlers only
        node.unload("finding")
        node.unload("peer")
