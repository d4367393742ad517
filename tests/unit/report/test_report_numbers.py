"""Every number in words, cards and beside bars is that of daily.csv and weekly.csv, and bars are as long as told."""

import csv
import io
import re
from html.parser import HTMLParser

import pytest

from ambula.days.csv_file import daily_csv_text, weekly_csv_text
from ambula.days.summary import summarise_days, summarise_week
from ambula.report.language import Language
from ambula.report.messages import messages
from tests.support.report_page import CONTEXT, TABLES, html_of

ENGLISH = Language()
RECORDED = [name for name in TABLES if name != "nothing"]
BLOCK = re.compile(r"M([\d.]+) 0h([\d.]+)v")


class Rows(HTMLParser):
    """The rows of each figure (by its section's heading): label, value, what is drawn; the cards; the sentences."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: dict[str, list[dict[str, str]]] = {}
        self.cards: list[str] = []
        self.prose: list[str] = []
        self._section, self._cell, self._skip = "", "", False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {key: value or "" for key, value in attrs}
        kind = named.get("class", "")
        if tag == "section":
            self._section = named.get("aria-labelledby", kind)
        self._skip = tag in ("style", "title")
        if kind == "row" and named.get("role") == "listitem":
            self.rows.setdefault(self._section, []).append({"label": "", "value": "", "drawn": ""})
        if tag in ("div", "small", "b", "p", "span", "h1", "h2"):
            self._cell = kind if kind in ("label", "value") else tag
        if tag == "svg" and named.get("role") == "img":
            self._last["width"] = named["viewbox"].split()[2]
        if tag == "path" and self._last is not None:
            self._last["drawn"] += named["d"]

    @property
    def _last(self) -> dict[str, str]:
        rows = self.rows.get(self._section)
        return rows[-1] if rows else {"drawn": ""}

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if not text or self._skip:
            return
        if self._cell in ("label", "value") and self._section in self.rows:
            self._last[self._cell] += text
        if self._section == "cards" and self._cell == "b":
            self.cards.append(text)
        if self._cell in ("h1", "p"):
            self.prose.append(text)


def drawn_min(row: dict[str, str]) -> float:
    return sum(float(size) for _, size in BLOCK.findall(row["drawn"]))


def tables(name: str) -> tuple[list[dict[str, str]], dict[str, str]]:
    days = summarise_days(TABLES[name](), CONTEXT.zone)
    daily = list(csv.DictReader(io.StringIO(daily_csv_text(days))))
    (week,) = csv.DictReader(io.StringIO(weekly_csv_text([summarise_week(days)])))
    return daily, week


def spaced(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("name", RECORDED)
def test_beside_each_bar_stands_the_days_figure_and_the_bar_is_as_long(name: str) -> None:
    rows = Rows(html_of(TABLES[name](), "en")).rows
    daily, _ = tables(name)
    for section in ("walking", "through", "sitting", "trunk", "wear"):
        assert len(rows.get(section, daily)) == len(daily), section
    for i, day in enumerate(daily):
        seen = int(day["recorded_epochs"]) > 0
        walking, sitting, wear = (rows[section][i] for section in ("walking", "sitting", "wear"))
        assert walking["value"] == (f"{float(day['walking_min']):,.0f} min" if seen else "no data")
        assert drawn_min(walking) == pytest.approx(float(day["walking_min"] or 0), abs=0.05)
        assert drawn_min(sitting) == pytest.approx(float(day["sitting_min"] or 0), abs=0.05)
        times = day["sitting_bouts_30min"]
        told = f"{times} time{'' if times == '1' else 's'}" if times else "\N{EN DASH}"
        assert sitting["value"].partition("A dash")[0] == (told if seen else "no data")
        assert spaced(wear["value"]) == f"{spaced(ENGLISH.percent(float(day['worn_share'])))} worn"
        assert float(wear["width"]) == float(rows["through"][i]["width"]) == float(day["day_epochs"])
        if "trunk" in rows:
            assert drawn_min(rows["trunk"][i]) == pytest.approx(float(day["bent_min"] or 0), abs=0.05)
            bends = day["bends"]
            assert rows["trunk"][i]["value"].startswith(bends or ("no data" if not seen else "\N{EN DASH}"))


@pytest.mark.parametrize("name", RECORDED)
def test_the_cards_are_the_weeks_means(name: str) -> None:
    _, week = tables(name)
    cards = [spaced(card) for card in Rows(html_of(TABLES[name](), "en")).cards]
    if week["valid_days"] == "0":
        assert cards == []
        return
    sat = ("sitting_min", "sitting_longest_min") if week["sitting_min"] else ("sitting_or_lying_min",)
    named = ("walking_min", "walking_brisk_min", "steps", *sat)
    means = [float(week[key]) for key in named]
    assert cards == [
        f"{mean:,.0f}" if key == "steps" else spaced(ENGLISH.duration(mean))
        for key, mean in zip(named, means, strict=True)
    ]


def allowed_in_prose(name: str) -> set[str]:
    """What a number in a sentence may be: of a message, of a date, or a figure of the tables, as sentences round it."""
    daily, week = tables(name)
    fixed = " ".join(form for m in messages() for form in ((m,) if isinstance(m, str) else m))
    found = set(re.findall(r"\d+(?:[.,]\d+)*", f"{fixed} {CONTEXT.rules.met.name} {CONTEXT.participant}"))
    for row in (*daily, week):
        for key, text in row.items():
            if not re.fullmatch(r"\d+(\.\d+)?", text):
                found |= {str(int(part)) for part in re.findall(r"\d+", text)}  # dates, bands
                continue
            value = float(text)
            found |= {f"{value:,.0f}", f"{value:.2f}"}
            if key.endswith("_min"):
                found |= {str(part) for part in divmod(round(value), 60)}
            if key.endswith("_share"):
                found |= set(re.findall(r"\d+", ENGLISH.percent(value) + ENGLISH.percent(1 - value)))
    return found | {"13", "23", "24"}  # what the study's risk ratios come to in percent


@pytest.mark.parametrize("name", RECORDED)
def test_every_number_in_a_sentence_is_one_of_the_tables_or_of_the_sentence_itself(name: str) -> None:
    prose = Rows(html_of(TABLES[name](), "en")).prose
    allowed = allowed_in_prose(name)
    plan = {"78", "39", "12", "15"}  # the programme's own, held against it elsewhere
    said = {number for text in prose for number in re.findall(r"\d+(?:[.,]\d+)*", text)}
    assert len(said) > 5
    assert said - allowed - plan == set()
