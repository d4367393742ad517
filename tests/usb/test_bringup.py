"""`ambula bringup` on the simulated board: what it measures, each planted fault by name, and what breaks it off.

The board is the real MicroPython with the real firmware and drivers; `firmware/boards/sim/chip.py` says what of a chip
it has, and what it has not.
"""

import contextlib
import io
import json
import random
import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ambula.base.errors import TransportError
from ambula.base.version import SOFTWARE
from ambula.bringup import detached
from ambula.bringup.bench import FOLDER, Bench
from ambula.bringup.figures import FAILS, FIGURES, HOLDS, NOT_MEASURED
from ambula.bringup.order import ROW_OF, ROWS
from ambula.bringup.results import Bringup
from ambula.bringup.rows import parity
from ambula.cli import bringup_command
from ambula.usb.board import UsbBoard
from ambula.usb.flash import compile_for, flash
from ambula.usb.ports import Port
from ambula.usb.state import look
from tests.support.command import Ambula, Ran, look_like_a_terminal
from tests.usb.standin import StandIn, copy_of

DEVICE = "a0" * 8
SECONDS = 1500  # of samples; a board's virtual time is shorter
ALWAYS = (0, 1 << 50, 0)
Run = Callable[..., tuple[Ran, dict[str, Any]]]


@pytest.fixture(scope="module")
def flashed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The flash of a board with the real firmware, not set up."""
    folder = tmp_path_factory.mktemp("flashed")
    with StandIn(folder) as stand_in, UsbBoard(stand_in.port) as board:
        state = look(board)
        flash(board, state, compile_for(state, "sim"))
    return folder / "flash.img"


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a sensor on a table samples."""
    dice = random.Random(1)
    axes = [
        c for _ in range(26 * SECONDS) for c in (dice.randint(-8, 8), dice.randint(-8, 8), 4096 + dice.randint(-8, 8))
    ]
    path = tmp_path_factory.mktemp("still") / "table.samples"
    path.write_bytes(struct.pack(f"<{len(axes)}h", *axes))
    return path


@pytest.fixture
def stand_in(flashed: Path, still: Path, tmp_path: Path) -> StandIn:
    return wired(copy_of(flashed, tmp_path / "board"), still, tmp_path)


def wired(board: StandIn, samples: Path, folder: Path, *faults: tuple[str, str], **chip: int) -> StandIn:
    """A board with a chip around it, and faults in both."""
    parts: dict[str, int | str] = {"idf_free": 161_500, "int1": 1, "rate": 0, "memory": str(folder / "rtc"), **chip}
    ordered = tuple((place, kind, *ALWAYS) for place, kind in faults)
    board._settings = replace(board._settings, samples=samples, chip=parts, faults=ordered)
    return board


@pytest.fixture
def bringup(ambula: Ambula, tmp_path: Path) -> Run:
    """The command on a board; returns what it said, and its file's figures by name."""

    def run(stand_in: StandIn, *options: str) -> tuple[Ran, dict[str, Any]]:
        path = tmp_path / "b.json"
        ran = ambula("bringup", "--port", stand_in.port, "--out", path, *options)
        if not path.exists():
            return ran, {}
        return ran, {r["figure"]: r for r in json.loads(path.read_text())["results"]}

    return run


def only(*figures: str) -> list[str]:
    return [word for row in dict.fromkeys(ROW_OF[f] for f in figures) for word in ("--only", row)]


def test_a_sound_board_and_what_it_cannot_show(bringup: Run, stand_in: StandIn) -> None:
    with stand_in:
        ran, found = bringup(stand_in)
        assert ran.code == 0, ran
        with UsbBoard(stand_in.port) as board:
            assert look(board).pointer == "fw_a"
            assert board.run(f"print({FOLDER!r} in os.listdir())").strip() == "False"
        stand_in.wait_for(b"ambula 0.2.0 thigh")  # it is left at work
    assert set(found) == set(FIGURES)
    verdicts = {name: r["verdict"] for name, r in found.items()}
    not_here = {name for name, verdict in verdicts.items() if verdict == NOT_MEASURED}
    by_person = {name for row in ROWS if row.by_person for name in row.figures}
    assert not_here - by_person == {
        *("heap_with_radio", "watchdog_words", "window_bytes", "windows_failed"),
        *("air_rssi_dbm", "air_kib_s", "windows_met"),
    }
    assert {verdicts[name] for name in set(verdicts) - not_here} == {HOLDS}
    assert all(found[name]["why"] for name in not_here)
    assert found["rate_hz"]["value"] == pytest.approx(26, abs=0.05)
    assert found["records_different"]["evidence"]["compared"] == 48
    assert found["int1_ends_sleep_s"]["value"] == pytest.approx(13, abs=0.1)
    assert found["restart_words"]["evidence"] == {"cause": "software", "last_words": "bring-up"}
    assert "simulated board: no value below counts" in ran.out


@pytest.mark.parametrize(
    ("fault", "chip", "figure", "shown"),
    [
        (("noise", "220"), {}, "noise_mg", "mg, limit <= 8.0 mg"),
        (None, {"rate": 8}, "rate_hz", "sensor's rate by the clock: 28.08 Hz, limit 24.70 to 27.30 Hz"),
        (("who am I", "6b"), {}, "who_am_i", "WHO_AM_I of the sensor: 0x6b, limit 0x6a"),
        (None, {"int1": 0}, "int1_watermark_s", "look at the wire from INT1 to D2"),
        (None, {"int1": 0}, "int1_ends_sleep_s", "it slept on for 20 s"),
        (None, {"idf_free": 161_500 - 20 * 1024}, "heap_at_prompt", "141020 B, limit >= 142500 B"),
        (None, {"idf_free": 161_500 - 20 * 1024}, "heap_with_program", "65532 B, limit >= 67000 B"),
        (("erase", "220"), {}, "flash_ms_a_commit", "limit <= 200 ms"),
        (("erase", "220"), {}, "flash_block_ms", "limit <= 200 ms"),
        (
            ("clock bus", "errno"),
            {},
            "clock_second_ms",
            "it does not answer: errno 19.\n       To do: look at the wires of SDA",
        ),
        (
            ("nodecore.score:EpochScorer.score", "ValueError"),
            {},
            "records_different",
            "board failed: ValueError: ordered",
        ),
        (("self-test", "dead"), {}, "self_test_mg", "0 0 0 mg, limit 90 to 1700 mg"),
    ],
    ids=lambda v: str(v) if isinstance(v, str) else "",
)
def test_a_fault_is_named(
    bringup: Run,
    stand_in: StandIn,
    still: Path,
    tmp_path: Path,
    fault: tuple[str, str] | None,
    chip: dict[str, int],
    figure: str,
    shown: str,
) -> None:
    with wired(stand_in, still, tmp_path, *([fault] if fault else []), **chip):
        ran, found = bringup(stand_in, *only(figure))
    assert ran.code == 8, ran
    assert found[figure]["verdict"] == FAILS
    end = ran.out.partition("\nFAILS")[2]
    assert FIGURES[figure].what in end, ran.out
    assert shown in end, ran.out


def test_a_silent_clock_leaves_what_needs_it_open(bringup: Run, stand_in: StandIn, still: Path, tmp_path: Path) -> None:
    with wired(stand_in, still, tmp_path, ("clock bus", "errno")):
        ran, found = bringup(stand_in, *only("clock_second_ms", "rate_hz", "noise_mg", "sleep_tick_ppm"))
    assert ran.code == 8
    assert (found["rate_hz"]["verdict"], found["rate_hz"]["why"]) == (
        NOT_MEASURED,
        "the clock does not answer (errno 19)",
    )
    assert found["sleep_tick_ppm"]["verdict"] == NOT_MEASURED
    assert (found["who_am_i"]["verdict"], found["noise_mg"]["verdict"]) == (HOLDS, HOLDS)


def test_the_cable_is_pulled_and_the_next_run_goes_on(bringup: Run, stand_in: StandIn, tmp_path: Path) -> None:
    with stand_in:
        first, found = bringup(stand_in, *only("who_am_i", "usb_frames"))
        assert first.code == 0
        stand_in.pull_after(40_000)  # in the middle of the samples for the parity
        cut, after = bringup(stand_in, *only("who_am_i", "records_different", "self_test_mg"))
        assert (cut.code, "was lost: plug it in and run this again" in cut.err) == (5, True), cut
        assert "self_test_mg" not in after or after["self_test_mg"]["verdict"] == NOT_MEASURED
        assert after["who_am_i"] == found["who_am_i"]
        stand_in.plug()
        on, at_last = bringup(stand_in, *only("who_am_i", "records_different", "self_test_mg"))
    assert on.code == 0, on
    assert "2 rows" in on.out  # the chips were not asked again
    assert at_last["who_am_i"] == found["who_am_i"]
    assert at_last["records_different"]["verdict"] == at_last["self_test_mg"]["verdict"] == HOLDS


def test_a_job_that_is_cut_off_leaves_the_firmware(bringup: Run, stand_in: StandIn) -> None:
    """The pointer names the job, and the power goes: two starts later the firmware runs by itself."""
    job = "import os\nwith open('bringup/stage', 'w') as f:\n    f.write('9')\n"
    with stand_in:
        with UsbBoard(stand_in.port) as board:
            board.run(f"os.mkdir({FOLDER!r})")
            board.replace(f"{FOLDER}/kept", b"fw_a")
            board.replace(f"{FOLDER}/start.py", job.encode())
            board.replace("firmware", FOLDER.encode())
        ran, _ = bringup(stand_in, *only("usb_frames"))
        assert ran.code == 0, ran
        with UsbBoard(stand_in.port) as board:
            assert look(board).pointer == "fw_a"


def test_again_measures_a_row_anew_and_nothing_else(
    bringup: Run, stand_in: StandIn, still: Path, tmp_path: Path
) -> None:
    with wired(stand_in, still, tmp_path, rate=8):
        assert bringup(stand_in, *only("rate_hz", "who_am_i"))[0].code == 8
        known = bringup(stand_in, *only("rate_hz", "who_am_i"))
        assert (known[0].code, "no row is left to measure" in known[0].out) == (8, True), known[0]
    wired(stand_in, still, tmp_path)
    mended = wired(StandIn(tmp_path / "again", stand_in._settings.flash), still, tmp_path)
    with mended:
        ran, found = bringup(mended, *only("rate_hz", "who_am_i"), "--again", "failed")
        assert (ran.code, "1 row," in ran.out, found["rate_hz"]["verdict"]) == (0, True, HOLDS), ran


def test_a_board_without_firmware_and_one_that_records(
    ambula: Ambula, bringup: Run, stand_in: StandIn, tmp_path: Path
) -> None:
    with StandIn(tmp_path / "empty") as empty:
        assert "`ambula flash` first" in bringup(empty)[0].failed_with(9)
    with stand_in:
        port = ("--port", stand_in.port)
        assert ambula("setup", *port, "--participant", "P01", "--role", "thigh", "--zone", "UTC").code == 0
        assert "this node records: sync it first" in bringup(stand_in)[0].failed_with(9)
        ran, found = bringup(stand_in, "--recording", *only("usb_frames"))
        assert (ran.code, found["usb_frames"]["verdict"]) == (0, HOLDS)


def test_another_board_s_file_and_an_unknown_row_are_refused(bringup: Run, stand_in: StandIn, tmp_path: Path) -> None:
    with stand_in:
        bringup(stand_in, *only("usb_frames"))
        path = tmp_path / "b.json"
        path.write_text(path.read_text().replace(DEVICE, "bb" * 8))
        assert "is of another board (bbbb" in bringup(stand_in)[0].failed_with(3)
        path.unlink()
        assert "there is no row 'nose'" in bringup(stand_in, "--only", "nose")[0].failed_with(3)
        assert "there is no row 'failed'" in bringup(stand_in, "--only", "failed")[0].failed_with(3)


def test_what_a_pipe_cannot_ask_is_said_and_a_file_without_a_place_before_anything_is_measured(
    ambula: Ambula, bringup: Run, stand_in: StandIn, tmp_path: Path
) -> None:
    with stand_in:
        ran, found = bringup(stand_in, *only("battery_off_mv"))
        assert found["battery_off_mv"]["verdict"] == NOT_MEASURED
        assert "not measured: cell's voltage, off a meter's: it needs a person" in ran.out
        nowhere = tmp_path / "nowhere" / "b.json"
        told = ambula("bringup", "--port", stand_in.port, "--out", nowhere, *only("usb_frames"))
        assert "cannot be written" in told.failed_with(3)
        assert "usb_frames" not in told.out


def test_figures_of_an_older_firmware_are_counted_apart(bringup: Run, stand_in: StandIn, tmp_path: Path) -> None:
    with stand_in:
        _, found = bringup(stand_in, *only("usb_frames"))
        path = tmp_path / "b.json"
        path.write_text(path.read_text().replace(found["usb_frames"]["with"]["firmware_sha256"], "00" * 32))
        ran, _ = bringup(stand_in, *only("who_am_i"))
    assert "0 fail, 3 hold, 0 not measured" in ran.out
    assert "1 of them with an older firmware or MicroPython: run this again without --only" in ran.out


def test_json_is_the_file(bringup: Run, stand_in: StandIn, tmp_path: Path) -> None:
    with stand_in:
        ran, _ = bringup(stand_in, "--json", *only("usb_frames"))
    told = json.loads(ran.out)
    assert told.pop("software") == SOFTWARE
    assert told == json.loads((tmp_path / "b.json").read_text())
    assert (told["format"], told["version"], told["simulated"]) == ("ambula-bringup", 1, True)
    assert told["board"]["device_id"] == DEVICE
    (one,) = [r for r in told["results"] if r["figure"] == "usb_frames"]
    assert set(one["with"]) == {"micropython", "firmware", "firmware_sha256", "host"}
    again = Bringup.load(tmp_path / "b.json")
    assert again.as_json() == told


def test_the_rows_are_listed_without_a_board(ambula: Ambula) -> None:
    ran = ambula("bringup", "--dry-run")
    assert ran.code == 0
    for row in ROWS:
        assert f"\n{row.name}: " in ran.out
    assert all(figure.what in ran.out for figure in FIGURES.values())


@pytest.mark.parametrize(
    ("chip", "figure", "verdict", "value"),
    [
        ({"leak": 0}, "heap_with_radio", HOLDS, 22_852),
        ({"leak": 0}, "window_bytes", HOLDS, 0),
        ({"leak": 100}, "window_bytes", FAILS, 100),
        ({"leak": 0, "idf_free": 161_500 - 20 * 1024}, "heap_with_radio", FAILS, None),
        ({"leak": 2000}, "windows_failed", FAILS, None),
    ],
)
def test_the_radio_s_memory(
    bringup: Run,
    stand_in: StandIn,
    still: Path,
    tmp_path: Path,
    chip: dict[str, int],
    figure: str,
    verdict: str,
    value: int | None,
) -> None:
    with wired(stand_in, still, tmp_path, **chip):
        ran, found = bringup(stand_in, *only(figure), "--windows", "60")
    assert found[figure]["verdict"] == verdict, ran
    if value is not None:
        assert found[figure]["value"] == value


def test_radio_windows_go_on_where_they_were_broken_off(
    bringup: Run, stand_in: StandIn, still: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C after some windows: the next run opens only the rest, and counts what both have lost."""
    said: list[str] = []

    def say(bench: Bench, words: str) -> None:
        said.append(words)
        if words == "radio windows: 30 of 60" and said.count(words) == 1:
            raise KeyboardInterrupt

    real = Bench.__init__

    def with_ears(bench: Bench, *arguments: Any) -> None:
        real(bench, *arguments)
        bench.say = lambda words: say(bench, words)

    monkeypatch.setattr(Bench, "__init__", with_ears)
    with wired(stand_in, still, tmp_path, leak=40):
        stopped, _ = bringup(stand_in, *only("usb_frames", "window_bytes"), "--windows", "60")
        assert (stopped.code, "Nothing is lost" in stopped.err) == (130, True), stopped
        kept = json.loads((tmp_path / "b.json").read_text())
        assert kept["parts"] == {"windows": [[30, 0, 30 * 40]]}
        assert [r["figure"] for r in kept["results"]] == ["usb_frames"]
        stand_in.wait_for(b"ambula 0.2.0 thigh")  # and the board is at work meanwhile
        ran, found = bringup(stand_in, *only("usb_frames", "window_bytes"), "--windows", "60")
    assert ran.code == 8
    assert found["window_bytes"]["evidence"] == {
        "windows": 60,
        "failed": 0,
        "lost_bytes": 60 * 40,
        "parts": [[30, 0, 30 * 40], [30, 0, 30 * 40]],
    }
    assert json.loads((tmp_path / "b.json").read_text())["parts"] == {}


def test_ctrl_c_in_the_middle_of_a_job_says_what_the_board_does(
    bringup: Run, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(detached, "_come_back", stop)
    with stand_in:
        ran, found = bringup(stand_in, *only("usb_frames", "restart_words"))
        assert (ran.code, set(found)) == (130, {"usb_frames"})
        assert (
            "The board ends its job by itself, in 15 s at most, and starts its firmware two minutes later." in ran.out
        )
        stand_in.wait_for(b"ambula bringup 2")
        stand_in.wait_for(b">>> ")
        stand_in.reset()
        stand_in.wait_for(b"ambula 0.2.0 thigh")


WDT = """
class Wdt:
    def __init__(self, timeout):
        print('watchdog after', timeout)
machine.WDT = Wdt
"""


def has_job(board: UsbBoard, text: str) -> None:
    """Put a job onto the board, as `run_detached` does."""
    board.run(f"os.mkdir({FOLDER!r})")
    board.replace(f"{FOLDER}/kept", b"fw_a")
    board.replace(f"{FOLDER}/start.py", text.encode())
    board.replace("firmware", FOLDER.encode())


def test_a_job_gives_the_firmware_back_by_itself(stand_in: StandIn) -> None:
    """No laptop comes back: after its stages the board stands at the prompt, and its watchdog starts the firmware."""
    with stand_in:
        with UsbBoard(stand_in.port) as board:
            has_job(board, detached.start(WDT + "def work(stage):\n    return stage", 2))
        stand_in.wait_for(b"ambula bringup 2")
        stand_in.wait_for(b"watchdog after 120000")
        stand_in.wait_for(b">>> ")
        stand_in.reset()
        stand_in.wait_for(b"ambula 0.2.0 thigh")


@pytest.mark.parametrize("name", ["stage", "0.json"])
def test_a_job_on_a_flash_that_takes_nothing_gives_the_firmware_back(stand_in: StandIn, name: str) -> None:
    """What the job cannot write must not keep it in the firmware's place start after start."""
    refusing = f"""
import builtins
def open(path, mode='r'):
    if path == 'bringup/{name}' and mode == 'w':
        raise OSError(28)
    return builtins.open(path, mode)
def work(stage):
    return stage
"""
    with stand_in:
        with UsbBoard(stand_in.port) as board:
            has_job(board, detached.start(refusing, 2))
        stand_in.wait_for(b"ambula bringup 0")
        stand_in.wait_for(b"28")
        stand_in.wait_for(b">>> ")  # only now is the firmware named again
        stand_in.reset()
        stand_in.wait_for(b"ambula 0.2.0 thigh")


@pytest.mark.parametrize("stage", [0, 1, 2])
@pytest.mark.parametrize("cut_at", [1, 2, 4])
def test_the_power_goes_in_the_middle_of_a_job(stand_in: StandIn, stage: int, cut_at: int) -> None:
    """Whichever write it hits, of whichever stage: two starts later at most the firmware runs."""
    with stand_in:
        with contextlib.suppress(TransportError), UsbBoard(stand_in.port) as board:
            has_job(board, detached.start("def work(stage):\n    return stage", 2))
            board.replace(f"{FOLDER}/stage", str(stage).encode())
            stand_in.power_off()
        stand_in.reset(cut_at, "torn")
        stand_in.wait_for(b"@cut", b">>> ", b"ambula 0.2.0 thigh")
        for _ in range(2):
            stand_in.reset()
            if stand_in.wait_for(b">>> ", b"ambula 0.2.0 thigh") != b">>> ":
                return
        stand_in.reset()
        stand_in.wait_for(b"ambula 0.2.0 thigh")


def test_one_byte_of_one_record_is_found(bringup: Run, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = parity.records

    def other(role: int) -> list[str]:
        found = wanted(role)
        return found if role else [*found[:20], "00" + found[20][2:], *found[21:]]

    monkeypatch.setattr(parity, "records", other)
    with stand_in:
        ran, found = bringup(stand_in, *only("records_different"))
    one = found["records_different"]
    assert (ran.code, one["value"], one["verdict"]) == (8, 1, FAILS)
    assert [(d["role"], d["epoch"]) for d in one["evidence"]["different"]] == [(0, 20)]


def test_a_meter_s_reading_is_typed_in(
    bringup: Run, ambula: Ambula, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A comma is a point, a word is asked again, Enter alone leaves it for the next time."""
    look_like_a_terminal(monkeypatch)
    monkeypatch.setattr(bringup_command, "is_asked", lambda: True)
    with stand_in:
        monkeypatch.setattr("sys.stdin", io.StringIO("\n"))
        skipped, found = bringup(stand_in, *only("battery_off_mv"))
        assert (skipped.code, found["battery_off_mv"]["why"]) == (0, "no reading of a meter")
        assert found["battery_off_mv"]["evidence"]["board_mv"] == [4000] * 5
        monkeypatch.setattr("sys.stdin", io.StringIO("four\nnan\n4060,5\n"))
        ran, found = bringup(stand_in, *only("battery_off_mv"))
    assert "four: type a number" in ran.out
    assert (ran.code, found["battery_off_mv"]["value"], found["battery_off_mv"]["verdict"]) == (8, -60.5, FAILS)
    assert all(len(line) <= 80 for line in ran.out.splitlines() if "/" not in line and "Enter" not in line), ran.out


@pytest.mark.parametrize(
    ("now", "port"),
    [
        (["/dev/ttyACM1"], "/dev/ttyACM1"),  # it came back under another name
        (["/dev/ttyUSB0"], "/dev/ttyACM0"),  # a profiler, which was there before
        (["/dev/ttyUSB0", "/dev/ttyACM1"], "/dev/ttyACM1"),
        (["/dev/ttyACM0", "/dev/ttyACM1"], "/dev/ttyACM0"),  # on Windows, where a name is no file
        (["/dev/ttyACM1", "/dev/ttyACM2"], "/dev/ttyACM0"),
        ([], "/dev/ttyACM0"),
    ],
)
def test_a_board_is_found_under_a_new_name_and_no_other_device_is_taken_for_it(
    monkeypatch: pytest.MonkeyPatch, now: list[str], port: str
) -> None:
    monkeypatch.setattr(detached, "find_ports", lambda: [Port(name, "") for name in now])
    assert detached._port_now("/dev/ttyACM0", {"/dev/ttyACM0", "/dev/ttyUSB0"}) == port
