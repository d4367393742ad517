"""Run a script on the stand-in: micropython on_stand_in.py BOARD_DIR SOCKET SCRIPT. IRQs run while the script waits."""

import sys
import time as wall

sys.path.insert(0, sys.argv[1])

import bluetooth


class Time:
    """What a script asks of `time`."""

    @staticmethod
    def sleep_ms(ms):
        end_ms = wall.ticks_add(wall.ticks_ms(), ms)
        bluetooth.dispatch()
        while wall.ticks_diff(end_ms, wall.ticks_ms()) > 0:
            wall.sleep_ms(1)
            bluetooth.dispatch()


bluetooth.attach(sys.argv[2])
sys.modules["time"] = Time
with open(sys.argv[3]) as f:
    script = f.read()
exec(script)
