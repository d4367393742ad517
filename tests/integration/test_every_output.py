"""Every output says which program made it and which firmware classified the records: both can change a figure."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as parquet
import pytest

from ambula.base.version import FIGURES, SOFTWARE, __version__
from ambula.exports.formats import Format
from ambula.firmware_build.version import firmware
from tests.support.command import Ambula
from tests.support.made_people import made_store

PROGRAM = re.compile(rf"{re.escape(__version__)}\W+figures\W+{FIGURES}\b")
TABLES = [(form, per) for form in ("csv", "json", "parquet") for per in ("day", "week")]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("outputs") / "s.db"
    made_store(path, {"P01": 1}, 2)
    return path


def texts(path: Path) -> Iterator[str]:
    """What a file says, or each file of a folder."""
    for file in [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file()):
        if file.suffix == ".parquet":
            table = parquet.read_table(file)
            yield f"{table.schema.metadata} {table.slice(0, 1).to_pylist()}"
        else:
            yield file.read_text("utf-8")


def says_both(path: Path) -> tuple[bool, bool]:
    """Whether the program, and whether the firmware of either node is named."""
    text = "".join(texts(path))
    names = (firmware(), firmware().replace(" ", "%20"))
    return bool(PROGRAM.search(text)), sum(text.count(name) for name in names) >= 2


@pytest.mark.parametrize(("form", "per"), TABLES)
def test_a_summary(ambula: Ambula, store: Path, tmp_path: Path, form: str, per: str) -> None:
    out = tmp_path / f"t.{form}"
    ran = ambula("summary", "--store", store, "--format", form, "--per", per, "--out", out)
    assert (ran.code, says_both(out)) == (0, (True, True))


@pytest.mark.parametrize("form", list(Format))
def test_an_export(ambula: Ambula, store: Path, tmp_path: Path, form: Format) -> None:
    ran = ambula("export", "--store", store, "--to", form, "--out", tmp_path)
    assert (ran.code, says_both(tmp_path)) == (0, (True, True))


@pytest.mark.parametrize("page", [[], ["--clinician"], ["--detail"]], ids=["person", "clinician", "detail"])
def test_a_report(ambula: Ambula, store: Path, tmp_path: Path, page: list[str]) -> None:
    out = tmp_path / "r.html"
    ran = ambula("report", "--store", store, "--out", out, *page)
    assert (ran.code, says_both(out)) == (0, (True, True))


def test_a_cohort(ambula: Ambula, store: Path, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "s.db").write_bytes(store.read_bytes())
    days, persons = tmp_path / "days.parquet", tmp_path / "persons.parquet"
    assert ambula("cohort", tmp_path / "in", "--out", days, "--persons", persons, "--jobs", "1").code == 0
    assert [says_both(days), says_both(persons)] == [(True, True)] * 2


@pytest.mark.parametrize(
    "command", [["programme"], ["status"], ["rescore", "--rules", "hunt4"], ["logs"], ["note"]], ids=lambda c: c[0]
)
def test_json_on_the_screen(ambula: Ambula, store: Path, command: list[str]) -> None:
    told: Any = json.loads(ambula(*command, "--store", store, "--json").out)
    rows = told if isinstance(told, list) else [told]
    assert rows
    assert {row["software"] for row in rows} == {SOFTWARE}
