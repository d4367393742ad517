"""The air between the virtual radios: who hears whom, how fast, how lossy, and how much went over it.

Everything runs in this process on asyncio. Each participant has a virtual controller with a real host stack (bumble:
HCI, L2CAP, ATT, GATT) on top. Modelled: advertising and scan responses, connection events with a limited number of
packets and back-pressure to the sender, lost packets as delay (a link layer repeats them), range, supervision timeout.
Not modelled: channels, interference between connections, clock drift, PHY rates, encryption, connection updates.
"""

import asyncio
import contextlib
import random
import tempfile
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from bumble import controller as bumble_controller
from bumble import core, hci, link, ll
from bumble.device import Device, DeviceConfiguration

from ambula.base.errors import SimulatorError
from ambula.sim.controller import AirController, Outbox
from ambula.sim.hci_socket import HciServer, serve_hci
from ambula.sim.nimble import NodeRadio
from ambula.sim.wire import socket_folder

_CONNECT_FAIL_S = 0.05  # a central notices after six silent connection intervals
_NO_SUCH_CENTRAL = 0xC0_FF_EE_00_00_00
_NO_ADDRESS = "00:00:00:00:00:00"


@dataclass
class Flow:
    """What one direction carried: link-layer payload bytes (L2CAP and ATT headers included), packets, repetitions."""

    bytes: int = 0
    packets: int = 0
    retries: int = 0


@dataclass
class Traffic:
    """Both directions of a node: `up` from the node to the laptop, `down` to the node. Advertising is not counted."""

    up: Flow = field(default_factory=Flow)
    down: Flow = field(default_factory=Flow)

    @property
    def total_bytes(self) -> int:
        """Bytes of both directions."""
        return self.up.bytes + self.down.bytes


class Air:
    """An async context manager that holds the participants; leaving it ends all links and radios.

    `interval_ms` is the connection interval (7.5 to 4000; None: packets pass as fast as the machine allows) and
    `packets` how many of up to 251 bytes pass each way per interval. `loss` (0 to <1) is the share of tries that are
    lost, drawn with `seed`; without an interval it only counts. `supervision_ms` is how long a link lives out of range.
    `advertising_cap_ms` shortens longer advertising intervals, so that a rehearsal need not wait for them. `on_packet`
    hears each packet of a link: the node's name, and the L2CAP bytes.
    """

    def __init__(
        self,
        interval_ms: float | None = None,
        packets: int = 6,
        loss: float = 0.0,
        seed: int = 0,
        supervision_ms: float = 420.0,
        advertising_cap_ms: float | None = None,
    ) -> None:
        if not 0 <= loss < 1:
            raise ValueError(f"loss must be from 0 to below 1, not {loss}")
        if packets < 1 or (interval_ms is not None and interval_ms <= 0):
            raise ValueError(f"no packet would ever pass: {packets} packets per {interval_ms} ms")
        self.counters: dict[str, Traffic] = {}
        self.on_packet: Callable[[str, bytes], None] | None = None
        self._interval_s = None if interval_ms is None else interval_ms / 1000
        self._packets = packets
        self._loss = loss
        self._random = random.Random(seed)
        self._advertising_cap_s = None if advertising_cap_ms is None else advertising_cap_ms / 1000
        self._link = _AirLink(supervision_ms / 1000)
        self._nodes: dict[str, NodeRadio] = {}
        self._centrals: dict[str, Device] = {}
        self._servers: list[HciServer] = []
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    async def __aenter__(self) -> Self:
        self._folder = socket_folder()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for node in self._nodes.values():
            await node.close()
        for device in self._centrals.values():
            await device.power_off()
        for server in self._servers:
            server.close()
        self._link.close()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    async def add_node(self, name: str, address: str, rssi_dbm: int = -60) -> NodeRadio:
        """Add the radio of a node with a public `address` ("30:AE:A4:00:00:01"), silent until its firmware attaches."""
        path = self._socket_path(f"{len(self._nodes)}.sock")
        controller = self._add_controller(name, hci.Address(address, hci.Address.PUBLIC_DEVICE_ADDRESS), rssi_dbm)
        self.counters[name] = Traffic()
        node = self._nodes[name] = NodeRadio(name, controller, path, lambda: self._link.vanish(name))
        await node.open()
        return node

    async def add_central(self, name: str = "laptop") -> Device:
        """Add a laptop: a bumble device, powered on, with a static random address of its own."""
        raw = (_NO_SUCH_CENTRAL + len(self._centrals) + 1).to_bytes(6, "little")
        address = hci.Address(raw, hci.Address.RANDOM_DEVICE_ADDRESS)
        controller = self._add_controller(name, hci.Address.ANY, -60)
        config = DeviceConfiguration(name=name, address=address)
        device = self._centrals[name] = Device.from_config_with_hci(config, controller, controller)
        await device.power_on()
        return device

    async def serve_central(
        self, name: str = "laptop", address: str = _NO_ADDRESS, path: str | Path | None = None
    ) -> str:
        """Add a laptop's controller for another process, as HCI on a unix socket; return its bumble transport name.

        `path`: of the socket; without one it lies with those of the nodes. `address` is the controller's public one; a
        host that uses a random address, as bumble does, needs none. When that process ends, its links are lost and the
        laptop is gone from the air.
        """
        if path is None:
            path = self._socket_path(f"hci{len(self._servers)}")
        controller = self._add_controller(name, hci.Address(address, hci.Address.PUBLIC_DEVICE_ADDRESS), -60)

        def leave() -> None:
            if controller in self._link.controllers:
                self._link.cut(controller)
                self._link.remove_controller(controller)

        self._servers.append(await serve_hci(controller, Path(path), leave))
        return f"unix-client:{path}"

    def drop(self, name: str) -> int:
        """Cut all links of `name` at once, as by a supervision timeout at both ends; return how many there were."""
        return self._link.cut(self._link.named(name))

    def set_out_of_range(self, name: str, out: bool) -> None:
        """Take `name` out of everybody's reach, or back; links that last till the supervision timeout are then lost."""
        self._link.set_out_of_range(self._link.named(name), out)

    @contextlib.contextmanager
    def by_hand(self) -> Generator[Callable[[int], bool]]:
        """Advertise in virtual time: yields a call that lets those advertise who are due at a virtual ms.

        It returns whether anybody did.
        """
        advertisers = [radio.advertiser for radio in self._link.radios()]
        for advertiser in advertisers:
            advertiser.by_hand = True
        try:
            yield lambda virtual_ms: sum(one.advertise_at(virtual_ms) for one in advertisers) > 0
        finally:
            for advertiser in advertisers:
                advertiser.by_hand = False

    def _socket_path(self, name: str) -> Path:
        if self._folder is None:
            raise SimulatorError("the air is not open: use `async with Air() as air`")
        return Path(self._folder.name) / name

    def _add_controller(self, name: str, address: hci.Address, rssi_dbm: int) -> AirController:
        if any(controller.name == name for controller in self._link.controllers):
            raise ValueError(f"there is a {name!r} on the air already")
        return AirController(name, self._link, address, self._open_outbox, rssi_dbm, self._advertising_cap_s)

    def _open_outbox(self, controller: AirController, connection: bumble_controller.Connection) -> Outbox:
        peer = self._link.find_le_controller(connection.peer_address)
        is_node = controller.name in self.counters
        node = controller.name if is_node else peer.name if peer is not None else ""
        traffic = self.counters.setdefault(node, Traffic())
        flow = traffic.up if is_node else traffic.down

        def is_blocked() -> bool:
            return not self._link.is_in_reach(controller) or (peer is not None and not self._link.is_in_reach(peer))

        def is_lost() -> bool:
            lost = self._loss > 0 and self._random.random() < self._loss
            flow.retries += lost
            return lost and self._interval_s is not None

        def on_air(packet: hci.HCI_AclDataPacket) -> None:
            flow.bytes += len(packet.data)
            flow.packets += 1
            if self.on_packet is not None:
                self.on_packet(node, bytes(packet.data))
            controller.sent(connection, packet)

        return Outbox(self._interval_s, self._packets, is_blocked, is_lost, on_air)


class _AirLink(link.LocalLink):
    """bumble's local link, with public addresses, range, and connections that fail as they do on the air."""

    def __init__(self, supervision_s: float) -> None:
        super().__init__()
        self._supervision_s = supervision_s
        self._out_of_range: dict[str, asyncio.TimerHandle] = {}

    def named(self, name: str) -> AirController:
        """The controller of `name`; KeyError if there is none."""
        for controller in self.radios():
            if controller.name == name:
                return controller
        raise KeyError(name)

    def is_in_reach(self, controller: bumble_controller.Controller) -> bool:
        """Whether the others can hear it."""
        return controller.name not in self._out_of_range

    def set_out_of_range(self, controller: AirController, out: bool) -> None:
        """See `Air.set_out_of_range`."""
        timer = self._out_of_range.pop(controller.name, None)
        if timer is not None:
            timer.cancel()
        if out:
            loop = asyncio.get_running_loop()
            self._out_of_range[controller.name] = loop.call_later(self._supervision_s, self.cut, controller)
        else:
            for radio in self.radios():
                radio.wake()

    def cut(self, controller: AirController) -> int:
        """End all links of `controller` at both ends; return how many."""
        count = 0
        for connection in list(controller.le_connections.values()):
            peer = self.find_le_controller(connection.peer_address)
            controller.lose(connection, hci.HCI_ErrorCode.CONNECTION_TIMEOUT_ERROR)
            other = peer.le_connections.get(connection.self_address) if isinstance(peer, AirController) else None
            if isinstance(peer, AirController) and other is not None:
                peer.lose(other, hci.HCI_ErrorCode.CONNECTION_TIMEOUT_ERROR)
            count += 1
        return count

    def vanish(self, name: str) -> None:
        """A radio lost its power: no more advertising, and its links are lost."""
        controller = self.named(name)
        controller.advertiser.stop()
        self.cut(controller)

    def close(self) -> None:
        """Stop all timers."""
        for timer in self._out_of_range.values():
            timer.cancel()
        self._out_of_range.clear()
        for radio in self.radios():
            radio.advertiser.stop()
            self.cut(radio)

    def radios(self) -> list[AirController]:
        """Return the controllers on the air."""
        # In the order of their names: the set that bumble keeps has no order that two runs would share.
        radios = [controller for controller in self.controllers if isinstance(controller, AirController)]
        return sorted(radios, key=lambda radio: radio.name)

    # ---- what bumble's controllers call

    def send_acl_data(
        self,
        sender_controller: bumble_controller.Controller,
        destination_address: hci.Address,
        transport: core.PhysicalTransport,
        data: bytes,
    ) -> None:
        """Deliver a PDU along its connection, whichever kind of address the two ends use."""
        connection = sender_controller.le_connections.get(destination_address)
        peer = self.find_le_controller(destination_address)
        if connection is None or peer is None:
            return
        other = peer.le_connections.get(connection.self_address)

        def deliver() -> None:
            if other is not None and peer.le_connections.get(connection.self_address) is other:
                peer.on_link_acl_data(connection.self_address, transport, data)

        asyncio.get_running_loop().call_soon(deliver)

    def send_ll_control_pdu(
        self, sender_address: hci.Address, receiver_address: hci.Address, packet: ll.ControlPdu
    ) -> None:
        """Deliver a control PDU, unless one of the two is out of range or the link is gone."""
        sender = self.find_le_controller(sender_address)
        receiver = self.find_le_controller(receiver_address)
        if sender is None or receiver is None or not (self.is_in_reach(sender) and self.is_in_reach(receiver)):
            return

        def deliver() -> None:
            if sender_address in receiver.le_connections:
                receiver.on_ll_control_pdu(sender_address, packet)

        asyncio.get_running_loop().call_soon(deliver)

    def send_advertising_pdu(self, sender_controller: bumble_controller.Controller, packet: ll.AdvertisingPdu) -> None:
        """Let the radios in reach hear an advertisement, or one of them a request to connect."""
        if not isinstance(sender_controller, AirController):
            return
        loop = asyncio.get_running_loop()
        if isinstance(packet, ll.ConnectInd):
            loop.call_soon(self._connect, sender_controller, packet)
        elif isinstance(packet, ll.AdvInd) and self.is_in_reach(sender_controller):
            for radio in self.radios():
                if radio is not sender_controller and self.is_in_reach(radio):
                    loop.call_soon(radio.hear, sender_controller, packet)

    def _connect(self, central: AirController, packet: ll.ConnectInd) -> None:
        for radio in self.radios():
            is_meant = radio.advertiser.is_connectable and radio.advertiser.address == packet.advertiser_address
            if is_meant and self.is_in_reach(radio) and self.is_in_reach(central):
                radio.on_ll_advertising_pdu(packet)
                return
        # The advertiser went away, or another central was faster: the link is never established.
        connection = central.le_connections.get(packet.advertiser_address)
        if connection is not None:
            reason = hci.HCI_ErrorCode.CONNECTION_FAILED_TO_BE_ESTABLISHED_ERROR
            asyncio.get_running_loop().call_later(_CONNECT_FAIL_S, central.lose, connection, reason)
