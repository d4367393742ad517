"""Make the pictures of the report: `python -m docs.pictures` (make pictures), from a synthetic week, in Chromium.

Not part of the package. The simulated week takes a minute and is kept in build/pictures; remove that to make it anew.
"""

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pypdfium2
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from ambula.rehearsal.demo import PARTICIPANT
from ambula.report.make import Kind, make_report
from ambula.store import Store
from nodecore.sampling import EPOCH_S

DOCS = Path(__file__).parent
WORK = DOCS.parent / "build" / "pictures"
OSLO = ZoneInfo("Europe/Oslo")
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "chrome")
DESKTOP_PX, PHONE_PX = 1100, 390
_COLOURS = 256
_GAP_PX = 24
_PAPER = "#c9d2db"


def chromium_path() -> str | None:
    """Return the Chromium on the path; None without one."""
    return next((found for name in CHROMIUM if (found := shutil.which(name))), None)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium. Raises RuntimeError where there is none."""
    path = chromium_path()
    if path is None:
        raise RuntimeError(f"no Chromium on the path (looked for {', '.join(CHROMIUM)})")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


def main() -> None:
    """Make all pictures and print their sizes."""
    week = _a_week()
    pages = {kind: WORK / f"{kind}.html" for kind in Kind}
    printed = {kind: WORK / f"{kind}.pdf" for kind in Kind}
    bad = WORK / "bad.html"
    with Store(week) as store:
        for kind in Kind:
            make_report(store, PARTICIPANT, pages[kind], OSLO, pdf_path=printed[kind], kind=kind)
    with Store(_half_of(week)) as store:
        make_report(store, PARTICIPANT, bad, OSLO)
    with chromium() as browser:
        person = pages[Kind.PERSON]
        shots = [_shot(browser, person, PHONE_PX, "about", dark=dark) for dark in (False, True)]
        _save("report", _shot(browser, person, DESKTOP_PX, "walking"))
        _save("report-phone", _beside([_columns(shot, 2) for shot in shots]))
        _save("report-bad-week", _columns(_shot(browser, bad, PHONE_PX, "about"), 2))
        _save("report-detail", _shot(browser, pages[Kind.DETAIL], DESKTOP_PX, "wear"))
    _save("report-print", _beside([_page(printed[Kind.PERSON], i) for i in range(2)]))
    _save("report-clinician", _page(printed[Kind.CLINICIAN], 0))


def _a_week() -> Path:
    store = WORK / "demo" / "nodes" / "demo.db"
    if not store.exists():
        command = (sys.executable, "-m", "ambula", "demo", "--days", "7", "--out", str(WORK / "demo"))
        subprocess.run(command, check=True)
    return store


def _half_of(week: Path) -> Path:
    """Return a copy of a store that lacks about half of it: nights, a day, a node for two days."""
    path = WORK / "bad.db"
    shutil.copy(week, path)
    with sqlite3.connect(path) as store:
        for node, role, offset, epoch in store.execute(
            "SELECT node_id, role, offset, epoch FROM segment JOIN node USING (node_id) WHERE epoch > 0"
        ).fetchall():
            at = datetime.fromtimestamp(epoch * EPOCH_S, OSLO)
            if _is_missing(at, role):
                store.execute("DELETE FROM segment WHERE node_id = ? AND offset = ?", (node, offset))
    store.close()
    return path


def _is_missing(at: datetime, role: int) -> bool:
    if at.day in (2, 3):  # Monday and Tuesday from the evening on
        return at.hour >= 17
    if at.day in (5, 6):  # Thursday and Friday one node alone, until noon
        return at.hour >= 12 or role == 0
    return at.day == 4 or (at.day == 8 and at.hour < 13)


def _shot(browser: Browser, page: Path, width_px: int, until: str, dark: bool = False) -> Image.Image:
    """Return the page from its top to the end of the section with the heading `until`."""
    scheme = "dark" if dark else "light"
    view = browser.new_page(viewport={"width": width_px, "height": 900}, color_scheme=scheme)
    view.goto(page.as_uri())
    end_px = view.evaluate(f"document.getElementById('{until}').closest('section').getBoundingClientRect().bottom")
    clip = {"x": 0, "y": 0, "width": width_px, "height": end_px + _GAP_PX}
    return Image.open(BytesIO(view.screenshot(full_page=True, clip=clip)))  # type: ignore[arg-type]


def _page(printed: Path, number: int) -> Image.Image:
    return pypdfium2.PdfDocument(printed)[number].render(scale=1.1).to_pil()


def _columns(tall: Image.Image, count: int) -> Image.Image:
    """Return a tall picture cut into columns, as one would scroll."""
    height = -(-tall.height // count)
    return _beside([tall.crop((0, y, tall.width, min(y + height, tall.height))) for y in range(0, tall.height, height)])


def _beside(parts: list[Image.Image]) -> Image.Image:
    width = sum(p.width + _GAP_PX for p in parts) + _GAP_PX
    picture = Image.new("RGB", (width, max(p.height for p in parts) + 2 * _GAP_PX), _PAPER)
    left = _GAP_PX
    for part in parts:
        picture.paste(part, (left, _GAP_PX))
        left += part.width + _GAP_PX
    return picture


def _save(name: str, picture: Image.Image) -> None:
    path = DOCS / f"{name}.png"
    picture.convert("RGB").quantize(_COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
        path, optimize=True
    )
    sys.stdout.write(f"{path.name}: {picture.width} x {picture.height}, {path.stat().st_size // 1000} kB\n")


if __name__ == "__main__":
    main()
