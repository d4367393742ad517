"""Backup and restore as a user meets them: what they say, what they ask, how they refuse; and what status says."""

import json
import shutil
from pathlib import Path

import pytest
import typer

from ambula.cli import common
from ambula.nodes.keys import KeyFile
from ambula.nodes.session import NodeKey
from ambula.store import Store
from tests.support.command import Ambula
from tests.support.made_log import add_log

NOON_S = 1_772_539_200

pytestmark = pytest.mark.usefixtures("_as_new")


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "ambula.db"
    with Store(path) as kept:
        add_log(kept, "P01", NOON_S, 24, lambda part: bytes([part]) * 12)
    monkeypatch.setenv("AMBULA_KEYS", str(tmp_path / "keys.json"))
    KeyFile(tmp_path / "keys.json").add(NodeKey("00" * 8, 0, "P01", bytes(32)))
    (tmp_path / "words.txt").write_text("five words of mine here\n")
    return path


def test_a_script_backs_up_and_restores(
    store: Path, ambula: Ambula, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, words, new = tmp_path / "b.age", tmp_path / "words.txt", tmp_path / "new" / "ambula.db"
    made = ambula("backup", file, "--passphrase-file", words, "--store", store)
    assert (made.code, made.err) == (0, "")
    assert made.out.startswith(f"{file}: P01 (2 h); 1 key, encrypted and read back\nKeep the passphrase")
    monkeypatch.setenv("AMBULA_KEYS", str(tmp_path / "new" / "keys.json"))
    told = ambula("restore", file, "--passphrase-file", words, "--store", new, "--json")
    assert told.code == 0, told.err
    answer = json.loads(told.out)
    assert (answer["epochs"], answer["keys"], answer["kept"]) == ({"P01": 1440}, 1, [])
    assert ambula("status", "--store", new, "--json").code == 0
    assert ambula("backup", file, "--passphrase-file", words, "--store", store).failed_with(3).startswith(str(file))


def test_the_passphrase_is_asked_twice_and_never_shown(
    store: Path, ambula: Ambula, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, object]] = []

    def prompt(text: str, **how: object) -> str:
        asked.append(how)
        return "five words of mine here"

    monkeypatch.setattr(typer, "prompt", prompt)
    monkeypatch.setattr("ambula.cli.backup_commands.is_asked", lambda: True)
    assert ambula("backup", tmp_path / "b.age", "--store", store).code == 0
    monkeypatch.setenv("AMBULA_KEYS", str(tmp_path / "other" / "keys.json"))
    assert ambula("restore", tmp_path / "b.age", "--store", tmp_path / "other" / "a.db").code == 0
    assert [how["confirmation_prompt"] for how in asked] == [True, False]
    assert all(how["hide_input"] for how in asked)


def test_without_a_terminal_a_file_is_asked_for(store: Path, ambula: Ambula, tmp_path: Path) -> None:
    assert not common.is_asked()
    for command in ("backup", "restore"):
        assert "--passphrase-file" in ambula(command, tmp_path / "b.age", "--store", store).failed_with(3)


@pytest.mark.parametrize("words", ["", "short\n", None])
def test_a_passphrase_that_is_none_is_refused(store: Path, words: str | None, ambula: Ambula, tmp_path: Path) -> None:
    file = tmp_path / "w"
    if words is not None:
        file.write_text(words)
    ambula("backup", tmp_path / "b.age", "--passphrase-file", file, "--store", store).failed_with(3)


def test_without_keys_says_what_cannot_be_done(store: Path, ambula: Ambula, tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    made = ambula("backup", tmp_path / "b", "--passphrase-file", words, "--without-keys", "--store", store)
    assert (made.code, made.out.count("no keys")) == (0, 1)
    assert "no node can be synced" in made.err


def test_status_refuses_a_damaged_store_and_names_a_journal(store: Path, ambula: Ambula, tmp_path: Path) -> None:
    (tmp_path / "laptop.db-journal").write_bytes(b"x")
    said = ambula("status", "--store", store)
    assert (said.code, "laptop.db-journal lies here without its store" in said.err) == (0, True)
    torn = Path(shutil.copy(store, tmp_path / "torn.db"))
    data = bytearray(torn.read_bytes())
    data[-8000:] = bytes(8000)
    torn.write_bytes(data)
    assert "damaged" in ambula("status", "--store", torn).failed_with(4)
