"""The short pages in a real browser: no longer than promised, nothing over the edge, and axe-core finds nothing."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from ambula.report.clinician_page import render_clinician
from ambula.report.person_page import render_person
from docs.pictures import chromium, chromium_path
from tests.support.person_cases import CASES, Case

pytestmark = pytest.mark.skipif(chromium_path() is None, reason="no Chromium on the path: pages are not looked at")

ROOT = Path(__file__).parents[3]
AXE = ROOT / "build" / "axe" / "node_modules" / "axe-core" / "axe.min.js"
PHONE: ViewportSize = {"width": 390, "height": 844}
MOST_SCREENS = 6
Render = Callable[[Case], str]
LARGE_TEXT = "html { font-size: 200% !important }"


def person(case: Case) -> str:
    return render_person(case.table, case.days, case.context)


def clinician(case: Case) -> str:
    return render_clinician(case.table, case.days, case.context)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


def opened(browser: Browser, html: str, size: ViewportSize, scheme: Literal["light", "dark"] = "light") -> Page:
    page = browser.new_page(viewport=size, color_scheme=scheme)
    page.set_content(html)
    return page


def reflows(page: Page) -> None:
    """Nothing scrolls sideways: on a phone, at 320 pixels, and at twice the text."""
    sideways = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not page.evaluate(sideways)
    page.set_viewport_size({"width": 320, "height": 640})
    assert not page.evaluate(sideways)
    page.set_viewport_size({"width": 640, "height": 640})
    page.add_style_tag(content=LARGE_TEXT)
    assert not page.evaluate(sideways)


@pytest.mark.parametrize("code", ["en", "nb"])
@pytest.mark.parametrize("name", CASES)
def test_the_person_s_page_is_six_screens_of_a_phone_and_reflows(browser: Browser, name: str, code: str) -> None:
    case = CASES[name]()
    page = opened(browser, person(replace(case, context=replace(case.context, language=code))), PHONE)
    assert page.evaluate("document.documentElement.scrollHeight") <= MOST_SCREENS * PHONE["height"]
    reflows(page)
    page.close()


@pytest.mark.parametrize("name", CASES)
def test_the_clinician_s_page_reflows(browser: Browser, name: str) -> None:
    page = opened(browser, clinician(CASES[name]()), PHONE)
    reflows(page)
    page.close()


@pytest.mark.skipif(not AXE.exists(), reason="no axe-core in build/axe (make axe): the pages are not checked by it")
@pytest.mark.parametrize("render", [person, clinician])
@pytest.mark.parametrize("name", CASES)
def test_axe_finds_nothing_in_light_and_dark(browser: Browser, name: str, render: Render) -> None:
    page = opened(browser, render(CASES[name]()), PHONE)
    page.evaluate(AXE.read_text("utf-8"))
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found = page.evaluate("axe.run()")
        assert len(found["passes"]) > 10  # it looked
        assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == []
    page.close()


def test_the_dark_page_is_dark(browser: Browser) -> None:
    page = opened(browser, person(CASES["normal week"]()), PHONE, "dark")
    red, green, blue = page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)")
    assert max(red, green, blue) < 60
    page.close()


def test_the_drawn_minutes_are_as_long_as_the_table_says(browser: Browser) -> None:
    """The longest day fills most of the bar, and each bar is as long as its minutes."""
    case = CASES["normal week"]()
    page = opened(browser, person(case), PHONE)
    drawn = page.evaluate("""[...document.querySelectorAll('svg.walk')].map(svg =>
        [...svg.querySelectorAll('path')].reduce((sum, path) => sum + path.getBBox().width, 0)
        / svg.viewBox.baseVal.width)""")
    minutes = [day.walking_min for day in case.days]
    full_min = max(minutes) / drawn[-1]
    assert drawn == pytest.approx([m / full_min for m in minutes], abs=0.01)
    assert 0.75 < max(drawn) <= 1.0
    page.close()
