"""Power-up of the simulated board on USB: littlefs from the flash image, then main.py, then the REPL on standard input.

    micropython -i -X heapsize=256k usb_boot.py SETTINGS.json main|repl

A program that ends, or is interrupted, leaves the REPL, as on a board; `repl` skips the program, as a soft reset from
the raw REPL does. An erased flash is formatted, as the esp32 port does. Faults and a
chip are there where the settings name them. Time is the wall clock's, but that the test of
the sensor at the start takes none of it. Not emulated: a radio, samples, the watchdog, a clock that keeps the time over
a reset, sleep that ends USB; more in README.md beside this file, "USB".
"""

import gc
import json
import os
import sys
import time

import vfs

sys.path[:] = ["", sys.path[0] or ".", ".frozen"]

import machine
import simulation
from flash import PROGRAM_BLOCKS, Flash, Region
from lsm6ds3_model import Lsm6ds3trcModel


class WallTime:
    """What the board asks of virtual time, from the wall clock."""

    tapped = False
    battery_mv = 4000
    on_usb = True
    radio = None

    def __init__(self, start_ms):
        self._zero_ms = start_ms - time.ticks_ms()
        self._is_up = False

    @property
    def now_ms(self):
        return self._zero_ms + time.ticks_ms()

    tick_ms = now_ms

    def true_ms(self, ms):
        """The wall's clock and the board's tick are one here."""
        return ms

    def sleep_ms(self, ms):
        self.pass_ms(ms, False, False)

    def spend_us(self, us):
        """The bus and the flash take the wall's time here: what they take on this computer."""

    def feed(self):
        """No watchdog here; but the main loop has begun."""
        self._is_up = True

    def jump(self, ms):
        """Let time pass that nobody waits for."""
        self._zero_ms += ms

    def pass_ms(self, ms, radio_on, asleep=True):
        if self._is_up or asleep:
            time.sleep_ms(ms)
        else:
            self.jump(ms)


def boot(settings_path, run_main):
    with open(settings_path) as f:
        settings = json.load(f)
    simulation.settings = settings
    simulation.time = WallTime(settings["power_on_ms"])
    simulation.flash = Flash(settings["flash"], settings["flash_cut_at"], settings["flash_cut_mode"])
    sensor_time = simulation.time
    if settings["chip"]:
        import chip

        chip.attach(settings["chip"])
        sensor_time = chip.SensorTime(sensor_time, settings["chip"]["rate"])
    machine.attach(0x6A, Lsm6ds3trcModel(sensor_time, settings["samples"], settings["samples_start_ms"]))
    machine.attach(0x52, simulation.clock_of(settings))
    program = Region(simulation.flash, 0, PROGRAM_BLOCKS)
    try:
        mounted = vfs.VfsLfs2(program)
    except OSError:
        vfs.VfsLfs2.mkfs(program)
        mounted = vfs.VfsLfs2(program)
    vfs.mount(mounted, "/flash")
    os.chdir("/flash")
    if settings["faults"]:
        import faults

        faults.plant(settings["faults"])
    gc.collect()
    run_main = run_main and "main.py" in os.listdir()
    if run_main:
        try:
            print("@up main")  # to the stand-in: Ctrl-C meets a program from here on
            import main  # noqa: F401
        except (Exception, KeyboardInterrupt) as e:
            sys.print_exception(e)
    else:
        print("@up repl")


boot(sys.argv[1], sys.argv[2] == "main")
