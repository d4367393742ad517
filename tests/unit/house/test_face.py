"""What `ambula` itself promises: every name there is, documented, with an example that runs; nothing loaded before."""

import ast
import doctest
import importlib
import inspect
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import ambula
from tests.support.made_people import made_store

ROOT = Path(__file__).parents[3]
HOMES = ambula._HOMES  # pyright: ignore[reportPrivateUsage]
WITH_EXAMPLE = (
    "Store",
    "classify",
    "load_epochs",
    "make_report",
    "results",
    "summarise_days",
    "summarise_week",
    "sync_nodes",
)


def test_every_name_is_there_once() -> None:
    named = [name for names in HOMES.values() for name in names]
    assert sorted(named) == sorted(set(named)) == sorted(ambula.__all__)
    for home, names in HOMES.items():
        for name in names:
            assert getattr(ambula, name) is getattr(importlib.import_module(home), name)
    assert set(ambula.__all__) <= set(dir(ambula))
    with pytest.raises(AttributeError, match="no attribute 'there_is_none'"):
        _ = ambula.there_is_none  # type: ignore[attr-defined]


def test_a_type_checker_sees_the_same_names() -> None:
    tree = ast.parse((ROOT / "host" / "ambula" / "__init__.py").read_text("utf-8"))
    (checked,) = (node for node in tree.body if isinstance(node, ast.If))
    seen = {node.module: tuple(a.name for a in node.names) for node in checked.body if isinstance(node, ast.ImportFrom)}
    assert seen == HOMES


def test_importing_it_loads_nothing_but_its_version() -> None:
    code = "import sys, ambula; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert {name for name in loaded if name.startswith("ambula")} == {"ambula", "ambula.base", "ambula.base.version"}
    assert "numpy" not in loaded


@pytest.mark.parametrize("name", WITH_EXAMPLE)
def test_an_example_runs(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made_store(tmp_path / "ambula.db", {"P01": 1}, 7)
    rows = np.column_stack([np.arange(1560) / 26, np.ones(1560), np.zeros(1560), np.zeros(1560)])
    np.savetxt(tmp_path / "thigh.csv", rows, "%.4f", ",", header="t,x,y,z", comments="")
    monkeypatch.chdir(tmp_path)
    thing = getattr(ambula, name)
    (example,) = (t for t in doctest.DocTestFinder(recurse=False).find(thing, name, globs={}) if t.examples)
    ran = doctest.DocTestRunner().run(example)
    assert (ran.failed, ran.attempted > 1) == (0, True)


def test_the_library_s_page_has_each_name_and_no_deeper_path() -> None:
    page = (ROOT / "docs" / "reference" / "library.md").read_text("utf-8")
    assert sorted(re.findall(r"^::: ambula\.(\w+)$", page, re.MULTILINE)) == sorted(ambula.__all__)
    assert not re.search(r"\bambula\.\w+\.\w+|from ambula\.", page)
    for name in ambula.__all__:
        assert inspect.getdoc(getattr(ambula, name)), name
