"""The central role of a virtual node: two MicroPython processes that meet on the air."""

import asyncio

from ambula.sim.nimble import NodeRadio
from tests.integration.radio_rig import TESTS, Firmware, micropython, rig


async def central(radio: NodeRadio, peer: str) -> Firmware:
    firmware = await Firmware.run(radio, TESTS / "radio_central.py", peer)
    await firmware.said("done")
    return firmware


def test_a_node_scans_connects_discovers_and_talks() -> None:
    async def go() -> list[str]:
        async with rig("back") as on:
            thigh = await on.air.add_node("thigh", "30:AE:A4:00:00:01", rssi_dbm=-47)
            firmware = await central(thigh, "back")
            on.firmware["thigh"] = firmware
            assert "connected" in " ".join(on.firmware["back"].lines)
            return firmware.lines

    micropython()
    lines = asyncio.run(go())
    assert lines == [
        "ready",
        "heard 0 -60 -60",  # a public address; an advertisement, then its scan response
        "nobody (65535, 255)",
        "connected 0",
        "mtu 247",
        "services 0",
        "characteristics 0",
        "properties 12 18",
        "descriptors ['UUID(0x2902)']",
        "read 0 246",
        "refused 258",
        "written True True",
        "gone True",
        "errno 107",
        "done",
    ]
