"""A small firmware for the tests of the virtual radio: plain MicroPython `bluetooth`, no asyncio.

    micropython radio_firmware.py BOARD_DIR SOCKET NAME [cycles N]

What a central writes to COMMAND: `P...` is notified back; `S` + u32 streams that many bytes and then `end` + their CRC;
`X` makes the handler fail; `D` hangs up; `B` notifies the size of what the handler found in the attribute.
"""

import sys

sys.path.insert(0, sys.argv[1])

import binascii
import errno
import gc
import select
import struct

import bluetooth

SERVICE = bluetooth.UUID("6E400001-B5A3-F393-E0A9-E50E24DCCA9E")
COMMAND = bluetooth.UUID("6E400002-B5A3-F393-E0A9-E50E24DCCA9E")
DATA = bluetooth.UUID("6E400003-B5A3-F393-E0A9-E50E24DCCA9E")
SECRET = bluetooth.UUID("6E400004-B5A3-F393-E0A9-E50E24DCCA9E")
TABLE = (
    (
        SERVICE,
        (
            (COMMAND, bluetooth.FLAG_WRITE | bluetooth.FLAG_WRITE_NO_RESPONSE),
            (DATA, bluetooth.FLAG_READ | bluetooth.FLAG_NOTIFY),
            (SECRET, bluetooth.FLAG_READ | 0x0200),
        ),
    ),
)
CHUNK = 244


class Node:
    def __init__(self, name):
        self.name = name
        self.ble = bluetooth.BLE()
        self.conn = None
        self.mtu = 23
        self.commands = []
        self.stalls = 0

    def start(self):
        ble = self.ble
        ble.irq(self.irq)
        ble.active(True)
        ble.config(gap_name=self.name)
        ((self.command, self.data, self.secret),) = ble.gatts_register_services(TABLE)
        ble.gatts_set_buffer(self.command, 64)
        ble.gatts_write(self.data, b"0123456789" * 40)
        self.advertise()

    def advertise(self):
        adv = b"\x02\x01\x06" + bytes((17, 7)) + bytes(SERVICE)
        name = self.name.encode()
        resp = bytes((len(name) + 1, 9)) + name + b"\x05\x16\x0f\x18\x64\x01" + b"\x05\xff\xff\xff\x07\x08"
        self.ble.gap_advertise(30000, adv, resp_data=resp)

    def irq(self, event, data):
        if event == 1:
            self.conn, _, addr = data
            print("connected", bytes(addr).hex())
        elif event == 2:
            self.conn = None
            self.mtu = 23
            print("disconnected")
            self.advertise()
        elif event == 3:
            command = self.ble.gatts_read(data[1])
            if command == b"X":
                raise ValueError("the handler fails")
            self.commands.append(command)
        elif event == 4 and data[1] == self.data:
            self.ble.gatts_write(self.data, b"0123456789" * 40)
        elif event == 21:
            self.mtu = data[1]

    def run(self):
        poller = select.poll()
        while True:
            poller.register(bluetooth.event_stream(), select.POLLIN)
            poller.poll(1000)
            bluetooth.dispatch()
            while self.commands:
                self.obey(self.commands.pop(0))

    def obey(self, command):
        try:
            if command[:1] == b"P":
                self.send(command)
            elif command[:1] == b"S":
                self.stream(struct.unpack("<I", command[1:5])[0])
            elif command[:1] == b"B":
                self.send(struct.pack("<H", len(command)))
            elif command[:1] == b"D":
                self.ble.gap_disconnect(self.conn)
        except OSError as e:
            print("aborted", e.errno, "stalls", self.stalls)

    def stream(self, size):
        crc = sent = 0
        while sent < size:
            part = bytes((sent // CHUNK + i) & 0xFF for i in range(min(CHUNK, self.mtu - 3, size - sent)))
            self.send(part)
            crc = binascii.crc32(part, crc)
            sent += len(part)
        self.send(b"end" + struct.pack("<I", crc))
        print("streamed", sent, "stalls", self.stalls)

    def send(self, data):
        poller = select.poll()
        poller.register(bluetooth.event_stream(), select.POLLIN)
        while True:
            if self.conn is None:
                raise OSError(errno.ENOTCONN)
            try:
                return self.ble.gatts_notify(self.conn, self.data, data)
            except OSError as e:
                if e.errno != errno.ENOMEM:
                    raise
            self.stalls += 1
            poller.poll(1000)
            bluetooth.dispatch()


def cycles(node, count):
    for i in range(count):
        node.start()
        node.ble.active(False)
        gc.collect()
        if i % 10 == 9:
            print("free", gc.mem_free())


gc.collect()
before = gc.mem_alloc()
node = Node(sys.argv[3])
bluetooth.attach(sys.argv[2])
if len(sys.argv) > 5:
    cycles(node, int(sys.argv[5]))
    print("done")
else:
    node.start()
    print("ready")
    node.run()
