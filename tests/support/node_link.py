"""The node's link on a made radio and clock."""

import sys
from types import SimpleNamespace
from typing import Any

import pytest

CONNECT, DISCONNECT = 1, 2
SERVICES = ((), (), ())


class FakeBle:
    """A radio that takes everything; `conn` is who is connected."""

    def __init__(self) -> None:
        self.conn: int | None = None
        self.on = False
        self.handler: Any = None

    def active(self, on: bool) -> None:
        self.on = on

    def irq(self, handler: Any) -> None:
        self.handler = handler

    def gap_disconnect(self, conn: int) -> None:
        self.conn = None
        self.handler(DISCONNECT, (conn, 0, bytes(6)))

    def gatts_register_services(self, services: tuple[Any, ...]) -> tuple[tuple[int, ...], ...]:
        return ((1, 2, 3), *((9,) for _ in services[1:]))

    def __getattr__(self, name: str) -> Any:
        return lambda *arguments, **named: None


class Owner:
    """A session that nobody has opened."""

    is_open = is_peer = serves_peer = False
    has_key = True

    def own(self, *parts: bytes) -> bytes:
        return bytes(32)

    def end(self) -> None:
        self.is_open = False


class Bed:
    """A link, its radio, and its clock: `pass_s` polls it every 0.1 s."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, has_phone: bool) -> None:
        self.ble = FakeBle()
        bluetooth = SimpleNamespace(BLE=lambda: self.ble, UUID=str, FLAG_READ=2, FLAG_WRITE=8, FLAG_NOTIFY=16)
        monkeypatch.setitem(sys.modules, "bluetooth", bluetooth)
        monkeypatch.setitem(sys.modules, "cryptolib", SimpleNamespace(aes=None))  # no session is opened here
        for name in [n for n in sys.modules if n == "node.link"]:
            monkeypatch.delitem(sys.modules, name)
        from node.link import GattServer

        self.now_ms = 0
        phone = SimpleNamespace(FOUND_BY=b"", services=lambda: SERVICES, start=lambda *_: 9, tell=self._hear)
        self.told: list[bytes] = []
        self.session = Owner()
        self.link = GattServer(None, self.session, lambda: self.now_ms, 20_000, phone if has_phone else None)

    def _hear(self, ble: object, handle: int, rec: bytes) -> None:
        self.told.append(rec)

    def connect(self) -> None:
        self.ble.conn = 5
        self.ble.handler(CONNECT, (5, 0, bytes(6)))

    def stays_s(self, most_s: float) -> float:
        """Let time pass until nobody is connected any more, or `most_s`; return how long that was."""
        began_ms = self.now_ms
        while self.ble.conn is not None and self.now_ms - began_ms < most_s * 1000:
            self.pass_s(0.1)
        return (self.now_ms - began_ms) / 1000

    def pass_s(self, seconds: float) -> None:
        for _ in range(round(seconds * 10)):
            self.now_ms += 100
            self.link.poll()
