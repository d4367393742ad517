"""firmware/boards/sim/README.md: every stand-in has its table, and every row a test that exists, or a reason."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SIM = ROOT / "firmware" / "boards" / "sim"
PAGE = SIM / "README.md"
NO_REASON = "not emulated: "
OTHERS = {  # those of the radio say it themselves; the rest only starts the simulated board
    "bluetooth.py", "gatt_client.py", "gatt_values.py", "radio_wire.py", "scattered_irqs.py", "boot.py", "power_up.py",
    "simulation.py", "storage.py",
}  # fmt: skip


def sections(text: str) -> dict[str, tuple[str, list[list[str]]]]:
    """Heading -> what stands above its table, and the table's rows."""
    found = {}
    for part in text.split("\n## ")[1:]:
        heading, _, rest = part.partition("\n")
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in rest.splitlines() if line[:1] == "|"]
        found[heading] = rest.partition("\n|")[0], rows[2:]
    return found


def all_tests() -> set[str]:
    """The name of every test."""
    trees = [ast.parse(path.read_text("utf-8")) for path in (ROOT / "tests").rglob("test_*.py")]
    return {n.name for tree in trees for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)}


SECTIONS = sections(PAGE.read_text("utf-8"))
TESTS = all_tests()


def wrong(rows: list[list[str]]) -> list[str]:
    """The rows that name neither a test that exists nor a reason."""
    found = []
    for row in rows:
        named = re.findall(r"`(test_\w+)`", row[-1])
        is_reason = row[-1].startswith(NO_REASON) and len(row[-1]) > len(NO_REASON) + 10
        if len(row) != 3 or not all(row) or not set(named) <= TESTS or bool(named) == is_reason:
            found.append(" | ".join(row))
    return found


def test_every_stand_in_has_its_table() -> None:
    files = {f"firmware/boards/sim/{path.name}" for path in SIM.glob("*.py") if path.name not in OTHERS}
    folder = ROOT / "tests"
    for path in (*folder.glob("drivers/*_model.py"), *folder.glob("*/*standin.py")):
        if not path.name.startswith("test_"):
            files.add(str(path.relative_to(ROOT)))
    told = {file for above, _ in SECTIONS.values() for file in re.findall(r"`([\w/]+\.py)`", above)}
    assert files - told == set(), "a stand-in without a section"
    assert all((ROOT / file).is_file() for file in told)
    assert len(files) >= 11


@pytest.mark.parametrize("heading", SECTIONS)
def test_every_row_names_a_test_or_a_reason(heading: str) -> None:
    assert len(SECTIONS[heading][1]) >= 3
    assert wrong(SECTIONS[heading][1]) == []


def test_the_modules_lead_to_the_page() -> None:
    for above, _ in SECTIONS.values():
        for file in re.findall(r"`([\w/]+\.py)`", above):
            said = ast.get_docstring(ast.parse((ROOT / file).read_text("utf-8"))) or ""
            assert "README.md" in said or file.endswith("test_two_models.py"), file


@pytest.mark.parametrize(
    "row",
    [
        ["it bites", "somebody", "`test_that_nobody_wrote`"],
        ["it bites", "somebody", "not emulated: no"],
        ["it bites", "", "`test_every_stand_in_has_its_table`"],
        ["it bites", "somebody", "surely"],
    ],
)
def test_a_row_without_a_test_or_a_source_is_seen(row: list[str]) -> None:
    assert wrong([row]) != []
