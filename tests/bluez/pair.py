"""On the guest: find a node, connect, pair as a desktop's settings do, and print what came of it as JSON."""

import asyncio
import json
import subprocess
import sys

from bleak import BleakClient, BleakScanner
from dbus_fast import BusType, Message, MessageType
from dbus_fast.aio.message_bus import MessageBus
from dbus_fast.annotations import DBusObjectPath, DBusUInt32
from dbus_fast.service import ServiceInterface, dbus_method

AGENT = "/ambula/agent"


class Desktop(ServiceInterface):
    """The user at the settings, who agrees to everything: without an agent bluetoothd refuses to pair."""

    def __init__(self) -> None:
        super().__init__("org.bluez.Agent1")

    @dbus_method()
    def RequestAuthorization(self, device: DBusObjectPath) -> None:
        return

    @dbus_method()
    def RequestConfirmation(self, device: DBusObjectPath, passkey: DBusUInt32) -> None:
        return

    @dbus_method()
    def Cancel(self) -> None:
        return


async def open_settings() -> MessageBus:
    """Register the agent; it lives as long as the bus that is returned."""
    bus = await MessageBus(bus_type=BusType.SYSTEM).connect()
    bus.export(AGENT, Desktop())
    for call, signature, body in (
        ("RegisterAgent", "os", [AGENT, "NoInputNoOutput"]),
        ("RequestDefaultAgent", "o", [AGENT]),
    ):
        message = Message("org.bluez", "/org/bluez", "org.bluez.AgentManager1", call, signature=signature, body=body)
        reply = await bus.call(message)
        if reply.message_type != MessageType.METHOD_RETURN:
            raise SystemExit(f"{call}: {reply.error_name}")
    return bus


async def pair(service_uuid: str, public_uuid: str) -> dict[str, str]:
    """Return what bluetoothd says of the paired device, and what the node tells anybody, over the encrypted link."""
    settings = await open_settings()
    device = await BleakScanner.find_device_by_filter(lambda *_: True, timeout=20, service_uuids=[service_uuid])
    if device is None:
        raise SystemExit("no node found")
    async with BleakClient(device, pair=True, timeout=40) as client:
        said = subprocess.run(["bluetoothctl", "info", device.address], capture_output=True, text=True, check=True)
        told = dict(line.strip().split(": ", 1) for line in said.stdout.splitlines() if ": " in line)
        value = await asyncio.wait_for(client.read_gatt_char(public_uuid), 10)
    settings.disconnect()
    return {name: told[name] for name in ("Paired", "Bonded", "Connected")} | {"value": value.hex()}


print(json.dumps(asyncio.run(pair(*sys.argv[1:]))))
