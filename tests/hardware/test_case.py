"""The printable case: everything fits, both halves close, and each check sees what it is there for.

Needs build123d (`pip install -e '.[case]'`, which `make case` does); without it these tests are skipped.
"""

import csv
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

WHY = "the case needs build123d and trimesh: make case installs them"
build123d = pytest.importorskip("build123d", reason=WHY)
trimesh = pytest.importorskip("trimesh", reason=WHY)

from case import __main__ as program  # noqa: E402
from case import checks, contents, shape  # noqa: E402

Halves = dict[str, Any]
BOM = Path(__file__).parents[2] / "hardware" / "bom.csv"


@pytest.fixture(scope="module")
def halves() -> Halves:
    return {"base (film)": shape.base("film"), "base (strap)": shape.base("strap"), "lid": shape.lid()}


def test_all_that_must_hold_does(halves: Halves) -> None:
    assert list(checks.problems(halves)) == []


def test_the_files_are_whole_and_watertight(halves: Halves, tmp_path: Path) -> None:
    meshes = program.write(halves, tmp_path)
    assert [path.name for path in meshes] == ["base_film.stl", "base_strap.stl", "lid.stl"]
    assert checks.leaky_meshes(meshes) == []
    assert all((tmp_path / f"{path.stem}.step").stat().st_size > 10_000 for path in meshes)
    assert checks.thin_prints(meshes) == []
    mesh = trimesh.load_mesh(meshes[2])
    assert mesh.volume == pytest.approx(halves["lid"].volume, rel=0.02)
    mesh.faces = mesh.faces[:-1]
    mesh.export(tmp_path / "holed.stl")
    assert checks.leaky_meshes([tmp_path / "holed.stl"]) == ["holed.stl is not watertight"]


def test_it_is_as_small_and_light_as_is_said(halves: Halves) -> None:
    mass = checks.mass_g({"base": halves["base (film)"], "lid": halves["lid"]})
    assert 25 < mass < checks.MAX_MASS_G
    assert checks.share_filled() < 0.6  # the rest is for wires
    larger = {"lid": shape.box((0, 0, 0), (70, 30, 17))}
    assert checks.too_large(larger) == ["lid is 70.0 x 30.0 mm and ends 17.0 mm above the skin"]


@pytest.mark.parametrize(
    ("name", "change", "told"),
    [
        ("cell", {"size": (37.0, 30.0, 6.5)}, "cell, with 0.2 mm around it, is"),
        ("cell", {"size": (38.0, 30.0, 5.3)}, "into the lid"),
        ("RV-3028 breakout", {"size": (26.0, 25.4, 5.0)}, "into the base"),
    ],
)
def test_a_part_that_does_not_fit_is_told(
    halves: Halves, monkeypatch: pytest.MonkeyPatch, name: str, change: Any, told: str
) -> None:
    changed = [replace(item, **change) if item.name == name else item for item in contents.CONTENTS]
    monkeypatch.setattr(contents, "CONTENTS", changed)
    assert any(told in words for words in checks.touching_walls(halves)), checks.touching_walls(halves)


def test_two_parts_in_one_place_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    lower = [replace(i, corner=(*i.corner[:2], 7.0)) if i.name == "cell" else i for i in contents.CONTENTS]
    monkeypatch.setattr(contents, "CONTENTS", lower)
    told = checks.overlapping_contents(checks.contents())
    assert any("XIAO ESP32C3 and cell overlap" in words for words in told), told


def test_halves_that_do_not_close_and_a_plug_that_does_not_go_in_are_told(halves: Halves) -> None:
    lower = build123d.Pos(0, 0, -0.5) * halves["lid"]
    assert checks.overlapping_halves(halves["base (film)"], lower)[0].startswith("base and lid overlap by")
    higher = build123d.Pos(0, 0, 1.0) * halves["base (film)"]
    assert checks.blocked_plug(higher)[0].startswith("the USB plug runs into the base")


def test_a_thin_wall_and_a_sharp_edge_are_told() -> None:
    room = shape.cavity()
    plain = build123d.offset(room, 1.1)
    assert "thinner than 1.2 mm" in checks.thin_walls(plain)[0]
    assert checks.sharp_edges(shape.box((0, 0, 0), (5, 5, 5))) == ["12 sharp outer edges"]


def test_the_film_of_the_wear_guide_reaches_onto_the_skin() -> None:
    guide = (BOM.parent / "WEAR.md").read_text("utf-8")
    assert "100 x 120 mm" in guide
    assert min(checks.film_margins_mm()) >= 10
    assert min(checks.film_margins_mm((100.0, 80.0))) < 5  # the size for flat recorders would not hold


def test_a_thin_web_is_told_with_its_place(tmp_path: Path) -> None:
    web = shape.box((0, 0, 0), (10, 10, 5)) + shape.box((10, 0, 0), (10, 10, 0.8))
    build123d.export_stl(web, tmp_path / "web.stl")
    assert checks.thin_prints([tmp_path / "web.stl"])[0].startswith("web.stl is 0.80 mm thin at 1")


def test_every_size_has_a_source() -> None:
    assert len(contents.CONTENTS) >= 8
    for item in contents.CONTENTS:
        assert item.source, item.name
        assert min(item.size) > 0, item.name


def test_the_cell_that_is_bought_is_the_cell_that_fits() -> None:
    with BOM.open(encoding="utf-8", newline="") as file:
        cell = next(row for row in csv.DictReader(file) if row["ref"] == "BAT")
    length, width, height = next(item.size for item in contents.CONTENTS if item.name == "cell")
    assert f"at most {height} x {width:g} x {length:g} mm" in cell["alternative"]
    assert "503035" in cell["part"]


def test_a_failed_check_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(program.checks, "problems", lambda _: iter(["the lid is missing"]))
    for name in ("base", "lid"):
        monkeypatch.setattr(program.shape, name, lambda *_: None)
    assert program.main([str(tmp_path / "out")]) == 1
    assert capsys.readouterr().err == "case: the lid is missing\n"
    assert not (tmp_path / "out").exists()
    assert "case.picture" not in sys.modules  # nor is a picture drawn
