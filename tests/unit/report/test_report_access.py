"""The page can be read: by people with low vision, by those who see some hues alike, by ear, by keyboard, offline."""

import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from importlib.resources import files
from itertools import combinations, pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from ambula.days.summary import summarise_days, summarise_week
from ambula.programme import follow, read_plan, walking_days
from ambula.report import render_report
from ambula.report.colours import FILL
from ambula.report.strips import ACTIVITIES
from tests.support.report_page import BACK, CONTEXT, TABLES, THIGH, WEEK

CSS = files("ambula.report").joinpath("detail.css").read_text("utf-8")
INK = re.compile(r"(?<![-\w])color: ?(#[0-9a-f]{3,6}|var\(--\w+\))")
NAMED = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", CSS))
# What text stands on: the page, cards and the study's box, the note of what is missing, the reader's own row.
PAPERS = {"page": "#ffffff", "tint": NAMED["tint"], "rests": "#fdf7e6", "here": "#d9ecf8"}
ON_DARK = {"#fff", "#ffd24d"}
DARK = "#1b2430"

# Machado, Oliveira & Fernandes 2009, doi 10.1109/TVCG.2009.113: severity 1.0, on linear RGB.
SIGHTS = {
    name: np.array(rows).reshape(3, 3)
    for name, rows in {
        "usual": (1, 0, 0, 0, 1, 0, 0, 0, 1),
        "no red cones": (
            *(0.152286, 1.052583, -0.204868),
            *(0.114503, 0.786281, 0.099216),
            *(-0.003882, -0.048116, 1.051998),
        ),
        "no green cones": (
            *(0.367322, 0.860646, -0.227968),
            *(0.280085, 0.672501, 0.047413),
            *(-0.011820, 0.042940, 0.968881),
        ),
        "no blue cones": (
            *(1.255528, -0.076749, -0.178779),
            *(-0.078411, 0.930809, 0.147602),
            *(0.004733, 0.691367, 0.303900),
        ),
    }.items()
}
FIGURES = {
    "through the day": tuple(ACTIVITIES),
    "pace": ("slow", "moderate", "brisk", "unknown-pace"),
    "sitting": ("sat-0", "sat-10", "sat-30", "sat-60"),
    "wear": ("both", "one-node", "not_worn"),
    "accounts": tuple(kind for kind in FILL if kind.startswith("slot-")),
    "plan": ("walked", "reached"),
}
LEAST_DIFFERENCE = 11.0  # CIE 1976 delta E: about 2.3 is just noticeable side by side


def linear(colour: str) -> NDArray[np.float64]:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * c for c in colour[1:])
    rgb = np.array([int(digits[i : i + 2], 16) for i in (0, 2, 4)]) / 255
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2.2."""
    light = sorted((linear(c) @ (0.2126, 0.7152, 0.0722) for c in (one, other)), reverse=True)
    return (light[0] + 0.05) / (light[1] + 0.05)


def lab(rgb: NDArray[np.float64]) -> NDArray[np.float64]:
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    t = to_xyz @ np.clip(rgb, 0, 1) / (0.9505, 1.0, 1.089)
    x, y, z = np.where(t > (6 / 29) ** 3, np.cbrt(t), t / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def test_contrast_is_computed_as_wcag_does() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


def test_all_text_stands_out_from_what_it_is_on() -> None:
    inks = {NAMED[c[6:-1]] if c.startswith("var") else c for c in INK.findall(CSS)}
    assert len(inks) >= 5
    for ink in inks - ON_DARK:
        for name, paper in PAPERS.items():
            assert contrast(ink, paper) >= 4.5, (ink, name)
    for ink in inks & ON_DARK:
        assert contrast(ink, DARK) >= 4.5, ink
    assert all(paper in CSS for paper in (*PAPERS.values(), DARK) if paper != "#ffffff")


@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize("figure", FIGURES)
def test_colours_of_a_figure_are_told_apart(figure: str, sight: str) -> None:
    seen = {kind: lab(SIGHTS[sight] @ linear(FILL[kind])) for kind in FIGURES[figure]}
    for one, other in combinations(seen, 2):
        assert np.linalg.norm(seen[one] - seen[other]) >= LEAST_DIFFERENCE, (one, other)


class Tree(HTMLParser):
    """Every element's attributes, and what headings say."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def full_page() -> str:
    days = summarise_days(WEEK, CONTEXT.zone)
    plan = read_plan("")
    walked = walking_days(WEEK, CONTEXT.zone, plan.walk_from_min)
    programme = follow(plan, date(2026, 3, 2), walked, [], date(2026, 3, 9))
    context = replace(CONTEXT, ledgers={"thigh": THIGH, "back": BACK}, programme=programme)
    return render_report(WEEK, days, summarise_week(days), context)


def test_headings_go_down_step_by_step_and_name_their_sections() -> None:
    page = Tree(full_page())
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    for tag, attrs in page.tags:
        if tag in ("section", "figure"):
            assert attrs.get("aria-label") or attrs.get("aria-labelledby") in ids, attrs


def test_the_keyboard_goes_through_the_page_as_it_is_read() -> None:
    tags = Tree(full_page()).tags
    stops = [attrs for tag, attrs in tags if "tabindex" in attrs or tag in ("a", "button", "input", "summary")]
    assert [(stop["tabindex"], bool(stop["aria-label"])) for stop in stops] == [("0", True)]  # what scrolls sideways
    assert "order:" not in CSS.replace("border:", "")


def test_tables_tell_which_cell_is_a_heading_and_of_what() -> None:
    heads = [attrs for tag, attrs in Tree(full_page()).tags if tag == "th"]
    assert len(heads) > 100
    assert all(attrs.get("scope") in ("row", "col", "rowgroup") for attrs in heads)


@pytest.mark.parametrize("name", TABLES)
def test_nothing_is_fetched(name: str) -> None:
    table = TABLES[name]()
    days = summarise_days(table, CONTEXT.zone)
    html = render_report(table, days, summarise_week(days), CONTEXT)
    for tag, attrs in Tree(html).tags:
        assert tag not in ("script", "link", "iframe", "object", "embed", "img", "base", "form", "use", "image"), tag
        assert not {"src", "href", "srcset", "poster", "data", "action", "xlink:href"} & set(attrs), attrs
        assert not any(key.startswith("on") for key in attrs)
    assert not re.search(r"@import|url\(|image-set|https?:|//[a-z]+\.", html)
