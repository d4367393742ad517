"""Power-up of the simulated board: littlefs from the flash image, the models on their buses, then main.py.

The firmware itself is on the flash image, where a flashing tool has put it, as on a real board.
"""

import gc
import json
import os
import sys

import bluetooth
import machine
import simulation
import vfs
from flash import PROGRAM_BLOCKS, Flash, Region
from lsm6ds3_model import Lsm6ds3trcModel
from virtual_time import VirtualTime


def boot(settings_path):
    with open(settings_path) as f:
        settings = json.load(f)
    simulation.settings = settings
    simulation.time = VirtualTime(settings["power_on_ms"], settings["tick_ppm"], settings["tick_noon_ppm"])
    simulation.time.radio = bluetooth
    simulation.flash = Flash(settings["flash"], settings["flash_cut_at"], settings["flash_cut_mode"])
    machine.attach(0x6A, Lsm6ds3trcModel(simulation.time, settings["samples"], settings["samples_start_ms"]))
    machine.attach(0x52, simulation.clock_of(settings))
    if settings["radio"]:
        bluetooth.attach(settings["radio"])
    vfs.mount(
        vfs.VfsLfs2(Region(simulation.flash, 0, PROGRAM_BLOCKS), readsize=16, progsize=16, lookahead=16), "/flash"
    )
    os.chdir("/flash")
    gc.collect()
    if settings["faults"]:
        import faults

        faults.plant(settings["faults"])
    del settings
    # The table of modules doubles nearly at the 38th, and no board has these: who uses them holds them.
    for name in ("gatt_values", "lsm6ds3_model", "power_up", "rv3028_model", "virtual_time"):
        del sys.modules[name]
    gc.collect()
    print("@boot", gc.mem_free(), gc.mem_alloc())
    try:
        import main  # noqa: F401  the firmware: it never returns

        while True:  # unless it could not even restart the board: the watchdog does
            simulation.time.pass_ms(1000, False)
    finally:
        print("@flash", simulation.flash.operations)
