"""Links that a program left behind on Linux: bluetoothd keeps them when a process is killed.

A connected node does not advertise, so that a later scan would not see it. A link is left behind if no program listens
to its notifications, as a sync does for as long as it lives: bluetoothd ends a program's subscriptions with the
program. Source: BlueZ's D-Bus interface, org.bluez.Device and org.bluez.GattCharacteristic.
"""

from typing import Any

_BLUEZ = "org.bluez"
_DEVICE = "org.bluez.Device1"
_CHARACTERISTIC = "org.bluez.GattCharacteristic1"

Objects = dict[str, dict[str, dict[str, Any]]]


async def end_links_left_behind(service_uuid: str) -> list[str]:
    """End the links to devices with a service (lower case) to which nobody listens; return their addresses.

    Raises what D-Bus raises where there is none; a bus without bluetoothd has no links.
    """
    from dbus_fast import BusType, Message, MessageType
    from dbus_fast.aio.message_bus import MessageBus

    bus = MessageBus(bus_type=BusType.SYSTEM)
    try:
        await bus.connect()
        manager = "org.freedesktop.DBus.ObjectManager"
        reply = await bus.call(Message(_BLUEZ, "/", manager, "GetManagedObjects"))
        if reply.message_type != MessageType.METHOD_RETURN:
            return []
        left = left_behind(reply.body[0], service_uuid)
        for path in left:
            await bus.call(Message(_BLUEZ, path, _DEVICE, "Disconnect"))  # refused: it is gone already
        return list(left.values())
    finally:
        bus.disconnect()


def left_behind(objects: Objects, service_uuid: str) -> dict[str, str]:
    """Return the addresses, by D-Bus path, of the connected devices with a service to which nobody listens.

    objects: what `GetManagedObjects` returns, values as `dbus_fast.Variant`.
    """
    heard = {
        path
        for path, interfaces in objects.items()
        if _is_true(interfaces.get(_CHARACTERISTIC), "Notifying", "NotifyAcquired")
    }
    links: dict[str, str] = {}
    for path, interfaces in objects.items():
        device = interfaces.get(_DEVICE)
        if device is None or not _is_true(device, "Connected") or service_uuid not in _value(device, "UUIDs", []):
            continue
        if not any(characteristic.startswith(f"{path}/") for characteristic in heard):
            links[path] = _value(device, "Address", "")
    return links


def _is_true(properties: dict[str, Any] | None, *names: str) -> bool:
    return properties is not None and any(_value(properties, name, False) for name in names)


def _value(properties: dict[str, Any], name: str, default: Any) -> Any:
    return properties[name].value if name in properties else default
