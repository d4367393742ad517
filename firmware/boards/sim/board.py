"""The simulated board: the same driver as on a real one, over stand-ins of bus, chip, clock and radio: README.md."""

import bluetooth
import machine
import simulation
import vfs
from flash import PROGRAM_BLOCKS, Region

import node
from drivers import lsm6ds3tr_c, rv3028
from node.power import Power

_RESTART_PAUSE_MS = 5000  # at least; ambula.sim.node makes it longer where the program fails at once, again and again


class Board:
    """What firmware/boards/README.md asks of a board."""

    def __init__(self):
        time = simulation.time
        settings = simulation.settings
        self._reset_cause = settings["reset_cause"]
        self._last_words = settings["last_words"]
        self._time = time
        import storage

        lsm6ds3tr_c.time = rv3028.time = time  # the drivers' pauses would pass on the wall
        self.power = simulation.power = Power(self.now_ms)
        bus = machine.I2C(0)
        self.imu = lsm6ds3tr_c.LSM6DS3TRC(bus)
        self.clock = rv3028.RV3028(bus, self.now_ms)
        try:
            self.clock.start()
        except OSError:
            pass  # as on the reference board
        self._id = bytes.fromhex(settings["device_id"])
        simulation.settings = None  # the simulator shares the program's heap
        self.storage_fault = storage.mount(Region(simulation.flash, PROGRAM_BLOCKS), "/data")
        node.unload("storage")

    def now_ms(self):
        """Return milliseconds that only ever grow; no relation to UTC may be assumed."""
        return self._time.tick_ms

    def idle_ms(self, ms):
        """Wait awake, at most `ms`."""
        self._time.pass_ms(ms, bluetooth.BLE().active(), False)

    def sleep_ms(self, ms):
        """Sleep with the radio off, at most `ms`; return whether the sensor ended it, which a double tap does."""
        self._time.pass_ms(self._time.true_ms(ms), False)
        return self._time.tapped

    def signal(self, is_on, by_motor):
        """Switch the light, or the motor; here: inform the controller."""
        print("@signal", self._time.now_ms, is_on, by_motor)

    def on_usb(self):
        """Return whether a computer is at the other end of the USB cable."""
        return self._time.on_usb

    def battery_mv(self):
        """Return the cell's voltage in mV."""
        return self._time.battery_mv

    def unique_id(self):
        """Return the 8 bytes that identify this device."""
        return self._id

    def reset_cause(self):
        """Return in a word why the node started."""
        return self._reset_cause

    def feed(self):
        """Tell the watchdog that the program is alive; it resets a board that is not fed for a minute."""
        self._time.feed()

    def last_words(self):
        """Return why the program restarted the board; empty after any other start."""
        return self._last_words

    def remake_storage(self):
        """Make the file system of the log anew, and restart; all that was on it is lost."""
        vfs.umount("/data")
        vfs.VfsLfs2.mkfs(Region(simulation.flash, PROGRAM_BLOCKS))
        restart("storage made anew")

    def restart(self, why):
        """Reset the board after a pause; `why`, a few words, is there after the start."""
        restart(why)


def restart(why):
    """Do what `Board.restart` does, also where no `Board` could be made. On a board the words wait in RTC memory."""
    simulation.time.pass_ms(_RESTART_PAUSE_MS, False)
    machine.reset("software", why)
