"""The page in a real browser, as wide as a desktop and as a phone: nothing cut off, fetched or complained of."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from docs.pictures import DESKTOP_PX, PHONE_PX, chromium, chromium_path
from tests.support.report_page import TABLES, html_of

pytestmark = pytest.mark.skipif(chromium_path() is None, reason="no Chromium on the path: pages are not looked at")

SECTIONS = ("plan", "walking", "study", "through", "cadence", "sitting", "trunk", "wear", "accounts", "numbers", "how")
WIDTHS = (DESKTOP_PX, PHONE_PX)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


def opened(browser: Browser, html: str, width_px: int, folder: Path) -> tuple[Page, list[str]]:
    """The page, and what the console said and what was asked of the network."""
    path = folder / "report.html"
    path.write_text(html, "utf-8")
    page, heard = browser.new_page(viewport={"width": width_px, "height": 900}), []
    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("request", lambda request: heard.append(request.url))
    page.goto(path.as_uri())
    heard.remove(path.as_uri())
    return page, heard


@pytest.mark.parametrize("width_px", WIDTHS)
@pytest.mark.parametrize("name", ["a week", "half of it missing", "nothing"])
@pytest.mark.parametrize("code", ["en", "nb"])
def test_nothing_runs_over_the_edge(browser: Browser, code: str, name: str, width_px: int, tmp_path: Path) -> None:
    page, heard = opened(browser, html_of(TABLES[name](), code), width_px, tmp_path)
    assert heard == []
    scroll_px, client_px = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert client_px == width_px
    assert scroll_px <= client_px
    wide = """[...document.querySelectorAll('.label, .value, .ticks span, .cards b, h1, h2, p, li, td, th')]
        .filter(e => !e.closest('.scroll')).filter(e => {
            const r = e.getBoundingClientRect();
            return r.right > innerWidth + 1 || r.left < -1 || e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0;
        }).map(e => e.textContent.trim())"""
    assert page.evaluate(wide) == []
    past = """[...document.querySelectorAll('table')].filter(t => !t.closest('.scroll')).filter(t =>
        t.getBoundingClientRect().right > t.closest('section').querySelector('h2').getBoundingClientRect().right + 1
    ).map(t => t.className)"""
    assert page.evaluate(past) == []  # no table past the frame that it is in
    page.close()


@pytest.mark.parametrize("width_px", WIDTHS)
def test_all_sections_are_there_and_seen(browser: Browser, width_px: int, tmp_path: Path) -> None:
    page, _ = opened(browser, html_of(TABLES["a week"](), "en"), width_px, tmp_path)
    tall = [page.evaluate(f"document.getElementById('{s}').closest('section').offsetHeight") for s in SECTIONS]
    assert all(height_px > 60 for height_px in tall), dict(zip(SECTIONS, tall, strict=True))
    page.close()


@pytest.mark.parametrize("width_px", WIDTHS)
def test_words_on_an_axis_keep_apart(browser: Browser, width_px: int, tmp_path: Path) -> None:
    page, _ = opened(browser, html_of(TABLES["a week"](), "nb"), width_px, tmp_path)
    over = """[...document.querySelectorAll('.ticks')].flatMap(t => {
        const seen = [...t.children].map(e => [e.textContent, e.getBoundingClientRect()]).filter(([_, r]) => r.width);
        return seen.slice(1).filter(([_, r], i) => r.left < seen[i][1].right + 5).map(([text]) => text);
    })"""
    assert page.evaluate(over) == []
    page.close()


def test_print_cuts_no_figure(browser: Browser, tmp_path: Path) -> None:
    page, _ = opened(browser, html_of(TABLES["a week"](), "en"), DESKTOP_PX, tmp_path)
    page.emulate_media(media="print")
    rule = "[...document.querySelectorAll('figure')].map(f => getComputedStyle(f.closest('section')).breakInside)"
    assert set(page.evaluate(rule)) == {"avoid"}
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
    page.close()
