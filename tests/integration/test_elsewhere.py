"""What Windows and macOS lack is not asked for, as far as a Linux can show: modules, sockets, a locale of UTF-8.

It does not emulate their paths, file locks, consoles, Bluetooth or serial ports.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from ambula.base.config import load_config, local_zone_name
from ambula.cli import demo_command
from ambula.days.rules_file import load_rules
from ambula.programme.plan import default_text, load_plan
from ambula.synthetic.wear import counted_day
from tests.support.command import Ambula

ROOT = Path(__file__).parents[2]
_PRELUDE = f"""
import sys, warnings
warnings.filterwarnings('error', category=EncodingWarning, module=r'(ambula|nodecore)(\\.|$)')
sys.path.insert(0, {str(ROOT)!r})
from tests.support import elsewhere
del sys.path[0]
elsewhere.take_away()
from ambula.cli import main
if __name__ == "__main__":
    main()
"""
# Text files are opened by a named encoding, or else this warning is an error; the locale's would be ASCII.
_PLAIN = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONWARNDEFAULTENCODING": "1"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the program that takes away what Windows has not."""
    folder = tmp_path_factory.mktemp("Ærlig talt")
    (folder / "ambula_there.py").write_text(_PRELUDE, encoding="utf-8")
    return folder


def run(folder: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the command in that folder, where nothing is like on a Linux."""
    words = [sys.executable, str(folder / "ambula_there.py"), *map(str, arguments)]
    there = {**os.environ, **_PLAIN, "AMBULA_KEYS": str(folder / "keys.json")}
    return subprocess.run(words, cwd=folder, env=there, capture_output=True, text=True, encoding="utf-8")


def test_the_demo_is_the_quick_look_and_says_so(folder: Path) -> None:
    done = run(folder, "demo", "--days", "1", "--out", "demo")
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith(
        "virtual nodes need Unix sockets, which this system does not have. So this is the quick demo"
    )
    assert "17280 epochs of both nodes were scored here; 9" in done.stdout
    page = (folder / "demo" / "report.html").read_text(encoding="utf-8")
    assert "SYNTHETIC" in page
    assert (folder / "demo" / "daily.csv").exists()


@pytest.mark.parametrize(
    ("lacks", "told"),
    [
        ("darwin", "not been tried on macOS"),
        ("bumble", "-m pip install 'bumble<"),
        ("micropython", "no MicroPython found"),
    ],
)
def test_the_demo_is_quick_where_the_nodes_lack_a_part(
    lacks: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not demo_command._can_only_be_quick()
    if lacks == "darwin":
        monkeypatch.setattr(sys, "platform", lacks)
    elif lacks == "bumble":
        monkeypatch.setitem(sys.modules, "ambula.rehearsal.demo", None)
    else:
        monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
        monkeypatch.setenv("PATH", str(tmp_path))
    assert demo_command._can_only_be_quick()
    said = capsys.readouterr().err
    assert told in said
    assert said.endswith("So this is the quick demo: this computer scores, not the firmware\n")


def test_what_a_clinic_does_with_a_store(folder: Path) -> None:
    assert run(folder, "demo", "--quick", "--days", "1", "--out", "kept").returncode == 0
    store = ["--store", "kept/nodes/demo.db"]
    for arguments in (
        ["summary", "--csv", "daily.csv"],
        ["report", "--out", "rapport.html", "--language", "nb"],
        ["export", "--to", "csv", "--out", "tables"],
        ["export", "--to", "bids", "--out", "bids"],
        ["note", "--pain", "3", "in the evening"],
        ["programme"],
        ["status"],
        ["logs"],
        ["zone", "Asia/Tokyo", "--from", "2026-03-02T12:00"],
        ["rename", "SYNTHETIC-1", "P01"],
        ["forget", "P01", "--yes"],
    ):
        done = run(folder, *arguments, *store)
        assert (done.returncode, done.stderr) == (0, ""), (arguments, done.stderr)
    assert "gå" in (folder / "rapport.html").read_text(encoding="utf-8")


def test_a_recording_is_classified(folder: Path) -> None:
    counts = counted_day(1, 0).counts[0][: 26 * 600]
    with open(folder / "tå.csv", "w", encoding="utf-8") as file:
        file.write("t,x,y,z\n")
        for i, (x, y, z) in enumerate(counts / 4096):
            file.write(f"{i / 26:.4f},{x:.4f},{y:.4f},{z:.4f}\n")
    done = run(folder, "classify", "--thigh", "tå.csv", "--out", "epochs.csv", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["epochs"] == 120


def test_the_virtual_nodes_are_refused_in_one_line(folder: Path) -> None:
    for arguments in (["demo", "--nodes"], ["replay", "--thigh", "tå.csv", "--out", "e.csv"]):
        done = run(folder, *arguments)
        assert (done.returncode, done.stdout) == (7, ""), done.stderr
        assert "virtual nodes need Unix sockets" in done.stderr
        assert done.stderr.count("\n") == 1


def test_the_demo_removes_and_overwrites_nothing_but_its_own(ambula: Ambula, tmp_path: Path) -> None:
    here = tmp_path / "study"
    (here / "nodes").mkdir(parents=True)
    (here / "nodes" / "thesis.docx").write_text("precious")
    told = ambula("demo", "--quick", "--days", "1", "--out", here).failed_with(3)
    assert told == f"{here / 'nodes' / 'thesis.docx'} is not from an earlier demo: choose another place with --out"
    (here / "nodes" / "thesis.docx").unlink()
    (here / "nodes").rmdir()
    (here / "daily.csv").write_text("a study's")
    assert "daily.csv is not from an earlier demo" in ambula("demo", "--quick", "--out", here).failed_with(3)
    assert (here / "daily.csv").read_text() == "a study's"
    (here / "daily.csv").unlink()
    for _ in range(2):  # its own it makes anew
        assert ambula("demo", "--quick", "--days", "1", "--out", here).code == 0
        (here / "nodes" / "demo.db").rename(here / "nodes" / "thigh.img")  # as if the first were cut off early


def test_the_zone_of_windows_is_asked_for_by_its_usual_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tzlocal", SimpleNamespace(get_localzone_name=lambda: "Asia/Tokyo"))
    monkeypatch.delenv("TZ", raising=False)
    monkeypatch.setattr("ambula.base.config.os", SimpleNamespace(name="nt", environ={}))
    assert local_zone_name() == "Asia/Tokyo"


def test_a_settings_file_may_have_a_byte_order_mark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As Windows' editors write it."""
    (tmp_path / "c.toml").write_bytes(b'\xef\xbb\xbfzone = "Asia/Tokyo"\n')
    monkeypatch.setenv("AMBULA_CONFIG", str(tmp_path / "c.toml"))
    assert load_config().zone == "Asia/Tokyo"
    (tmp_path / "r.toml").write_bytes(b'\xef\xbb\xbfname = "ours"\n')
    assert load_rules(tmp_path / "r.toml").name == "ours"
    (tmp_path / "p.toml").write_bytes(b"\xef\xbb\xbf" + default_text().encode())
    assert load_plan(tmp_path / "p.toml")[0].name == "slowly up"
