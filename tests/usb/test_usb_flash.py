"""Flashing by the real mpremote onto the real MicroPython: what is sent, and what boots wherever it is cut off."""

from dataclasses import replace
from pathlib import Path

import pytest

from ambula.base.errors import BoardError, TransportError
from ambula.firmware_build.compile import ESP32_C3, compile_files
from ambula.firmware_build.files import MAIN, device_files
from ambula.sim.image import BLOCK_SIZE, PROGRAM_BLOCKS, _file_system
from ambula.usb import on_board
from ambula.usb import state as usb_state
from ambula.usb.board import FlashFull, UsbBoard
from ambula.usb.flash import flash, plan
from ambula.usb.state import look
from tests.support.command import Ambula
from tests.usb.standin import StandIn, copy_of
from tests.usb.toys import toy

POWER_CUTS = 2
TOY_BLOCKS = 7
NOTHING = b">>> "
FILL = """
os.mkdir('full')
size = 65536
n = 0
while size >= 512:
    try:
        with open('full/%d' % n, 'wb') as f:
            for _ in range(size // 512):
                f.write(b'x' * 512)
        n += 1
    except OSError:
        size //= 4
"""


def put(port: str, firmware: dict[str, bytes], steps: list[str] | None = None) -> str:
    with UsbBoard(port) as board:
        return flash(board, look(board), firmware, (steps if steps is not None else []).append)


@pytest.fixture(scope="module")
def old_image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The flash of a board that runs the toy firmware `old`."""
    folder = tmp_path_factory.mktemp("old")
    with StandIn(folder) as stand_in:
        assert put(stand_in.port, toy("old")) == "old toy"
    return folder / "flash.img"


@pytest.fixture
def stand_in(old_image: Path, tmp_path: Path) -> StandIn:
    return copy_of(old_image, tmp_path)


def test_an_empty_board_gets_everything_and_boots_from_its_own_flash(tmp_path: Path) -> None:
    with StandIn(tmp_path) as stand_in:
        assert stand_in.wait_for(NOTHING)
        steps: list[str] = []
        assert put(stand_in.port, toy("new"), steps) == "new toy"
        assert len(steps) == len(toy("new")) + 1  # the pointer
        assert steps[-2:] == ["firmware", MAIN]
        stand_in.reset()
        assert stand_in.wait_for(b"ambula new toy", NOTHING) == b"ambula new toy"


def test_only_what_changed_is_sent(stand_in: StandIn) -> None:
    with stand_in:
        with UsbBoard(stand_in.port) as board:
            before = look(board)
            needed = plan(before, toy("new"))
            assert (needed.slot, needed.main) == ("fw_b", False)
            assert sorted(needed.send) == ["lib/only_new.py", "part.py"]
            assert sorted(needed.copy) == ["lib/same.py", "start.py"]
            assert flash(board, before, toy("new")) == "new toy"
        with UsbBoard(stand_in.port) as board:
            state = look(board)
            assert state.pointer == "fw_b"
            assert plan(state, toy("new")).is_done
            back = plan(state, toy("old"))  # the older one is still there
            assert (back.slot, back.send, back.copy, back.remove) == ("fw_a", [], [], [])
        stand_in.wait_for(b"ambula new toy")  # a visit that changes nothing leaves the board at work


def blocks_of(image: Path) -> int:
    """How many blocks of the program's file system are in use."""
    return _file_system(PROGRAM_BLOCKS, bytearray(image.read_bytes()[: PROGRAM_BLOCKS * BLOCK_SIZE])).used_block_count


def test_an_upgrade_takes_as_many_blocks_as_design_says(old_image: Path, tmp_path: Path) -> None:
    """The chip's own files, which this board cannot run, beside a toy that it runs."""
    chip_s = compile_files(device_files("xiao_esp32c3"), ESP32_C3)
    whole = {**toy("new"), **{f"chip/{name}": contents for name, contents in chip_s.items()}}
    stand_in = copy_of(old_image, tmp_path)
    before = blocks_of(stand_in.flash)
    with stand_in:
        assert put(stand_in.port, whole) == "new toy"
    took = blocks_of(stand_in.flash) - before
    assert 62 <= took - TOY_BLOCKS <= 70


@pytest.mark.parametrize(
    ("says", "told"),
    [
        ({}, "is for x64, xiao_esp32c3 needs rv32imc"),
        ({"getattr(sys.implementation, '_mpy', 0)": "2822 & 0x3ff | 10 << 10"}, "is for xtensawin, xiao_esp32c3 needs"),
        ({"list(sys.implementation.version[:3])": "[1, 27, 0]"}, "runs MicroPython 1.27.0, Ambula needs 1.28.0"),
    ],
    ids=["as it is", "another chip", "older"],
)
def test_a_board_that_does_not_fit_is_left_as_it_is(
    ambula: Ambula, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch, says: dict[str, str], told: str
) -> None:
    """The whole command against a board that says of itself what does not fit: one line, and not a byte was written."""
    facts = on_board.FACTS
    for asked, answer in says.items():
        assert asked in facts
        facts = facts.replace(asked, answer)
    monkeypatch.setattr(on_board, "FACTS", facts)
    with stand_in:
        with UsbBoard(stand_in.port) as board:
            before = look(board)
        said = ambula("flash", "--port", stand_in.port)
        assert (said.code, said.err.count("\n")) == (9, 1), said
        assert told in said.err
        with UsbBoard(stand_in.port) as board:
            assert look(board) == before
        stand_in.wait_for(b"ambula old toy")


def put_until(stand_in: StandIn, cut: int) -> None:
    """Flash, and pull the cable after so many bytes."""
    with UsbBoard(stand_in.port) as board:
        state = look(board)
        stand_in.pull_after(cut)
        flash(board, state, toy("new"))


def boots(stand_in: StandIn) -> bytes:
    stand_in.reset()
    return stand_in.wait_for(b"ambula old toy", b"ambula new toy", NOTHING)


@pytest.mark.parametrize("from_nothing", [False, True], ids=["upgrade", "first"])
def test_the_cable_is_pulled_at_every_file(old_image: Path, tmp_path: Path, from_nothing: bool) -> None:
    """In the middle of each file, and of the pointer: the board boots the old or the new, and the next try does it."""
    marks: list[int] = []

    def fresh(folder: Path) -> StandIn:
        return StandIn(folder) if from_nothing else copy_of(old_image, folder)

    with fresh(tmp_path / "whole") as whole, UsbBoard(whole.port) as board:
        state = look(board)
        start = whole.heard_bytes
        flash(board, state, toy("new"), lambda _: marks.append(whole.heard_bytes - start))
        marks.append(whole.heard_bytes - start)
    cuts = [(a + b) // 2 for a, b in zip([0, *marks], marks, strict=False)]
    assert len(cuts) == (7 if from_nothing else 6)
    seen: list[bytes] = []
    for number, cut in enumerate(cuts):
        with fresh(tmp_path / str(number)) as stand_in:
            with pytest.raises(TransportError, match="was lost"):
                put_until(stand_in, cut)
            seen.append(boots(stand_in))
            assert put(stand_in.port, toy("new")) == "new toy"
            assert boots(stand_in) == b"ambula new toy"
    assert seen[0] == (NOTHING if from_nothing else b"ambula old toy")
    assert seen == sorted(seen, key=[NOTHING, b"ambula old toy", b"ambula new toy"].index)


@pytest.mark.parametrize("mode", ["clean", "torn", "garbage"])
def test_the_power_goes_at_a_flash_operation(old_image: Path, tmp_path: Path, mode: str) -> None:
    """A sample of them, other ones in each mode, the last of them around the renaming."""
    with copy_of(old_image, tmp_path / "whole") as whole:
        with UsbBoard(whole.port) as board:
            flash(board, look(board), toy("new"))
        with UsbBoard(whole.port) as board:
            board.run("import simulation")  # its counter began anew, so count the operations of a second upgrade
            flash_again = toy("old")
            flash_again["part.py"] += b"# once more\n"
            counts: list[int] = []
            flash(
                board,
                look(board),
                flash_again,
                lambda _: counts.append(int(board.run("print(simulation.flash.operations)"))),
            )
    last = counts[-1]  # before the pointer
    assert last > 10
    offset = ["clean", "torn", "garbage"].index(mode)
    cuts = [1 + offset + k * (last - 1) // POWER_CUTS for k in range(POWER_CUTS)] + [
        last + 1 + offset,
        last + 4 + offset,
    ]
    seen: list[bytes] = []
    for number, cut in enumerate(cuts):
        with copy_of(old_image, tmp_path / str(number)) as stand_in:
            stand_in.reset(cut, mode)
            try:
                put(stand_in.port, toy("new"))
            except TransportError as e:
                assert "was lost" in str(e)  # noqa: PT017  the last cuts may come after the end
            seen.append(boots(stand_in))
            assert put(stand_in.port, toy("new")) == "new toy"
            assert boots(stand_in) == b"ambula new toy"
    assert seen[0] == b"ambula old toy"
    assert set(seen) <= {b"ambula old toy", b"ambula new toy"}


def test_a_firmware_that_does_not_come_up_gives_way_to_the_old_one(stand_in: StandIn) -> None:
    bad = {**toy("bad"), "start.py": b"raise ValueError('no good')\n"}
    with stand_in:
        with pytest.raises(BoardError, match=r"ValueError: no good\); the older one runs again"):
            put(stand_in.port, bad)
        assert boots(stand_in) == b"ambula old toy"


LOGGED = """
os.mkdir('data') if 'data' not in os.listdir() else None
os.mkdir('data/log')
for name, size in {chunks!r}:
    with open('data/log/' + name, 'wb') as f:
        f.write(bytes(size))
"""


@pytest.mark.parametrize(
    ("chunks", "told"),
    [
        ([("00000000", 32768), ("00008000", 9000)], "sync the node, which frees up to 32 KiB of its log"),
        ([("00000000", 9000)], "a sync frees nothing of it, since its log has one piece only. Sync it, install"),
    ],
    ids=["a chunk to free", "the newest chunk alone"],
)
def test_what_makes_room_is_what_does(
    stand_in: StandIn, chunks: list[tuple[str, int]], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usb_state, "LOG", "data/log")  # "/data" would be the computer's own
    with stand_in, UsbBoard(stand_in.port) as board:
        board.run(LOGGED.format(chunks=chunks))
        state = replace(look(board), room=(0, 0, 0))
        with pytest.raises(FlashFull, match=told):
            flash(board, state, toy("new"))
        board.run("_drop('data')")


@pytest.mark.parametrize("is_foreseen", [True, False])
def test_a_full_flash_says_so_and_runs_what_it_ran(stand_in: StandIn, is_foreseen: bool) -> None:
    with stand_in:
        with UsbBoard(stand_in.port) as board:
            board.run(FILL)
            state = look(board)
            told = "has room for" if is_foreseen else "is full"
            steps: list[str] = []
            if not is_foreseen:
                state = replace(state, room=(1 << 20, 0, 0))
            with pytest.raises(FlashFull, match=rf"{told}.*: \d+ KiB of it are not Ambula's \(full\), and no sync"):
                flash(board, state, {**toy("new"), "more.py": b"# more\n" * 2000}, steps.append)
            assert steps == [] or not is_foreseen
        stand_in.wait_for(b"ambula old toy")
        with UsbBoard(stand_in.port) as board:
            assert board.hashes("fw_b") == {}
            board.run("_drop('full')")
        assert put(stand_in.port, toy("new")) == "new toy"
