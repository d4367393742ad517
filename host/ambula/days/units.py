"""The units of figures: their name in files, in headings, and in FHIR."""

from enum import StrEnum
from typing import Self


class Unit(StrEnum):
    """A unit; its value is the name that the dictionary and all files carry.

    heading: behind a label; "" where a unit would say nothing. digits: decimals that a person is shown. ucum: its code
    in UCUM, the Unified Code for Units of Measure; "" of what is no quantity. fhir: its name beside that code.
    """

    heading: str
    digits: int
    ucum: str
    fhir: str

    def __new__(cls, name: str, heading: str, digits: int, ucum: str, fhir: str = "") -> Self:
        """Make a member of its name and what belongs to it."""
        unit = str.__new__(cls, name)
        unit._value_ = name
        unit.heading, unit.digits, unit.ucum, unit.fhir = heading, digits, ucum, fhir or name
        return unit

    S = "s", "s", 0, "s"
    MIN = "min", "min", 1, "min"
    H = "h", "h", 0, "h"
    MIN_A_DAY = "min/day", "min/day", 0, "min/d"
    MIN_A_WEEK = "min/week", "min/week", 0, "min/wk"
    SHARE = "share", "%", 0, "1"  # 0..1 in files, a percentage where a person reads it
    RATIO = "ratio", "", 2, "1"
    COUNT = "count", "", 0, "{count}"
    EPOCHS = "epochs", "", 0, "{epochs}"
    STEPS = "steps", "", 0, "{steps}"
    SPM = "steps/min", "steps/min", 1, "{steps}/min"
    M = "m", "m", 2, "m"
    KMH = "km/h", "km/h", 1, "km/h"
    DEG = "deg", "deg", 0, "deg"
    MG = "mg", "mg", 1, "m[g]", "milli-g"  # thousandths of the earth's acceleration: in UCUM, mg is a milligram
    MET = "MET", "MET", 2, "[MET]"
    MET_MIN = "MET min", "MET min", 1, "[MET].min"
    DATE = "date", "", 0, ""
    LOCAL_TIME = "local time", "", 0, ""
    NAME = "name", "", 0, ""
    YES_NO = "yes/no", "", 0, ""
    CODE = "code", "code", 0, ""
