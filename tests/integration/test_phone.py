"""The standard services: a Bluetooth client that knows the SIG's documents and nothing of Ambula reads a node."""

import asyncio
import struct
from pathlib import Path
from typing import Any

import numpy as np
from bumble.core import UUID, AdvertisingData
from bumble.device import Advertisement, Connection, Device, Peer

from ambula.nodes.sync import sync_each
from ambula.nodes.visit import find_nodes
from ambula.sim.rig import Rig, VirtualWearer
from ambula.store import Store
from nodecore import protocol, record
from tests.support.worn import heard

RUNNING_SPEED_AND_CADENCE = UUID.from_16_bits(0x1814)
STILL = (np.array([4096, 0, 0]) + np.random.default_rng(1).integers(-9, 9, (26 * 900, 3))).astype(np.int16)
START_MS = 1_780_000_000_000
BATTERY_MV = 3900


def a_node(folder: Path, samples: np.ndarray = STILL, role: int = 0, peers: bool = False, **config: Any) -> Rig:
    wearer = VirtualWearer(role, samples, START_MS, config={"phone": 1, **config})
    return Rig(folder, [wearer], peers=peers)


async def find(phone: Device, wait_s: float = 10) -> Advertisement | None:
    """Scan as apps for foot pods do: by the service's number in what is advertised, or in the scan response."""
    found: asyncio.Future[Advertisement] = asyncio.get_running_loop().create_future()

    def hear(advertisement: Advertisement) -> None:
        listed = advertisement.data.get_all(AdvertisingData.INCOMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS)
        if any(RUNNING_SPEED_AND_CADENCE in uuids for uuids in listed) and not found.done():
            found.set_result(advertisement)

    phone.on("advertisement", hear)
    await phone.start_scanning(active=True)
    try:
        return await asyncio.wait_for(found, wait_s)
    except TimeoutError:
        return None
    finally:
        await phone.stop_scanning()


async def joined(phone: Device) -> tuple[Connection, Peer]:
    advertisement = await find(phone)
    assert advertisement is not None
    connection = await phone.connect(advertisement.address)
    peer = Peer(connection)
    await peer.discover_all()
    return connection, peer


async def read(peer: Peer, service: int, characteristic: int) -> bytes:
    (one,) = peer.get_characteristics_by_uuid(UUID.from_16_bits(characteristic), UUID.from_16_bits(service))
    return await one.read_value()


def gone(connection: Connection) -> asyncio.Event:
    event = asyncio.Event()
    connection.on("disconnection", lambda _: event.set())
    return event


def test_a_phone_reads_battery_and_firmware_and_hears_the_cadence(tmp_path: Path) -> None:
    """Each value as the SIG lays it out, for longer than a stranger's five seconds; and it is what is synced later."""

    async def go() -> list[bytes]:
        async with a_node(tmp_path / "rig", walk(900)) as rig:
            await rig.run_until(START_MS + 300_000)
            rig.nodes["thigh"].set_battery_mv(BATTERY_MV)
            rig.laptop_near()
            connection, peer = await joined(await rig.air.add_central("phone"))
            left = gone(connection)
            assert await read(peer, 0x180F, 0x2A19) == bytes(((BATTERY_MV - 3400) // 8,))
            assert await read(peer, 0x180A, 0x2A24) == b"Ambula"
            assert await read(peer, 0x180A, 0x2A26) == b"0.2.0"
            assert await read(peer, 0x1814, 0x2A54) == b"\x04\x00"  # walking or running is told; nothing else
            assert not peer.get_characteristics_by_uuid(UUID.from_16_bits(0x2A25))  # no serial number
            (measurement,) = peer.get_characteristics_by_uuid(UUID.from_16_bits(0x2A53))
            values: list[bytes] = []
            await measurement.subscribe(values.append)
            await asyncio.sleep(16)
            assert not left.is_set()
            await connection.disconnect()
            with Store(tmp_path / "s.db") as store:
                await sync_each(rig.radio, store, await find_nodes(rig.radio, rig.keys, 10), rig.utc_ms)
            return values

    values = asyncio.run(go())
    with Store(tmp_path / "s.db") as store:
        (node,) = store.nodes()
        kept = store.records(node.node_id).data[:, record.CADENCE].tolist()
    cadences: list[int] = []
    for value in values:
        flags, speed, strides = struct.unpack("<BHB", value)  # no stride length, no distance: 4 bytes in all
        assert flags & 0b111 == 0  # walking
        assert abs(speed / 256 * 3.6 - 0.0061 * (2 * strides) ** 2 * 0.06) < 0.15  # km/h
        cadences.append(strides)
    # One an epoch; the two that a node scores together, before it notices the phone, go out as one.
    assert 2 <= len(cadences) <= 4
    assert all(48 < c < 62 for c in cadences)  # contacts of one foot: half of the 110 steps
    halves = [round(steps / 2 + 0.1) for steps in kept]
    assert set(cadences) <= set(halves)


def walk(seconds: int, spm: float = 110.0) -> np.ndarray:
    """A thigh that swings like one that walks: a made-up pendulum, a stride being two steps."""
    t = np.arange(26 * seconds) / 26
    stride = 2 * np.pi * t * spm / 120
    swing = np.radians(25) * np.sin(stride)
    bump = 0.35 * np.cos(2 * stride) + 0.12 * np.cos(stride)
    noise = np.random.default_rng(2).normal(0, 0.02, (len(t), 3))
    xyz = np.stack([np.cos(swing) + bump, 0.1 * np.sin(stride), np.sin(swing) + 0.2 * np.sin(2 * stride)], axis=1)
    return ((xyz + noise) * 4096).clip(-32768, 32767).astype(np.int16)


def test_without_phone_nothing_of_it_is_there(tmp_path: Path) -> None:
    async def go() -> None:
        async with a_node(tmp_path / "rig", phone=0) as rig:
            await rig.run_until(START_MS + 10_000)
            rig.laptop_near()
            phone = await rig.air.add_central("phone")
            assert await find(phone, 2) is None
            link = await rig.radio.connect(await heard(rig))
            for service in (0x180F, 0x180A, 0x1814):
                assert not link.has_service(f"0000{service:04x}-0000-1000-8000-00805f9b34fb")
            await link.close()

    asyncio.run(go())


def test_what_is_advertised_fits_also_where_the_other_node_is_told_something(tmp_path: Path) -> None:
    async def go() -> None:
        async with a_node(tmp_path / "rig", role=1, peers=True) as rig:
            await rig.run_until(START_MS + 10_000)
            rig.laptop_near()
            found = await find(await rig.air.add_central("phone"))
            assert found is not None
            assert len(found.data_bytes if hasattr(found, "data_bytes") else bytes(found.data)) <= 62
            (near,) = await find_nodes(rig.radio, rig.keys, 10)
            assert near.key == rig.keys[0]
            assert protocol.SERVICE_UUID in near.found.service_data

    asyncio.run(go())
