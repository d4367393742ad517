"""Radio windows by the hundred: whether each opens, and what of the heap is left behind."""

from ambula.bringup.bench import Bench
from ambula.bringup.reading import Measured, NotMeasured, Reading
from ambula.bringup.row import Row

_CHUNK = 10

# The first window takes what the radio keeps for good; it is not counted.
_WINDOWS = """
import bluetooth, esp32
def _free():
    gc.collect()
    return sum(a[1] for a in esp32.idf_heap_info(esp32.HEAP_DATA))
def _windows(n):
    failed = 0
    for _ in range(n):
        try:
            bluetooth.BLE().active(True)
            time.sleep_ms(50)
        except OSError:
            failed += 1
        bluetooth.BLE().active(False)
    return failed
def _first():
    try:
        bluetooth.BLE().active(True)
        bluetooth.BLE().active(False)
        return 0
    except OSError as e:
        return e.errno
_errno = _first()
_before = _free()
_tell(_errno)
"""
_SOME = "_feed()\n_failed = _windows({count})\n_tell([_failed, _before - _free()])"
_ENODEV = 19


def _measure(bench: Bench) -> Measured:
    bench.must_have("esp32.idf_heap_info", "import esp32; esp32.idf_heap_info")
    bench.fresh()
    errno = bench.told(_WINDOWS)
    if errno == _ENODEV:
        raise NotMeasured("this board has no radio")
    # A part that was broken off counts: [windows, of which failed, bytes lost] of each time that it ran.
    parts: list[list[int]] = bench.parts.setdefault(WINDOWS.name, [])
    parts.append([0, 0, 0])
    wanted = bench.options.windows
    while (done := sum(part[0] for part in parts)) < wanted:
        bench.say(f"radio windows: {done} of {wanted}")
        count = min(_CHUNK, wanted - done)
        failed, lost = bench.told(_SOME.format(count=count))
        parts[-1] = [parts[-1][0] + count, parts[-1][1] + failed, lost]
        bench.keep()
    del bench.parts[WINDOWS.name]
    bench.fresh()
    windows, failed, lost = (sum(part[i] for part in parts) for i in range(3))
    evidence = {"windows": windows, "failed": failed, "lost_bytes": lost, "parts": parts}
    return {
        "window_bytes": Reading(round(lost / windows, 1), evidence),
        "windows_failed": Reading(failed, evidence),
    }


WINDOWS = Row(
    "windows",
    "switches the radio on and off, again and again",
    5,
    ("window_bytes", "windows_failed"),
    _measure,
    per="windows",
    each_s=0.8,
    advice="send the file in: a node would lose its radio after days",
)
