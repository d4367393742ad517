"""The radio from the laptop's side: how strong the node is heard, how fast its log comes, how many windows are met.

The log is only read: nothing is acknowledged, so that a sync afterwards finds all of it.
"""

import asyncio
import time
from typing import Any

from ambula.base.errors import AmbulaError
from ambula.bringup.bench import Bench
from ambula.bringup.reading import Measured, NotMeasured, Reading
from ambula.bringup.row import Row
from ambula.nodes.keys import KeyFile
from ambula.nodes.session import NodeKey
from ambula.nodes.visit import Near, find_nodes, owner, visiting
from ambula.transport.radio import Found, Radio
from ambula.transport.source import open_radio
from ambula.usb import on_board
from nodecore import protocol

_SCAN_S = 40.0
_WINDOW_S = 900.0
_LEAST_BYTES = 2048
_MOST_BYTES = 262_144


async def read_a_log(radio: Radio, key: NodeKey, scan_s: float = _SCAN_S) -> dict[str, Any]:
    """Find the node, read what it has of its log, and return rssi_dbm, bytes and seconds; NotMeasured if not heard."""
    near = [n for n in await find_nodes(radio, [key], scan_s) if n.key == key]
    if not near:
        raise NotMeasured(f"the node was not heard in {scan_s:.0f} s: double-tap it, and run this again")
    return {"rssi_dbm": near[0].found.rssi_dbm, **await _read(radio, near[0], key)}


async def _read(radio: Radio, near: Near, key: NodeKey) -> dict[str, Any]:
    async with visiting(radio, near, key) as client:
        info = await client.open()
        end = min(await client.seal(), info.log_first + _MOST_BYTES)
        data = bytearray()
        start_s = time.monotonic()
        for start in range(info.log_first, end, 32_768):
            part = bytearray()
            await client.read_log(start, min(start + 32_768, end), part)
            data += part
        return {"bytes": len(data), "seconds": time.monotonic() - start_s}


async def count_windows(radio: Radio, key: NodeKey, windows: int, window_s: float = _WINDOW_S) -> int:
    """Listen for so many windows' time and return in how many of them the node was heard."""
    heard = 0
    for _ in range(windows):
        seen: list[Found] = []

        def is_ours(found: Found, seen: list[Found] = seen) -> None:
            if owner(found, [key]):
                seen.append(found)

        await radio.scan(protocol.SERVICE_UUID, window_s, is_ours)
        heard += bool(seen)
    return heard


def _measure(bench: Bench) -> Measured:
    bench.hardware()
    device = bench.run(on_board.IDENTITY).strip()
    key = next((k for k in KeyFile().load() if k.device_id == device), None)
    if key is None:
        raise NotMeasured(
            "not set up on this computer: `ambula setup --participant TEST --role thigh --start tap`, then run this "
            "again"
        )
    bench.leave()  # its firmware starts, and opens a window for a minute
    try:
        return asyncio.run(_over_the_air(bench, key))
    except AmbulaError as e:
        raise NotMeasured(str(e)) from e


async def _over_the_air(bench: Bench, key: NodeKey) -> Measured:
    windows = bench.options.air_windows
    async with open_radio(bench.options.radio) as radio:
        bench.say("looking for the node over Bluetooth, reading its log")
        found = await read_a_log(radio, key)
        heard = 0
        for number in range(windows):
            bench.say(f"listening: window {number + 1} of {windows}, 15 min each")
            heard += await count_windows(radio, key, 1)
    enough = found["bytes"] >= _LEAST_BYTES
    return {
        "air_rssi_dbm": Reading(found["rssi_dbm"], found),
        "air_kib_s": Reading(round(found["bytes"] / 1024 / found["seconds"], 1), found)
        if enough
        else Reading(None, found, f"its log has only {found['bytes']} bytes"),
        "windows_met": Reading(100 * heard / windows, {"heard": heard, "of": windows})
        if windows
        else Reading(None, why="--air-windows 0"),
    }


AIR = Row(
    "air",
    "reads the log over Bluetooth, then listens for windows",
    60,
    ("air_rssi_dbm", "air_kib_s", "windows_met"),
    _measure,
    per="air_windows",
    each_s=_WINDOW_S,
    advice="look at the antenna's plug; put node and laptop on one desk and measure again",
)
