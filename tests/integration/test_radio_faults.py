"""What goes wrong with radios and batteries: each ends as one TransportError, and the next try works."""

import asyncio
import signal
import struct
import sys
import tempfile
from pathlib import Path

import pytest

from ambula.base.errors import MissingPart, SimulatorError, TransportError
from ambula.sim.air import Air
from ambula.transport.radio import Radio
from tests.integration.radio_rig import ADDRESSES, COMMAND, DATA, PATIENCE_S, SERVICE, echo, pull, rig, subscribed


def test_the_link_drops_in_the_middle_and_the_next_one_works() -> None:
    async def play() -> None:
        async with rig(interval_ms=7.5) as it:
            link = await it.connect()
            lost = asyncio.Event()
            link.on_lost(lost.set)
            inbox = await subscribed(link)
            await link.write(COMMAND, b"S" + struct.pack("<I", 1_000_000))
            await asyncio.wait_for(inbox.get(), PATIENCE_S)
            reading = asyncio.create_task(link.read(DATA))
            await asyncio.sleep(0)
            assert it.air.drop("thigh") == 1
            with pytest.raises(TransportError, match="lost the link"):
                await asyncio.wait_for(reading, 1.0)
            assert lost.is_set()
            assert not link.is_connected
            await it.firmware["thigh"].said("aborted")
            async with await it.connect() as again:
                assert len(await pull(again, await subscribed(again), 5_000)) == 5_000

    asyncio.run(play())


def test_many_drops_leave_nothing_behind() -> None:
    async def play() -> None:
        async with rig() as it:
            tasks = len(asyncio.all_tasks())
            for _ in range(10):
                link = await it.connect()
                await echo(link, await subscribed(link), b"once more")
                it.air.drop("laptop")
                await link.close()
            for _ in range(500):  # a busy machine takes its time
                if not it.nodes["thigh"].connections and len(asyncio.all_tasks()) == tasks:
                    break
                await asyncio.sleep(0.01)
            assert it.nodes["thigh"].connections == 0
            assert len(asyncio.all_tasks()) == tasks

    asyncio.run(play())


def test_a_node_that_loses_its_power_is_lost_and_found_again_after_boot() -> None:
    async def play() -> None:
        async with rig() as it:
            link = await it.connect()
            inbox = await subscribed(link)
            await link.write(COMMAND, b"S" + struct.pack("<I", 50_000_000))
            await asyncio.wait_for(inbox.get(), PATIENCE_S)
            lost = asyncio.Event()
            link.on_lost(lost.set)
            await it.firmware["thigh"].kill()
            await asyncio.wait_for(lost.wait(), 1.0)
            assert not it.nodes["thigh"].is_attached
            assert await it.radio.scan(SERVICE, 0.2) == []
            await it.boot("thigh")
            async with await it.connect() as again:
                assert len(await pull(again, await subscribed(again), 5_000)) == 5_000

    asyncio.run(play())


def test_a_node_that_hangs_ends_in_a_time_limit() -> None:
    async def play() -> None:
        async with rig() as it:
            link = await it.connect()
            process = it.firmware["thigh"].process
            process.send_signal(signal.SIGSTOP)
            with pytest.raises(TransportError, match=r"no answer within 0\.3 s"):
                await link.write(COMMAND, b"Phello", timeout_s=0.3)
            assert not link.is_connected
            process.send_signal(signal.SIGCONT)
            async with await it.connect() as again:
                await echo(again, await subscribed(again), b"awake")

    asyncio.run(play())


def test_out_of_range_is_not_heard_and_loses_its_link() -> None:
    async def play() -> None:
        async with rig(supervision_ms=200) as it:
            link = await it.connect()
            lost = asyncio.Event()
            link.on_lost(lost.set)
            it.air.set_out_of_range("thigh", True)
            with pytest.raises(TransportError, match="lost the link"):
                await link.read(DATA, timeout_s=5.0)
            assert lost.is_set()
            await it.firmware["thigh"].said("disconnected")
            assert await it.radio.scan(SERVICE, 0.2) == []
            with pytest.raises(TransportError, match="out of range"):
                await it.radio.connect(ADDRESSES["thigh"], 0.2)
            it.air.set_out_of_range("thigh", False)
            async with await it.connect() as again:
                await echo(again, await subscribed(again), b"back")

    asyncio.run(play())


def test_a_moment_out_of_range_only_delays() -> None:
    async def play() -> None:
        async with rig(supervision_ms=2000) as it, await it.connect() as link:
            inbox = await subscribed(link)
            it.air.set_out_of_range("thigh", True)
            asyncio.get_running_loop().call_later(0.2, it.air.set_out_of_range, "thigh", False)
            assert len(await pull(link, inbox, 10_000)) == 10_000
            assert link.is_connected

    asyncio.run(play())


def test_a_try_to_connect_that_was_given_up_does_not_spoil_the_next() -> None:
    async def play() -> None:
        async with rig() as it:
            found = (await it.radio.scan(SERVICE, PATIENCE_S, lambda _: True))[0]
            it.air.set_out_of_range("thigh", True)
            with pytest.raises(TransportError, match="30:AE:A4:00:00:01"):
                await it.radio.connect(found, 0.2)
            trying = asyncio.create_task(it.radio.connect(found, PATIENCE_S))
            await asyncio.sleep(0.05)
            trying.cancel()
            with pytest.raises(asyncio.CancelledError):
                await trying
            it.air.set_out_of_range("thigh", False)
            async with await it.radio.connect(found, PATIENCE_S) as link:
                assert link.is_connected

    asyncio.run(play())


def test_without_bleak_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "bleak", None)
    with pytest.raises(MissingPart, match=r"^Bluetooth needs bleak, .* install 'bleak<\S+'$"):
        asyncio.run(Radio().scan(SERVICE, 0.1))


def test_no_two_radios_of_one_name() -> None:
    async def play() -> None:
        async with Air() as air:
            await air.add_central("laptop")
            with pytest.raises(ValueError, match="laptop"):
                await air.add_node("laptop", ADDRESSES["thigh"])

    asyncio.run(play())


def test_an_air_that_is_not_open_takes_no_node() -> None:
    with pytest.raises(SimulatorError, match="not open"):
        asyncio.run(Air().add_node("thigh", ADDRESSES["thigh"]))


def test_temporary_files_may_lie_deep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A socket's path has 103 bytes at most, also where a letter is two."""
    deep = tmp_path / ("ø" * 50)
    deep.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(deep))

    async def play() -> list[str]:
        async with Air() as air:
            node = await air.add_node("thigh", ADDRESSES["thigh"])
            return [node.socket_path, (await air.serve_central()).removeprefix("unix-client:")]

    paths = asyncio.run(play())
    assert not any(Path(path).exists() for path in paths)  # it was open, and is tidied up
    assert not any(path.startswith(str(deep)) for path in paths)
