"""The bill of materials: its columns, its classes of price, and that every part of the wiring has a line."""

import csv
import re
from pathlib import Path

import pytest
import wiring_drawing
import wiring_nets
from case import contents

BOM = Path(__file__).parents[2] / "hardware" / "bom.csv"
COLUMNS = ["ref", "part", "maker", "maker_number", "quantity", "alternative", "price_class", "note"]


def rows() -> list[dict[str, str]]:
    with BOM.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, restkey="too many", restval="missing"))


def test_the_columns() -> None:
    assert list(rows()[0]) == COLUMNS


@pytest.mark.parametrize("row", rows(), ids=lambda r: r["ref"])
def test_a_line(row: dict[str, str]) -> None:
    assert list(row) == COLUMNS  # no cell too many
    assert "missing" not in row.values()
    assert all(row[name].strip() for name in ("ref", "part", "maker", "note")), row
    assert int(row["quantity"]) > 0
    assert row["price_class"] in ("a", "b", "c")


def test_no_part_twice() -> None:
    refs = [row["ref"] for row in rows()]
    assert len(refs) == len(set(refs))


def test_every_part_of_the_wiring_has_a_line() -> None:
    wired = {
        end.partition(".")[0] for net in wiring_nets.nets({**wiring_nets.read_pins(), "HAPTIC": 20}) for end in net.ends
    }
    assert len(wired) >= 9
    assert wired <= {row["ref"] for row in rows()}


def test_the_optional_motor_is_the_one_that_the_case_has_room_for() -> None:
    """And the assembly page says so too."""
    (part,) = (row["part"] for row in rows() if row["ref"] == "HAP")
    rooms = {content.name: content.size for content in contents.CONTENTS}
    x, _, z = rooms["haptic motor"]
    page = BOM.with_name("BUILD.md").read_text("utf-8")
    for size in (f"{x:g} x {z:g} mm", " x ".join(f"{side:g}" for side in rooms["haptic driver"]) + " mm"):
        assert size in part
        assert size in page


def test_a_motor_on_d7_has_the_resistor_that_keeps_it_still_while_the_chip_starts() -> None:
    """The chip pulls its serial input up, by 45 kOhm or somewhat less, until the firmware runs."""
    (part,) = (row["part"] for row in rows() if row["ref"] == "R4")
    found = re.search(r"([0-9.]+) kOhm", part)
    assert found is not None
    kohm = float(found[1])
    assert 3.3 * kohm / (kohm + 30) < 0.5  # a transistor's base needs 0.6 V
    assert "R4 IN to GND" in wiring_drawing.draw({**wiring_nets.read_pins(), "HAPTIC": 20})
    assert f"R4, {kohm:g} kOhm, from its input to GND" in BOM.with_name("BUILD.md").read_text("utf-8")
