"""Which firmware classified which records: boot by boot from the log, never by the newest sync."""

import json
from pathlib import Path

import pytest

from ambula.base.version import SOFTWARE
from ambula.nodes.segments import assemble
from ambula.participant.results import Results, results
from ambula.store import Anchor, Store
from nodecore import roles
from tests.support.command import runner
from tests.support.made_days import OSLO
from tests.support.tape import FIRST, Tape

OLD, NEW = "0.1.0 aaaaaaaa", "0.2.0 bbbbbbbb"
DAY = 17280
DAMAGED = ""


def story(firmware: str) -> bytes:
    return json.dumps({"firmware": firmware, "reset": "power on"}).encode()


def add(store: Store, role: int, starts: list[tuple[str, int]], synced_in: int | None = None) -> None:
    """Add a log: at each start a firmware, or a damaged entry, and so many records; the last sync saw the newest."""
    tape, now = Tape(), FIRST
    for firmware, epochs in starts:
        if firmware == DAMAGED:
            tape.boot += 1
        else:
            tape.start(now, story=story(firmware) if firmware in (OLD, NEW) else firmware.encode())
        tape.record(now, epochs)
        now += epochs
    node = store.ensure_node(f"{role:016x}", 1, role, "P01", NEW)
    found = assemble(0, tape.data, at_log_end=True)
    store.add_log(node.node_id, found.segments, [], found.next_offset)
    store.add_anchor(node.node_id, Anchor(now * 5000, now * 5000, 20, synced_in))


def kept(path: Path, *logs: list[tuple[str, int]], synced_in: int | None = None) -> Results:
    path.unlink(missing_ok=True)
    with Store(path) as store:
        for role, starts in enumerate(logs):
            add(store, role, starts, synced_in)
        return results(store, "P01", OSLO)


UPGRADED = [(OLD, DAY + 100), (NEW, DAY)]


def test_each_day_names_the_firmware_that_ran_and_a_change_is_said(tmp_path: Path) -> None:
    found = kept(tmp_path / "s.db", UPGRADED, [(NEW, 2 * DAY + 100)])
    assert [day.thigh_firmware for day in found.days] == [OLD, f"{OLD}+{NEW}", NEW]
    assert {day.back_firmware for day in found.days} == {NEW}
    turn = int((found.table.thigh_firmware == OLD).sum())
    assert turn == DAY + 100
    assert (found.table.thigh_firmware[turn:] == NEW).all()
    assert (found.week.thigh_firmware, found.week.back_firmware) == (f"{OLD}+{NEW}", NEW)
    assert {day.software for day in found.days} == {found.week.software} == {SOFTWARE}
    day = found.days[1].date
    assert found.versions == [
        f"From {day} the thigh node ran firmware {NEW}, before {OLD}: their rules may differ.",
        f"The thigh node ran firmware {OLD}+{NEW} and the back node ran firmware {NEW}: their rules may differ.",
    ]


def test_one_firmware_is_no_word_worth(tmp_path: Path) -> None:
    found = kept(tmp_path / "s.db", [(OLD, 900), (OLD, 900)], [(OLD, 900)])
    assert (found.versions, found.firmware) == ([], {"thigh": OLD, "back": OLD})


@pytest.mark.parametrize(
    ("starts", "said"),
    [
        ([OLD, DAMAGED, OLD], [OLD]),
        ([OLD, DAMAGED, DAMAGED, OLD], [OLD]),
        ([OLD, DAMAGED, NEW], [OLD, "unknown", NEW]),
        ([DAMAGED, OLD], ["unknown", OLD]),
        ([OLD, DAMAGED], [OLD, "unknown"]),
        ([OLD, "{", OLD, '{"firmware": "x+y"}'], [OLD, "unknown"]),
        (['{"firmware": 7}', "[]", "[" * 400], ["unknown"]),
    ],
)
def test_a_start_that_was_not_read_has_the_firmware_on_which_its_neighbours_agree(
    tmp_path: Path, starts: list[str], said: list[str]
) -> None:
    found = kept(tmp_path / "s.db", [(start, 100) for start in starts])
    assert found.firmware == {"thigh": "+".join(said)}
    assert len(found.versions) == len(said) - 1


def test_the_newest_start_has_the_firmware_of_a_sync_within_it_and_no_other(tmp_path: Path) -> None:
    starts = [(OLD, 100), (DAMAGED, 100)]
    assert kept(tmp_path / "s.db", starts, synced_in=2).firmware == {"thigh": f"{OLD}+{NEW}"}
    assert kept(tmp_path / "s.db", starts, synced_in=1).firmware == {"thigh": f"{OLD}+unknown"}


def test_of_two_nodes_of_one_part_each_day_has_the_firmware_of_the_one_that_counts(tmp_path: Path) -> None:
    with Store(tmp_path / "s.db") as store:
        add(store, roles.THIGH, UPGRADED)
        node = store.ensure_node("ff" * 8, 1, roles.THIGH, "P01", NEW)
        tape = Tape()
        tape.start(FIRST + 2 * DAY, story=story(OLD))
        tape.record(FIRST + 2 * DAY, 200)
        found = assemble(0, tape.data, at_log_end=True)
        store.add_log(node.node_id, found.segments, [], found.next_offset)
        table = results(store, "P01", OSLO).table
    after = table.epoch >= FIRST + 2 * DAY
    assert (table.thigh_firmware[after][:200] == OLD).all()
    assert set(table.thigh_firmware[~after][-100:]) == {NEW}


def test_summary_status_and_report_say_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ambula = runner(capsys, monkeypatch)
    path = tmp_path / "s.db"
    (line,) = kept(path, UPGRADED).versions
    assert line in ambula("summary", "--store", path).out
    told = json.loads(ambula("summary", "--store", path, "--json").out)
    assert (told["versions"], told["software"]) == ([line], SOFTWARE)
    (row,) = json.loads(ambula("status", "--store", path, "--json").out)
    assert row["firmware"] == NEW
    assert row["firmware_of_records"].startswith(f"{OLD}, from 20")
    assert row["firmware_of_records"].endswith(f"Z {NEW}: rules may differ")
    assert ambula("report", "--store", path, "--out", tmp_path / "r.html").code == 0
    page = (tmp_path / "r.html").read_text()
    assert line in page
    assert f"firmware {OLD}+{NEW}" in page
