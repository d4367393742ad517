"""Power-up of the simulated board: finds the stand-ins, and leaves the rest to `power_up`, which is compiled.

micropython -X heapsize=256k boot.py SETTINGS.json
"""

import gc

gc.threshold(1024)  # as main.py does: the stand-ins share its heap
import sys

import vfs

# The modules beside this file (machine, bluetooth, board) are what is soldered on the board; they stay in place. Each
# keeps its path on the heap, so they get a short one, wherever the simulator put them.
vfs.mount(vfs.VfsPosix(sys.path[0] or "."), "/b")
sys.path[:] = ["", "/b", ".frozen"]

import power_up

power_up.boot(sys.argv[1])
