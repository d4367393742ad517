"""From an empty flash to epochs in the store: the commands over USB, recording and sync from that same image."""

import asyncio
import json
import time
from pathlib import Path

import numpy as np
import pytest

from ambula.nodes.keys import KeyFile
from ambula.nodes.session import NodeKey
from ambula.nodes.sync import sync_each
from ambula.nodes.visit import find_nodes
from ambula.sim.image import device_key, log_chunks
from ambula.sim.rig import SETTLE_MS, Rig, VirtualWearer
from ambula.store import Store
from ambula.usb import on_board
from ambula.usb.board import UsbBoard
from ambula.usb.flash import compile_for, flash
from ambula.usb.node_setup import set_up
from ambula.usb.state import look
from ambula.usb.wanted import Wanted
from tests.support.command import Ambula
from tests.usb.boards import Recorded
from tests.usb.standin import StandIn, copy_of

EPOCHS = 24


def test_from_an_empty_flash_to_epochs_in_the_store(ambula: Ambula, tmp_path: Path) -> None:
    rig_folder = tmp_path / "rig"
    rig_folder.mkdir()
    image = rig_folder / "thigh.img"
    with StandIn(tmp_path / "usb", image) as stand_in:
        port = ("--port", stand_in.port)
        dry = ambula("flash", *port, "--board", "sim", "--dry-run")
        assert dry.code == 0
        assert "files to send" in dry.out
        done = ambula("flash", *port, "--board", "sim")
        assert (done.code, "the board runs Ambula 0.2.0 thigh" in done.out) == (0, True), done
        again = ambula("flash", *port, "--board", "sim")
        assert "it already has this firmware" in again.out
        plan = ("--zone", "Europe/Oslo", "--days", "7", "--sitting-buzz", "30")
        made = ambula(
            "setup", *port, "--participant", "Ola Nordmann", "--role", "thigh", *plan, "--start", "2099-03-04T08:00"
        )
        with UsbBoard(stand_in.port) as board:
            assert look(board).settings["start"] == 4_076_290_800  # 08:00 in Oslo is 07:00 UTC
        assert (made.code, "looks like a name" in made.err) == (0, True), made
        stand_in.wait_for(b"ambula 0.2.0 thigh")
        second = ambula("setup", *port, "--participant", "Ola Nordmann", "--role", "thigh", "--phone", *plan)
        assert second.code == 0  # the same once more: a new key, the log stays
        with UsbBoard(stand_in.port) as board:
            settings = look(board).settings
    assert [len(settings.pop(name)) for name in ("key", "pair")] == [64, 64]
    assert settings.pop("midnight_min") in (1380, 1320)  # Oslo is one or two hours ahead
    assert settings == {
        "schema": 1,
        "role": "thigh",
        "zone": "Europe/Oslo",
        "days": 7,
        "phone": 1,
        "sitting_buzz_min": 30,
        "start": "now",
    }
    (key,) = KeyFile().load()
    assert (key.device_id, key.participant, key.key) == ("a0" * 8, "Ola Nordmann", device_key(image))

    async def wear() -> int:
        start_ms = (int(time.time()) // 10 + 12) * 10000
        samples = np.random.default_rng(1).integers(-4000, 4000, (EPOCHS * 130, 3)).astype(np.int16)
        async with Rig(rig_folder, [VirtualWearer(0, samples, start_ms)], "Ola Nordmann") as rig:
            await rig.run_until(start_ms + EPOCHS * 5000 + SETTLE_MS)
            rig.laptop_near()
            with Store(tmp_path / "s.db") as store:
                report = await sync_each(rig.radio, store, await find_nodes(rig.radio, [key], 20), rig.utc_ms)
                assert report.failed == []
                (node,) = store.nodes("participant = ?", ("Ola Nordmann",))
                assert report.synced[0].epochs == len(store.records(node.node_id))
                return report.synced[0].epochs

    assert asyncio.run(wear()) == EPOCHS
    kept = (log_chunks(image), device_key(image))
    for secret in (key.key, key.pair):
        assert not any(form in log for log in kept[0].values() for form in (secret, secret.hex().encode()))
    with StandIn(tmp_path / "later", image) as stand_in, UsbBoard(stand_in.port) as board:
        state = look(board)
        newer = {**compile_for(state, "sim"), "newer.py": b"# a later version\n"}
        assert flash(board, state, newer) == "0.2.0 thigh"
    assert device_key(image) == kept[1]
    for base, data in kept[0].items():
        assert log_chunks(image)[base].startswith(data)
    with StandIn(tmp_path / "next", image) as stand_in:  # what the air brought is proved: the node may go on
        said = ambula("setup", "--port", stand_in.port, "--participant", "P02", "--role", "back", "--zone", "UTC")
        assert (said.code, "the log on the node was erased: all of its 2 min were synced" in said.out) == (0, True), (
            said
        )


def test_a_buzz_without_a_motor_is_refused_before_anything_is_changed(
    flashed: Path, ambula: Ambula, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(on_board, "BOARD", on_board.BOARD + "_board.motor = None\n")
    with copy_of(flashed, tmp_path / "bare") as stand_in:
        arguments = ("setup", "--port", stand_in.port, "--participant", "P01", "--role", "thigh", "--zone", "UTC")
        told = ambula(*arguments, "--sitting-buzz", "30").failed_with(3)
        assert told.startswith("--sitting-buzz: this board's firmware has no motor")
        with UsbBoard(stand_in.port) as board:
            state = look(board)
        assert (state.key, state.config, KeyFile().load()) == ("", "", [])
        assert ambula(*arguments).code == 0


def test_a_start_that_is_far_away_is_told(flashed: Path, tmp_path: Path) -> None:
    now_s = int(time.time())
    with copy_of(flashed, tmp_path / "far") as stand_in:
        for days, told in ((400, ["it starts to record in 400 days: charge it just before"]), (13, [])):
            wanted = Wanted("P01", 0, "UTC", now_s + days * 86_400 + 60, 0)
            with UsbBoard(stand_in.port) as board:
                done = set_up(board, look(board), wanted, KeyFile(tmp_path / "keys.json"), tmp_path / "s.db")
            assert [note for note in done.notes if "starts to record" in note] == told


def test_whose_place_must_be_said(flashed: Path, ambula: Ambula, tmp_path: Path) -> None:
    for name, device in (("one", "b1" * 8), ("two", "b2" * 8)):
        with copy_of(flashed, tmp_path / name, device) as stand_in:
            command = ("setup", "--port", stand_in.port, "--participant", "P01", "--role", "thigh", "--zone", "UTC")
            if name == "one":
                assert ambula(*command).code == 0
                continue
            told = ambula(*command).failed_with(3)
            assert f"P01 has a thigh node already (device {'b1' * 8})" in told
            replaced = ambula(*command, "--replace")
            assert (replaced.code, "this one replaces it" in replaced.out) == (0, True), replaced
            assert "set up the participant's" not in replaced.out  # there is no other node
    told = [(k.device_id, k.participant, k.state) for k in KeyFile().load()]
    assert told == [("b1" * 8, "P01", "retired"), ("b2" * 8, "P01", "")]
    assert json.loads(KeyFile().path.read_text())


def test_the_other_node_is_to_be_set_up_again_where_one_was_lost(flashed: Path, ambula: Ambula, tmp_path: Path) -> None:
    """The finder of the lost one has the pair's key; a participant's second node gets a new one, then the first."""
    keys = KeyFile()
    lost = NodeKey("c0" * 8, 0, "P01", b"l" * 32, b"p" * 32)
    for key in (lost, NodeKey("c1" * 8, 1, "P01", b"b" * 32, lost.pair)):
        keys.add(key)
    again = "set up the participant's back node again"
    for name, device, more in (("one", "b1" * 8, ("--replace",)), ("two", "b2" * 8, ())):
        with copy_of(flashed, tmp_path / name, device) as stand_in:
            if name == "two":
                assert ambula("retire", "P01", "thigh").code == 0
            command = ("setup", "--port", stand_in.port, "--participant", "P01", "--role", "thigh", "--zone", "UTC")
            said = ambula(*command, *more)
            assert (said.code, again in said.out) == (0, True), said
    pairs = [key.pair for key in keys.load()]
    assert [key.state for key in keys.load()] == ["retired", "", "retired", ""]
    assert len(set(pairs)) == 3


LOSE = {
    "settings": "os.remove('config.json')",
    "key": """
os.remove('key.bin')
with open('config.json', 'w') as f:
    f.write('{"role": "thigh"}')
""",
}


@pytest.mark.parametrize("lost", LOSE)
def test_a_recording_is_not_erased_because_a_file_of_the_set_up_is_lost(
    recorded: Recorded, ambula: Ambula, tmp_path: Path, lost: str
) -> None:
    """The node lives through it, so somebody may have worn it for a week."""
    with copy_of(recorded.image, tmp_path / "node", "b1" * 8) as stand_in:
        with UsbBoard(stand_in.port) as board:
            board.run(LOSE[lost])
        command = ("setup", "--port", stand_in.port, "--participant", "P02", "--role", "thigh", "--zone", "UTC")
        assert "has a recording of a wearer, and its settings" in ambula(*command).failed_with(3)
        assert log_chunks(stand_in.flash)
        assert ambula(*command, "--erase").code == 0
