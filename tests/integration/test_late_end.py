"""The end of a link that comes late, as where the laptop has walked away: the node's window closes all the same."""

import asyncio
from pathlib import Path

import pytest

from ambula.nodes.client import NodeClient
from ambula.nodes.sync import sync_node
from ambula.store import Store
from nodecore import segment
from tests.support import worn

LATE_S = 8.0  # by the wall: for longer than the window lasts, in virtual time
WINDOW_S = 120


@pytest.mark.parametrize("guest", ["stranger", "owner"])
def test_a_link_that_does_not_end_keeps_no_radio_on(guest: str, recorded: Path, tmp_path: Path) -> None:
    """NimBLE refuses to end a link twice (114): a stranger is sent away every 5 s, an owner when the window is over."""

    async def go() -> list[bytes]:
        async with worn.worn_again(recorded, tmp_path / "rig") as rig:
            radio, node = rig.radios["thigh"], rig.nodes["thigh"]
            rig.laptop_near()
            link = await rig.radio.connect(await worn.heard(rig))
            radio.hang_up_in(LATE_S)
            if guest == "owner":
                await NodeClient(link, rig.keys, rig.utc_ms).open()
            for _ in range(WINDOW_S):
                await rig.run_until(rig.utc_ms() + 1000)
            assert (radio.is_on, radio.connections, node.resets) == (False, 0, [])
            radio.hang_up_in(0)
            rig.laptop_near()
            link = await rig.radio.connect(await worn.heard(rig))
            with Store(tmp_path / "s.db") as store:
                await sync_node(NodeClient(link, rig.keys, rig.utc_ms), store)
                await link.close()
                (stored,) = store.nodes()
                faults = [e.payload for e in store.events(stored.node_id) if e.code == segment.FAULT]
                return [fault for fault in faults if not fault.startswith(b"imu")]  # it has no samples here

    assert asyncio.run(go()) == []
