"""Names and figures that a document gives are the program's: fields, columns, keys, settings, modules, currents."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from ambula.cli import live_command
from ambula.readiness import budget
from tests.docs.blocks import PAGES, ROOT, name, outside

SOURCES = [p for top in ("host", "firmware", "hardware", "tests") for p in (ROOT / top).rglob("*.py")]
CODE = "".join(p.read_text("utf-8") for p in SOURCES if p != Path(__file__))
SETTINGS = "".join((ROOT / file).read_text("utf-8") for file in ("Makefile", "pyproject.toml", "hardware/bom.csv"))
FILES = {part for p in SOURCES for part in (p.stem, p.parent.name)}
NAME = re.compile(r"(?<!\w)[a-z]\w*_\w+")
# Files and functions of MicroPython's esp32 port, which the simulated board's page cites.
OTHERS = {"check_esp_err", "esp32_partition", "machine_adc", "machine_rtc", "machine_wdt", "usb_serial_jtag"}


def names(page: Path) -> set[str]:
    code = " ".join(re.findall(r"`([^`\n]+)`", "\n".join(outside(page))))
    return set(NAME.findall(code))


@pytest.mark.parametrize("page", [p for p in PAGES if p.name != "CHANGELOG.md"], ids=name)
def test_every_name_in_code_is_one_of_the_program(page: Path) -> None:
    for one in names(page) - FILES - OTHERS:
        assert re.search(rf"(?<![A-Za-z0-9]){one}", CODE + SETTINGS), f"{one}: nothing is called that"


def test_there_are_names_to_check() -> None:
    assert sum(len(names(page)) for page in PAGES) > 300


def test_what_a_look_costs_is_the_power_model_s() -> None:
    """The page, the command and the model: an hour with the radio on, in days of a recording node."""
    page = (ROOT / "docs" / "howto" / "live.md").read_text("utf-8")
    (radio_ma,) = {float(ma) for ma in re.findall(r"([\d.]+) mA\b", page + live_command._COST)}
    days = timedelta(hours=radio_ma / budget().base_ma) / timedelta(days=1)
    assert 2.25 <= days <= 2.75  # "about two and a half days"
    assert "two and a half days" in " ".join(page.split())
    assert "two and a half days" in live_command._COST
