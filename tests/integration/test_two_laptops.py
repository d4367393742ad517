"""Two laptops with the same keys at the same nodes at the same time: nothing is in neither place, and gaps are told."""

import asyncio
from pathlib import Path

from ambula.nodes import receipts
from ambula.nodes.sync import SyncReport, sync_each
from ambula.nodes.visit import find_nodes
from ambula.sim.image import log_chunks
from ambula.sim.rig import Rig
from ambula.store import Store
from ambula.transport.radio import Radio
from tests.support import worn


async def sync(rig: Rig, radio: Radio, store: Store) -> SyncReport:
    return await sync_each(radio, store, await find_nodes(radio, rig.keys, 30), rig.utc_ms)


def freed_before(store: Store, node_id: int) -> list[range]:
    damage = store.damage(node_id)
    assert all(reason == "freed before this sync" for *_, reason in damage)
    return [range(start, start + length) for start, length, _ in damage]


def test_two_laptops_at_once(recorded: Path, tmp_path: Path) -> None:
    async def go() -> None:
        with Store(tmp_path / "a.db") as a, Store(tmp_path / "b.db") as b:
            async with worn.worn_again(recorded, tmp_path / "rig") as rig:
                other = Radio.over(await rig.air.add_central("laptop 2"))
                rig.laptop_near()
                await asyncio.gather(sync(rig, rig.radio, a), sync(rig, other, b))
                rig.laptop_near()
                for radio, store in ((rig.radio, a), (other, b)):  # who was sent away by the other comes again
                    report = await sync(rig, radio, store)
                    assert (len(report.synced), report.failed) == (2, [])
                keys = rig.keys
            check(a, b, keys)

    def check(a: Store, b: Store, keys: list) -> None:
        for role, name in enumerate(worn.ROLES):
            expected = {s.offset: s.data for s in worn.recorded_segments(recorded)[name]}
            held: dict[int, bytes] = {}
            for store in (a, b):
                (node,) = store.nodes("role = ?", (role,))
                stored = dict(store.log_bytes(node.node_id, 0))
                told = freed_before(store, node.node_id)
                assert all(at in stored or any(at in gap for gap in told) for at in expected)
                assert all(stored[at] == data for at, data in expected.items() if at in stored)
                assert not receipts.check(store, node, keys).changed
                held |= stored
            first = min(log_chunks(tmp_path / "rig" / f"{name}.img"))
            assert first > 0
            assert all(held[at] == data for at, data in expected.items())

    asyncio.run(go())
