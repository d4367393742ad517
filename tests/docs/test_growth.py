"""SPEC.md, "How this format grows": each row against the code and the test that it names."""

import re
from pathlib import Path

import pytest

from ambula.backup import contents
from ambula.base.version import FIGURES, SOFTWARE
from ambula.firmware_build.version import firmware
from ambula.nodes import keys
from ambula.store import schema
from ambula.usb import state
from nodecore import activity, protocol, record, segment

ROOT = Path(__file__).parents[2]
CHAPTER = (ROOT / "SPEC.md").read_text("utf-8").partition("## How this format grows\n")[2].partition("\n## ")[0]
ROWS = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in CHAPTER.splitlines() if line[:1] == "|"]
HEAD, TABLE = ROWS[0], {row[0].lstrip("| "): row for row in ROWS[2:]}
THINGS = {
    "store",
    "segment",
    "kind",
    "record",
    "activity codes",
    "protocol",
    "commands",
    "config.json",
    "key file",
    "backup",
    "stores.json",
    "firmware",
    "plan",
    "rules",
    "configuration",
    "epochs in Parquet",
    "tables (CSV, Parquet)",
    "JSON outputs",
}
COMMANDS = [value for name, value in vars(protocol).items() if name in (
    "TIME_GET", "TIME_SET", "SEAL", "READ", "ACK", "CANCEL", "STOP", "INFO", "RECEIPT", "START", "HEALTH", "NOW",
    "PLAN", "HELLO", "PROVE", "PEER_HELLO", "PEER_PROVE",
)]  # fmt: skip


def test_every_thing_has_its_row_and_every_row_its_cells() -> None:
    assert set(TABLE) == THINGS
    assert all(len(row) == len(HEAD) and all(row) for row in TABLE.values())


@pytest.mark.parametrize(
    ("thing", "version"),
    [
        ("store", f"{len(schema.MIGRATIONS)}"),
        ("segment", f"{segment.VERSION}"),
        ("kind", f"{segment.EPOCHS} to {segment.READING}"),
        ("record", f"{record.SIZE} bytes"),
        ("activity codes", f"0 to {len(activity.NAMES) - 1}"),
        ("protocol", f"{protocol.VERSION}"),
        ("commands", f"{min(COMMANDS)} to {max(COMMANDS)}"),
        ("config.json", f"{state.CONFIG_SCHEMA}"),
        ("key file", f"{keys.VERSION}"),
        ("backup", f"{contents.VERSION}"),
    ],
)
def test_its_version_is_the_code_s(thing: str, version: str) -> None:
    assert TABLE[thing][1] == version


def test_what_is_said_of_free_numbers_holds() -> None:
    assert "10 to 14; 15 is taken" in TABLE["activity codes"][6]
    assert activity.NAMES.index("not_worn") == 9
    below = sorted(command for command in COMMANDS if command <= 15)
    assert below == list(range(1, below[-1] + 1)), "numbers rise as commands came"
    assert f"a number above {below[-1]}" in TABLE["commands"][6]


def test_program_and_firmware_are_named_as_the_rows_say() -> None:
    assert SOFTWARE.endswith(f" figures {FIGURES}")
    assert re.fullmatch(r"\d+\.\d+\.\d+ [0-9a-f]{8}", firmware())


@pytest.mark.parametrize("thing", sorted(THINGS))
def test_the_test_that_holds_it_is_there(thing: str) -> None:
    path, _, name = TABLE[thing][-1].strip("` |").partition("::")
    assert f"def {name}(" in (ROOT / path).read_text("utf-8")


def test_what_an_older_party_says_is_said() -> None:
    """Words between quotes in the two columns of meetings stand in the code."""
    code = (
        " ".join(" ".join(path.read_text("utf-8").split()) for path in (ROOT / "host" / "ambula").rglob("*.py"))
        .replace('" f"', "")
        .replace('" "', "")
    )
    said = [words for row in TABLE.values() for cell in row[4:6] for words in re.findall(r'"([^"]+)"', cell)]
    assert len(said) > 6
    for words in said:
        assert all(part.strip() in code for part in words.split(": ")), words
