"""Memory: what the IDF heap has at the prompt, with the program loaded, and with the radio on.

The radio takes its memory from the IDF heap, of which MicroPython's own heap takes pieces as it grows.
"""

from ambula.bringup.bench import Bench
from ambula.bringup.reading import Measured, Reading
from ambula.bringup.row import Row

_NAMES = ("heap_at_prompt", "heap_block", "heap_with_program", "heap_with_radio")

# free, largest block, free for MicroPython, used by it.
_HEAP = """
def _heap():
    import esp32
    gc.collect()
    areas = esp32.idf_heap_info(esp32.HEAP_DATA)
    return [sum(a[1] for a in areas), max(a[2] for a in areas), gc.mem_free(), gc.mem_alloc()]
"""

# As firmware/start.py loads it, but that the self-test's two seconds are left out.
_PROGRAM = """
sys.path.insert(0, _text('firmware'))
gc.threshold(1024)
import node
from node import settings
_chosen = settings.load()
settings = None
node.unload('node.settings')
gc.collect()
from nodecore.score import EpochScorer
_scorer = EpochScorer(_chosen.role_code)
import board
_board = board.Board()
from node import link, log, recorder
from node.app import App
_app = App(_board, _chosen, _scorer, (0,) * 7)
_feed()
_tell(_heap())
"""

_RADIO = """
import bluetooth
try:
    bluetooth.BLE().active(True)
    found = _heap()
    bluetooth.BLE().active(False)
    _tell(found)
except OSError as e:
    _tell(e.errno)
"""
_ENODEV = 19


def _measure(bench: Bench) -> Measured:
    bench.fresh()
    bench.must_have("esp32.idf_heap_info", "import esp32; esp32.idf_heap_info")
    bench.run(_HEAP)
    prompt: list[int] = bench.told("_tell(_heap())")
    program: list[int] = bench.told(_PROGRAM)
    radio: list[int] | int = bench.told(_RADIO)
    bench.fresh()
    return {
        "heap_at_prompt": Reading(prompt[0], _evidence(prompt)),
        "heap_block": Reading(prompt[1], _evidence(prompt)),
        "heap_with_program": Reading(program[0], _evidence(program)),
        "heap_with_radio": _radio(radio),
    }


def _radio(found: list[int] | int) -> Reading:
    if isinstance(found, list):
        return Reading(found[0], _evidence(found))
    if found == _ENODEV:
        return Reading(None, why="this board has no radio")
    return Reading(None, {"errno": found}, f"the radio did not start: errno {found}", failed=True)


def _evidence(heap: list[int]) -> dict[str, int]:
    return dict(zip(("idf_free", "idf_largest", "gc_free", "gc_used"), heap, strict=True))


HEAP = Row(
    "heap",
    "memory at the prompt, with the program, with the radio",
    20,
    _NAMES,
    _measure,
    advice="take the MicroPython that `ambula flash --install-micropython` names; remove what else starts on the board",
)
