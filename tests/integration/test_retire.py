"""A node that was lost is waited for no longer, is recognised where it is heard, and comes back."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest

from ambula.base.version import SOFTWARE
from ambula.nodes.keys import KeyFile
from ambula.nodes.session import NodeKey, new_key
from tests.support import worn
from tests.support.command import Ambula, Laptop

PAIR = b"p" * 32
THIGH = NodeKey("a0" * 8, 0, "P01", b"t" * 32, PAIR)
BACK = NodeKey("a1" * 8, 1, "P01", b"b" * 32, PAIR)


@pytest.fixture
def keys() -> KeyFile:
    file = KeyFile()
    for key in (THIGH, BACK):
        file.add(key)
    return file


def states(keys: KeyFile) -> list[tuple[str, str]]:
    return [(key.device_id, key.state) for key in keys.all()]


def test_a_node_is_retired_and_brought_back(ambula: Ambula, keys: KeyFile) -> None:
    keys.forget("P9")
    said = ambula("retire", "P01", "thigh")
    assert (said.code, said.err) == (0, "")
    assert "P01 thigh is retired" in said.out
    assert "ambula setup --participant P01 --role back" in said.out  # which the lost one could read
    assert states(keys) == [(THIGH.device_id, "retired"), (BACK.device_id, "")]
    assert "P01 has no thigh node that is in use" in ambula("retire", "P01", "thigh").failed_with(3)
    back = ambula("retire", "P01", "thigh", "--undo", "--json")
    assert json.loads(back.out) == {
        "participant": "P01",
        "role": "thigh",
        "device_id": THIGH.device_id,
        "state": "in use",
        "software": SOFTWARE,
    }
    assert keys.load() == [THIGH, BACK]


def test_which_of_several_is_asked(ambula: Ambula, keys: KeyFile) -> None:
    keys.retire([THIGH])
    keys.add(replace(THIGH, device_id="c0" * 8))
    assert f"in use (device {'c0' * 8}): retire that one" in ambula("retire", "P01", "thigh", "--undo").failed_with(3)
    assert ambula("retire", "P01", "thigh").code == 0
    told = ambula("retire", "P01", "thigh", "--undo").failed_with(3)
    assert f"choose one with --device, of {THIGH.device_id}, {'c0' * 8}" in told
    assert ambula("retire", "P01", "thigh", "--undo", "--device", "c0" * 8).code == 0
    assert states(keys)[-1] == (BACK.device_id, "") or ("c0" * 8, "") in states(keys)
    assert "arm: must be thigh or back" in ambula("retire", "P01", "arm").failed_with(3)


def test_commands_do_not_wait_for_it_and_sync_it_where_it_is_heard(recorded: Path, tmp_path: Path) -> None:
    async def go() -> None:
        async with worn.worn_again(recorded, tmp_path / "rig") as rig:
            laptop = Laptop(rig.air, tmp_path)
            rig.laptop_near()
            (thigh,) = [key for key in laptop.keys.load() if key.role == 0]
            store = ("--store", tmp_path / "s.db")
            sync = ("sync", *store, "--json", "--zone", "UTC", "--timeout")
            assert (await laptop.ambula("retire", "P01", "thigh")).code == 0
            rig.air.set_out_of_range("thigh", True)
            only = await laptop.ambula(*sync, "20")
            assert ([n["role"] for n in json.loads(only.out)], "not heard" in only.err) == (["back"], False)
            ready = json.loads((await laptop.ambula("check", "--nodes-only", "--json", *store, "--timeout", "20")).out)
            assert [f["code"] for f in ready["findings"] if f["node"] == "thigh"] == ["alone"]
            rig.air.set_out_of_range("thigh", False)
            rig.air.set_out_of_range("back", True)
            heard = await laptop.ambula(*sync, "5")
            assert [(n["role"], n["epochs"]) for n in json.loads(heard.out)] == [("thigh", worn.EPOCHS)]
            # What was fetched with a key is proved by it after the device has got another.
            laptop.keys.add(replace(thigh, key=new_key()))
            status = json.loads((await laptop.ambula("status", "--json", *store)).out)
            proved = [n["receipts"] for n in status if n["role"] == "thigh"]
            assert [(p["unknown_bytes"], p["proved_bytes"] == p["stored_bytes"] > 0) for p in proved] == [(0, True)]

    asyncio.run(go())
