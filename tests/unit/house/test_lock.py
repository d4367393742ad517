"""requirements.lock holds a pin for all that pyproject asks for, on every Python and system that it admits.

What those ask for in turn is known here only of what is installed; of the rest the resolver behind `make lock` knows.
"""

import re
import tomllib
from functools import cache
from importlib.metadata import distributions
from pathlib import Path
from typing import NamedTuple

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[3]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
ALL, DEMO = (ROOT / name for name in ("requirements.lock", "requirements-demo.lock"))
PYTHONS = ("3.11.0", "3.11.2", "3.12.0", "3.13.0", "3.14.0")
SYSTEMS = {
    "linux": ("posix", "Linux", "x86_64"),
    "linux on arm": ("posix", "Linux", "aarch64"),
    "darwin": ("posix", "Darwin", "arm64"),
    "darwin on intel": ("posix", "Darwin", "x86_64"),
    "win32": ("nt", "Windows", "AMD64"),
}
SELF = canonicalize_name(PROJECT["name"])


def environment(python: str, system: str) -> dict[str, str]:
    """What markers are evaluated in: CPython `python` on `system`."""
    os_name, platform, machine = SYSTEMS[system]
    return {
        "implementation_name": "cpython",
        "implementation_version": python,
        "os_name": os_name,
        "platform_machine": machine,
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": platform,
        "platform_version": "",
        "python_full_version": python,
        "python_version": python.rpartition(".")[0],
        "sys_platform": system.partition(" ")[0],
    }


def asked() -> dict[str, list[Requirement]]:
    """What pyproject asks for, by the extra that asks; "" is what every user gets. Its own extras are left out."""
    extras: dict[str, list[str]] = {"": PROJECT["dependencies"], **PROJECT["optional-dependencies"]}
    wanted = {extra: [Requirement(line) for line in lines] for extra, lines in extras.items()}
    return {extra: [r for r in lines if canonicalize_name(r.name) != SELF] for extra, lines in wanted.items()}


@cache
def pins(lock: Path) -> list[tuple[Requirement, set[str]]]:
    """The pins of a lock file, each with the names of those that asked for it."""
    lines = (line.partition("# via ") for line in lock.read_text("utf-8").splitlines() if line[:1] not in ("", "#"))
    return [(Requirement(pin.strip()), set(via.split(", "))) for pin, _, via in lines]


def holds(requirement: Requirement, where: dict[str, str]) -> bool:
    return requirement.marker is None or requirement.marker.evaluate(where)


def pinned(where: dict[str, str]) -> dict[str, str]:
    """The version of each name that the lock pins there."""
    versions: dict[str, str] = {}
    for pin, _ in pins(ALL):
        if holds(pin, where):
            name = canonicalize_name(pin.name)
            assert name not in versions, f"two pins of {name}"
            (only,) = pin.specifier
            assert only.operator == "=="
            versions[name] = only.version
    return versions


def check(wanted: Requirement, by: str, versions: dict[str, str]) -> None:
    version = versions.get(canonicalize_name(wanted.name))
    assert version, f"nothing pins {wanted}, which {by} asks for: make lock"
    assert wanted.specifier.contains(version, prereleases=True), f"{by} asks for {wanted}, not {version}: make lock"


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("python", PYTHONS)
def test_all_that_is_asked_for_is_pinned_once(python: str, system: str) -> None:
    where = environment(python, system)
    assert Version(python) in SpecifierSet(PROJECT["requires-python"])
    versions = pinned(where)
    for extra, lines in asked().items():
        for wanted in lines:
            if holds(wanted, where):
                check(wanted, f"pyproject [{extra}]", versions)


class Installed(NamedTuple):
    """What is installed here in a version that the lock pins somewhere, and what it asks for."""

    name: str
    version: str
    pythons: SpecifierSet
    wants: list[Requirement]


@pytest.fixture(scope="module")
def installed() -> list[Installed]:
    anywhere = {(canonicalize_name(pin.name), str(pin.specifier)) for pin, _ in pins(ALL)}
    found: list[Installed] = []
    for one in distributions():
        name = canonicalize_name(one.name)
        if (name, f"=={one.version}") in anywhere:
            pythons = SpecifierSet(str(one.metadata.json.get("requires_python", "")))
            found.append(Installed(name, one.version, pythons, [Requirement(line) for line in one.requires or []]))
    assert len(found) > 50
    return found


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("python", PYTHONS)
def test_the_pins_fit_each_other(python: str, system: str, installed: list[Installed]) -> None:
    where = environment(python, system)
    versions = pinned(where)
    for one in installed:
        if versions.get(one.name) == one.version:
            assert python in one.pythons, f"{one.name} {one.version} wants Python {one.pythons}: make lock"
            for wanted in one.wants:
                if holds(wanted, where):
                    check(wanted, one.name, versions)


def test_each_pin_was_asked_for() -> None:
    project = f"{SELF} (pyproject.toml)"
    direct = {canonicalize_name(r.name) for lines in asked().values() for r in lines}
    names = {canonicalize_name(pin.name) for pin, _ in pins(ALL)}
    assert direct <= names
    for pin, via in pins(ALL):
        name = canonicalize_name(pin.name)
        assert via <= names | {project}, f"{name} is there for what is not: make lock"
        assert (project in via) == (name in direct), f"pyproject and the lock disagree about {name}: make lock"


def test_the_demo_has_the_same_pins() -> None:
    """The file is shorter, and needs no resolver: each line is one of the other's, of which a marker may be simpler."""
    where = [environment(python, system) for python in PYTHONS for system in SYSTEMS]
    both = {str(pin.name): [p for p, _ in pins(ALL) if p.name == pin.name] for pin, _ in pins(DEMO)}
    for pin, _ in pins(DEMO):
        for here in where:
            if holds(pin, here):
                assert [p.specifier for p in both[pin.name] if holds(p, here)] == [pin.specifier], str(pin)
    direct = {canonicalize_name(r.name) for extra in ("", "sim") for r in asked()[extra]}
    left_out = set(re.findall(r"^# ([\w.-]+)$", DEMO.read_text("utf-8"), re.MULTILINE))
    assert direct - left_out <= {canonicalize_name(pin.name) for pin, _ in pins(DEMO)}


@pytest.mark.parametrize("lock", [ALL, DEMO], ids=lambda lock: lock.name)
def test_nothing_of_a_machine_is_in_it(lock: Path) -> None:
    text = lock.read_text("utf-8")
    assert text.startswith("# This file was autogenerated by uv via the following command:\n#    make lock\n")
    for trace in ("://", " @ ", "--", "-e ", "find-links", "index", "\\", "file:", "/"):
        assert trace not in text, trace
