"""`ambula rescore`, and what other commands make of the same rules file."""

import csv
import hashlib
import io
import json
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow.parquet as parquet
import pytest

from ambula.cohort import write_epoch_set
from tests.support.command import Ambula
from tests.support.made_people import made_store, made_table


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("made") / "s.db"
    made_store(path, {"P01": 1}, 2)
    return path


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    path = tmp_path / "new.toml"
    path.write_text('name = "new"\nlying_from_deg = 85\nlying_until_deg = 80\nupright_deg = 50\nnot_worn_min = 60\n')
    return path


def days(ambula: Ambula, store: Path, *more: str | Path) -> list[dict[str, str]]:
    told = ambula("summary", "--store", store, "--format", "csv", *more)
    assert told.code == 0, told.err
    return list(csv.DictReader(io.StringIO(told.out)))


def test_it_shows_what_changes_and_writes_nothing(ambula: Ambula, store: Path, rules: Path) -> None:
    before = hashlib.sha256(store.read_bytes()).hexdigest()
    ran = ambula("rescore", "--store", store, "--rules", rules)
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert lines[0] == (
        "P01, 34560 epochs, by new (upright_deg 50, lying_from_deg 85, lying_until_deg 80, not_worn_min 60)"
    )
    (lying,) = [line.split("\t") for line in lines if line.startswith("lying_from_deg")]
    assert lying[0] == "lying_from_deg 60 -> 85, lying_until_deg 50 -> 80"
    assert lying[2:] == ["exact", "0"]
    assert "Nothing was written" in lines[-1]
    assert "cadence and steps" in lines[-2]
    assert hashlib.sha256(store.read_bytes()).hexdigest() == before


def test_the_table_is_what_a_summary_by_the_same_rules_has(ambula: Ambula, store: Path, tmp_path: Path) -> None:
    rules = tmp_path / "flat.toml"
    rules.write_text('name = "flat"\nlying_from_deg = 84.9\nlying_until_deg = 80\n')
    told = json.loads(ambula("rescore", "--store", store, "--rules", rules, "--json").out)
    (effect,) = told["effects"]
    assert effect["rules"]["lying_from_deg"] == {"node": 60, "new": 84.9}
    assert effect["as_the_node_would"] == "exact"
    (change,) = [c for c in effect["changes"] if (c["from"], c["to"]) == ("lying", "sitting")]
    assert change["epochs"] > 0
    plain, new = days(ambula, store), days(ambula, store, "--rules", rules)
    fewer = sum(float(a["lying_min"]) - float(b["lying_min"]) for a, b in zip(plain, new, strict=True))
    assert round(fewer * 12) == change["epochs"]
    assert {d["rules"] for d in new} == {"flat (lying_from_deg 84.9, lying_until_deg 80)"}
    assert {d["rules"] for d in plain} == {"Ambula"}


def test_every_output_follows_and_names_them(ambula: Ambula, store: Path, rules: Path, tmp_path: Path) -> None:
    named = "new (upright_deg 50, lying_from_deg 85"
    ambula("report", "--store", store, "--rules", rules, "--out", tmp_path / "r.html")
    assert named in (tmp_path / "r.html").read_text("utf-8")
    ambula("export", "--to", "parquet", "--store", store, "--rules", rules, "--out", tmp_path / "set")
    (made,) = (tmp_path / "set").rglob("*.parquet")
    assert named in parquet.read_schema(made).metadata[b"rules"].decode()


def test_what_cannot_be_is_one_line(ambula: Ambula, store: Path, tmp_path: Path) -> None:
    assert "rescore needs rules" in ambula("rescore", "--store", store).failed_with(3)
    path = tmp_path / "r.toml"
    for text, told in (
        ('name = "x"\nupright = 50\n', "unknown rule upright. Known rules:"),
        ('name = "x"\nupright_deg = 90\n', "upright_deg is 90: it must be 20 to 65"),
        ('name = "x"\ngait_from_mg = 30\n', "needs the samples"),
        ('name = "x"\nlying_from_deg = 45\n', "needs lying_until_deg < lying_from_deg"),
        ("upright_deg = 50\n", "need a name of their own"),
    ):
        path.write_text(text)
        assert told in ambula("rescore", "--store", store, "--rules", path).failed_with(3)


def test_rules_of_a_day_change_no_epoch(ambula: Ambula, store: Path, tmp_path: Path) -> None:
    path = tmp_path / "r.toml"
    path.write_text('name = "days"\nvalid_worn_h = 10\n')
    assert ambula("rescore", "--store", store, "--rules", path).out == (
        "days has the nodes' own rules of an epoch: no epoch changes.\n"
    )


def test_epochs_without_records_are_refused(ambula: Ambula, rules: Path, tmp_path: Path) -> None:
    write_epoch_set(tmp_path / "set", "C4", made_table(4, 1), ZoneInfo("Europe/Oslo"))
    ran = ambula("cohort", tmp_path / "set", "--rules", rules, "--out", tmp_path / "d.parquet", "--jobs", "1")
    assert "an epoch's rules need the nodes' records" in ran.err
