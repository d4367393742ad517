"""Which of the links that bluetoothd tells of were left behind. `make test-bluez` ends a real one."""

from types import SimpleNamespace
from typing import Any

from ambula.transport.bluez_links import Objects, left_behind

OURS = "6b1e0001-8d2f-4c57-9a64-0c5e7a1f3b20"
PATH = "/org/bluez/hci0/dev_F0_AE_A4_00_00_01"


def told(is_connected: bool = True, uuids: tuple[str, ...] = (OURS,), **characteristic: bool) -> Objects:
    """What bluetoothd tells of an adapter and a device with one characteristic."""

    def variants(**values: Any) -> dict[str, Any]:
        return {name: SimpleNamespace(value=value) for name, value in values.items()}

    device = variants(Address="F0:AE:A4:00:00:01", Connected=is_connected, UUIDs=[*uuids])
    return {
        "/org/bluez/hci0": {"org.bluez.Adapter1": variants(Powered=True)},
        PATH: {"org.bluez.Device1": device},
        f"{PATH}/service000a": {"org.bluez.GattService1": variants(UUID=OURS)},
        f"{PATH}/service000a/char000b": {"org.bluez.GattCharacteristic1": variants(**characteristic)},
    }


def test_a_link_to_which_nobody_listens_was_left_behind() -> None:
    assert left_behind(told(Notifying=False), OURS) == {PATH: "F0:AE:A4:00:00:01"}
    assert left_behind(told(), OURS) == {PATH: "F0:AE:A4:00:00:01"}


def test_a_link_in_use_is_left_alone() -> None:
    assert left_behind(told(Notifying=True), OURS) == {}
    assert left_behind(told(Notifying=False, NotifyAcquired=True), OURS) == {}


def test_what_listens_to_another_device_does_not_count() -> None:
    other = {path.replace("00_01", "00_011"): said for path, said in told(Notifying=True).items()}
    assert left_behind({**other, **told(Notifying=False)}, OURS) == {PATH: "F0:AE:A4:00:00:01"}


def test_other_devices_are_nobodys_business() -> None:
    assert left_behind(told(is_connected=False), OURS) == {}
    assert left_behind(told(uuids=("0000180f-0000-1000-8000-00805f9b34fb",)), OURS) == {}
    assert left_behind({PATH: {"org.bluez.Device1": {}}}, OURS) == {}
