"""Units: each has a heading, and a code in UCUM unless it is no quantity."""

import pytest

from ambula.days.units import Unit

WORDS = {Unit.CODE, Unit.DATE, Unit.LOCAL_TIME, Unit.NAME, Unit.YES_NO}


@pytest.mark.parametrize("unit", Unit, ids=str)
def test_what_is_a_quantity_has_a_code_in_ucum(unit: Unit) -> None:
    assert bool(unit.ucum) is (unit not in WORDS)
    assert unit.heading in ("", "%", str(unit))


def test_thousandths_of_g_are_no_milligrams() -> None:
    assert (Unit.MG.ucum, Unit.MG.fhir) == ("m[g]", "milli-g")


def test_a_unit_is_its_name_in_every_file() -> None:
    assert f"{Unit.SPM}" == Unit("steps/min") == "steps/min"
