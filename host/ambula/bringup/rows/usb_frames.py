"""The count of USB frames, by which a node sees a computer at the other end of its cable.

USB_SERIAL_JTAG_FRAM_NUM_REG: ESP32-C3 technical reference manual, "USB Serial/JTAG".
"""

from ambula.bringup.bench import Bench
from ambula.bringup.reading import Measured, Reading
from ambula.bringup.row import Row

_FRAMES = """
before = machine.mem32[0x60043024] & 0x7FF
time.sleep_ms(200)
_tell([before, machine.mem32[0x60043024] & 0x7FF])
"""


def _measure(bench: Bench) -> Measured:
    bench.must_have("machine.mem32", "import esp32; machine.mem32")  # elsewhere the address may be anybody's
    before, after = bench.told(_FRAMES)
    return {"usb_frames": Reading((after - before) % 0x800, {"before": before, "after": after})}


USB_FRAMES = Row(
    "usb",
    "reads the count of USB frames twice",
    1,
    ("usb_frames",),
    _measure,
    advice="send the file in: on this board a computer on the cable is not seen",
)
