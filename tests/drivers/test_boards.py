"""What a board must offer, firmware/boards/README.md, held against every board and against every use of one.

The boards are read, not run: they import what only a chip, or the simulator, has. So names, arguments and attributes
are compared here; what they do is tested in test_xiao_esp32c3.py, and on the simulated board everywhere else.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ambula.firmware_build.compile import compile_files
from ambula.firmware_build.files import SIMULATED, device_files
from ambula.usb import flash

ROOT = Path(__file__).parents[2]
FIRMWARE = ROOT / "firmware"
CONTRACT = FIRMWARE / "boards" / "README.md"
BOARDS = sorted((FIRMWARE / "boards").glob("*/board.py"))
PROGRAM = [FIRMWARE / "start.py", FIRMWARE / "main.py"]
PROGRAM += sorted(path for room in ("node", "meeting") for path in (FIRMWARE / room).glob("*.py"))
OVER_USB = ROOT / "host" / "ambula" / "usb" / "on_board.py"  # texts that run on the board

MODULE, BOARD = "board", "board.Board"
PARTS = ("imu", "clock", "power")
# How the program calls a board and its parts, whoever handed them on: by these names, and by no other.
CALLED = {
    "hardware": BOARD, "imu": "board.Board.imu", "_imu": "board.Board.imu", "_clock": "board.Board.clock",
    "power": "board.Board.power", "_power": "board.Board.power",
}  # fmt: skip


@dataclass
class Row:
    """One line of the contract: the arguments of a method, None for an attribute; whether a board may lack it."""

    arguments: tuple[str, ...] | None
    may_be_missing: bool = False


@dataclass
class Offer:
    """What is public in a class or a module: methods with their arguments and how many are needed; attributes."""

    methods: dict[str, tuple[tuple[str, ...], int]] = field(default_factory=dict)
    attributes: set[str] = field(default_factory=set)


def contract(text: str) -> dict[str, dict[str, Row]]:
    """The tables of the contract: the thing asked -> name -> row."""
    found: dict[str, dict[str, Row]] = {}
    rows: dict[str, Row] = {}
    for line in text.splitlines():
        if head := re.match(r"\| `(board[\w.]*)` \|", line):
            rows = found.setdefault(head[1], {})
        elif row := re.match(r"\| `(\w+)(?:\(([\w, ]*)\))?` \|", line):
            arguments = None if row[2] is None else tuple(re.findall(r"\w+", row[2]))
            rows[row[1]] = Row(arguments, "may be missing" in line)
    return found


CONTRACTED = contract(CONTRACT.read_text("utf-8"))


# ---- what a board offers


def offer(node: ast.ClassDef | ast.Module) -> Offer:
    """What is public in a class or a module, without what the class gets elsewhere."""
    found = Offer()
    for one in node.body:
        if isinstance(one, ast.FunctionDef) and one.name == "__init__":
            found.attributes |= {n.attr for n in ast.walk(one) if is_public_of_self(n) and isinstance(n.ctx, ast.Store)}
        elif isinstance(one, ast.FunctionDef) and not one.name.startswith("_"):
            if any(isinstance(d, ast.Name) and d.id == "property" for d in one.decorator_list):
                found.attributes.add(one.name)
            else:
                names = tuple(a.arg for a in one.args.args if a.arg != "self")
                found.methods[one.name] = names, len(names) - len(one.args.defaults)
    return found


def is_public_of_self(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
        and not node.attr.startswith("_")
    )


def texts(nodes: list[ast.expr]) -> list[str]:
    """Expressions as they are written."""
    return [ast.unparse(node) for node in nodes]


def classes(board: Path) -> dict[str, ast.ClassDef]:
    """The classes that a board can take its parts from: its own, the drivers', the program's."""
    files = [*sorted((FIRMWARE / "drivers").glob("*.py")), FIRMWARE / "node" / "power.py", board]
    trees = [ast.parse(path.read_text("utf-8")) for path in files]
    return {n.name: n for tree in trees for n in ast.walk(tree) if isinstance(n, ast.ClassDef)}


def class_of(board: ast.ClassDef, part: str) -> str:
    """The class whose instance the board's `__init__` puts into `part`."""
    for node in ast.walk(board):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and f"self.{part}" in texts(node.targets):
            return texts([node.value.func])[0].rpartition(".")[2]
    raise AssertionError(f"no class is seen in Board.__init__: write self.{part} = SomeClass(...)")


def lacks(rows: dict[str, Row], offered: Offer) -> set[str]:
    """What of the contract is not there, or takes other arguments."""
    found = set()
    for name, row in rows.items():
        if row.arguments is None:
            there = name in offered.attributes
        else:
            names, needed = offered.methods.get(name, ((), 99))
            there = names[: len(row.arguments)] == row.arguments and needed <= len(row.arguments)
        if not there and not row.may_be_missing:
            found.add(name)
    return found


def unknown(rows: dict[str, Row], offered: Offer) -> set[str]:
    """What is public and not in the contract, or may be called with more than the contract says."""
    longer = {n for n, (names, _) in offered.methods.items() if n in rows and len(names) > len(rows[n].arguments or ())}
    return ({*offered.methods, *offered.attributes} - {*rows}) | longer


def check_board(board: Path, tables: dict[str, dict[str, Row]]) -> None:
    """Raise AssertionError for a board that offers less than the contract, or more."""
    tree = ast.parse(board.read_text("utf-8"))
    known = classes(board)
    module, own = offer(tree), offer(known["Board"])
    module.methods["Board"] = (), 0
    for rows, offered in ((tables[MODULE], module), (tables[BOARD], own)):
        missing, more = sorted(lacks(rows, offered)), sorted(unknown(rows, offered))
        assert not missing, f"{board.parent.name} lacks {missing}"
        assert not more, f"{board.parent.name} has what {CONTRACT.name} does not know: {more}"
    for part in PARTS:  # a driver may offer more than the program asks for
        missing = sorted(lacks(tables[f"{BOARD}.{part}"], offer(known[class_of(known["Board"], part)])))
        assert not missing, f"{board.parent.name}: its {part} lacks {missing}"


# ---- what the program asks for


def uses(path: Path) -> Iterator[tuple[str, str, int | None, str]]:
    """Every name that a file of the program asks a board or a part of it for: whom, what, how many arguments, where."""
    tree = ast.parse(path.read_text("utf-8"))
    calls = {id(n.func): n for n in ast.walk(tree) if isinstance(n, ast.Call)}
    modules = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    is_clock_s_own = path.name == "guards.py"  # elsewhere a `clock` is the SteadyClock of guards.py, but a board's own
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute):
            continue
        whom = asked(node.value, is_clock_s_own, MODULE in modules)
        if whom is not None:
            call = calls.get(id(node))
            count = None if call is None else len(call.args) + len(call.keywords)
            yield whom, node.attr, count, f"{path.name}:{node.lineno}"


def asked(node: ast.expr, is_clock_s_own: bool, is_module: bool) -> str | None:
    """Whom an expression names, the board or one of its parts; None: another thing."""
    word = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    if word == "board":
        return MODULE if is_module and isinstance(node, ast.Name) else BOARD
    if isinstance(node, ast.Attribute) and word in PARTS and asked(node.value, False, is_module) == BOARD:
        return f"{BOARD}.{word}"
    if word == "clock":
        return f"{BOARD}.clock" if is_clock_s_own and isinstance(node, ast.Name) else None
    return CALLED.get(word)


def uses_over_usb() -> Iterator[tuple[str, str, int | None, str]]:
    """What the host's texts ask a board for."""
    text = OVER_USB.read_text("utf-8")
    for name in re.findall(r"getattr\(_board, '(\w+)'", text):
        yield BOARD, name, None, OVER_USB.name
    for whom, part, name, call in re.findall(r"\b(_?board)\.(?:(clock)\.)?(\w+)(\([^)]*\))?", text):
        thing = f"{BOARD}.{part}" if part else BOARD if whom == "_board" else MODULE
        count = len(re.findall(r"[^,()]+", call)) if call else None
        yield thing, name, count, OVER_USB.name


USES = [*(use for path in PROGRAM for use in uses(path)), *uses_over_usb()]


def not_contracted(used: list[tuple[str, str, int | None, str]]) -> list[str]:
    """The uses that no row covers, in words."""
    found = []
    for whom, name, count, where in used:
        row = CONTRACTED[whom].get(name)
        if row is None:
            found.append(f"{where} asks {whom} for {name}")
        elif count is not None and count != len(row.arguments or ()):
            found.append(f"{where} calls {whom}.{name} with {count} arguments")
    return found


# ---- tests


def test_the_contract_is_read_whole() -> None:
    assert set(CONTRACTED) == {MODULE, BOARD, *(f"{BOARD}.{part}" for part in PARTS)}
    assert CONTRACTED[BOARD]["signal"] == Row(("is_on", "by_motor"))
    assert CONTRACTED[BOARD]["motor"] == Row(None, may_be_missing=True)
    assert len(BOARDS) >= 2


@pytest.mark.parametrize("board", BOARDS, ids=lambda path: path.parent.name)
def test_a_board_offers_the_contract_and_no_more(board: Path) -> None:
    check_board(board, CONTRACTED)


def test_what_may_be_missing_is_somewhere() -> None:
    there = set().union(*(offer(classes(board)["Board"]).attributes for board in BOARDS))
    assert {name for name, row in CONTRACTED[BOARD].items() if row.may_be_missing} <= there


def test_the_program_asks_for_nothing_else() -> None:
    assert not_contracted(USES) == []


def test_every_row_is_asked_for() -> None:
    asked_for = {(whom, name) for whom, name, _, _ in USES}
    rows = {(whom, name) for whom, table in CONTRACTED.items() for name in table}
    assert rows - asked_for == set()


def test_the_program_imports_no_other_module_of_micropython() -> None:
    line = CONTRACT.read_text("utf-8").partition("<!-- modules of MicroPython -->")[2].split("\n\n")[0]
    own = {"board", "drivers", "meeting", "node", "nodecore", "start"}
    files = [*PROGRAM, *(p for room in ("drivers", "nodecore") for p in (FIRMWARE / room).glob("*.py"))]
    found: set[str] = set()
    for node in (n for path in files for n in ast.walk(ast.parse(path.read_text("utf-8")))):
        if isinstance(node, ast.Import):
            found |= {a.name.partition(".")[0] for a in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
    assert found - own == set(re.findall(r"`(\w+)`", line))


def test_every_board_can_be_flashed() -> None:
    """The flash command knows its architecture, and what goes on it compiles for that."""
    names = {board.parent.name for board in BOARDS} - {SIMULATED}
    assert set(flash._BOARDS) == names
    for name in names:
        assert "board.mpy" in compile_files(device_files(name), flash._BOARDS[name])


# ---- that these tests can fail


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("def feed(self)", "def fed(self)", "lacks ['feed']"),
        ("def signal(self, is_on, by_motor)", "def signal(self, on, by_motor)", "lacks ['signal']"),
        ("def on_usb(self)", "def on_usb(self, port)", "lacks ['on_usb']"),
        ("def on_usb(self)", "def on_usb(self, port=0)", "does not know: ['on_usb']"),
        ("def feed(self)", "def beep(self):\n        pass\n\n    def feed(self)", "does not know: ['beep']"),
        ('self.storage_fault = ""', "pass", "lacks ['storage_fault']"),
        ("self.imu = LSM6DS3TRC(bus)", "self.imu = RV3028(bus, None)", "its imu lacks"),
    ],
)
def test_a_board_that_is_not_as_the_contract_says_is_seen(old: str, new: str, told: str, tmp_path: Path) -> None:
    text = (FIRMWARE / "boards" / "xiao_esp32c3" / "board.py").read_text("utf-8")
    assert old in text
    (tmp_path / "board.py").write_text(text.replace(old, new), "utf-8")
    with pytest.raises(AssertionError, match=re.escape(told)):
        check_board(tmp_path / "board.py", CONTRACTED)


def test_a_row_that_no_board_has_is_seen() -> None:
    more = contract(CONTRACT.read_text("utf-8").replace("| `feed()` |", "| `beep()` | | | |\n| `feed()` |"))
    with pytest.raises(AssertionError, match="lacks \\['beep'\\]"):
        check_board(BOARDS[0], more)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("def f(app):\n    app.board.beep()", "asks board.Board for beep"),
        ("def f(app):\n    board = app.board\n    board.sleep_ms(1, 2)", "calls board.Board.sleep_ms with 2 arguments"),
        ("import board\nboard.halt()", "asks board for halt"),
        ("def f(app):\n    app.board.imu.put(1, 2)", "asks board.Board.imu for put"),
        ("def f(board):\n    board.clock.event()", "asks board.Board.clock for event"),
    ],
)
def test_a_use_beyond_the_contract_is_seen(text: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "file.py").write_text(text, "utf-8")
    found = not_contracted(list(uses(tmp_path / "file.py")))
    assert len(found) == 1
    assert told in found[0]
