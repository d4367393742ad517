"""A meeting of the thigh with the back: find it, copy what is new of its log, fuse that with the thigh's own."""

import gc

import bluetooth

from meeting import finding, fusing, peer
from node import trouble
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
        copy = _fetch(app, path)
        if copy:
            gc.collect()  # fusing wants large pieces
            fusing.Fusing(app, copy).run(path, today_path)
    except Exception as e:
        app.telling.fault(trouble.PAIR, e)
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
        finder = finding.Finder(app.session.pair, ble, wait)
        try:
            control = finder.run()
        finally:
            conn = finder.conn
        if control is None:
            return None
        ble.irq(None)  # pyright: ignore[reportArgumentType]  the stub knows handlers only
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
