"""A node that was heard and could not be read: each command names it, says what to do, and does not end with 0."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import Any, cast

import pytest

from ambula.base.errors import TransportError
from ambula.nodes.keys import KeyFile
from ambula.nodes.session import NodeKey
from ambula.transport.radio import Found
from nodecore import protocol
from tests.support.command import Ambula

THIGH, BACK = (NodeKey(f"{n}{n}" * 8, role, "P01", bytes([n]) * 32) for role, n in ((0, 1), (1, 2)))


class DeafAir:
    """An air in which nodes are heard and no link comes up; `strangers`: of others, as well."""

    def __init__(self, *keys: NodeKey, strangers: int = 0) -> None:
        self._hints = [b"abc" + key._hmac(b"hintabc")[:3] for key in keys] + [b"xyzxyz"] * strangers

    async def scan(self, service: str, timeout_s: float, enough: Callable[[Found], bool]) -> list[Found]:
        await asyncio.sleep(0.05)
        handle = cast("Any", None)
        found = [Found(f"00:{i}", None, -60, {}, {protocol.COMPANY: h}, handle) for i, h in enumerate(self._hints)]
        for one in found:
            enough(one)
        return found

    async def connect(self, found: Found, timeout_s: float) -> Any:
        raise TransportError("the node does not answer: move closer")


@pytest.fixture(autouse=True)
def _keys(ambula: Ambula, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMBULA_KEYS", str(tmp_path / "keys.json"))
    monkeypatch.setattr("ambula.nodes.sync._ATTEMPT_PAUSE_S", 0)
    for key in (THIGH, BACK):
        KeyFile().add(key)


def put(air: DeafAir, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextlib.asynccontextmanager
    async def opened(radio: str = "") -> AsyncGenerator[DeafAir]:
        yield air

    for module in ("node_commands", "remote_commands", "live_command"):
        monkeypatch.setattr(f"ambula.cli.{module}.open_radio", opened)


COMMANDS = [["sync", "--store", "s.db"], ["start"], ["stop", "--yes"], ["live", "--seconds", "2"]]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_it_is_named_with_what_to_do(
    command: list[str], ambula: Ambula, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    put(DeafAir(THIGH, BACK), monkeypatch)
    ran = ambula(*command)
    assert ran.code == 5, ran
    for name in ("P01 thigh", "P01 back"):
        assert name in ran.err
    assert "does not answer: move closer" in ran.err
    assert "not heard" not in ran.err + ran.out


def test_a_node_with_another_key_is_not_said_to_be_out_of_hearing(
    ambula: Ambula, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(DeafAir(THIGH, strangers=1), monkeypatch)
    ran = ambula("sync", "--store", tmp_path / "s.db")
    assert ran.code == 5
    assert "note: P01 back was not recognised, and 1 near not set up on this computer" in ran.err
    assert "not heard" not in ran.err
