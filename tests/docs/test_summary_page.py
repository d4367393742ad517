"""What docs/summary.md shows runs as it stands there."""

import re
from pathlib import Path

import pyarrow.parquet as parquet
import pytest

from tests.bench.made_people import made_store

PAGE = (Path(__file__).parents[2] / "docs" / "summary.md").read_text("utf-8")


def block(language: str) -> str:
    """The page's only block of a language."""
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return found


def test_the_library_call_runs_with_the_rules_of_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    made_store(tmp_path / "ambula.db", {"P01": 1}, 2)
    (tmp_path / "rules.toml").write_text(block("toml"))
    exec(compile(block("python"), "summary.md", "exec"), {})
    days = parquet.read_table("days.parquet").to_pylist()
    assert [(d["rules"], d["met_table"], d["participant"]) for d in days] == [("my study", "ours, 2026", "P01")] * 2
    assert str(days[0]["date"]) in capsys.readouterr().out
