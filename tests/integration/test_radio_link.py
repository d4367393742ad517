"""Scan, connect and talk: bleak's API over a virtual air to `bluetooth` in a real MicroPython."""

import asyncio

import pytest

from ambula.base.errors import ProtocolError, TransportError
from ambula.transport.radio import Radio
from tests.integration.radio_rig import (
    ADDRESSES,
    COMMAND,
    DATA,
    PATIENCE_S,
    SECRET,
    SERVICE,
    Firmware,
    echo,
    rig,
    subscribed,
)


def test_scan_tells_who_is_there_and_what_it_says() -> None:
    async def play() -> None:
        async with rig("thigh", "back") as it:
            both: set[str] = set()
            found = await it.radio.scan(SERVICE, PATIENCE_S, lambda one: bool(both.add(one.address) or len(both) == 2))
            assert [(one.address, one.name, one.rssi_dbm) for one in found] == [
                ("30:AE:A4:00:00:01", "thigh", -60),
                ("30:AE:A4:00:00:02", "back", -60),
            ]
            # The service data stands in the scan response only.
            assert found[0].service_data == {"0000180f-0000-1000-8000-00805f9b34fb": b"\x64\x01"}

    asyncio.run(play())


def test_scan_for_another_service_hears_nobody() -> None:
    async def play() -> None:
        async with rig() as it:
            assert await it.radio.scan(DATA, 0.3) == []

    asyncio.run(play())


def test_connect_by_address_and_agree_on_the_mtu_of_nimble() -> None:
    async def play() -> None:
        async with rig() as it, await it.radio.connect(ADDRESSES["thigh"], PATIENCE_S) as link:
            assert link.is_connected
            assert link.mtu == 256
            assert link.has_service(SERVICE)
            assert not link.has_service(DATA)
            assert it.nodes["thigh"].connections == 1

    asyncio.run(play())


def test_a_written_command_runs_the_irq_and_comes_back_as_a_notification() -> None:
    async def play() -> None:
        async with rig() as it, await it.connect() as link:
            inbox = await subscribed(link)
            for text in (b"", b"hello", bytes(range(63))):
                await echo(link, inbox, text)
            await link.write(COMMAND, b"Pquick", response=False)
            assert await asyncio.wait_for(inbox.get(), PATIENCE_S) == b"Pquick"

    asyncio.run(play())


def test_a_value_longer_than_the_mtu_is_read_whole() -> None:
    async def play() -> None:
        async with rig() as it, await it.connect() as link:
            assert await link.read(DATA) == b"0123456789" * 40

    asyncio.run(play())


def test_a_write_beyond_the_buffer_is_cut_off_as_in_micropython() -> None:
    async def play() -> None:
        async with rig() as it, await it.connect() as link:
            inbox = await subscribed(link)
            await link.write(COMMAND, b"B" * 200)
            assert await asyncio.wait_for(inbox.get(), PATIENCE_S) == b"\x40\x00"

    asyncio.run(play())


@pytest.mark.parametrize(("verb", "uuid"), [("write", DATA), ("read", COMMAND), ("read", SECRET)])
def test_what_the_flags_do_not_allow_is_refused(verb: str, uuid: str) -> None:
    async def play() -> None:
        async with rig() as it, await it.connect() as link:
            with pytest.raises(ProtocolError, match="refused"):
                await (link.write(uuid, b"x") if verb == "write" else link.read(uuid))
            assert link.is_connected

    asyncio.run(play())


def test_a_peer_without_the_characteristic_is_no_ambula_node() -> None:
    async def play() -> None:
        async with rig() as it, await it.connect() as link:
            with pytest.raises(ProtocolError, match="not an Ambula node"):
                await link.read("6e4000ff-b5a3-f393-e0a9-e50e24dcca9e")

    asyncio.run(play())


def test_an_exception_in_the_handler_is_printed_and_the_node_lives() -> None:
    async def play() -> None:
        async with rig() as it, await it.connect() as link:
            await link.write(COMMAND, b"X")
            firmware = it.firmware["thigh"]
            await firmware.said("ValueError: the handler fails")
            assert "Unhandled exception in IRQ callback handler" in firmware.lines
            assert len(await link.read(DATA)) == 400
            assert firmware.process.returncode is None

    asyncio.run(play())


def test_a_second_laptop_must_wait_for_the_first() -> None:
    async def play() -> None:
        async with rig() as it:
            second = Radio.over(await it.air.add_central("other"))
            first = await it.connect()
            with pytest.raises(TransportError, match="30:AE:A4:00:00:01"):
                await second.connect(ADDRESSES["thigh"], 0.3)
            await first.close()
            async with await it.connect(radio=second) as link:
                await echo(link, await subscribed(link), b"me now")

    asyncio.run(play())


def test_of_two_laptops_that_connect_at_once_one_wins() -> None:
    async def play() -> None:
        async with rig() as it:
            radios = [it.radio, Radio.over(await it.air.add_central("other"))]
            found = [(await radio.scan(SERVICE, PATIENCE_S, lambda _: True))[0] for radio in radios]
            links = await asyncio.gather(
                *(radio.connect(one, 1.0) for radio, one in zip(radios, found, strict=True)), return_exceptions=True
            )
            assert sorted(type(link).__name__ for link in links) == ["Link", "TransportError"]
            assert it.nodes["thigh"].connections == 1
            for link in links:
                if not isinstance(link, BaseException):
                    await echo(link, await subscribed(link), b"won")
                    await link.close()

    asyncio.run(play())


def test_the_node_hangs_up() -> None:
    async def play() -> None:
        async with rig() as it:
            link = await it.connect()
            lost = asyncio.Event()
            link.on_lost(lost.set)
            await link.write(COMMAND, b"D", response=False)
            await asyncio.wait_for(lost.wait(), PATIENCE_S)
            assert not link.is_connected
            with pytest.raises(TransportError, match="gone"):
                await link.read(DATA)
            await link.close()

    asyncio.run(play())


def test_closing_is_not_losing() -> None:
    async def play() -> None:
        async with rig() as it:
            link = await it.connect()
            lost: list[str] = []
            link.on_lost(lambda: lost.append("lost"))
            await link.close()
            await link.close()
            assert lost == []
            await it.firmware["thigh"].said("disconnected")

    asyncio.run(play())


def test_the_radio_can_be_switched_on_and_off_for_ever() -> None:
    async def play() -> None:
        async with rig("back") as it:
            node = await it.air.add_node("thigh", ADDRESSES["thigh"])
            firmware = await Firmware.start(node, "cycles", "50")
            free = [int(line.split()[1]) for line in firmware.lines if line.startswith("free")]
            assert len(free) == 5
            assert len(set(free)) == 1
            assert node.windows == 50
            assert node.connections == 0
            await firmware.kill()

    asyncio.run(play())
