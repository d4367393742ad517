"""Finds the back on the air and connects to it."""

import bluetooth

from nodecore import protocol
from nodecore.compat import const

_IRQ_SCAN_RESULT = const(5)
_IRQ_PERIPHERAL_CONNECT = const(7)
_IRQ_GATTC_CHARACTERISTIC_RESULT = const(11)
_IRQ_GATTC_CHARACTERISTIC_DONE = const(12)
_IRQ_MTU_EXCHANGED = const(21)
_SCAN_RESPONSE = const(4)

_SCAN_MS = const(2000)  # the back's window lasts 2.3 s: clocks may be one and a half apart
_STEP_MS = const(2000)
_SCAN_US = const(30000)
_LEAST_US = const(15000)  # of the connection's interval
_MOST_US = const(30000)
_MOST_HEARD = const(4)


class Finder:
    """One search; `conn` is the connection, once there is one. `pair` makes hints, `wait` waits."""

    def __init__(self, pair, ble, wait):
        self._pair = pair
        self._ble = ble
        self._wait = wait
        self._heard = []  # scan responses that may be of the back
        self._done = 0  # a bit for each event that has come
        self._control = None
        self.conn = None
        ble.irq(self._irq)

    def run(self):
        """Return the handle of the back's control characteristic, connected; None where the back is not there.

        Raises OSError if the radio fails, ValueError if the back does not answer.
        """
        ble = self._ble
        wait = self._wait
        ble.gap_scan(0, _SCAN_US, _SCAN_US, True)
        found = wait(self._find, _SCAN_MS)
        ble.gap_scan(None)
        if not found:
            return None
        ble.gap_connect(found[0], found[1], _STEP_MS, _LEAST_US, _MOST_US)
        if not wait(lambda: self._done & (1 << _IRQ_PERIPHERAL_CONNECT), _STEP_MS):
            raise ValueError("no link")
        ble.gattc_exchange_mtu(self.conn)
        wait(lambda: self._done & (1 << _IRQ_MTU_EXCHANGED), _STEP_MS)
        ble.gattc_discover_characteristics(self.conn, 1, 0xFFFF)
        wait(lambda: self._done & (1 << _IRQ_GATTC_CHARACTERISTIC_DONE), _STEP_MS)
        if self._control is None:
            raise ValueError("no service")
        return self._control

    def _irq(self, event, data):
        if event == _IRQ_SCAN_RESULT:
            if data[2] == _SCAN_RESPONSE and len(self._heard) < _MOST_HEARD:
                self._heard.append((data[0], bytes(data[1]), bytes(data[4])))
        elif event == _IRQ_PERIPHERAL_CONNECT:
            self.conn = data[0]
        elif event == _IRQ_GATTC_CHARACTERISTIC_RESULT and data[4] == bluetooth.UUID(protocol.CONTROL_UUID):
            self._control = data[2]
        self._done |= 1 << event

    def _find(self):
        """Return (type, address) of who made a hint with the pair's key, or None."""
        while self._heard:
            found = self._heard.pop()
            said = found[2]
            salt = said[-protocol.HINT_SIZE : -protocol.HINT_SALT]
            hint = salt + self._pair(b"peer hint", salt)[: protocol.HINT_SALT]
            if said.endswith(protocol.peer_data(hint)):
                return found
        return None
