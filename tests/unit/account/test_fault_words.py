"""The host reads what the firmware really writes: a real MicroPython makes the words of each kind of fault."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from ambula.account.faults import is_sensor_fault, read_fault
from ambula.sim.node import find_micropython
from ambula.store import Event
from nodecore import segment

FIRMWARE = Path(__file__).parents[3] / "firmware"
MAKE = """
import json, sys
sys.path.insert(0, sys.argv[1])
from array import array
from node.guards import Sensor
from node.trouble import words_of


class Imu:
    samples = array("h", bytes(6 * 200))
    left = 0

    def read_fifo(self):
        if mode == "errno":
            raise OSError(19)
        return 0 if mode == "silent" else 200

    def start(self):
        pass


now_ms = 0
told = {}
for mode in ("errno", "silent", "stuck", "back"):
    now_ms += 40_000
    if mode == "back":
        Imu.samples[0] = Imu.samples[300] = 7
    else:
        sensor = Sensor(Imu(), lambda: now_ms, 1)
        now_ms += 40_000 * (mode == "silent")
    sensor.read()
    if mode != "back":
        sensor.watch()
    told[mode] = [words_of("imu", sensor.trouble, now_ms).decode()]
told["overrun"] = [words_of("imu", "overrun", now_ms).decode()]
told["radio"] = [words_of("radio", OSError(5), now_ms + s * 1000) for s in range(0, 130, 10)]
told["radio"] = [words.decode() for words in told["radio"] if words]
told["epoch"] = [words_of("epoch", ValueError("no such leaf"), now_ms).decode()]


def a_function_of_a_long_name():
    raise MemoryError("memory allocation failed, allocating 1234567890 bytes, and so on")


raised = []
for s in range(0, 130, 10):
    try:
        a_function_of_a_long_name()
    except MemoryError as e:
        raised.append(words_of("recording", e, now_ms + s * 1000))
told["raised"] = [words.decode() for words in raised if words]
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[bytes]]:
    """Kind of fault -> the payloads that a node writes of it."""
    script = tmp_path_factory.mktemp("words") / "make.py"
    script.write_text(MAKE, "utf-8")
    command = [
        find_micropython(),
        script.name,
        str(FIRMWARE),
    ]  # its path is in the words, of which 160 letters are read
    said = subprocess.run(command, cwd=script.parent, capture_output=True, check=True, timeout=60, text=True).stdout
    return {kind: [words.encode() for words in each] for kind, each in json.loads(said).items()}


def test_every_fault_of_the_sensor_is_one_to_the_host(told: dict[str, list[bytes]]) -> None:
    sensor = {kind for kind, each in told.items() for p in each if is_sensor_fault(Event(segment.FAULT, 0, 1, 0, p))}
    assert sensor == {"errno", "silent", "stuck", "back", "overrun"}


def test_the_words_are_those_of_the_spec(told: dict[str, list[bytes]]) -> None:
    """SPEC.md, "Faults": what logs in the field hold, so this may grow but not change."""
    assert told["errno"] == [b"imu: errno 19"]
    assert told["silent"] == [b"imu silent"]
    assert told["stuck"] == [b"imu stuck"]
    assert told["back"] == [b"imu back after 40 s"]
    assert told["overrun"] == [b"imu overrun"]
    assert told["epoch"] == [b"epoch: ValueError no such leaf"]


def test_a_fault_that_stays_is_counted_as_often_as_it_was(told: dict[str, list[bytes]]) -> None:
    read = [read_fault(payload) for payload in told["radio"]]
    assert {words for words, _ in read} == {"radio: errno 5"}
    assert [times for _, times in read] == [1, 6]


def test_what_was_raised_has_its_place_and_is_counted(told: dict[str, list[bytes]]) -> None:
    """Sixty letters of the exception, then module, line and function, then how often; the host cuts none of it."""
    first, again = (read_fault(payload) for payload in told["raised"][:2])
    assert first[0] == again[0]
    assert (first[1], again[1]) == (1, 6)
    exception = "recording: MemoryError memory allocation failed, allocating 1234567890 "
    explained = r" \(the node was out of memory\)"
    assert re.fullmatch(rf"{exception} at make\.py:\d+ a_function_of_a_long_name{explained}", first[0]), first
