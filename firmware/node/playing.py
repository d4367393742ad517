"""Plays a pattern of `node.signals`: apart from it, because this stays on the heap until the signal is over."""

_TICK = b"\x04\xc4"  # 40 ms in 2 s


def play(app, pattern, by_motor, ticks):
    """Play a pattern; then, if `ticks`, a blink now and then while the radio waits for a laptop.

    The light goes out when one connects: what a visit wants of the heap is more than there is beside this.
    """
    board = app.board
    due_ms = board.now_ms()
    is_on = is_ticking = False
    try:
        while pattern:
            for tens in pattern:
                is_on = not is_on
                board.signal(is_on, by_motor)
                due_ms += 10 * tens
                while board.now_ms() < due_ms:
                    yield
                    if app.link.connected and not by_motor or is_ticking and not app.link.active:
                        return
            is_ticking = ticks and app.link.active
            pattern = _TICK if is_ticking else b""
    finally:
        if is_on:
            board.signal(False, by_motor)
