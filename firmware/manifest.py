"""For freezing into MicroPython's own build: the firmware in the image, not on the file system.

    make -C ports/esp32 BOARD=ESP32_GENERIC_C3 FROZEN_MANIFEST=.../firmware/manifest.py

A board with it boots into Ambula at once, and what `ambula flash` writes is not looked at: an upgrade is a new image.
Ambula does not need this: stock MicroPython and `ambula flash` are the way. Its packages were frozen into
MicroPython's unix port once, and that image recorded; no image for a chip has been built.
"""

include("$(PORT_DIR)/boards/manifest.py")  # what the port freezes itself

module("main.py", base_path="boards/xiao_esp32c3/frozen")
module("start.py")
module("board.py", base_path="boards/xiao_esp32c3")
module("pins.py", base_path="boards/xiao_esp32c3")
package("nodecore")
package("node")
package("meeting")
package("drivers")
