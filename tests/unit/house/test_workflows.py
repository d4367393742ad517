"""What .github says can be read, and names what is there: nobody of us can run it where it is meant to run."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[3]
GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
FORMS = sorted((GITHUB / "ISSUE_TEMPLATE").glob("*.yml"))
TARGETS = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
ALWAYS = {"tests.yml": [["make", "demo"], ["make", "test"]], "newest.yml": []}
ACTIONS = {"actions/checkout@v4", "actions/setup-python@v5"}
FIELDS = {"markdown", "input", "textarea", "dropdown", "checkboxes"}


def load(path: Path) -> Any:
    """A YAML file as GitHub reads it, where `on` is no truth value."""
    return yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader)


def steps(workflow: Any) -> Iterator[Any]:
    for job in workflow["jobs"].values():
        yield from job["steps"]


def runs(workflow: Any) -> list[list[str]]:
    """Each command of a workflow in words."""
    lines = [line for step in steps(workflow) for line in step.get("run", "").splitlines()]
    return [shlex.split(part) for line in lines for part in line.split("&&")]


def is_test(word: str) -> bool:
    """Whether a folder, a file, or a test in a file is there."""
    path, _, name = word.partition("::")
    return (ROOT / path).exists() and (not name or f"def {name}(" in (ROOT / path).read_text("utf-8"))


def wrong(command: list[str]) -> list[str]:
    """What a command names that is not there: targets of make, tests, files."""
    if command[0] == "make":
        return [word for word in command[1:] if "=" not in word and word not in TARGETS]
    if command[:3] == ["python", "-m", "pytest"]:
        return [word for word in command[3:] if not word.startswith("-") and not is_test(word)]
    if command[:4] == ["python", "-m", "pip", "install"]:
        return [word for word in command[4:] if word.endswith(".lock") and not (ROOT / word).exists()]
    if command[:5] == ["python", "-m", "uv", "pip", "install"]:
        return [
            word
            for word, before in zip(command[1:], command, strict=False)
            if before == "-r" and not (ROOT / word).exists()
        ]
    known = (["sudo", "apt-get"], ["git", "config"], ["python", "-m", "ambula"])
    return [] if any(command[: len(start)] == start for start in known) else [shlex.join(command)]


def test_there_is_something_to_check() -> None:
    assert {path.name for path in WORKFLOWS} == set(ALWAYS)
    assert {path.name for path in FORMS} == {"fault.yml", "traceback.yml", "question.yml"}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_runs_what_is_there(path: Path) -> None:
    commands = runs(load(path))
    assert all(command in commands for command in ALWAYS[path.name])
    assert [told for command in commands for told in wrong(command)] == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_may_only_read_and_ends(path: Path) -> None:
    workflow = load(path)
    assert workflow["permissions"] == {"contents": "read"}
    assert workflow["concurrency"]["cancel-in-progress"] == "true"
    assert all(int(job["timeout-minutes"]) <= 90 for job in workflow["jobs"].values())
    assert {step["uses"] for step in steps(workflow) if "uses" in step} == ACTIONS


def test_the_workflows_run_the_oldest_and_the_newest_python() -> None:
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    admitted = re.findall(r"Python :: (3\.\d+)\"", text)
    for job in load(GITHUB / "workflows" / "tests.yml")["jobs"].values():
        assert job["strategy"]["matrix"]["python"] == [admitted[0], admitted[-1]]


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.name)
def test_a_form_is_one_that_github_takes(path: Path) -> None:
    form = load(path)
    assert {"name", "description", "body"} <= set(form) <= {"name", "description", "title", "labels", "body"}
    assert {field["type"] for field in form["body"]} <= FIELDS
    asked = [field for field in form["body"] if field["type"] != "markdown"]
    assert len({field["id"] for field in asked}) == len(asked)
    assert all(field["attributes"]["label"] for field in asked)
    assert all("value" in field["attributes"] for field in form["body"] if field not in asked)


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.name)
def test_a_form_asks_for_nothing_private(path: Path) -> None:
    text = path.read_text("utf-8")
    assert re.search(r"\*\*Attach no [^*]*(store|image)[^*]*\.?\*\*", text, re.DOTALL)
    private = next(field for field in load(path)["body"] if field.get("id") == "private")
    assert private["attributes"]["options"][0]["required"] == "true"


@pytest.mark.parametrize("path", [*FORMS, GITHUB / "PULL_REQUEST_TEMPLATE.md"], ids=lambda path: path.name)
def test_files_that_are_named_are_there(path: Path) -> None:
    named = re.findall(r"\b(?:docs|hardware)/[\w/]+\.md\b|\b[A-Z]{4,}\.md\b", path.read_text("utf-8"))
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("make tests", ["tests"]),
        ("python -m pytest tests/units", ["tests/units"]),
        ("python -m pytest tests/soak.py::test_none", ["tests/soak.py::test_none"]),
        ("python -m pip install -c no.lock .", ["no.lock"]),
        ("python -m uv pip install -r no.toml", ["no.toml"]),
        ("curl example.org", ["curl example.org"]),
    ],
)
def test_a_command_that_names_what_is_not_there_is_seen(command: str, told: list[str]) -> None:
    assert wrong(shlex.split(command)) == told
