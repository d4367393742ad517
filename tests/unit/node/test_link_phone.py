"""How long a stranger may stay where the standard services are on: the node's link, on a made radio and clock."""

import pytest

from tests.support.node_link import Bed


def test_a_stranger_has_five_seconds_and_a_phone_sixty(monkeypatch: pytest.MonkeyPatch) -> None:
    for has_phone, longest_s in ((False, 5), (True, 60)):
        bed = Bed(monkeypatch, has_phone)
        bed.link.open(3000)
        bed.pass_s(1)
        bed.connect()
        assert bed.stays_s(100) == pytest.approx(longest_s, abs=0.3)


def test_after_the_phone_the_window_is_open_for_its_owner_and_then_shuts(monkeypatch: pytest.MonkeyPatch) -> None:
    bed = Bed(monkeypatch, has_phone=True)
    bed.link.open(3000)
    bed.connect()
    bed.stays_s(100)
    bed.pass_s(1)
    assert bed.link.active
    bed.pass_s(3)
    assert not bed.link.active


def test_the_second_of_a_window_has_five_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    bed = Bed(monkeypatch, has_phone=True)
    bed.link.open(90_000)
    bed.connect()
    assert bed.stays_s(100) == pytest.approx(60, abs=0.3)
    bed.connect()
    assert bed.stays_s(100) == pytest.approx(5, abs=0.3)


def test_a_tap_sends_the_phone_away(monkeypatch: pytest.MonkeyPatch) -> None:
    bed = Bed(monkeypatch, has_phone=True)
    bed.link.open(3000)
    bed.connect()
    assert bed.stays_s(8) == pytest.approx(8)
    bed.link.open(60_000)
    assert bed.stays_s(100) == pytest.approx(5, abs=0.3)


def test_who_opened_the_session_is_not_sent_away_for_a_phone(monkeypatch: pytest.MonkeyPatch) -> None:
    bed = Bed(monkeypatch, has_phone=True)
    bed.link.open(3000)
    bed.connect()
    bed.link.poll()
    bed.session.is_open = True
    bed.link._stay_open()
    assert bed.stays_s(15) == pytest.approx(15)


def test_a_record_is_told_only_while_somebody_is_there_and_wants_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for has_phone, heard in ((True, [b"two"]), (False, [])):
        bed = Bed(monkeypatch, has_phone)
        bed.link.open(3000)
        bed.link.tell_phone(b"one")
        bed.connect()
        bed.link.tell_phone(b"two")
        assert bed.told == heard
