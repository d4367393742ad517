"""The recording log on the page: every state in words, and a table that adds up."""

from dataclasses import replace

from ambula.account.ledger import Ledger, Run, State
from ambula.report.accounts import accounts, exact
from ambula.report.language import Language
from ambula.store import Check
from tests.support.report_page import BACK, CONTEXT, DAYS, END, START, THIGH, WEEK, Page, page_of

ENGLISH = Language()
NBSP = "\N{NO-BREAK SPACE}"


def page() -> Page:
    return page_of(WEEK, replace(CONTEXT, ledgers={"thigh": THIGH, "back": BACK}))


def test_every_state_is_told_in_words_and_the_table_adds_up() -> None:
    text = page().text
    told = text[text.index("Recording log") : text.index("All numbers")]
    rows = accounts(ENGLISH, {"thigh": THIGH, "back": BACK}, DAYS)["account_rows"]
    assert [row.state for row in rows] == [*State, None]
    for row in rows:
        assert f"{row.name} {row.meaning}" in told
        assert row.name == (row.state or "total")
    for node, ledger in enumerate((THIGH, BACK)):
        *states, total = [row.cells[node][0] for row in rows]
        assert sum(states) == total == ledger.duration_slots
    assert "rebooting no power, or starting upnone35 s" in told
    assert "clock unknown recorded at an unknown time: the node had lost its clock settingnone1 h" in told
    assert "lost missing, for an unknown reasonnone5 s" in told


def test_the_bars_show_the_runs_and_say_them() -> None:
    said = {str(d["aria-label"]).replace(NBSP, " ") for d in page().drawn if d.get("role") == "img"}
    assert "thigh: recorded 159 h" in said
    told = "recorded 13 h 53 min 20 s, not worn 12 h 52 min 45 s, rebooting 35 s, clock unknown 1 h, lost 5 s"
    assert f"back: {told}" in said
    strips = accounts(ENGLISH, {"thigh": THIGH, "back": BACK}, DAYS)["account_strips"]
    paths = {layer.kind: layer.path for layer in strips[1].layers}
    assert paths["slot-rebooting"] == "M10000 0H10007v10H10000z"
    assert paths["slot-sensor-fault"] == ""
    assert {strip.width for strip in strips} == {END - START}  # one scale for both


def test_a_slot_that_is_missing_is_never_rounded_away() -> None:
    nearly = Ledger((Run(0, 999_999, State.RECORDED), Run(999_999, 1_000_000, State.LOST)))
    (strip,) = accounts(ENGLISH, {"thigh": nearly}, [])["account_strips"]
    assert strip.value == "99.9%"
    (strip,) = accounts(ENGLISH, {"thigh": Ledger(nearly.runs[:1])}, [])["account_strips"]
    assert strip.value == "100%"
    assert exact(ENGLISH, 0) == "none"
    assert exact(ENGLISH, 720 * 166 + 12 * 12 + 7).replace(NBSP, " ") == "166 h 12 min 35 s"


def test_the_legend_names_what_is_shown_and_nothing_else() -> None:
    def words(**ledgers: Ledger) -> list[str]:
        return [word for _, word in accounts(ENGLISH, ledgers, DAYS)["account_used"]]

    assert words(thigh=THIGH) == ["recorded"]
    assert words(thigh=THIGH, back=BACK) == [
        *("recorded", "not worn", "rebooting", "clock unknown", "lost"),
        "not started, or stopped",
    ]


def test_days_are_marked_where_they_begin() -> None:
    ticks = accounts(ENGLISH, {"thigh": THIGH}, DAYS)["account_ticks"]
    assert [(day, month) for day, month, _ in ticks] == [(3, "Mar"), *((d, "") for d in range(4, 9))]
    assert ticks[0][2] == 100 * (DAYS[1].start - START) / (END - START)


def test_without_a_ledger_the_section_is_left_out() -> None:
    assert "Recording log" not in page_of(WEEK).text
    assert "Recording log" not in page_of(WEEK, replace(CONTEXT, ledgers={"thigh": Ledger(())})).text


def test_what_gait_told_of_the_clocks_is_said() -> None:
    words = "The back node's clock was aligned with the thigh's by gait: it was 40 s ahead, in 9 windows of two hours."
    assert words in page_of(WEEK, replace(CONTEXT, clocks=(words,))).text


def test_who_went_against_a_check_is_said_in_words() -> None:
    check = Check(1_772_000_000, "accepted", "BH", "face_unknown back, missing_sitting")
    text = page_of(WEEK, replace(CONTEXT, accepted=(check,))).text
    assert "BH went on though this had not been seen: which way the back node faces, sitting." in text
