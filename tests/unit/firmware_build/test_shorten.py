"""Arguments and private data get short names; whatever anybody else may ask for by its name keeps it."""

import ast
import re

import pytest

from ambula.firmware_build.files import device_files
from ambula.firmware_build.fold_constants import fold_constants
from ambula.firmware_build.shorten_names import shorten_names


def shortened(text: str, *callers: str) -> str:
    return shorten_names({"a.py": text}, callers)["a.py"]


def run(text: str) -> dict[str, object]:
    scope: dict[str, object] = {}
    exec(text, scope)
    return scope


def test_arguments_and_private_data_share_names() -> None:
    text = (
        "class One:\n    def __init__(self, size, count):\n        self._size = size\n        self._count = count\n"
        "class Two:\n    def __init__(self, where):\n        self._where = where\n"
    )
    assert (
        shortened(text).split()
        == text.replace("_size", "_a")
        .replace("_count", "_b")
        .replace("_where", "_a")
        .replace("size", "_a")
        .replace("count", "_b")
        .replace("where", "_a")
        .split()
    )


@pytest.mark.parametrize(
    "text",
    [
        "def f(x):\n    return x\ny = f(x=1)",
        "def f(*rest, only=1, **more):\n    return (rest, only, more)",
        "def f(x):\n\n    def g():\n        global x\n        x = 1\n    return g",
        "def f(x):\n    try:\n        pass\n    except OSError as x:\n        pass",
        "def f(x):\n    import x",
        "class A:\n\n    def f(self):\n        return self.public",
        "class A:\n\n    def _f(self):\n        return 1\ny = A._f",
        "class A:\n\n    def _f(self):\n        return getattr(self, '_f')",
        "class A(B):\n\n    def _f(self):\n        return self._f()",
        "def _f():\n    return 1\n_f = 2",
        "from b import _f\n\ndef _f():\n    return 1",
        "class A:\n    _x = 1\n\n    def f(self):\n        return self._x",
        "class A:\n\n    def f(self):\n        self._x = 1\ny = A()._x",
        "class A:\n\n    def f(self):\n        self._x = 1\ny = getattr(A(), '_x')",
        "class A(B):\n\n    def f(self):\n        self._x = 1",
        "class A:\n\n    def f(self):\n        self.__dict__ = {}",
    ],
    ids=[
        *(
            "keyword call",
            "variadic",
            "global",
            "exception",
            "import",
            "public",
            "method of a class",
            "method by a string",
        ),
        *("method of a base perhaps", "function rebound", "function imported", "of the class"),
        *("from outside", "by a string", "of a base perhaps", "special"),
    ],
)
def test_what_may_be_asked_for_by_name_keeps_it(text: str) -> None:
    assert shortened(text) == text


def test_callers_elsewhere_count() -> None:
    assert shortened("def f(x):\n    return x", "m.f(x=1)") == "def f(x):\n    return x"


def test_scopes_within_scopes_compute_what_they_did() -> None:
    text = (
        "x = 5\n"
        "def outer(x, y=x):\n"
        "    def inner(y, z=x):\n"
        "        return [x * z for z in range(y)], lambda x, _a=2: x + y + _a\n"
        "    rows, more = inner(3)\n"
        "    return rows, more(y), {x: y for x in (1, 2)}, f'{x}{y}'\n"
        "out = outer(7)\n"
    )
    assert run(shortened(text))["out"] == run(text)["out"]
    assert "def outer(_b, _c=x)" in shortened(text)


def test_the_firmware_loses_a_fifth_of_its_names() -> None:
    before = fold_constants({name: path.read_text("utf-8") for name, path in device_files()})
    counts = [
        len(
            {n.attr for t in texts.values() for n in ast.walk(ast.parse(t)) if isinstance(n, ast.Attribute)}
            | {n.arg for t in texts.values() for n in ast.walk(ast.parse(t)) if isinstance(n, ast.arg)}
        )
        for texts in (before, shorten_names(before))
    ]
    assert counts[1] < 0.8 * counts[0], counts


def test_public_methods_and_classes_keep_their_names_for_tracebacks() -> None:
    sources = {name: path.read_text("utf-8") for name, path in device_files()}
    names = [
        sorted(
            n.name
            for t in texts.values()
            for n in ast.walk(ast.parse(t))
            if isinstance(n, (ast.FunctionDef, ast.ClassDef)) and not n.name.startswith("_")
        )
        for texts in (sources, shorten_names(sources))
    ]
    assert names[0] == names[1]


def test_private_methods_and_functions_share_names() -> None:
    text = (
        "def _half(x):\n    return x // 2\n"
        "class A:\n    def __init__(self, size):\n        self._size = size\n"
        "    def _of(self, n):\n        return _half(self._size + n)\n"
        "    def get(self):\n        return self._of(4)\n"
        "out = A(10).get()\n"
    )
    assert run(shortened(text))["out"] == 7
    assert not {"_half", "_of", "_size"} & set(re.findall(r"\w+", shortened(text)))


def test_private_variables_of_a_module_share_names_but_constants_do_not() -> None:
    """mpy-cross puts a constant in the place of every name like it, a function's own variables included."""
    text = (
        "_TABLE = (3, 4)\n_MOST = const(5)\n"
        "def get(n):\n    return _TABLE[n] + _MOST\n"
        "def other(_TAKEN):\n    return _TAKEN\n_TAKEN = 6\n"
    )
    made = shortened("def const(x):\n    return x\n" + text + "out = get(1)\n")
    assert run(made)["out"] == 9
    assert "_TABLE" not in made
    assert made.count("_MOST") == 2
    assert "_TAKEN = 6" in made
