"""The simulated board: the same driver as on a real one, over stand-ins of bus, chip, clock and radio."""

import bluetooth
import machine
import simulation

from drivers.lsm6ds3tr_c import LSM6DS3TRC


class Clock:
    """UTC of this node: virtual time plus what its own oscillator makes of it."""

    def __init__(self, time, offset_ms, drift_ppm, is_set):
        self._time = time
        self._start_ms = time.now_ms
        self._offset_ms = offset_ms
        self._drift_ppm = drift_ppm
        self.is_set = is_set

    def utc_ms(self):
        """Return the node's UTC in ms; counts from 1970 while the clock is not set."""
        elapsed_ms = self._time.now_ms - self._start_ms
        own_ms = elapsed_ms + elapsed_ms * self._drift_ppm // 1000000
        return own_ms + (self._start_ms + self._offset_ms if self.is_set else 0)

    def set_utc_ms(self, utc_ms):
        """Set the clock."""
        self.is_set = True
        self._offset_ms += utc_ms - self.utc_ms()


class Board:
    """What every board offers the node's program: imu, clock, time that passes, battery, identity."""

    def __init__(self):
        time = simulation.time
        settings = simulation.settings
        self._time = time
        self.imu = LSM6DS3TRC(machine.I2C(0))
        self.clock = Clock(time, settings["clock_offset_ms"], settings["clock_drift_ppm"], settings["clock_is_set"])
        self._id = bytes.fromhex(settings["device_id"])

    def now_ms(self):
        """Return milliseconds that only ever grow; no relation to UTC may be assumed."""
        return self._time.now_ms

    def idle_ms(self, ms):
        """Wait awake with the radio on, at most `ms`."""
        self._time.pass_ms(ms, bluetooth.BLE().active())

    def sleep_ms(self, ms):
        """Sleep with the radio off, at most `ms`; a double tap ends it."""
        self._time.pass_ms(ms, False)

    def battery_mv(self):
        """Return the cell's voltage in mV."""
        return self._time.battery_mv

    def unique_id(self):
        """Return the 8 bytes that tell this device from others."""
        return self._id

    def reset_cause(self):
        """Return in a word why the node started."""
        return simulation.settings["reset_cause"]
