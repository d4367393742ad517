"""The link where the radio's IRQs come in the middle of its work, and where the stack is not kind: as NimBLE is."""

import errno
from typing import Any

import pytest

from tests.support.node_link import CONNECT, DISCONNECT, Bed

WRITE = 3
CONTROL = 2


@pytest.fixture
def bed(monkeypatch: pytest.MonkeyPatch) -> Bed:
    made = Bed(monkeypatch, has_phone=False)
    made.link.open(3000)
    made.connect()
    return made


def test_a_laptop_that_leaves_while_a_frame_is_built_costs_no_fault(bed: Bed) -> None:
    """CENTRAL_DISCONNECT between the check and the call: the call goes to the old handle, and the stack refuses it."""
    sent: list[Any] = []

    def seal(channel: int, message: bytearray, size: int) -> int:
        bed.ble.conn = None
        bed.ble.handler(DISCONNECT, (5, 0, bytes(6)))
        return size + 12

    def notify(conn: int, handle: int, data: bytes) -> None:
        sent.append(conn)
        raise OSError(errno.ENOTCONN)

    bed.session.seal = seal
    bed.ble.gatts_notify = notify
    serving = bed.link._serving
    serving._app = type("App", (), {"log": type("Log", (), {"read_into": lambda self, at, view: len(view)})()})()
    bed.link.poll()
    serving._reading, serving._read_end = True, 100
    bed.link.poll()
    assert sent == [5]
    assert not bed.link.connected
    bed.link.poll()
    assert bed.link.active


def test_a_handler_that_finds_no_memory_is_called_again(bed: Bed) -> None:
    def read(handle: int) -> bytes:
        raise MemoryError

    bed.ble.gatts_read = read
    bed.ble.handler(WRITE, (5, CONTROL))
    bed.ble.handler(DISCONNECT, (5, 0, bytes(6)))
    assert not bed.link.connected


def test_a_connection_whose_end_the_stack_kept_to_itself_is_over(bed: Bed) -> None:
    bed.ble.gap_disconnect = lambda conn: False
    bed.pass_s(6)
    assert not bed.link.connected
    assert not bed.link.active, "the window's end is past"


@pytest.mark.parametrize("number", [errno.EALREADY, errno.ENOTCONN, errno.ENOMEM])
def test_the_radio_goes_off_whatever_the_end_of_a_link_says(bed: Bed, number: int) -> None:
    def refuse(conn: int) -> bool:
        raise OSError(number)

    bed.ble.gap_disconnect = refuse
    bed.link.shut()
    assert (bed.ble.on, bed.link.active, bed.link.connected) == (False, False, False)


def test_irqs_during_the_shutting_do_not_set_up_the_next_window(bed: Bed) -> None:
    def active(on: bool) -> None:
        bed.ble.on = on
        if not on:  # the esp32 port lets them in until the links have ended
            bed.ble.handler(DISCONNECT, (5, 0, bytes(6)))

    bed.ble.gap_disconnect = lambda conn: True
    bed.ble.active = active
    bed.link.shut()
    advertised: list[Any] = []
    bed.ble.gap_advertise = lambda *a, **n: advertised.append(a)
    bed.link.poll()
    assert (bed.link.active, advertised, bed.link.connected) == (False, [], False)


def test_commands_of_who_left_are_dropped_and_those_of_who_came_are_not(bed: Bed) -> None:
    done: list[bytes] = []
    bed.link._serving.hear = done.append
    for message in (b"old", b"older"):
        bed.ble.gatts_read = lambda handle, message=message: message
        bed.ble.handler(WRITE, (5, CONTROL))
    bed.ble.handler(DISCONNECT, (5, 0, bytes(6)))
    bed.ble.handler(CONNECT, (6, 0, bytes(6)))
    bed.ble.gatts_read = lambda handle: b"new"
    bed.ble.handler(WRITE, (6, CONTROL))
    bed.pass_s(0.3)
    assert done == [b"new"]


def test_a_laptop_that_writes_without_end_is_not_remembered_without_end(bed: Bed) -> None:
    bed.ble.gatts_read = lambda handle: b"x"
    for _ in range(50):
        bed.ble.handler(WRITE, (5, CONTROL))
    assert len(bed.link._commands) == 4
