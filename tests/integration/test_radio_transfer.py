"""A lot of data over the virtual air: intact, with back-pressure, at the pace and with the losses asked for."""

import asyncio
import struct

import pytest

from ambula.sim.air import Air
from tests.integration.radio_rig import COMMAND, DATA, PATIENCE_S, echo, pull, rig, subscribed


def test_two_hundred_kilobytes_arrive_intact_with_little_on_top() -> None:
    async def play() -> None:
        async with rig() as it, await it.connect() as link:
            inbox = await subscribed(link)
            traffic = it.air.counters["thigh"]
            before = traffic.total_bytes
            assert len(await pull(link, inbox, 200_000)) == 200_000
            moved = traffic.total_bytes - before
            assert 200_000 < moved < 1.05 * 200_000
            assert traffic.up.packets > 200_000 / 251

    asyncio.run(play())


def test_at_a_pace_the_stack_says_enomem_and_nothing_is_lost() -> None:
    async def play() -> None:
        async with rig(interval_ms=7.5, packets=6) as it, await it.connect() as link:
            inbox = await subscribed(link)
            loop = asyncio.get_running_loop()
            start_s = loop.time()
            assert len(await pull(link, inbox, 60_000)) == 60_000
            seconds = loop.time() - start_s
            assert 60_000 / seconds < 6 * 251 / 0.0075
            assert it.nodes["thigh"].refused > 0

    asyncio.run(play())


def test_lost_packets_cost_time_not_data() -> None:
    async def play() -> None:
        async with rig(interval_ms=7.5, loss=0.3, seed=7) as it, await it.connect() as link:
            inbox = await subscribed(link)
            assert len(await pull(link, inbox, 20_000)) == 20_000
            flow = it.air.counters["thigh"].up
            tries = flow.packets + flow.retries
            assert 0.2 < flow.retries / tries < 0.4

    asyncio.run(play())


def test_two_nodes_at_once() -> None:
    async def play() -> None:
        async with rig("thigh", "back") as it:
            links = await asyncio.gather(it.connect("thigh"), it.connect("back"))
            inboxes = [await subscribed(link) for link in links]
            got = await asyncio.gather(
                *(pull(link, inbox, size) for link, inbox, size in zip(links, inboxes, (40_000, 50_000), strict=True))
            )
            assert [len(one) for one in got] == [40_000, 50_000]
            assert it.air.counters["thigh"].up.bytes < it.air.counters["back"].up.bytes
            for link in links:
                await link.close()

    asyncio.run(play())


@pytest.mark.parametrize("mode", ["idle", "eager", "anywhere:1", "anywhere:2"])
def test_commands_are_heard_while_the_node_streams(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMBULA_SIM_IRQ", mode)

    async def play() -> None:
        async with rig() as it, await it.connect() as link:
            inbox = await subscribed(link)
            await link.write(COMMAND, b"S" + struct.pack("<I", 100_000))
            parts = [await asyncio.wait_for(inbox.get(), PATIENCE_S)]
            # The firmware does not come to its idle before it has streamed it all: only IRQs that do not wait get in.
            await link.write(COMMAND, b"Pme too")
            parts += [inbox.get_nowait() for _ in range(inbox.qsize())]
            assert any(part.startswith(b"end") for part in parts) is (mode == "idle")

    asyncio.run(play())


def test_the_pace_delays_a_round_trip() -> None:
    async def play() -> None:
        async with rig(interval_ms=50) as it, await it.connect() as link:
            inbox = await subscribed(link)
            loop = asyncio.get_running_loop()
            start_s = loop.time()
            for _ in range(10):
                await echo(link, inbox, b"tick")
            # Ten answers are nine whole intervals apart, plus what the first waited, which may be next to nothing.
            assert loop.time() - start_s > 9 * 0.05

    asyncio.run(play())


def test_connected_but_silent_costs_nothing() -> None:
    async def play() -> None:
        async with rig() as it, await it.connect() as link:
            traffic = it.air.counters["thigh"]
            before = traffic.total_bytes
            await asyncio.sleep(0.2)
            assert traffic.total_bytes == before
            await link.read(DATA)
            assert traffic.up.bytes + traffic.down.bytes > before

    asyncio.run(play())


@pytest.mark.parametrize("options", [{"loss": 1.0}, {"loss": -0.1}, {"packets": 0}, {"interval_ms": 0.0}])
def test_an_air_that_no_packet_could_cross_is_refused(options: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"loss|pass"):
        Air(**options)  # type: ignore[arg-type]
