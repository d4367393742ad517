"""A set-up that is cut off, the first or a later one: the board is the old or the new node, the laptop has its key."""

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from ambula.base.errors import TransportError
from ambula.nodes.keys import KeyFile
from ambula.sim.image import device_key, log_chunks
from ambula.usb.board import UsbBoard
from ambula.usb.node_setup import set_up
from ambula.usb.state import look
from ambula.usb.wanted import Wanted
from tests.usb.boards import WANTED, Recorded, is_kept, owner_of
from tests.usb.standin import StandIn, copy_of


@dataclass(frozen=True)
class Again:
    """A set-up of a node that is P01's thigh and has recorded; how many of its last steps to cut, 0: all."""

    wanted: Wanted
    erase: bool
    cuts: int


AGAIN = {
    "the same": Again(WANTED, False, 12),
    "another person": Again(replace(WANTED, participant="P02"), True, 0),
    "another role": Again(replace(WANTED, role=1), True, 12),
}


class Talk:
    """Counts what a set-up says to the board, one command of mpremote's a step."""

    def __init__(self, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
        self.marks: list[int] = []
        start = stand_in.heard_bytes
        run = UsbBoard.run

        def noted(board: UsbBoard, code: str) -> str:
            said = run(board, code)
            self.marks.append(stand_in.heard_bytes - start)
            return said

        monkeypatch.setattr(UsbBoard, "run", noted)


def set_up_again(stand_in: StandIn, again: Again, keys: KeyFile, pull_after: int = 0) -> None:
    with UsbBoard(stand_in.port) as board:
        state = look(board)
        if pull_after:
            stand_in.pull_after(pull_after)
        set_up(board, state, again.wanted, keys, keys.path.with_name("s.db"), erase=again.erase)


def check_and_heal(stand_in: StandIn, again: Again, keys: KeyFile, before: object) -> bool:
    """Check the board after a cut, and that the same command ends what was begun; return whether it was new already."""
    stand_in.reset()
    stand_in.wait_for(b"ambula 0.2.0")
    stand_in.power_off()
    now = owner_of(stand_in.flash)
    assert is_kept(keys, now)
    in_use = [k for k in keys.load() if k.is_in_use]
    assert now == before or [now.key, now.pair, now.role] == [in_use[-1].key, in_use[-1].pair, in_use[-1].role_name]
    if now == before and not again.erase:
        assert log_chunks(stand_in.flash)
    stand_in.reset()
    set_up_again(stand_in, again, keys)
    (key,) = keys.load()
    assert is_kept(keys, owner_of(stand_in.flash))
    assert (key.participant, key.role) == (again.wanted.participant, again.wanted.role)
    return now != before


@pytest.mark.parametrize("name", AGAIN)
def test_the_cable_is_pulled_at_every_step_of_a_later_set_up(
    name: str, recorded: Recorded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    again, before = AGAIN[name], owner_of(recorded.image)
    with (
        copy_of(recorded.image, tmp_path / "whole") as whole,
        monkeypatch.context() as patch,
        UsbBoard(whole.port) as b,
    ):
        state = look(b)
        talk = Talk(whole, patch)
        set_up(b, state, again.wanted, recorded.keys_in(tmp_path / "whole"), tmp_path / "s.db", erase=again.erase)
    cuts = [end - 1 for end in talk.marks][-again.cuts :]  # the step before is done, this one is not
    seen: list[bool] = []
    for cut in cuts:
        folder = tmp_path / str(cut)
        keys = recorded.keys_in(folder)
        with copy_of(recorded.image, folder) as stand_in:
            try:
                set_up_again(stand_in, again, keys, cut)
            except TransportError as e:
                assert "was lost" in str(e)  # noqa: PT017  the last cut may come after the end
            seen.append(check_and_heal(stand_in, again, keys, before))
    assert (seen[0], seen[-1]) == (False, True)
    assert seen == sorted(seen)


@pytest.mark.parametrize(("name", "mode"), list(zip(AGAIN, ["clean", "torn", "garbage"], strict=True)))
def test_the_power_goes_at_a_flash_operation_of_a_later_set_up(
    name: str, mode: str, recorded: Recorded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    again, before = AGAIN[name], owner_of(recorded.image)
    counts: list[int] = []
    with copy_of(recorded.image, tmp_path / "whole") as whole, monkeypatch.context() as patch:
        run = UsbBoard.run

        def counted(board: UsbBoard, code: str) -> str:
            said = run(board, code)
            counts.append(int(run(board, "import simulation\nprint(simulation.flash.operations)")))
            return said

        with UsbBoard(whole.port) as board:
            state = look(board)
            patch.setattr(UsbBoard, "run", counted)
            set_up(
                board, state, again.wanted, recorded.keys_in(tmp_path / "whole"), tmp_path / "s.db", erase=again.erase
            )
    assert counts[-1] > 10
    cuts = range(1, counts[-1] + 1, 1 + counts[-1] // 9)
    seen: list[bool] = []
    for cut in cuts:
        folder = tmp_path / str(cut)
        keys = recorded.keys_in(folder)
        with copy_of(recorded.image, folder) as stand_in:
            stand_in.reset(cut, mode)
            try:
                set_up_again(stand_in, again, keys)
            except TransportError as e:
                assert "was lost" in str(e)  # noqa: PT017
            seen.append(check_and_heal(stand_in, again, keys, before))
    assert (seen[0], seen == sorted(seen)) == (False, True), seen
    assert any(seen)


def test_a_set_up_cut_anywhere_leaves_no_half_key_and_heals(flashed: Path, tmp_path: Path) -> None:
    keys = KeyFile(tmp_path / "keys.json")

    def cut_off(stand_in: StandIn, after: int) -> None:
        with UsbBoard(stand_in.port) as board:
            state = look(board)
            stand_in.pull_after(after)
            set_up(board, state, WANTED, keys, tmp_path / "s.db")

    with copy_of(flashed, tmp_path / "whole") as whole, UsbBoard(whole.port) as board:
        state = look(board)
        start = whole.heard_bytes
        set_up(board, state, WANTED, KeyFile(tmp_path / "other.json"), tmp_path / "s.db")
        total = whole.heard_bytes - start
    for number in range(1, 5):
        keys.path.unlink(missing_ok=True)
        with copy_of(flashed, tmp_path / str(number)) as stand_in:
            with pytest.raises(TransportError, match="was lost"):
                cut_off(stand_in, total * number // 5)
            stand_in.reset()
            stand_in.wait_for(b"ambula 0.2.0")
            kept = keys.load()
            with UsbBoard(stand_in.port) as board:
                on_board = board.run("print(_text('config.json'))").strip()
                assert kept or not on_board  # settings only where the key is kept
                done = set_up(board, look(board), WANTED, keys, tmp_path / "s.db")
            assert [k.key for k in keys.load()] == [done.key.key] == [device_key(stand_in.flash)]
