"""config.json as the node reads it: defaults, the capture plan, older and newer schemas; in a real MicroPython."""

import json
import subprocess
from pathlib import Path

import pytest

from ambula.sim.node import find_micropython

FIRMWARE = Path(__file__).parents[2] / "firmware"
READ = """
import json, sys
sys.path.insert(0, {firmware!r})
from node import settings
try:
    print(json.dumps(settings.load({path!r}).__dict__))
except ValueError as e:
    print("refused:", e)
"""


def read(folder: Path, contents: str | None) -> str:
    path = folder / "config.json"
    if contents is not None:
        path.write_text(contents)
    script = READ.format(firmware=str(FIRMWARE), path=str(path))
    done = subprocess.run(
        [find_micropython(), "-c", script], capture_output=True, text=True, timeout=30, check=True, cwd=folder
    )
    return done.stdout.strip()


def test_no_file_is_a_node_that_records_from_now_on(tmp_path: Path) -> None:
    found = json.loads(read(tmp_path, None))
    assert (found["role"], found["role_code"], found["start"], found["days"]) == ("thigh", 0, "now", 0)


def test_an_older_file_keeps_what_it_says_and_gets_defaults_for_the_rest(tmp_path: Path) -> None:
    found = json.loads(read(tmp_path, '{"role": "back", "keep": "newest"}'))
    assert (found["role_code"], found["keep"], found["start"], found["days"]) == (1, "newest", "now", 0)


@pytest.mark.parametrize("start", ["now", "tap", 1_790_000_000])
def test_a_capture_plan_is_taken(tmp_path: Path, start: str | int) -> None:
    found = json.loads(read(tmp_path, json.dumps({"schema": 1, "start": start, "days": 14, "later": True})))
    assert (found["start"], found["days"]) == (start, 14)
    assert "later" not in found


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"schema": 2}, "schema cannot be 2"),
        ({"role": "arm"}, "role cannot be 'arm'"),
        ({"start": "later"}, "start cannot be 'later'"),
        ({"start": -1}, "start cannot be -1"),
        ({"days": 61}, "days cannot be 61"),
        ({"days": "7"}, "days cannot be '7'"),
        ({"keep": "all"}, "keep cannot be 'all'"),
        ({"service_every_s": 7}, "service_every_s cannot be 7"),
    ],
)
def test_what_the_node_could_not_do_is_refused(tmp_path: Path, wrong: dict[str, object], told: str) -> None:
    assert told in read(tmp_path, json.dumps(wrong))


def test_the_spec_has_every_setting_and_its_default() -> None:
    script = "import json, sys; sys.path.insert(0, %r); from node.settings import DEFAULTS; print(json.dumps(DEFAULTS))"
    command = [find_micropython(), "-c", script % str(FIRMWARE)]
    defaults = json.loads(subprocess.run(command, capture_output=True, text=True, timeout=30, check=True).stdout)
    spec = (FIRMWARE.parent / "SPEC.md").read_text("utf-8")
    for name, default in defaults.items():
        row = next(line for line in spec.splitlines() if line.startswith("|") and f"`{name}`" in line.split("|")[1])
        assert str(default) in row
