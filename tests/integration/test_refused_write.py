"""A write that NimBLE refuses for want of buffers (ATT 0x11), as while notifications fill them, is sent again."""

import asyncio
from collections.abc import Iterator
from itertools import chain, repeat

import pytest

from ambula.base.errors import ProtocolError
from tests.integration.radio_rig import COMMAND, echo, rig, subscribed


def have_room(monkeypatch: pytest.MonkeyPatch, answers: Iterator[bool]) -> None:
    """Let the stack have room for a response, or none, one write after the other."""
    monkeypatch.setattr("ambula.sim.mbufs.MbufPool.has_room", lambda self: next(answers))


def test_a_refused_write_gets_through_once(monkeypatch: pytest.MonkeyPatch) -> None:
    async def go() -> int:
        async with rig() as it, await it.connect() as link:
            inbox = await subscribed(link)
            have_room(monkeypatch, chain([False] * 3, repeat(True)))
            await echo(link, inbox, b"me too")
            await asyncio.sleep(0.1)
            return inbox.qsize()

    assert asyncio.run(go()) == 0, "it was heard twice"


def test_a_stack_that_stays_full_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    async def go() -> None:
        async with rig() as it, await it.connect() as link:
            have_room(monkeypatch, repeat(False))
            await link.write(COMMAND, b"Phello", timeout_s=0.3)

    with pytest.raises(ProtocolError, match="refused"):
        asyncio.run(go())
