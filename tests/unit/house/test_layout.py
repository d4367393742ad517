"""The rules of the house that a machine can check: who imports what, what may stand in nodecore, how long a file is."""

import ast
import io
import re
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
NODECORE = sorted((ROOT / "firmware" / "nodecore").glob("*.py"))
FIRMWARE = sorted((ROOT / "firmware").rglob("*.py"))
HOST = sorted((ROOT / "host").rglob("*.py"))
ALL = [*FIRMWARE, *HOST, *sorted((ROOT / "tests").rglob("*.py"))]

# The rooms of host/ambula from the ground up: a room imports only rooms below it. DESIGN.md says what each is for.
ROOMS = (
    "base",
    "epochs",
    "transport",
    "store",
    "clock",
    "account",
    "days",
    "programme",
    "donning",
    "nodes",
    "participant",
    "backup",
    "readiness",
    "twin",
    "recordings",
    "evaluation",
    "exports",
    "cohort",
    "report",
    "firmware_build",
    "usb",
    "sim",
    "synthetic",
    "bringup",
    "rehearsal",
    "cli",
)
AMBULA = ROOT / "host" / "ambula"
ALLOWED_IN_NODECORE = {"nodecore", "array", "struct", "binascii", "micropython"}
RADIO = {"bleak", "bumble"}
MAY_USE_RADIO = ("host/ambula/transport/", "host/ambula/sim/")
MAX_LINES = 500


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports(path: Path) -> set[str]:
    """The top-level names of all that a file imports, wherever in it: in functions and for type checkers too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add("." if node.level else (node.module or "").partition(".")[0])
    return found


def rooms_of(path: Path) -> set[str]:
    """The rooms of host/ambula that a file imports from, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        modules = ["ambula.the face" if m == "ambula" else m for m in modules]  # it stands above all rooms
        if isinstance(node, ast.ImportFrom) and node.module == "ambula":
            modules = [f"ambula.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            modules = [node.module or ""]
        found |= {m.split(".")[1] for m in modules if m.startswith("ambula.")}
    return found


def test_every_module_of_the_host_is_in_a_room() -> None:
    assert {p.name for p in AMBULA.glob("*.py")} == {"__init__.py", "__main__.py"}
    assert {p.parent.name for p in AMBULA.glob("*/__init__.py")} == set(ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_rooms_below_it(room: str) -> None:
    below = ROOMS[: ROOMS.index(room)]
    for path in sorted((AMBULA / room).rglob("*.py")):
        above = rooms_of(path) - {*below, room}
        assert not above, f"{name(path)} imports from {', '.join(sorted(above))}"


def test_the_unit_tests_are_in_the_rooms_of_what_they_test() -> None:
    others = {"nodecore", "node", "training", "house"}
    assert {p.parent.name for p in (ROOT / "tests" / "unit").rglob("*.py")} <= {*ROOMS, *others}
    assert not list((ROOT / "tests" / "unit").glob("*.py"))


@pytest.mark.parametrize("path", sorted((ROOT / "tests").rglob("*.py")), ids=name)
def test_no_test_is_imported_by_another_and_no_test_looks_elsewhere(path: Path) -> None:
    """What two test files need is in a module of its own; where it is, its dotted name says, not `sys.path`."""
    tree = ast.parse(path.read_text("utf-8"))
    modules = [n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)]
    if path.name.startswith("test_"):
        assert not [m for m in modules if m.rpartition(".")[2].startswith("test_")]
    if path.name != "soak.py":  # started by itself, not by pytest with its path
        assert "sys.path.append" not in [ast.unparse(n.func) for n in ast.walk(tree) if isinstance(n, ast.Call)]


def test_design_has_every_room() -> None:
    table = re.findall(r"^\| `([^`]+)` \|", (ROOT / "DESIGN.md").read_text("utf-8"), re.MULTILINE)
    host = [f"host/ambula/{room}" for room in ROOMS]
    assert [room for room in table if room.startswith("host/ambula/")] == host
    others = {"hardware", "hardware/case", "docs", "docs/_site", "host/training"}
    for top in ("firmware", "tests"):
        others |= {name(p) for p in (ROOT / top).iterdir() if p.is_dir() and next(p.rglob("*.py"), None)}
    others |= {name(p.parent) for p in (ROOT / "firmware" / "boards").glob("*/board.py")} - {"firmware/boards"}
    assert set(table) - {*host} == others - {"firmware/boards"}


def test_there_is_something_to_check() -> None:
    assert len(NODECORE) > 10
    assert len(HOST) > 30
    assert imports(Path(__file__)) >= {"ast", "pytest"}


@pytest.mark.parametrize("path", NODECORE, ids=name)
def test_nodecore_knows_nobody(path: Path) -> None:
    assert imports(path) <= ALLOWED_IN_NODECORE


@pytest.mark.parametrize("path", NODECORE, ids=name)
def test_nodecore_has_integers_only(path: Path) -> None:
    """No float literal, no true division, no `float()`: doubles on one port and singles on another never agree."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        line = getattr(node, "lineno", 0)
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, (float, complex))), f"line {line}: float"
        assert not (isinstance(node, ast.operator) and isinstance(node, ast.Div)), "true division"
        assert not (isinstance(node, ast.Name) and node.id in {"float", "round", "pow"}), f"line {line}: {node.id}"
        assert not (isinstance(node, ast.Name) and node.id in {"open", "print", "input"}), f"line {line}: I/O"


@pytest.mark.parametrize("path", [p for p in FIRMWARE if "boards" not in p.parts], ids=name)
def test_only_boards_know_pins_and_the_machine(path: Path) -> None:
    assert not imports(path) & {"machine", "esp32", "simulation"}
    words = {t.string for t in tokenize.generate_tokens(io.StringIO(path.read_text("utf-8")).readline) if t.type == 1}
    assert not words & {"Pin", "ADC"}


@pytest.mark.parametrize("path", FIRMWARE, ids=name)
def test_the_firmware_knows_neither_host_nor_numpy(path: Path) -> None:
    assert not imports(path) & {"ambula", "numpy", "typing", "."}


@pytest.mark.parametrize("path", [p for p in HOST if not name(p).startswith(MAY_USE_RADIO)], ids=name)
def test_only_transport_and_the_simulator_know_the_radio(path: Path) -> None:
    assert not imports(path) & RADIO


@pytest.mark.parametrize("path", [p for p in HOST if "training" not in p.parts], ids=name)
def test_the_package_needs_neither_training_nor_device_code(path: Path) -> None:
    assert not imports(path) & {"training", "node", "drivers", "machine", "bluetooth"}


def test_no_module_is_longer_than_it_may_be() -> None:
    lengths = {name(p): len(p.read_text("utf-8").splitlines()) for p in ALL}
    assert {n: lines for n, lines in lengths.items() if lines > MAX_LINES} == {}
