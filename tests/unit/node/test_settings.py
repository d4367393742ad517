"""config.json as the node reads it: defaults, the capture plan, older and newer schemas; in a real MicroPython."""

import json
import struct
import subprocess
from pathlib import Path
from typing import Any

import pytest

from ambula.sim.node import find_micropython
from nodecore import segment

FIRMWARE = Path(__file__).parents[3] / "firmware"
READ = """
import json, sys
sys.path.insert(0, {firmware!r})
from node import settings
found = settings.load({path!r})
if not found.role:
    from node import start
    from nodecore.score import EpochScorer
    scorer = EpochScorer(0)
    start.guess_role(found, scorer, {folder!r} + "/log")
    assert scorer.role == found.role_code
print(json.dumps(found.__dict__))
"""


def read(folder: Path, contents: str | bytes | None) -> dict[str, Any]:
    path = folder / "config.json"
    if contents is not None:
        path.write_bytes(contents if isinstance(contents, bytes) else contents.encode())
    script = READ.format(firmware=str(FIRMWARE), path=str(path), folder=str(folder))
    done = subprocess.run(
        [find_micropython(), "-c", script], capture_output=True, text=True, timeout=30, check=True, cwd=folder
    )
    return json.loads(done.stdout)


def test_no_file_is_a_node_that_records_from_now_on(tmp_path: Path) -> None:
    found = read(tmp_path, None)
    assert (found["role"], found["role_code"], found["start"], found["days"]) == ("thigh", 0, "now", 0)


def test_an_older_file_keeps_what_it_says_and_gets_defaults_for_the_rest(tmp_path: Path) -> None:
    found = read(tmp_path, '{"role": "back", "keep": "newest"}')
    assert (found["role_code"], found["keep"], found["start"], found["days"]) == (1, "newest", "now", 0)


@pytest.mark.parametrize("start", ["now", "tap", 1_790_000_000])
def test_a_capture_plan_is_taken(tmp_path: Path, start: str | int) -> None:
    found = read(tmp_path, json.dumps({"schema": 1, "start": start, "days": 14, "later": True}))
    assert (found["start"], found["days"], found["trouble"]) == (start, 14, "")
    assert "later" not in found


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"start": "later"}, "start cannot be 'later', taken as 'now'"),
        ({"start": -1}, "start cannot be -1, taken as 'now'"),
        ({"start": 1 << 32}, "start cannot be 4294967296, taken as 'now'"),
        ({"days": 61}, "days cannot be 61, taken as 0"),
        ({"days": "7"}, "days cannot be '7', taken as 0"),
        ({"keep": "all"}, "keep cannot be 'all', taken as 'oldest'"),
        ({"service_every_s": 7}, "service_every_s cannot be 7, taken as 10"),
        ({"window_ms": 0, "zone": 3}, "window_ms cannot be 0, taken as 2300; zone cannot be 3, taken as ''"),
    ],
)
def test_what_the_node_could_not_do_gives_way_to_its_default(
    tmp_path: Path, wrong: dict[str, object], told: str
) -> None:
    found = read(tmp_path, json.dumps({"role": "back", "link_idle_ms": 4000, **wrong}))
    assert sorted(found.pop("trouble").split("; ")) == sorted(told.split("; "))
    fine = read(tmp_path, '{"role": "back", "link_idle_ms": 4000}')
    assert (fine.pop("trouble"), fine) == ("", found)


WHOLE = [
    (b"", "not JSON"),
    (b'{"role": "ba', "not JSON"),
    (b"\xff\xfe\x00", "not JSON"),
    (b"[" * 3000, "not JSON"),
    (b'["thigh"]', "not an object"),
    (b'{"schema": 2}', "schema cannot be 2"),
    (b'{"role": "arm"}', "role cannot be 'arm'"),
    (b'{"role": ["back"]}', "role cannot be ['back']"),
]


@pytest.mark.parametrize(("contents", "told"), WHOLE)
def test_a_file_that_tells_no_role_records_nothing(tmp_path: Path, contents: bytes, told: str) -> None:
    found = read(tmp_path, contents)
    assert found["trouble"] == f"unreadable, {told}: nothing is recorded"
    assert (found["role"], found["role_code"], found["start"]) == ("thigh", 0, 0xFFFFFFFF)


@pytest.mark.parametrize(("contents", "told"), WHOLE)
def test_the_log_tells_the_role_where_the_file_does_not(tmp_path: Path, contents: bytes, told: str) -> None:
    log = tmp_path / "log"
    log.mkdir()
    for name, role in (("00000000", 0), ("00008000", 1), ("00010000", 9), ("id", 0)):
        head = struct.pack(segment.HEADER_FORMAT, segment.MAGIC, segment.VERSION, segment.EVENT, *bytes(9), role, 0)
        (log / name).write_bytes(head)
    (log / "00018000").write_bytes(b"AM")
    found = read(tmp_path, contents)
    assert (found["role"], found["role_code"], found["start"]) == ("back", 1, "now")
    assert found["trouble"] == f"unreadable, {told}"


KEYS = """
import json, sys
sys.path.insert(0, {firmware!r})
from node import settings, start
found = settings.load("config.json")
key, pair = start.take_keys(found)
print(json.dumps([key[:1].decode(), len(key), pair[:1].decode(), len(pair), sorted(found.__dict__)]))
"""
TAKEN = {
    "settings": ({"key": "61" * 32, "pair": "62" * 32}, ["a", 32, "b", 32]),
    "without a pair": ({"key": "61" * 32}, ["a", 32, "", 0]),
    "an older set-up": ({}, ["k", 32, "p", 32]),
    "short": ({"key": "61", "pair": "62" * 32}, ["k", 32, "p", 32]),
    "no digits": ({"key": "x" * 64, "pair": "62" * 32}, ["k", 32, "p", 32]),
    "a number": ({"key": 61, "pair": "62" * 32}, ["k", 32, "p", 32]),
    "broken": (None, ["k", 32, "p", 32]),
}


@pytest.mark.parametrize("case", TAKEN)
def test_the_keys_are_those_of_the_settings_or_their_copies_and_no_setting(tmp_path: Path, case: str) -> None:
    """What the log tells of the settings has no key; a key is never put together with the pair of another set-up."""
    values, taken = TAKEN[case]
    (tmp_path / "config.json").write_text("{" if values is None else json.dumps({"role": "back", **values}))
    (tmp_path / "key.bin").write_bytes(b"k" * 32)
    (tmp_path / "pair.bin").write_bytes(b"p" * 32)
    command = [find_micropython(), "-c", KEYS.format(firmware=str(FIRMWARE))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True, cwd=tmp_path)
    *found, left = json.loads(done.stdout)
    assert found == taken
    assert "role" in left
    assert not {"key", "pair"} & set(left)


def test_the_spec_has_every_setting_and_its_default() -> None:
    script = "import json, sys; sys.path.insert(0, %r); from node.settings import DEFAULTS; print(json.dumps(DEFAULTS))"
    command = [find_micropython(), "-c", script % str(FIRMWARE)]
    defaults = json.loads(subprocess.run(command, capture_output=True, text=True, timeout=30, check=True).stdout)
    spec = (FIRMWARE.parent / "SPEC.md").read_text("utf-8")
    for name, default in defaults.items():
        row = next(line for line in spec.splitlines() if line.startswith("|") and f"`{name}`" in line.split("|")[1])
        assert json.dumps(default) in row
