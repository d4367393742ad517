"""Whose days are cut by which zone: the set-up's, kept at the first sync, and changed by nothing but `ambula zone`."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from ambula.nodes.segments import assemble
from ambula.nodes.setup_zone import keep_first_zone, setup_zone
from ambula.participant.zones import zones_of
from ambula.store import Store, ZoneChange
from nodecore import segment


def started(store: Store, who: str, *zones: str | None, device: str = "aa" * 8) -> None:
    """A log with a start for each zone that the node was set up with; None: a start that tells no settings."""
    node = store.ensure_node(device, 1, 0, who, "0.1.0")
    writer, log = segment.SegmentWriter(0), b""
    for i, zone in enumerate(zones):
        told = json.dumps({"config": None if zone is None else {"zone": zone}}).encode()
        log += bytes(writer.event(segment.BOOT, 1000 + i, told, i, 0, 1, 30, 200, 1))
    store.add_log(node.node_id, assemble(0, log, at_log_end=True).segments, [], len(log))


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setenv("TZ", "America/Lima")
    monkeypatch.setenv("AMBULA_CONFIG", str(tmp_path / "none.toml"))
    with Store(tmp_path / "s.db") as made:
        yield made


@pytest.mark.parametrize(
    ("zones", "kept"),
    [
        (["Asia/Tokyo"], "Asia/Tokyo"),
        (["Asia/Tokyo", "Europe/Oslo"], "Europe/Oslo"),
        (["Asia/Tokyo", None, ""], "Asia/Tokyo"),
        (["Mars/Olympus"], "America/Lima"),
        ([""], "America/Lima"),
        ([None], "America/Lima"),
    ],
)
def test_the_first_sync_keeps_the_zone_of_the_set_up(store: Store, zones: list[str | None], kept: str) -> None:
    started(store, "P01", *zones)
    keep_first_zone(store, "P01", is_new=True)
    assert store.zone_changes("P01") == [ZoneChange(0, kept)]
    assert zones_of(store, "P01", None).words == kept


def test_a_zone_that_was_set_before_the_first_sync_stays(store: Store) -> None:
    store.set_zone("P01", ZoneChange(0, "Africa/Cairo"))
    started(store, "P01", "Asia/Tokyo")
    keep_first_zone(store, "P01", is_new=True)
    assert zones_of(store, "P01", None).words == "Africa/Cairo"


def test_later_syncs_change_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    started(store, "P01", "")
    keep_first_zone(store, "P01", is_new=True)
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    keep_first_zone(store, "P01", is_new=False)
    assert zones_of(store, "P01", None).words == "America/Lima"


def test_each_participant_has_a_zone_of_their_own(store: Store) -> None:
    started(store, "P01", "Asia/Tokyo")
    started(store, "P02", "Europe/Oslo", device="bb" * 8)
    for who in ("P01", "P02"):
        keep_first_zone(store, who, is_new=True)
    assert [zones_of(store, who, None).words for who in ("P01", "P02")] == ["Asia/Tokyo", "Europe/Oslo"]


def test_in_a_store_of_an_older_ambula_those_who_were_there_keep_its_zone(store: Store) -> None:
    store.set("zone", "Europe/Oslo")
    started(store, "P01", "Asia/Tokyo")
    keep_first_zone(store, "P01", is_new=False)
    started(store, "P02", "Asia/Tokyo", device="bb" * 8)
    keep_first_zone(store, "P02", is_new=True)
    assert [zones_of(store, who, None).words for who in ("P01", "P02")] == ["Europe/Oslo", "Asia/Tokyo"]


def test_a_zone_that_was_named_for_one_table_is_kept_nowhere(store: Store) -> None:
    started(store, "P01", "Asia/Tokyo")
    assert zones_of(store, "P01", "UTC").words == "UTC"
    assert zones_of(store, "P01", None).words == "Asia/Tokyo"
    assert setup_zone(store, "P01") == "Asia/Tokyo"


def test_without_any_zone_the_set_up_s_is_used_before_this_computer_s(store: Store) -> None:
    started(store, "P01", "Asia/Tokyo")
    assert zones_of(store, "P01", None).words == "Asia/Tokyo"
    started(store, "P02", "", device="bb" * 8)
    assert zones_of(store, "P02", None).words == "America/Lima"
