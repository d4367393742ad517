"""The simulated board's `bluetooth` module in a real MicroPython, against frames written down byte by byte."""

import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ambula.sim.wire import socket_folder

BOARD = Path(__file__).parents[2] / "firmware" / "boards" / "sim"
PATIENCE_S = 10.0
PRELUDE = "import sys\nsys.path.insert(0, sys.argv[1])\nimport bluetooth\nble = bluetooth.BLE()\n"


@pytest.fixture
def micropython() -> str:
    """The interpreter; the test is skipped on a machine that has none."""
    found = shutil.which("micropython", path=str(Path(sys.executable).parent)) or shutil.which("micropython")
    if found is None:
        pytest.skip("no micropython on this machine")
    return found


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder whose path is short enough for a socket."""
    with socket_folder() as path:
        yield Path(path)


def command(micropython: str, folder: Path, script: str) -> list[str]:
    (folder / "script.py").write_text(PRELUDE + script)
    return [micropython, "-X", "heapsize=128k", str(folder / "script.py"), str(BOARD), str(folder / "radio")]


def output(micropython: str, folder: Path, script: str) -> list[str]:
    """What a script prints that has no radio to talk to."""
    done = subprocess.run(
        command(micropython, folder, script), capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout.splitlines()


class Talk:
    """The radio's side of the two sockets, spoken by hand."""

    def __init__(self, calls: socket.socket, events: socket.socket, process: "subprocess.Popen[str]") -> None:
        self.calls = calls
        self.events = events
        self.process = process

    def expect(self, frame: str, answer: str) -> None:
        """Read exactly this call and give this answer (hex; spaces are for the eye)."""
        want = bytes.fromhex(frame)
        assert read(self.calls, len(want)).hex(" ") == want.hex(" ")
        self.calls.sendall(bytes.fromhex(answer))

    def event(self, frame: str, done: str) -> None:
        """Send an event and read exactly this in return."""
        self.events.sendall(bytes.fromhex(frame))
        want = bytes.fromhex(done)
        assert read(self.events, len(want)).hex(" ") == want.hex(" ")

    def printed(self) -> list[str]:
        """What the firmware has printed when it ends."""
        out, _ = self.process.communicate(timeout=PATIENCE_S)
        return out.splitlines()


def read(stream: socket.socket, size: int) -> bytes:
    got = b""
    while len(got) < size:
        part = stream.recv(size - len(got))
        assert part, f"the firmware hung up after {got.hex(' ')}"
        got += part
    return got


@contextmanager
def talk(micropython: str, folder: Path, script: str) -> Iterator[Talk]:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(folder / "radio"))
        server.listen()
        server.settimeout(PATIENCE_S)
        process = subprocess.Popen(
            command(micropython, folder, "bluetooth.attach(sys.argv[2])\n" + script),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            calls, events = server.accept()[0], server.accept()[0]
            with calls, events:
                for stream, hello in ((calls, b"\x01\x00\x00C"), (events, b"\x01\x00\x00E")):
                    stream.settimeout(PATIENCE_S)
                    assert read(stream, 4) == hello
                yield Talk(calls, events, process)
        finally:
            process.kill()
            process.communicate()


ON = ("01 00 01 01", "00 00 00")
OFF = ("01 00 01 00", "00 00 00")
# One service 0x180F with one characteristic 0x2A19 (read, write, notify): its handle is 0x0010.
REGISTER = ("0b 00 05 01 02 01 0f 18 02 1a 00 00 19 2a", "02 00 00 10 00")
OPEN = """
U = bluetooth.UUID
ble.active(True)
((h,),) = ble.gatts_register_services(((U(0x180F), ((U(0x2A19), 0x1A),)),))
import select
def idle(count=1):
    p = select.poll()
    p.register(bluetooth.event_stream(), select.POLLIN)
    ran = 0
    while ran < count:
        p.poll(5000)
        ran += bluetooth.dispatch()
    return ran
"""


def test_uuids_compare_sort_and_hash_by_value(micropython: str, folder: Path) -> None:
    script = """
U = bluetooth.UUID
long = "6E400001-B5A3-F393-E0A9-E50E24DCCA9E"
print(U(0x180F) == U(0x180F), U(0x180F) == U(0x1810), U(0x180F) < U(0x1810), hash(U(1)) == hash(U(1)))
print(bytes(U(0x180F)), bytes(U(long))[:2], {U(long): 1}[U(long)], U(bytes(U(long))) == U(long))
print(U(0x180F), U(long))
for bad in (0x10000, -1, "6E40", b"123"):
    try:
        print(U(bad))
    except ValueError as e:
        print("refused")
"""
    assert output(micropython, folder, script) == [
        "True False True True",
        r"b'\x0f\x18' b'\x9e\xca' 1 True",
        "UUID(0x180f) UUID('6e400001-b5a3-f393-e0a9-e50e24dcca9e')",
        *["refused"] * 4,
    ]


def test_without_a_radio_every_call_is_an_oserror(micropython: str, folder: Path) -> None:
    script = """
print(ble.active(), bluetooth.event_stream(), bluetooth.dispatch(), bluetooth.BLE() is ble)
for call in (
    lambda: ble.active(True), lambda: ble.gap_advertise(100000), lambda: ble.config("mac"),
    lambda: ble.gatts_notify(0, 1, b"x"), lambda: ble.gap_scan(1000), lambda: ble.gap_pair(0),
    lambda: bluetooth.attach("/no/such/socket"),
):
    try:
        call()
    except OSError as e:
        print(e.errno)
for handler in (3, "x"):
    try:
        ble.irq(handler)
    except ValueError as e:
        print(e)
"""
    assert output(micropython, folder, script) == [
        "False None 0 True",
        *["19"] * 6,
        "2",
        *["invalid handler"] * 2,
    ]


def test_the_calls_of_a_window_byte_by_byte(micropython: str, folder: Path) -> None:
    script = """
print(ble.active())
ble.config(gap_name="Ab")
ble.config(mtu=256)
print(ble.config("mac"), ble.config("mtu"), ble.config("gap_name"))
ble.gap_advertise(152500, b"\\x02\\x01\\x06", resp_data=b"\\x01\\x00")
ble.gap_advertise(None)
print(ble.gatts_write(h, b"\\x62", True), ble.gatts_write(h, b"\\x63", True), ble.gatts_read(h))
bluetooth.dispatch()
ble.gatts_notify(3, h, b"xyz")
ble.gatts_notify(3, h)
try:
    ble.gatts_notify(3, h, b"full")
except OSError as e:
    print("errno", e.errno)
print(ble.gap_disconnect(3), ble.gap_disconnect(4))
ble.active(False)
print(ble.active(), bluetooth.event_stream())
"""
    with talk(micropython, folder, OPEN + script) as it:
        it.expect(*ON)
        it.expect(*REGISTER)
        it.expect("03 00 03 02 41 62", "00 00 00")
        it.expect("03 00 03 01 00 01", "00 00 00")
        it.expect("01 00 02 00", "07 00 00 00 30 ae a4 00 00 01")
        it.expect("01 00 02 01", "02 00 00 00 01")
        it.expect("01 00 02 02", "02 00 00 41 62")
        it.expect("0c 00 04 01 b4 53 02 00 01 03 02 01 06 01 00", "00 00 00")
        it.expect("07 00 04 00 00 00 00 00 00 00", "00 00 00")
        it.expect("03 00 08 10 00 63", "00 00 00")
        it.expect("07 00 06 03 00 10 00 78 79 7a", "00 00 00")
        it.expect("05 00 06 03 00 10 00 63", "00 00 00")
        it.expect("08 00 06 03 00 10 00 66 75 6c 6c", "00 00 0c")
        it.expect("02 00 09 03 00", "00 00 00")
        it.expect("02 00 09 04 00", "00 00 6b")
        it.expect(*OFF)
        assert it.printed() == [
            "True",
            r"(0, b'0\xae\xa4\x00\x00\x01') 256 b'Ab'",
            "1 1 b'c'",
            "errno 12",
            "True False",
            "False None",
        ]


def test_the_calls_of_a_central_byte_by_byte(micropython: str, folder: Path) -> None:
    script = """
ble.active(True)
ble.gap_scan(2000, 30000, 20000, True)
ble.gap_connect(1, b"abcdef", 1000, 15000, 30000)
ble.gattc_exchange_mtu(3)
ble.gattc_discover_services(3, bluetooth.UUID(0x180F))
ble.gattc_discover_characteristics(3, 1, 0xFFFF)
ble.gattc_discover_descriptors(3, 16, 18)
ble.gattc_read(3, 16)
ble.gattc_write(3, 16, b"hi", 1)
try:
    ble.gattc_write(4, 16, "hi")
except OSError as e:
    print("errno", e.errno)
"""
    with talk(micropython, folder, script) as it:
        it.expect(*ON)
        it.expect("0e 00 0a 01 d0 07 00 00 30 75 00 00 20 4e 00 00 01", "00 00 00")
        it.expect("14 00 0b 01 01 61 62 63 64 65 66 e8 03 00 00 98 3a 00 00 30 75 00 00", "00 00 00")
        it.expect("02 00 0c 03 00", "00 00 00")
        it.expect("04 00 0d 03 00 0f 18", "00 00 00")
        it.expect("06 00 0e 03 00 01 00 ff ff", "00 00 00")
        it.expect("06 00 0f 03 00 10 00 12 00", "00 00 00")
        it.expect("04 00 10 03 00 10 00", "00 00 00")
        it.expect("07 00 11 03 00 10 00 01 68 69", "00 00 00")
        it.expect("07 00 11 04 00 10 00 00 68 69", "00 00 6b")
        assert it.printed() == ["errno 107"]


def test_the_events_of_a_central_byte_by_byte(micropython: str, folder: Path) -> None:
    script = """
def irq(event, data):
    print(event, tuple(bytes(x) if isinstance(x, memoryview) else x for x in data))
ble.irq(irq)
idle(9)
"""
    with talk(micropython, folder, OPEN + script) as it:
        it.expect(*ON)
        it.expect(*REGISTER)
        it.event("09 00 01 05 01 00 04 00 a1 a2 a3 a4 a5 a6 c4 02 01", "00 00 01 00")
        it.event("00 00 02 06 00 00 00 00", "00 00 02 00")
        it.event("06 00 03 07 03 00 01 00 a1 a2 a3 a4 a5 a6", "00 00 03 00")
        it.event("04 00 04 09 03 00 0e 00 12 00 0f 18", "00 00 04 00")
        it.event("05 00 05 0b 03 00 10 00 12 00 1a 19 2a", "00 00 05 00")
        it.event("00 00 06 0c 03 00 00 00", "00 00 06 00")
        it.event("02 00 07 11 03 00 10 00 03 01", "00 00 07 00")
        it.event("03 00 08 12 03 00 10 00 78 79 7a", "00 00 08 00")
        it.event("2c 01 09 12 03 00 10 00" + " 78" * 300, "00 00 09 00")
        assert it.printed() == [
            r"5 (1, b'\xa1\xa2\xa3\xa4\xa5\xa6', 4, -60, b'\x02\x01')",
            "6 ()",
            r"7 (3, 1, b'\xa1\xa2\xa3\xa4\xa5\xa6')",
            "9 (3, 14, 18, UUID(0x180f))",
            "11 (3, 18, 16, 26, UUID(0x2a19))",
            "12 (3, 0)",
            "17 (3, 16, 259)",
            "18 (3, 16, b'xyz')",
            f"18 (3, 16, b'{'x' * 256}')",  # what does not fit is gone, and the next frame starts where it should
        ]


def test_an_event_waits_for_the_handler_and_its_views_do_not_outlive_it(micropython: str, folder: Path) -> None:
    script = """
kept = []
def irq(event, data):
    print(event, data[:2], bytes(data[2]) if event < 3 else b"", bluetooth.dispatch())
    if event == 1:
        kept.append(data[2])
    if event == 3:
        print(ble.gatts_read(h))
    if event == 4:
        return 0x80 if ble.gatts_read(h) == b"no" else None
ble.irq(irq)
idle(6)
print(bytes(kept[0]))
"""
    with talk(micropython, folder, OPEN + script) as it:
        it.expect(*ON)
        it.expect(*REGISTER)
        it.event("06 00 01 01 03 00 00 00 a1 a2 a3 a4 a5 a6", "00 00 01 00")
        it.event("02 00 02 03 03 00 10 00 68 69", "00 00 02 00")
        it.event("00 00 03 04 03 00 10 00", "02 00 03 00 68 69")
        it.event("02 00 04 03 03 00 10 00 6e 6f", "00 00 04 00")
        it.event("00 00 05 04 03 00 10 00", "02 00 05 80 6e 6f")
        it.event("06 00 06 02 03 00 00 00 b1 b2 b3 b4 b5 b6", "00 00 06 00")
        assert it.printed() == [
            r"1 (3, 0) b'\xa1\xa2\xa3\xa4\xa5\xa6' 0",
            "3 (3, 16) b'' 0",
            "b'hi'",
            "4 (3, 16) b'' 0",
            "3 (3, 16) b'' 0",
            "b'no'",
            "4 (3, 16) b'' 0",
            r"2 (3, 0) b'\xb1\xb2\xb3\xb4\xb5\xb6' 0",
            r"b'\xb1\xb2\xb3\xb4\xb5\xb6'",
        ]


def test_writes_are_cut_to_the_buffer_or_appended_in_it(micropython: str, folder: Path) -> None:
    script = """
ble.gatts_set_buffer(h, 4)
idle()
print(ble.gatts_read(h), ble.gatts_read(h))
ble.gatts_set_buffer(h, 4, True)
ble.config(mtu=100)
idle(2)
print(ble.gatts_read(h), ble.gatts_read(h))
"""
    with talk(micropython, folder, OPEN + script) as it:
        it.expect(*ON)
        it.expect(*REGISTER)
        it.event("06 00 01 03 03 00 10 00 61 62 63 64 65 66", "00 00 01 00")
        it.expect("03 00 03 01 64 00", "00 00 00")
        it.event("03 00 02 03 03 00 10 00 67 68 69", "00 00 02 00")
        it.event("03 00 03 03 03 00 10 00 6a 6b 6c", "00 00 03 00")
        assert it.printed() == ["b'abcd' b'abcd'", "b'ghij' b''"]


def test_a_handler_that_raises_is_out_of_service_until_it_is_set_again(micropython: str, folder: Path) -> None:
    script = """
def irq(event, data):
    raise RuntimeError("oh")
ble.irq(irq)
idle(2)
print("alive")
ble.irq(lambda event, data: print("again", event))
ble.config(mtu=100)
idle()
"""
    with talk(micropython, folder, OPEN + script) as it:
        it.expect(*ON)
        it.expect(*REGISTER)
        it.event("00 00 01 15 03 00 f7 00", "00 00 01 00")
        it.event("00 00 02 15 03 00 f7 00", "00 00 02 00")
        it.expect("03 00 03 01 64 00", "00 00 00")
        it.event("00 00 03 15 03 00 f7 00", "00 00 03 00")
        printed = it.printed()
        assert printed.count("RuntimeError: oh") == 1
        assert printed[-2:] == ["alive", "again 21"]


def test_what_was_meant_for_a_shut_window_is_not_seen_in_the_next(micropython: str, folder: Path) -> None:
    script = """
seen = []
ble.irq(lambda event, data: seen.append(event))
ble.active(False)
ble.active(True)
ble.irq(lambda event, data: (seen.append(event), ble.active(False)))
print(idle(), seen, ble.active())
"""
    with talk(micropython, folder, OPEN + script) as it:
        it.expect(*ON)
        it.expect(*REGISTER)
        it.events.sendall(bytes.fromhex("06 00 01 02 03 00 00 00 b1 b2 b3 b4 b5 b6"))
        it.expect(*OFF)
        it.expect(*ON)
        it.events.sendall(bytes.fromhex("00 00 02 15 03 00 f7 00"))
        it.expect(*OFF)
        assert it.printed() == ["1 [29, 29, 30, 21] False"]
        assert it.events.recv(1) == b""  # no "done" for either: the stack that waited is gone


def test_a_node_without_its_radio_ends(micropython: str, folder: Path) -> None:
    with talk(micropython, folder, OPEN + "idle()\n") as it:
        it.expect(*ON)
        it.expect(*REGISTER)
        it.events.shutdown(socket.SHUT_RDWR)
        assert it.printed() == ["the virtual radio is gone"]
        assert it.process.returncode != 0


def test_a_notification_leaves_little_on_the_heap(micropython: str, folder: Path) -> None:
    script = """
import gc
data = bytearray(244)
view = memoryview(data)
ble.gatts_notify(3, h, view)
gc.collect()
gc.disable()
before = gc.mem_alloc()
for _ in range(10):
    ble.gatts_notify(3, h, view)
print((gc.mem_alloc() - before) // 10 <= 96)
"""
    with talk(micropython, folder, OPEN + script) as it:
        it.expect(*ON)
        it.expect(*REGISTER)
        for _ in range(11):
            it.expect("f8 00 06 03 00 10 00" + " 00" * 244, "00 00 00")
        assert it.printed() == ["True"]
