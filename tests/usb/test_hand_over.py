"""A node goes to another participant, or its clock is far off: what was never synced is not erased unasked."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, cast

import pytest

from ambula.nodes.keys import KeyFile
from ambula.nodes.session import OLD
from ambula.sim.image import log_chunks, log_system, put_log_system
from ambula.store import Store
from ambula.usb import on_board
from ambula.usb.board import UsbBoard
from nodecore import segment
from tests.support.command import Ambula
from tests.usb.boards import EPOCHS, Recorded, segments_of, sync
from tests.usb.standin import StandIn, copy_of

OFF = r"clock (is|was) [+-](35[789]\d|36[0-2]\d)"  # seconds; the machine may be busy
UP_TO = "2026-05-28 20:28 UTC"


@pytest.fixture(autouse=True)
def _own_keys(recorded: Recorded) -> None:
    KeyFile().path.parent.mkdir()
    KeyFile().path.write_text(recorded.key_file)


def hand_over(ambula: Ambula, stand_in: StandIn, *more: str, who: str = "P02") -> Callable[[], str]:
    said = ambula("setup", "--port", stand_in.port, "--participant", who, "--role", "thigh", "--zone", "UTC", *more)
    return lambda: said.failed_with(3) if said.code else said.out


def test_nothing_was_synced(recorded: Recorded, ambula: Ambula, tmp_path: Path, store: Path) -> None:
    with copy_of(recorded.image, tmp_path / "node") as stand_in:
        told = hand_over(ambula, stand_in)()
        assert told == (
            f"this node has a recording of P01 thigh: 2 min up to {UP_TO} were never synced into {store}, and there is "
            "no store in that place. Sync it first, or give it up with --erase"
        )
        assert len(segments_of(stand_in.flash)) >= 2
        assert [k.participant for k in KeyFile().load()] == ["P01"]
        told = hand_over(ambula, stand_in, "--erase")()
    assert f"the log on the node was erased: 2 min up to {UP_TO} were never synced" in told
    assert "the node was P01 thigh until now" in told
    assert [(k.participant, k.state) for k in KeyFile().all()] == [("P01", OLD), ("P02", "")]


def test_all_was_synced(recorded: Recorded, ambula: Ambula, tmp_path: Path, store: Path) -> None:
    sync(recorded.image, store)
    with copy_of(recorded.image, tmp_path / "node") as stand_in:
        with UsbBoard(stand_in.port) as board:  # as the node notes what a laptop acknowledges
            board.run(on_board.BOARD + "with open('/data/log.acked', 'w') as f:\n    f.write('500')\n")
        told = hand_over(ambula, stand_in)()
        stand_in.power_off()
        # The new log begins at 0, not behind what was acknowledged of the old one.
        assert "log.acked" not in log_system(stand_in.flash).listdir("/")
        assert set(log_chunks(stand_in.flash)) <= {0}
        assert not any(s.header.kind == segment.EPOCHS for s in segments_of(stand_in.flash))
    assert "the log on the node was erased: all of its 2 min were synced" in told
    assert "the node was P01 thigh until now" in told


def test_the_receipts_of_an_older_key_prove_it_too(
    recorded: Recorded, ambula: Ambula, tmp_path: Path, store: Path
) -> None:
    sync(recorded.image, store)
    with copy_of(recorded.image, tmp_path / "node") as stand_in:
        hand_over(ambula, stand_in, who="P01")  # a new key
        assert [k.state for k in KeyFile().all()] == [OLD, ""]
        assert "all of its 2 min were synced" in hand_over(ambula, stand_in)()


def never_synced(path: Path) -> None:
    with Store(path):
        pass


def stored_but_not_proved(image: Path, path: Path) -> None:
    sync(image, path, proved=False)


def changed_since(image: Path, path: Path) -> None:
    sync(image, path)
    with Store(path) as store:
        store._db.execute("UPDATE segment SET data = zeroblob(length(data)) WHERE kind = 1")
        store._db.commit()


LACKS = {
    "an empty store": (lambda image, path: never_synced(path), "2 min"),
    "the last segment": (lambda image, path: sync(image, path, 1), "1 min"),
    "no receipts": (stored_but_not_proved, "2 min"),
    "changed in the store": (changed_since, "2 min"),
}


@pytest.mark.parametrize("lack", LACKS)
def test_what_is_not_proved_is_not_erased(
    lack: str, recorded: Recorded, ambula: Ambula, tmp_path: Path, store: Path
) -> None:
    make, left = LACKS[lack]
    make(recorded.image, store)
    with copy_of(recorded.image, tmp_path / "node") as stand_in:
        told = hand_over(ambula, stand_in)()
        assert f"of P01 thigh: {left} up to {UP_TO} were never synced into {store}. Sync it first" in told
        stand_in.power_off()
        kept = [s for s in segments_of(stand_in.flash) if s.header.kind == segment.EPOCHS]
    assert sum(s.header.count for s in kept) == EPOCHS


def test_another_log_of_the_same_device_is_not_this_one(
    recorded: Recorded, ambula: Ambula, tmp_path: Path, store: Path
) -> None:
    sync(recorded.image, store)
    with copy_of(recorded.image, tmp_path / "node") as stand_in:
        stand_in.power_off()
        fs = log_system(stand_in.flash)
        with cast(BinaryIO, fs.open("/log/id", "wb")) as file:
            file.write(b"else")
        put_log_system(stand_in.flash, fs)
        stand_in.reset()
        assert "2 min up to" in hand_over(ambula, stand_in)()


def test_damaged_bytes_are_not_erased_unasked(recorded: Recorded, ambula: Ambula, tmp_path: Path, store: Path) -> None:
    sync(recorded.image, store)
    with copy_of(recorded.image, tmp_path / "node") as stand_in:
        stand_in.power_off()
        fs = log_system(stand_in.flash)
        with cast(BinaryIO, fs.open("/log/00000000", "ab")) as file:
            file.write(b"x" * 33)
        put_log_system(stand_in.flash, fs)
        stand_in.reset()
        assert "33 bytes of its log are damaged. Sync it first" in hand_over(ambula, stand_in)()
        assert "33 bytes of its log are damaged" in hand_over(ambula, stand_in, "--erase")()


def test_a_node_of_another_computer_is_to_be_taken_over_first(
    recorded: Recorded, ambula: Ambula, tmp_path: Path
) -> None:
    (key,) = KeyFile().load()
    KeyFile().add(replace(key, key=b"n" * 32))
    KeyFile().forget("P01")
    KeyFile().add(replace(key, key=b"n" * 32))  # the same device, set up elsewhere since
    with copy_of(recorded.image, tmp_path / "node") as stand_in:
        for who in ("P02", "P01"):
            told = hand_over(ambula, stand_in, who=who)()
            assert "a recording that was set up on another computer" in told
            assert "Take it over with `ambula setup --adopt` and sync it first" in told


def test_a_broken_store_stops_a_hand_over_and_nothing_else(
    recorded: Recorded, ambula: Ambula, tmp_path: Path, store: Path
) -> None:
    store.write_bytes(b"no store at all" * 99)
    with copy_of(recorded.image, tmp_path / "node") as stand_in:
        command = ("setup", "--port", stand_in.port, "--zone", "UTC", "--role", "thigh", "--participant")
        assert str(store) in ambula(*command, "P02").failed_with(4)
        assert ambula(*command, "P01").code == 0


@pytest.mark.parametrize("off_s", [3600, -3600])
def test_a_clock_that_is_far_off_begins_a_new_recording_once_all_is_synced(
    off_s: int, recorded: Recorded, ambula: Ambula, tmp_path: Path, store: Path
) -> None:
    with copy_of(recorded.image, tmp_path / "node", clock_off_s=off_s) as stand_in:
        told = hand_over(ambula, stand_in, who="P01")()
        assert re.match(rf"this node's {OFF} s off, and 2 min up to {UP_TO} were never synced", told)
        sync(recorded.image, store)
        told = hand_over(ambula, stand_in, who="P01")()
        assert re.search(rf"its {OFF} s off: a new recording begins, with the clock set", told)
        assert "all of its 2 min were synced" in told
        assert re.search(r"\nclock [+-][0-4]\.\d s", told)  # the machine may be busy


def test_a_clock_that_is_a_little_off_is_left_to_the_sync(recorded: Recorded, ambula: Ambula, tmp_path: Path) -> None:
    with copy_of(recorded.image, tmp_path / "node", clock_off_s=20) as stand_in:
        told = hand_over(ambula, stand_in, who="P01")()
        assert "its clock was not set, because its recording goes on" in told
        stand_in.power_off()
        assert sum(s.header.kind == segment.EPOCHS for s in segments_of(stand_in.flash)) == 2
