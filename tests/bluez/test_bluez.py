"""The shipped Linux way, none of it changed: `ambula`, bleak, D-Bus, bluetoothd, a kernel; against the firmware."""

import asyncio
import json
import signal
import sys
from pathlib import Path

import pytest

from ambula.sim.air import Air
from ambula.sim.rig import Rig
from ambula.store import Store
from nodecore import protocol
from tests.bluez.guest import Guest, Session
from tests.bluez.laptop import Laptop, Running, at_home
from tests.support import worn
from tests.support.command import Laptop as BumbleLaptop

pytestmark = [pytest.mark.bluez, pytest.mark.timeout(180, func_only=True)]

Logs = dict[int, list[bytes]]  # the raw segments of each role's node, in order

MIDDLE = 30_000  # bytes on the air of the first node's more than 70,000


@pytest.fixture(scope="session")
def undisturbed(recorded: Path, tmp_path_factory: pytest.TempPathFactory) -> Logs:
    """What each role's node gives in one sync over bumble that nothing disturbs."""
    folder = tmp_path_factory.mktemp("undisturbed")

    async def go() -> None:
        async with worn.worn_again(recorded, folder / "rig") as rig:
            rig.laptop_near()
            ran = await BumbleLaptop(rig.air, folder).ambula("sync", "--store", folder / "s.db")
            assert ran.code == 0, ran

    asyncio.run(go())
    return segments(folder / "s.db")


def paced(rig: Rig) -> Rig:
    """Let the air pass no more than 33 kB/s, so that a sync has a middle: without that a host far outruns the guest."""
    rig.air = Air(interval_ms=30, packets=4)
    return rig


def segments(path: Path) -> Logs:
    """The raw log of each role in a store in which nothing is damaged."""
    with Store(path) as store:
        nodes = store.nodes()
        assert len(nodes) == len(worn.ROLES)
        assert [store.damage(node.node_id) for node in nodes] == [[], []]
        return {node.role: worn.stored_data(store, node.role) for node in nodes}


def sync_into(folder: Path) -> tuple[str, ...]:
    """The arguments of a sync into the test's own store on the guest."""
    return ("sync", "--store", f"/run/{folder.name}.db")


def assert_equal(stored: Logs, undisturbed: Logs) -> None:
    """All that the other store holds, byte for byte; a node may have gone on to log that its sensor is silent."""
    for role, wanted in undisturbed.items():
        assert stored[role][: len(wanted)] == wanted


async def fetched(laptop: Laptop, folder: Path) -> Logs:
    """The same of the store on the guest."""
    await laptop.session.fetch(f"/run/{folder.name}.db", folder / "guest.db")
    return segments(folder / "guest.db")


async def midway(rig: Rig, sync: Running) -> str:
    """Wait until a sync is in the middle of its first node; return which."""
    while not sync.is_done:
        for name in worn.ROLES:
            if rig.air.counters[name].up.bytes > MIDDLE:
                return name
        await asyncio.sleep(0.002)
    pytest.fail(f"it ended before the middle: {await sync.finish()}")


def test_scan_and_sync(guest: Guest, recorded: Path, undisturbed: Logs, tmp_path: Path) -> None:
    async def go() -> None:
        async with worn.worn_again(recorded, tmp_path / "rig") as rig, at_home(guest, rig) as laptop:
            ran = await laptop.ambula("scan", "--timeout", "10", "--json")
            assert (ran.code, ran.err) == (0, ""), ran
            found = json.loads(ran.out)
            assert sorted(f["role"] for f in found) == sorted(worn.ROLES)
            assert {f["rssi_dbm"] for f in found} == {-60}
            ran = await laptop.ambula(*sync_into(tmp_path))
            assert (ran.code, ran.err) == (0, ""), ran
            assert_equal(await fetched(laptop, tmp_path), undisturbed)

    asyncio.run(go())


def test_a_link_that_is_lost_in_the_middle(guest: Guest, recorded: Path, undisturbed: Logs, tmp_path: Path) -> None:
    """The command takes up the link again by itself and goes on where it was."""

    async def go() -> None:
        async with paced(worn.worn_again(recorded, tmp_path / "rig")) as rig, at_home(guest, rig) as laptop:
            sync = laptop.start_ambula(*sync_into(tmp_path))
            name = await midway(rig, sync)
            assert rig.air.drop(name) == 1
            ran = await sync.finish()
            assert (ran.code, ran.err) == (0, ""), ran
            assert rig.air.counters[name].up.bytes < 1.5 * sum(map(len, undisturbed[0]))
            assert_equal(await fetched(laptop, tmp_path), undisturbed)

    asyncio.run(go())


@pytest.mark.parametrize(("way", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -9)], ids=["Ctrl-C", "kill -9"])
def test_a_command_that_ends_in_the_middle(
    guest: Guest, recorded: Path, undisturbed: Logs, tmp_path: Path, way: signal.Signals, code: int
) -> None:
    """The next one goes on where it was, though bluetoothd keeps the link of a program that was killed."""

    async def go() -> None:
        async with paced(worn.worn_again(recorded, tmp_path / "rig")) as rig, at_home(guest, rig) as laptop:
            sync = laptop.start_ambula(*sync_into(tmp_path))
            await midway(rig, sync)
            await sync.kill(way)
            assert (await sync.finish()).code == code
            if way == signal.SIGKILL:
                assert "Device" in (await laptop.run("bluetoothctl", "devices", "Connected")).out
            ran = await laptop.ambula(*sync_into(tmp_path))
            assert (ran.code, ran.err) == (0, ""), ran
            assert_equal(await fetched(laptop, tmp_path), undisturbed)

    asyncio.run(go())


def test_a_node_that_was_paired_in_the_settings_syncs_as_before(
    guest: Guest, recorded: Path, undisturbed: Logs, tmp_path: Path
) -> None:
    """LE Secure Connections, "Just Works": the link is encrypted; no bond is left that either side could lose."""
    program = (sys.executable, Path(__file__).with_name("pair.py"))

    async def go() -> None:
        async with worn.worn_again(recorded, tmp_path / "rig") as rig, at_home(guest, rig) as laptop:
            ran = await laptop.run(*program, protocol.SERVICE_UUID, protocol.PUBLIC_UUID)
            assert ran.code == 0, (ran, guest.last_words())
            told = json.loads(ran.out)
            assert (told["Paired"], told["Bonded"], told["Connected"]) == ("yes", "no", "yes"), told
            assert len(told["value"]) > 0
            ran = await laptop.ambula(*sync_into(tmp_path))
            assert (ran.code, ran.err) == (0, ""), ran
            assert_equal(await fetched(laptop, tmp_path), undisturbed)

    asyncio.run(go())


# ---- what can be wrong with a laptop's Bluetooth


def test_without_an_adapter_it_says_so(guest: Guest) -> None:
    async def go() -> None:
        async with Session(guest) as session:
            laptop = Laptop(session)
            while await laptop.has_adapter():  # that of the test before
                await asyncio.sleep(0.2)
            ran = await laptop.ambula("scan", "--timeout", "1")
            assert ran.failed_with(5) == "cannot scan: no usable Bluetooth adapter on this machine (no_bluetooth)"

    asyncio.run(go())


def test_with_an_adapter_that_is_switched_off_it_says_so(guest: Guest, recorded: Path, tmp_path: Path) -> None:
    async def go() -> None:
        async with worn.worn_again(recorded, tmp_path / "rig") as rig, at_home(guest, rig) as laptop:
            await laptop.run("bluetoothctl", "power", "off")
            ran = await laptop.ambula("scan", "--timeout", "1")
            assert ran.failed_with(5) == "cannot scan: no usable Bluetooth adapter on this machine (powered_off)"
            await laptop.run("bluetoothctl", "power", "on")

    asyncio.run(go())


def test_without_bluetoothd_it_says_so(guest: Guest) -> None:
    async def go() -> None:
        async with Session(guest) as session:
            await session.do("stop", daemon="bluetoothd")
            try:
                ran = await Laptop(session).ambula("scan", "--timeout", "1")
            finally:
                await session.do("start", daemon="bluetoothd")
            assert ran.failed_with(5).startswith("cannot scan: no ")

    asyncio.run(go())
