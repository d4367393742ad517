"""Runs in MicroPython: feeds the firmware's parsers with mutated bytes from a seed. See `in_micropython.py`.

    micropython -X heapsize=... node_fuzz.py FIRMWARE FOLDER TARGET SEED COUNT

Prints `ok COUNT` at the end. Anything but the declared exceptions, MemoryError too, ends it with the input in hex.
`bluetooth` is a stand-in of a few lines: it keeps what is written and takes every notification.
"""

import errno
import json
import os
import random
import sys

_FIRMWARE, _FOLDER, _TARGET, _SEED, _COUNT = sys.argv[1:6]
sys.path[:] = [_FIRMWARE, ".frozen"]


class BLE:
    """A radio that takes everything; `written` is what the laptop wrote last."""

    written = b""
    told = 0

    def irq(self, handler):
        BLE.handler = handler

    def active(self, *on):
        return True

    def config(self, *key, **values):
        return None

    def gap_advertise(self, *args, **kw):
        return None

    def gap_disconnect(self, conn):
        BLE.handler(2, (conn, 0, b""))
        return True

    def gatts_register_services(self, services):
        return ((1, 2, 3),)

    def gatts_set_buffer(self, handle, size, append=False):
        BLE.room = size

    def gatts_write(self, handle, data, send_update=False):
        return len(data)

    def gatts_read(self, handle):
        return BLE.written[: BLE.room]

    def gatts_notify(self, conn, handle, data=None):
        if random.getrandbits(6) == 0:
            raise OSError(errno.ENOMEM if random.getrandbits(1) else errno.ENOTCONN)
        BLE.told += 1


class _Bluetooth:
    BLE = BLE
    FLAG_READ = FLAG_WRITE = FLAG_NOTIFY = 0

    @staticmethod
    def UUID(text):
        return text


sys.modules["bluetooth"] = _Bluetooth

from node import greeting, plan, session, start
from node import log as node_log
from node import settings as node_settings
from node.link import GattServer
from nodecore import headers, protocol, record, segment, unpack

KEY = bytes(range(32))
_INTERESTING = (0, 1, 2, 3, 4, 8, 27, 28, 31, 32, 60, 61, 127, 128, 255)


def noise(size):
    return bytes(random.getrandbits(8) for _ in range(size))


def mutated(data, longest=2000):
    """Return `data` with bits flipped, bytes set, cut, doubled, inserted or moved: one to four times."""
    out = bytearray(data)
    for _ in range(random.randint(1, 4)):
        way = random.randrange(7)
        at = random.randrange(len(out) + 1)
        if way == 0 and at < len(out):
            out[at] ^= 1 << random.randrange(8)
        elif way == 1 and at < len(out):
            out[at] = _INTERESTING[random.randrange(len(_INTERESTING))]
        elif way == 2:
            out = out[:at]
        elif way == 3:
            out = out[:at] + noise(random.randrange(8)) + out[at:]
        elif way == 4:
            out = out[:at] + out[at + random.randrange(8) :]
        elif way == 5:
            out = out[:at] + out[random.randrange(len(out) + 1) :]
        elif len(out) < longest // 2:
            out = out + out
    return bytes(out[:longest])


class Clock:
    is_set = True

    def utc_ms(self):
        return 1


class Board:
    def unique_id(self):
        return bytes(8)


class Node:
    """What a link and its commands ask of the program around them."""

    role_code = epoch = walked = fused = fused_epoch = fused_walked = boot = battery_mv = temperature_c = 0
    state = plan.RECORDING
    recording = True
    examined = (0,) * 7
    clock = Clock()
    board = Board()

    def __init__(self, log):
        self.log = log
        self.config = self.today = self.plan = self.recorder = self
        self.since = self.length = 0
        self.is_known = False
        self.record = bytearray(record.SIZE)

    def measure(self):
        pass

    def stop(self):
        self.log.seal()

    def begin(self):
        pass


def clean(folder):
    try:
        for name in os.listdir(folder):
            os.remove(folder + "/" + name)
    except OSError:
        os.mkdir(folder)


def new_log(segments, folder):
    clean(folder)
    log = node_log.Log(folder, 0, node_log.KEEP_OLDEST, lambda: (1, 30, 200, 1))
    for i in range(60 * segments):
        log.add(1000 + i, bytearray(noise(record.SIZE)))
    return log


class Talk:
    """A link over a small log, and a laptop that has the key; the clock moves by itself."""

    def __init__(self):
        self.ms = 0
        self.session = session.Session(KEY, KEY, 1, bytes(8))
        self.node = Node(new_log(3, _FOLDER + "/log"))
        self.link = GattServer(self.node, self.session, self.now_ms, 20000)
        self.link.open(60000)
        self.connect()

    def now_ms(self):
        self.ms += 1
        return self.ms

    def connect(self):
        self.link.open(60000)
        BLE.handler(1, (5, 0, bytes(6)))
        BLE.handler(21, (5, 247))
        self.link.poll()

    def write(self, data):
        BLE.written = data
        BLE.handler(3, (5, 2))

    def shake_hands(self):
        """Open the session as an owner does, past the parsers."""
        greeting.hello(self.session, bytes(16), False)
        proof = session.Hmac(KEY)(b"host", self.session.transcript)[: protocol.PROOF_SIZE]
        if not greeting.prove(self.session, proof, False):
            raise RuntimeError("the owner was not let in")

    def sealed(self, command):
        """Return a command as the owner seals it next."""
        message = bytearray(protocol.SEAL_HEADER + len(command))
        message[0] = self.session._counters[protocol.COMMANDS] & 0xFF
        message[1] = self.session._counters[protocol.COMMANDS] >> 8 & 0xFF
        message[protocol.SEAL_HEADER :] = command
        self.session._crypt(protocol.COMMANDS, self.session._counters[protocol.COMMANDS], message, len(message))
        return bytes(message) + self.session._tag(protocol.COMMANDS, message)


_COMMANDS = (
    bytes((protocol.HELLO, 1)) + bytes(16),
    bytes((protocol.PROVE, 2)) + bytes(16),
    bytes((protocol.PEER_HELLO, 1)) + bytes(16),
    bytes((protocol.PEER_PROVE, 2)) + bytes(16),
    bytes((protocol.TIME_SET, 3)) + bytes(8),
    bytes((protocol.SEAL, 4)),
    bytes((protocol.READ, 5)) + b"\x00\x00\x00\x00\x00\x08\x00\x00",
    bytes((protocol.ACK, 6)) + b"\x64\x03\x00\x00\x00\x00\x00\x00",
    bytes((protocol.RECEIPT, 7)) + b"\x00\x00\x00\x00\x00\x08\x00\x00",
    bytes((protocol.CANCEL, 8)),
    bytes((protocol.INFO, 9)),
    bytes((protocol.HEALTH, 10)),
    bytes((protocol.PLAN, 11)),
)


def any_command():
    return mutated(_COMMANDS[random.randrange(len(_COMMANDS))], 40)


class Strangers:
    """Writes to a node that nobody has proved the key to."""

    def __init__(self):
        self.talk = Talk()

    def __call__(self):
        data = any_command()
        yield data
        self.talk.write(data)
        if random.getrandbits(2) == 0:
            self.talk.link.poll()
        if not self.talk.link.connected or random.getrandbits(8) == 0:
            self.talk.connect()
        if self.talk.session.is_open:
            raise RuntimeError("a stranger got in")


class Owners:
    """Commands that are sealed as they should be, but say anything; and sealed ones that are damaged."""

    def __init__(self):
        self.talk = Talk()

    def __call__(self):
        talk = self.talk
        if not talk.link.connected or random.getrandbits(8) == 0:
            talk.connect()
        if not talk.session.is_open:
            talk.shake_hands()
        command = any_command()[: protocol.MAX_COMMAND - protocol.SEAL_HEADER - protocol.SEAL_TAG]
        data = talk.sealed(command)
        if random.getrandbits(1):
            data = mutated(data, 60)
        yield command + b"|" + data
        talk.write(data)
        talk.link.poll()
        if random.getrandbits(9) == 0:
            talk.node.log = new_log(3, _FOLDER + "/log")


class Opening:
    """`Session.open` with damaged messages: none is taken for the owner's."""

    def __init__(self):
        self.talk = Talk()
        self.talk.shake_hands()

    def __call__(self):
        good = self.talk.sealed(_COMMANDS[random.randrange(len(_COMMANDS))])
        data = mutated(good, 300)
        yield data
        if data != good and self.talk.session.open(protocol.COMMANDS, data) is not None:
            raise RuntimeError("a damaged message was taken")


class Segments:
    """`parse_header`, `is_sealed`, `decode_records` over damaged segments."""

    def __init__(self):
        writer = segment.SegmentWriter(0)
        last = bytearray(noise(record.SIZE))
        for i in range(segment.MAX_EPOCHS):
            if random.getrandbits(2):
                last[random.randrange(record.SIZE)] ^= 1 << random.randrange(8)
            writer.add(1000 + i, last)
        self.good = (
            bytes(writer.seal(3, 4, 1, 30, 200, 1)),
            bytes(writer.event(segment.BOOT, 1000, b'{"role": "thigh"}', 5, 6, 1, 30, 200, 1)),
        )

    def __call__(self):
        data = mutated(self.good[random.getrandbits(1)], 1200)
        yield data
        header = headers.parse_header(data, random.randrange(3))
        if header is None:
            return
        headers.is_sealed(data, 0, header)
        if header.kind != segment.EPOCHS:
            return
        try:
            unpack.decode_records(data[segment.HEADER_SIZE : -segment.CRC_SIZE], header.count)
        except ValueError:
            return


class Recovery:
    """A start over a damaged log; then it is read, written and acknowledged."""

    def __init__(self):
        self.folder = _FOLDER + "/log"
        new_log(3, self.folder)
        with open(self.folder + "/00000000", "rb") as f:
            self.good = f.read()

    def __call__(self):
        clean(self.folder)
        damaged = [mutated(self.good, 4000) for _ in range(random.randint(1, 3))]
        yield damaged[-1]
        at = 0
        for data in damaged:
            with open(self.folder + "/%08x" % at, "wb") as f:
                f.write(data)
            at += len(data) + 1
        if random.getrandbits(3) == 0:
            with open(self.folder + "/id", "wb") as f:
                f.write(noise(random.randrange(6)))
        log = node_log.Log(self.folder, 0, node_log.KEEP_NEWEST, lambda: (1, 30, 200, 1))
        log.add(5, bytearray(noise(record.SIZE)))
        log.seal()
        buf = memoryview(bytearray(100))
        at = log.first
        try:
            while log.read_into(at, buf):
                at += 100
            log.acknowledge(random.randrange(log.end + 10), random.getrandbits(30))
        except ValueError:
            return


class Settings:
    """`settings.load` and `load_key` over damaged files."""

    def __init__(self):
        self.good = (
            b'{"role": "back", "service_every_s": 5, "window_every_s": 900, "window_ms": 2300, "keep": "newest"}',
            b'{"tap_window_ms": 60000, "link_idle_ms": 20000}',
            b'{"role": ["thigh"], "window_ms": {"a": [1, -2, 3.5e9, null, true, "\\u00e9"]}}',
            b'{"schema": 1, "start": 1700000000, "days": 7, "zone": "Europe/Oslo"}',
            b"[[[[[[[[[[]]]]]]]]]]",
        )

    def __call__(self):
        data = mutated(self.good[random.randrange(len(self.good))], 400)
        yield data
        path = _FOLDER + "/config.json"
        with open(path, "wb") as f:
            f.write(data)
        if len(start.load_key(path)) not in (0, protocol.KEY_SIZE):
            raise RuntimeError("a key of a wrong size")
        settings = node_settings.load(path)
        now_ms = 5
        now_ms += settings.window_every_s * 1000 + settings.window_ms + settings.tap_window_ms + settings.link_idle_ms
        if type(now_ms) is not int or now_ms < 5:
            raise RuntimeError("settings that no node can follow")
        json.dumps(settings.__dict__)


TARGETS = {
    "strangers": Strangers,
    "owners": Owners,
    "opening": Opening,
    "segments": Segments,
    "recovery": Recovery,
    "settings": Settings,
}


def main():
    random.seed(int(_SEED))
    target = TARGETS[_TARGET]()
    data = b""
    try:
        for _ in range(int(_COUNT)):
            for data in target():
                pass
    except Exception as e:
        print("input", data.hex())
        sys.print_exception(e)
        sys.exit(1)
    print("told", BLE.told)
    print("ok", _COUNT)


main()
