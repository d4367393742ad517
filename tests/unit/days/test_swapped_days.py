"""Days whose nodes were swapped: found on people and on synthetic ones, and no right day is called so.

People: recordings beside the project of both nodes at once, each as it is and with thigh and trunk exchanged.
"""

import json
import re
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ambula.days.rules import SETS, Rules
from ambula.days.summary import DaySummary, summarise_days, summarise_week
from ambula.donning.site import CLEARLY_MORE
from ambula.epochs.fusion import fuse_records
from ambula.epochs.table import EpochTable, Records
from ambula.evaluation.axes import snapped
from ambula.rehearsal.first_look import put_log, segments_of
from ambula.report import render_report
from ambula.report.context import ReportContext
from ambula.report.person_page import render_person
from ambula.store import Store
from ambula.synthetic import Kind
from ambula.twin.score import score_stream
from nodecore.sampling import COUNTS_PER_G, EPOCH_SAMPLES, ODR_HZ
from tests.support.clinic import Course, worn
from tests.support.command import look_like_a_terminal, runner
from tests.support.made_days import OSLO, SITTING, WALKING, epoch_at, table_of
from tests.support.worn_wrong import Fault

DATA = Path(__file__).parents[4] / "shared" / "data"
UPPER = {"daphnet_part": "acc_back", "dsads": "acc_trunk", "cmu_dual": "acc_back"}
PEOPLE = [(name, path) for name in UPPER for path in sorted((DATA / name).glob("*.npz"))]
START = epoch_at(datetime(2026, 3, 4, 8))
SWAPPED: tuple[Fault, ...] = (("swapped", ""),)
Counts = NDArray[np.int16]

WALKS = Course(lambda d: [(Kind.STANDING, 60.0, None), (Kind.WALKING, 600.0, float(d.uniform(70, 120)))])
SOFT = Course(lambda d: [(Kind.WALKING, 600.0, float(d.uniform(45, 75)))], vigour=(0.5, 0.7), asymmetry=(0.2, 0.3))


def recorded(thigh: Counts, back: Counts) -> tuple[Records, Records]:
    sides = [score_stream(counts, role) for role, counts in enumerate((thigh, back))]
    n = min(map(len, sides))
    return Records(START + np.arange(n), sides[0][:n]), Records(START + np.arange(n), sides[1][:n])


def day_of(thigh: Counts, back: Counts) -> DaySummary:
    return summarise_days(fuse_records(*recorded(thigh, back)), OSLO)[0]


def sampled(path: Path, key: str) -> Counts:
    """A recording as a node would sample it, up along x."""
    with np.load(path, allow_pickle=True) as held:
        acc_g, fs = np.nan_to_num(held[key]), float(held["fs"])
    acc_g = acc_g @ snapped(acc_g).matrix.T
    at_s = np.arange(int(len(acc_g) / fs * ODR_HZ)) / ODR_HZ
    axes = [np.interp(at_s, np.arange(len(acc_g)) / fs, acc_g[:, k]) for k in range(3)]
    counts = np.rint(np.stack(axes, axis=1) * COUNTS_PER_G).clip(-32768, 32767).astype(np.int16)
    return counts[: len(counts) // EPOCH_SAMPLES * EPOCH_SAMPLES]


def walked(*ratios: float) -> EpochTable:
    """Sitting, then an hour of walking that shook the nodes so, one epoch after the other and over again."""
    table = table_of(START, [(SITTING, 100), (WALKING, 720)])
    table.shake_ratio[100:] = np.resize(ratios, 720)
    return table


@pytest.mark.skipif(not PEOPLE, reason="no recordings of two nodes beside the project")
def test_of_people_no_right_day_is_called_swapped_and_each_swapped_one_is() -> None:
    right: list[DaySummary] = []
    wrong: list[DaySummary] = []
    for name, path in PEOPLE:
        thigh, back = sampled(path, "acc_thigh"), sampled(path, UPPER[name])
        if len(thigh):
            right.append(day_of(thigh, back))
            wrong.append(day_of(back, thigh))
    assert not [day for day in right if day.nodes_swapped]
    assert len([day for day in right if day.nodes_swapped is False]) >= 8  # the others walk for less than 2 min
    assert {day.nodes_swapped for day in wrong} <= {True, None}
    assert sum(day.nodes_swapped is True for day in wrong) >= 8
    assert min(day.shake_ratio for day in right if day.nodes_swapped is False) > 1.3


@pytest.mark.parametrize("course", [WALKS, SOFT], ids=["usual", "with a stick"])
@pytest.mark.parametrize("fault", [(), (("rotated", "thigh"),), (("inside_out", "thigh"),)], ids=str)
def test_of_synthetic_people_none_and_all(course: Course, fault: tuple[Fault, ...]) -> None:
    for seed in range(3):
        right, wrong = (worn(seed, course, fault + more) for more in ((), SWAPPED))
        assert not day_of(right["thigh"], right["back"]).nodes_swapped
        found = day_of(wrong["thigh"], wrong["back"])
        assert (found.nodes_swapped, found.valid) in [(True, False), (None, False)]
        if course is WALKS and not fault:  # a turn more may hide from a node that it walks
            assert found.nodes_swapped
            assert found.shake_ratio < 1 / CLEARLY_MORE


def test_a_swapped_day_does_not_count_and_says_why() -> None:
    (day,) = summarise_days(walked(0.6), OSLO, SETS["hunt4"])
    assert (day.nodes_swapped, day.valid, day.valid_fails) == (True, False, "swapped_shake")
    assert day.shake_ratio == pytest.approx(0.6)
    assert day.walking_min == 60  # the figures stay to be seen
    week = summarise_week([day], rules=SETS["hunt4"])
    assert (week.swapped_days, week.valid_days) == (1, 0)


def test_a_swap_in_the_middle_of_a_day_is_seen_and_a_stray_minute_is_none() -> None:
    assert summarise_days(walked(*([1.7] * 600 + [0.6] * 120)), OSLO)[0].nodes_swapped
    (day,) = summarise_days(walked(*([1.7] * 700 + [0.6] * 20)), OSLO, SETS["hunt4"])
    assert (day.nodes_swapped, day.valid) == (False, True)


def test_little_walking_or_one_node_says_nothing() -> None:
    little, enough = walked(0.6), walked(0.6)
    little.shake_ratio[123:], enough.shake_ratio[124:] = np.nan, np.nan
    assert [summarise_days(table, OSLO)[0].nodes_swapped for table in (little, enough)] == [None, True]
    (alone,) = summarise_days(table_of(START, [(SITTING, 100), (WALKING, 720)], nodes=1), OSLO, SETS["hunt4"])
    assert (alone.nodes_swapped, alone.valid, np.isnan(alone.shake_ratio)) == (None, True, True)


def test_a_study_may_draw_the_line_elsewhere() -> None:
    assert not summarise_days(walked(0.6), OSLO, Rules(name="ours", swapped_shake=99))[0].nodes_swapped
    assert summarise_days(walked(0.95), OSLO, Rules(name="ours", swapped_shake=1))[0].nodes_swapped
    assert not summarise_days(walked(0.95), OSLO)[0].nodes_swapped
    with pytest.raises(ValueError, match="swapped_shake"):
        Rules(swapped_shake=0.9)


def test_the_report_says_it_and_claims_nothing_else() -> None:
    table = walked(0.6)
    days = summarise_days(table, OSLO)
    page = render_report(table, days, summarise_week(days), ReportContext("P01", OSLO))
    assert "We cannot describe your walking: the nodes look swapped." in page
    assert "does not count: the nodes look swapped, because walking shook" in page
    assert "No day has both sitting and walking" not in page
    assert "too little sitting" not in page
    person = render_person(table, days, ReportContext("P01", OSLO)).split("</style>")[1]
    assert "We cannot describe your walking: the sensors look swapped." in person
    assert "The two sensors look swapped on " in person
    assert not re.search(r"praise|Your sitting|\d+ min</b>", person)  # they would be wrong
    norsk = render_report(table, days, summarise_week(days), ReportContext("P01", OSLO, language="nb"))
    assert "byttet om" in norsk


def test_the_summary_says_it_on_the_screen_and_to_programs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ambula, made = runner(capsys, monkeypatch), worn(1, WALKS, SWAPPED)
    with Store(tmp_path / "s.db") as store:
        for role, records in enumerate(recorded(made["thigh"], made["back"])):
            put_log(store, "P01", role, segments_of(role, records))
    told = json.loads(ambula("summary", "--store", tmp_path / "s.db", "--json").out)
    assert [(day["nodes_swapped"], day["valid"]) for day in told["days"]] == [(True, False)]
    assert told["week"]["swapped_days"] == 1
    look_like_a_terminal(monkeypatch)
    shown = ambula("summary", "--store", tmp_path / "s.db").out
    assert "2026-03-04: the nodes look swapped" in " ".join(shown.split())
    assert "run `ambula check`" in " ".join(shown.split())
    assert max(map(len, shown.splitlines())) <= 80
    ran = ambula("cohort", tmp_path, "--out", tmp_path / "days.parquet", "--jobs", "1")
    assert "1 day(s) have nodes that look swapped" in ran.err
