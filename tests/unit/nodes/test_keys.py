"""The key file: for its owner only, replaced as a whole, refused with a word."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from ambula.base.errors import InputError
from ambula.nodes.keys import VERSION, KeyFile, keys_path
from ambula.nodes.session import OLD, RETIRED, NodeKey, new_key

THIGH = NodeKey("a0" * 8, 0, "P01", bytes(range(32)))
BACK = NodeKey("a1" * 8, 1, "P01", bytes(32))
OTHER = NodeKey("b0" * 8, 0, "P02", b"k" * 32)


@pytest.fixture
def file(tmp_path: Path) -> KeyFile:
    return KeyFile(tmp_path / "ambula" / "keys.json")


def test_keys_are_kept_in_order(file: KeyFile) -> None:
    assert file.load() == []
    for key in (THIGH, BACK, OTHER):
        file.add(key)
    assert file.load() == [THIGH, BACK, OTHER]


def test_a_node_that_is_set_up_again_has_one_key(file: KeyFile) -> None:
    file.add(THIGH)
    again = NodeKey(THIGH.device_id, 1, "P03", b"n" * 32)
    file.add(again)
    assert file.load() == [again]


def test_a_participant_is_forgotten(file: KeyFile) -> None:
    for key in (THIGH, BACK, OTHER):
        file.add(key)
    assert file.forget("P01") == [THIGH, BACK]
    assert file.load() == [OTHER]
    assert THIGH.key.hex() not in file.path.read_text()
    assert file.forget("P01") == []


def test_a_participant_s_nodes_share_a_secret_that_is_made_once(file: KeyFile) -> None:
    file.add(OTHER)
    first = file.pair_of("P01")
    assert (len(first), file.pair_of("P01") == first) == (32, False)  # new each time, until one is kept
    file.add(NodeKey(THIGH.device_id, 0, "P01", THIGH.key, first))
    assert [file.pair_of("P01"), file.load()[-1].pair] == [first] * 2
    assert file.pair_of("P02") != first
    file.add(NodeKey(BACK.device_id, 1, "P01", BACK.key, b"p" * 32))
    assert file.pair_of("P01") == b"p" * 32  # the newest counts
    file.forget("P01")
    assert first.hex() not in file.path.read_text()


def test_an_older_key_stays_for_receipts_until_its_wearer_is_forgotten(file: KeyFile) -> None:
    file.add(THIGH)
    again = NodeKey(THIGH.device_id, 1, "P03", b"n" * 32)
    file.add(again)
    assert file.all() == [replace(THIGH, state=OLD), again]
    file.add(THIGH)  # the same key once more is the same entry
    assert file.all() == [replace(again, state=OLD), THIGH]
    assert file.forget("P03") == [replace(again, state=OLD)]
    assert again.key.hex() not in file.path.read_text()


def test_until_a_new_key_is_proved_the_node_is_recognised_by_either(file: KeyFile) -> None:
    file.add(THIGH)
    new = replace(THIGH, participant="P02", key=b"n" * 32)
    file.add_beside(new)
    assert file.load() == [replace(THIGH, state=RETIRED), new]
    file.add(new)
    assert (file.load(), file.all()[0].state) == ([new], OLD)


def test_a_retired_node_is_recognised_and_comes_back(file: KeyFile) -> None:
    for key in (THIGH, BACK):
        file.add(key)
    file.retire([THIGH])
    gone = replace(THIGH, state=RETIRED)
    assert file.load() == [gone, BACK]
    assert "state" not in json.loads(file.path.read_text())["keys"][1]  # in use is what needs no word
    file.bring_back(gone)
    assert file.load() == [THIGH, BACK]
    file.rename("P01", "P07")
    assert [k.participant for k in file.all()] == ["P07", "P07"]


def test_a_lost_node_s_pair_is_given_to_no_other(file: KeyFile) -> None:
    pair = b"p" * 32
    for key in (THIGH, BACK):
        file.add(replace(key, pair=pair))
    assert file.pair_of("P01") == pair
    file.retire([file.load()[0]])
    assert file.pair_of("P01") != pair
    file.bring_back(file.load()[0])
    file.add(replace(file.load()[0], key=b"n" * 32))  # an older key of a device that is here is not lost
    assert file.pair_of("P01") == pair


def test_keys_of_an_ambula_that_knew_no_pairs_are_read(file: KeyFile) -> None:
    file.path.parent.mkdir()
    file.path.write_text(json.dumps([ENTRY]))
    assert [(k.device_id, k.pair) for k in file.load()] == [("a0" * 8, b"")]


@pytest.mark.skipif(os.name != "posix", reason="only POSIX systems have these permissions")
def test_the_file_is_for_its_owner_only(file: KeyFile) -> None:
    file.add(THIGH)
    assert (file.path.stat().st_mode & 0o777, file.path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert not file.is_open_to_others()
    file.path.chmod(0o640)
    assert file.is_open_to_others()
    file.add(BACK)
    assert not file.is_open_to_others()


def test_a_failure_leaves_the_old_file(file: KeyFile, monkeypatch: pytest.MonkeyPatch) -> None:
    file.add(THIGH)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match="No space left"):
        file.add(BACK)
    assert file.load() == [THIGH]


ENTRY = {"device_id": "a0" * 8, "role": "thigh", "participant": "P01", "key": "00" * 32}


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "{}",
        "[1]",
        "[[]]",
        json.dumps([{**ENTRY, "role": "arm"}]),
        json.dumps([{**ENTRY, "key": "00"}]),
        json.dumps([{**ENTRY, "key": 7}]),
        json.dumps([{**ENTRY, "pair": "00"}]),
        json.dumps([{**ENTRY, "device_id": "zz" * 8}]),
        json.dumps({"version": 1, "keys": {}}),
        json.dumps({"version": "1", "keys": []}),
        json.dumps([{**ENTRY, "state": "gone"}]),
        "[" * 5000 + "]" * 5000,
    ],
    ids=[
        "half",
        "no list",
        "number",
        "list",
        "role",
        "short",
        "key a number",
        "short pair",
        "device",
        "keys no list",
        "version a text",
        "state",
        "deep",
    ],
)
def test_what_is_not_a_key_file_is_refused_in_a_line(file: KeyFile, text: str) -> None:
    file.path.parent.mkdir()
    file.path.write_text(text)
    with pytest.raises(InputError, match=r"keys\.json") as refused:
        file.load()
    assert "\n" not in str(refused.value)


def test_a_list_of_before_the_first_release_is_read_and_gets_a_version(file: KeyFile) -> None:
    file.path.parent.mkdir()
    file.path.write_text(json.dumps([ENTRY]))
    assert [k.device_id for k in file.all()] == ["a0" * 8]
    file.add(BACK)
    told = json.loads(file.path.read_text())
    assert (told["version"], [k["device_id"] for k in told["keys"]]) == (VERSION, ["a0" * 8, "a1" * 8])


def test_what_a_newer_ambula_keeps_in_the_file_stays_in_it(file: KeyFile) -> None:
    file.path.parent.mkdir()
    newer = {**ENTRY, "label": "drawer 3", "places": [1, {"x": None}]}
    file.path.write_text(json.dumps({"version": VERSION, "site": "Trondheim", "keys": [newer]}))
    (key,) = file.load()  # the node is read as ever
    file.add(BACK)
    file.rename("P01", "P07")
    file.retire([file.load()[0]])
    file.bring_back(file.load()[0])
    file.add(NodeKey(key.device_id, key.role, "P07", key.key))  # set up once more with the same key
    told = json.loads(file.path.read_text())
    assert told["site"] == "Trondheim"
    kept = next(entry for entry in told["keys"] if entry["device_id"] == key.device_id)
    assert (kept["label"], kept["places"], kept["participant"]) == ("drawer 3", [1, {"x": None}], "P07")


def test_a_newer_file_says_which_side_is_old_and_stays_as_it_is(file: KeyFile) -> None:
    file.path.parent.mkdir()
    text = json.dumps({"version": VERSION + 1, "vault": "sealed"})
    file.path.write_text(text)
    for work in (file.load, lambda: file.add(BACK), lambda: file.forget("P01")):
        with pytest.raises(InputError, match=r"written by a newer Ambula \(key file version 2, .* upgrade Ambula"):
            work()
    assert file.path.read_text() == text


def test_bytes_that_are_no_text_are_refused(file: KeyFile) -> None:
    file.path.parent.mkdir()
    file.path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="not a key file that can be read"):
        file.load()


def test_the_place_can_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMBULA_KEYS", str(tmp_path / "k.json"))
    assert keys_path() == KeyFile().path == tmp_path / "k.json"
    monkeypatch.delenv("AMBULA_KEYS")
    assert keys_path().name == "keys.json"


def test_new_keys_differ() -> None:
    assert len({new_key() for _ in range(100)}) == 100
    assert len(new_key()) == 32
