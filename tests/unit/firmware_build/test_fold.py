"""Constants go where they are used; everything else stays as it is."""

import ast
import importlib

import pytest

from ambula.firmware_build.files import device_files
from ambula.firmware_build.fold_constants import fold_constants


def folded(**modules: str) -> dict[str, str]:
    made = fold_constants({f"{name.replace('__', '/')}.py": text for name, text in modules.items()})
    return {name.removesuffix(".py"): text for name, text in made.items()}


def test_a_constant_goes_where_it_is_used_and_its_names_go_away() -> None:
    out = folded(
        a="SIZE = const(12)\nMORE = const(SIZE * 2 + 1)\nNAMES = ('x',)\n",
        b="import a\nfrom a import SIZE, NAMES, f as g\ny = NAMES\ndef f(x):\n    return x + a.MORE - SIZE\n",
    )
    assert out["a"] == "NAMES = ('x',)"
    assert out["b"] == "import a\nfrom a import NAMES\ny = NAMES\n\ndef f(x):\n    return x + 25 - 12"


def test_packages_aliases_and_chains_of_modules() -> None:
    out = folded(
        p____init__="",
        p__one="A = const(-3)\n",
        p__two="from p import one\nB = const(one.A << 2)\n",
        q="from p import two as t\nfrom p.one import A as first\nx = [t.B, first]\n",
    )
    assert out["q"] == "x = [-12, -3]"
    assert out["p/two"] == ""


@pytest.mark.parametrize(
    "text",
    [
        "X = const(1)\nX = 2\ny = X",
        "X = const(f())\ny = X",
        "X = const('a')\ny = X",
        "X = 5\ny = X",
        "if z:\n    X = const(1)\ny = X",
    ],
    ids=["bound twice", "a call", "a text", "no constant", "inside"],
)
def test_what_is_no_plain_constant_stays(text: str) -> None:
    assert "y = X" in folded(a=text)["a"]


def test_an_argument_of_the_same_name_is_not_the_constant() -> None:
    out = folded(a="N = const(4)\ndef f(N):\n    return N\ndef g():\n    return N\n")
    assert "return 4" not in out["a"].partition("def g")[0]
    out = folded(a="N = const(4)\n", b="from a import N\ndef f(N):\n    return N\n")
    assert "return N" in out["b"]


def test_attributes_of_objects_are_not_modules() -> None:
    out = folded(a="N = const(4)\n", b="import a\ndef f(thing):\n    thing.a.N = 1\n    return thing.N\n")
    assert "thing.a.N = 1" in out["b"]
    assert "return thing.N" in out["b"]


def test_imports_of_other_modules_stay() -> None:
    out = folded(a="N = const(4)\n", b="import struct\nfrom array import array\nfrom a import N\nx = N\n")
    assert out["b"] == "import struct\nfrom array import array\nx = 4"


def test_the_firmware_s_constants_are_what_python_makes_of_them() -> None:
    sources = {name: path.read_text("utf-8") for name, path in device_files()}
    wanted = {
        (name.removesuffix(".py").replace("/", "."), target.id)
        for name, text in sources.items()
        if name.startswith("nodecore/") and "viper" not in name
        for node in ast.parse(text).body
        if isinstance(node, ast.Assign) and "const(" in ast.unparse(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    assert len(wanted) > 150
    uses = "".join(f"import {m} as m{i}\nx{i} = m{i}.{name}\n" for i, (m, name) in enumerate(sorted(wanted)))
    values = [
        ast.literal_eval(n.value)
        for n in ast.parse(fold_constants({**sources, "probe.py": uses})["probe.py"]).body
        if isinstance(n, ast.Assign)
    ]
    assert values == [getattr(importlib.import_module(m), name) for m, name in sorted(wanted)]


def test_folding_leaves_a_smaller_firmware() -> None:
    sources = {name: path.read_text("utf-8") for name, path in device_files()}
    names = [
        {n.attr for t in texts.values() for n in ast.walk(ast.parse(t)) if isinstance(n, ast.Attribute)}
        for texts in (sources, fold_constants(sources))
    ]
    assert len(names[1]) < 0.85 * len(names[0])


def test_a_block_that_is_left_without_a_statement_stays_a_block() -> None:
    out = folded(a="N = const(4)\n", b="try:\n    from a import N\nexcept ImportError:\n    N2 = 5\nx = N\n")
    assert out["b"] == "try:\n    pass\nexcept ImportError:\n    N2 = 5\nx = 4"


def test_what_a_module_passes_on_stays() -> None:
    out = folded(
        a="def f():\n    pass\ndef g():\n    pass\ndef h():\n    pass\n",
        b="from a import f, g, h\n",
        c="import b\nfrom b import f\nf()\nb.g()\n",
    )
    assert out["b"] == "from a import f, g"


def test_an_import_is_not_kept_for_somebody_else_s_attribute_of_its_name() -> None:
    """A module goes with its constants, though some object has an attribute that is called as it is."""
    sources = {
        "p____init__": "",
        "p__codes": "WALKING = const(5)\nNAMES = ('a', 'b')\n",
        "user": "from p import codes\ndef is_walk(decision):\n    return decision.codes == codes.WALKING\n",
    }
    assert "import" not in folded(**sources)["user"]
    assert "from p import codes" in folded(**sources, third="import user\nnames = user.codes.NAMES\n")["user"]
