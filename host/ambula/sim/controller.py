"""One radio on the air: bumble's virtual controller with the behaviour of a link layer that it lacks.

What is mended (bumble 0.0.236): connection handles are not reused at once; the host's credits come back when a packet
has been on the air, not before; scan responses carry their own data; non-connectable advertising is heard; the
advertising interval is in units of 0.625 ms and has its random delay; an attempt to connect can be cancelled; a request
to end a link that is gone already is answered.
"""

import asyncio
import random
from collections import deque
from collections.abc import Callable

from bumble import controller as bumble_controller
from bumble import hci, ll
from bumble.device import AdvertisingType
from bumble.link import LocalLink

_ADVERTISING_UNIT_S = 0.000625
_ADVERTISING_DELAY_S = 0.010  # the random delay that keeps two advertisers from colliding for ever
_DATA_LENGTH = 251  # LE data packet length extension, as the ESP32-C3 has it
_LAST_HANDLE = 0xEFF

_ReportType = hci.HCI_LE_Advertising_Report_Event.EventType
_REPORTS = {
    AdvertisingType.UNDIRECTED_CONNECTABLE_SCANNABLE: _ReportType.ADV_IND,
    AdvertisingType.UNDIRECTED_SCANNABLE: _ReportType.ADV_SCAN_IND,
    AdvertisingType.UNDIRECTED: _ReportType.ADV_NONCONN_IND,
}


class Outbox:
    """The packets of one end of a connection that wait for the air.

    Every `interval_s` (None: at once) up to `packets` go out; `is_blocked` holds everything back (out of range);
    `on_air` is called for each packet that got through; `is_lost` draws whether a try is lost.
    """

    def __init__(
        self,
        interval_s: float | None,
        packets: int,
        is_blocked: Callable[[], bool],
        is_lost: Callable[[], bool],
        on_air: Callable[[hci.HCI_AclDataPacket], None],
    ) -> None:
        self._interval_s = interval_s
        self._packets = packets
        self._is_blocked = is_blocked
        self._is_lost = is_lost
        self._on_air = on_air
        self._queue: deque[hci.HCI_AclDataPacket] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._anchor_s = asyncio.get_running_loop().time()

    def push(self, packet: hci.HCI_AclDataPacket) -> None:
        """Queue a packet."""
        self._queue.append(packet)
        self.wake()

    def wake(self) -> None:
        """Go on sending, after `push` or when the way is free again."""
        if self._interval_s is None:
            self._send(len(self._queue))
        elif self._queue and self._timer is None:
            loop = asyncio.get_running_loop()
            past_s = (loop.time() - self._anchor_s) % self._interval_s
            self._timer = loop.call_later(self._interval_s - past_s, self._connection_event)

    def close(self) -> None:
        """Drop what waits: the connection is gone."""
        self._queue.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _connection_event(self) -> None:
        self._timer = None
        self._send(self._packets)
        if not self._is_blocked():
            self.wake()

    def _send(self, tries: int) -> None:
        if self._is_blocked():
            return
        for _ in range(tries):
            if not self._queue:
                return
            # A lost packet is sent again by the link layer: it costs a slot, never the data.
            if not self._is_lost():
                self._on_air(self._queue.popleft())


class Advertiser(bumble_controller.LegacyAdvertiser):
    """Legacy advertising with the right interval and of every type."""

    cap_s: float | None = None
    by_hand = False  # advertise when told to, not by the wall clock
    _due_ms = 0

    @property
    def is_connectable(self) -> bool:
        """Whether a central may connect now."""
        return self.enabled and self.report_type == _ReportType.ADV_IND

    @property
    def is_scannable(self) -> bool:
        """Whether a scan response follows."""
        return self.report_type != _ReportType.ADV_NONCONN_IND

    @property
    def report_type(self) -> _ReportType:
        """The event type that a scanner's report of this advertising carries."""
        return _REPORTS.get(AdvertisingType(self.advertising_type), _ReportType.ADV_NONCONN_IND)

    def send_advertising_data(self) -> None:
        """Put one advertisement on the air."""
        if self.enabled:
            self.controller.send_advertising_pdu(ll.AdvInd(self.address, bytes(self.advertising_data)))

    def advertise_at(self, virtual_ms: int) -> bool:
        """Put an advertisement on the air if the interval since the last one has passed; return whether it has."""
        if not self.enabled:
            self._due_ms = virtual_ms
        if not self.enabled or virtual_ms < self._due_ms:
            return False
        self._due_ms = virtual_ms + round(self.advertising_interval_min * _ADVERTISING_UNIT_S * 1000)
        self.send_advertising_data()
        return True

    def _on_timer_fired(self) -> None:
        if not self.by_hand:
            self.send_advertising_data()
        interval_s = self.advertising_interval_min * _ADVERTISING_UNIT_S
        if self.cap_s is not None:
            interval_s = min(interval_s, self.cap_s)
        delay_s = random.uniform(0, _ADVERTISING_DELAY_S)
        self.timer_handle = asyncio.get_running_loop().call_later(interval_s + delay_s, self._on_timer_fired)


class AirController(bumble_controller.Controller):
    """A virtual controller of the air; `open_outbox` comes from the air and makes the outbox of a new connection."""

    le_acl_data_packet_length = _DATA_LENGTH
    supported_max_tx_octets = _DATA_LENGTH
    supported_max_rx_octets = _DATA_LENGTH
    suggested_max_tx_octets = _DATA_LENGTH
    # As an ESP32 or a plain laptop: no extended advertising, so advertisements are the 31 bytes that every phone sees.
    le_features = bumble_controller.Controller.le_features & ~(
        hci.LeFeatureMask.LE_EXTENDED_ADVERTISING
        | hci.LeFeatureMask.LE_PERIODIC_ADVERTISING
        | hci.LeFeatureMask.LL_PRIVACY
    )

    def __init__(
        self,
        name: str,
        link: LocalLink,
        public_address: hci.Address,
        open_outbox: Callable[["AirController", bumble_controller.Connection], Outbox],
        rssi_dbm: int,
        advertising_cap_s: float | None,
    ) -> None:
        super().__init__(name, link=link, public_address=public_address)  # pyright: ignore[reportUnknownMemberType]
        self.rssi_dbm = rssi_dbm
        self.advertiser = Advertiser(self)
        self.advertiser.cap_s = advertising_cap_s
        self.le_legacy_advertiser = self.advertiser
        self._open_outbox = open_outbox
        self._outboxes: dict[int, Outbox] = {}
        self._last_handle = 0

    def allocate_connection_handle(self) -> int:
        """The next handle in turn, so that a late packet of a lost link never lands in the one after it."""
        self._last_handle = self._last_handle % _LAST_HANDLE + 1
        return self._last_handle

    # ---- data

    def on_hci_acl_data_packet(self, packet: hci.HCI_AclDataPacket) -> None:
        """Queue what the host sends; its credit comes back from `sent`."""
        connection = self.find_le_connection_by_handle(packet.connection_handle)
        if connection is None:
            return  # the link was lost while the packet was on its way from the host
        outbox = self._outboxes.get(connection.handle)
        if outbox is None:
            outbox = self._outboxes[connection.handle] = self._open_outbox(self, connection)
        outbox.push(packet)

    def sent(self, connection: bumble_controller.Connection, packet: hci.HCI_AclDataPacket) -> None:
        """A packet has been on the air: hand it over to the peer and give the host its credit."""
        connection.on_hci_acl_data_packet(packet)

    def wake(self) -> None:
        """Go on sending on all connections."""
        for outbox in list(self._outboxes.values()):
            outbox.wake()

    # ---- connections

    def lose(self, connection: bumble_controller.Connection, reason: int) -> None:
        """End a connection on this side only."""
        if self.le_connections.get(connection.peer_address) is connection:
            self.on_le_disconnected(connection, reason)

    def on_le_disconnected(self, connection: bumble_controller.Connection, reason: int) -> None:
        """Tell the host and drop what waited for the air."""
        outbox = self._outboxes.pop(connection.handle, None)
        if outbox is not None:
            outbox.close()
        super().on_le_disconnected(connection, reason)

    def on_hci_disconnect_command(self, command: hci.HCI_Disconnect_Command) -> None:
        """End a connection; one that is gone already is an error, not a wait for an event that never comes."""
        if self.find_le_connection_by_handle(command.connection_handle) is None:
            status = hci.HCI_ErrorCode.UNKNOWN_CONNECTION_IDENTIFIER_ERROR
            self._send_hci_command_status(status, command.op_code)
        else:
            super().on_hci_disconnect_command(command)

    def on_hci_le_create_connection_cancel_command(
        self,
        _command: hci.HCI_LE_Create_Connection_Cancel_Command,  # pyright: ignore
    ) -> hci.HCI_StatusReturnParameters:
        """Give up a pending connection: the host is told by the event that the standard asks for."""
        pending = self.pending_le_connection
        if pending is None:
            return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.COMMAND_DISALLOWED_ERROR)
        self.pending_le_connection = None
        event = hci.HCI_LE_Connection_Complete_Event(
            status=hci.HCI_ErrorCode.UNKNOWN_CONNECTION_IDENTIFIER_ERROR,
            connection_handle=0,
            role=hci.Role.CENTRAL,
            peer_address_type=pending.peer_address.address_type,
            peer_address=pending.peer_address,
            connection_interval=0,
            peripheral_latency=0,
            supervision_timeout=0,
            central_clock_accuracy=0,
        )
        # After the command's own answer, which leaves when this method has returned.
        asyncio.get_running_loop().call_soon(self.send_hci_packet, event)
        return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.SUCCESS)

    # ---- advertisements of others

    def hear(self, sender: "AirController", packet: ll.AdvInd) -> None:
        """An advertisement of `sender` reaches this radio."""
        advertiser = sender.advertiser
        if self.le_scan_enable:
            self._report(sender, advertiser.report_type, packet, bytes(packet.data))
            if self.le_scan_type == 1 and advertiser.is_scannable:
                self._report(sender, _ReportType.SCAN_RSP, packet, bytes(advertiser.scan_response_data))
        pending = self.pending_le_connection
        if pending is not None and pending.peer_address == packet.advertiser_address and advertiser.is_connectable:
            self.create_le_connection(packet.advertiser_address)

    def _report(self, sender: "AirController", kind: _ReportType, packet: ll.AdvInd, data: bytes) -> None:
        report = hci.HCI_LE_Advertising_Report_Event.Report(
            event_type=kind,
            address_type=packet.advertiser_address.address_type,
            address=packet.advertiser_address,
            data=data,
            rssi=sender.rssi_dbm,
        )
        self.send_hci_packet(hci.HCI_LE_Advertising_Report_Event([report]))
