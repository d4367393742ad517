"""A slip in the store's path: nodes free what was synced, so nothing is synced into a store that was not meant."""

import asyncio
import json
from pathlib import Path

import pytest

from ambula.nodes.keys import KeyFile
from ambula.nodes.known_stores import KnownStores
from ambula.store import Store
from tests.support import worn
from tests.support.command import Ambula, Laptop
from tests.support.made_log import add_log


def test_a_slip_in_the_path_syncs_nothing_and_frees_nothing(recorded: Path, tmp_path: Path) -> None:
    async def go() -> None:
        async with worn.worn_again(recorded, tmp_path / "rig") as rig:
            laptop = Laptop(rig.air, tmp_path)
            rig.laptop_near()
            first = await laptop.ambula("sync", "--store", tmp_path / "ambula.db", "--timeout", "20")
            assert first.code == 0, first
            said = first.of_another_day().err
            assert said == f"note: {tmp_path}/ambula.db is a new store, with the recordings of P01\n"
            slip = await laptop.ambula("sync", "--store", tmp_path / "ambual.db", "--timeout", "20")
            assert f"ambual.db yet, and P01's are in {tmp_path}/ambula.db. Nodes free" in slip.failed_with(4)
            assert not (tmp_path / "ambual.db").exists()
            again = await laptop.ambula("sync", "--store", tmp_path / "ambula.db", "--timeout", "20")
            assert (again.code, again.err) == (0, "")
            meant = await laptop.ambula("sync", "--store", tmp_path / "other.db", "--new", "--timeout", "20", "--json")
            assert (meant.code, len(json.loads(meant.out))) == (0, 2), meant
            (tmp_path / "other.db").unlink()
            gone = await laptop.ambula("sync", "--store", tmp_path / "other.db", "--timeout", "20")
            assert "is gone. Nothing was synced. Put it back" in gone.failed_with(4)

    asyncio.run(go())


@pytest.fixture
def known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> KnownStores:
    monkeypatch.setenv("AMBULA_KEYS", str(tmp_path / "keys.json"))
    found = KnownStores()
    found.remember(["P01"], tmp_path / "s.db")
    return found


def test_the_store_goes_with_a_code_and_is_forgotten(known: KnownStores, ambula: Ambula, tmp_path: Path) -> None:
    with Store(tmp_path / "s.db") as kept:
        add_log(kept, "P01", 1_772_539_200, 2, lambda part: bytes(12))
    assert ambula("rename", "P01", "R07", "--store", tmp_path / "s.db").code == 0
    assert known.load() == {"R07": tmp_path / "s.db"}
    assert ambula("forget", "R07", "--yes", "--store", tmp_path / "s.db").code == 0
    assert known.load() == {}


@pytest.mark.parametrize("text", ["", "[", "[1]", '{"P01": 3}'])
def test_a_file_that_cannot_be_read_knows_nothing(known: KnownStores, text: str) -> None:
    known.path.write_text(text)
    assert known.load() == {}
    known.remember(["P02"], Path("/a"))
    assert known.load() == {"P02": Path("/a")}
    assert oct(known.path.stat().st_mode)[-3:] == "600"
    assert KeyFile(known.path.with_name("keys.json")).load() == []


def test_a_zone_that_is_named_at_a_sync_is_for_those_who_are_new(recorded: Path, tmp_path: Path) -> None:
    async def go() -> None:
        async with worn.worn_again(recorded, tmp_path / "rig") as rig:
            laptop = Laptop(rig.air, tmp_path)
            rig.laptop_near()
            sync = ("sync", "--store", tmp_path / "s.db", "--timeout", "20", "--zone")
            assert (await laptop.ambula(*sync, "Europe/Oslo")).code == 0
            later = await laptop.ambula(*sync, "Asia/Tokyo")
            assert later.code == 0
            assert "note: P01's days stay as they are (Europe/Oslo). To change them: `ambula zone Asia" in later.err
        with Store(tmp_path / "s.db") as kept:
            assert [change.zone for change in kept.zone_changes("P01")] == ["Europe/Oslo"]
            assert kept.get("zone") == ""

    asyncio.run(go())
