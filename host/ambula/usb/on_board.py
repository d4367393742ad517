"""What runs on the board, in its raw REPL: MicroPython, sent as text. Paths are relative to the root of its flash."""

# Defined once a visit. The watchdog of the firmware that ran outlives the soft reset, and nothing feeds it now: it gets
# ten minutes, until the next start sets it anew. `_room`: free bytes, then those that the files of each folder take, in
# whole blocks. `_taken`: bytes of the log that a sync can free, and what each file and folder takes that is not ours.
TOOLS = """
import os, sys, json, hashlib, binascii
try:
    import machine
    machine.WDT(timeout=600000)
except (ImportError, AttributeError):
    pass
def _sha(p):
    h = hashlib.sha256()
    try:
        with open(p, 'rb') as f:
            while True:
                b = f.read(512)
                if not b:
                    return binascii.hexlify(h.digest()).decode()
                h.update(b)
    except OSError:
        return ''
def _text(p):
    try:
        with open(p) as f:
            return f.read()
    except (OSError, ValueError):
        return ''
def _files(p):
    try:
        entries = list(os.ilistdir(p))
    except OSError:
        return
    for e in entries:
        q = p + '/' + e[0]
        if e[1] & 0x4000:
            for r in _files(q):
                yield r
        else:
            yield q
def _room(folders):
    s = os.statvfs('.')
    n = [s[0] * s[3] if s[3] <= s[2] else 0]  # a full littlefs counts below zero
    for p in folders:
        n.append(sum((os.stat(q)[6] + s[0] - 1) // s[0] * s[0] for q in _files(p)))
    return n
def _taken(known, log):
    n = os.statvfs('.')[0]
    def size(paths):
        return sum((os.stat(q)[6] + n - 1) // n * n for q in paths)
    chunks = sorted(q for q in _files(log) if len(q) == len(log) + 9)
    others = {e[0]: size(_files(e[0]) if e[1] & 0x4000 else [e[0]]) for e in os.ilistdir() if e[0] not in known}
    return [size(chunks[:-1]), others]
def _drop(p):
    for q in list(_files(p)):
        os.remove(q)
        print('.', end='')
    _drop_empty(p)
def _drop_empty(p):
    try:
        for e in list(os.ilistdir(p)):
            _drop_empty(p + '/' + e[0])
        os.rmdir(p)
    except OSError:
        pass
def _copy(p, q):
    with open(p, 'rb') as f:
        with open(q, 'wb') as g:
            while True:
                b = f.read(512)
                if not b:
                    break
                g.write(b)
"""

FACTS = """
print(json.dumps({{
    'version': list(sys.implementation.version[:3]),
    'mpy': getattr(sys.implementation, '_mpy', 0),
    'machine': getattr(sys.implementation, '_machine', sys.platform),
    'pointer': _text('firmware'),
    'main': _sha('main.py'),
    'config': _text('config.json'),
    'key': _sha('key.bin'),
    'room': _room({folders!r}),
    'taken': _taken({known!r}, {log!r}),
}}))
"""

# One line a file: its hash and its path.
TREES = """
for p in {folders!r}:
    for q in _files(p):
        print(_sha(q), q)
"""

# The board's own clock and identity, from the firmware that it has.
BOARD = """
sys.path.insert(0, _text('firmware'))
import board
_board = board.Board()
"""

# Older firmware has a number alone, and an empty board nothing.
FIRMWARE = """
sys.path.insert(0, _text('firmware'))
try:
    import node
    print('%d.%d.%d' % node.FIRMWARE, getattr(node, 'BUILD', ''))
except (ImportError, AttributeError, ValueError):
    pass
sys.path.pop(0)
"""

IDENTITY = "print(binascii.hexlify(_board.unique_id()).decode())"
HAS_MOTOR = "print(int(getattr(_board, 'motor', 1) is not None))"  # the simulated board has one
CHUNKS = "print(len(list(_files({log!r}))))"  # the log is there only once the board has been made
LOG_ID = """
def _id(log):
    try:
        with open(log + '/id', 'rb') as f:
            return int.from_bytes(f.read(4), 'little')
    except OSError:
        return 0
print(_id({log!r}))
"""
# Of a log: epochs; epochs that lie in no proved range of offsets; the end of the last of these by a set clock; bytes
# of no segment. By the firmware that is on the board. A point is printed for each file: mpremote gives up on a
# board that is silent for long.
LOG_LEFT = """
def _left(log, proved):
    from nodecore import headers, segment
    head = bytearray(segment.HEADER_SIZE)
    epochs = left = end = odd = 0
    for path in _files(log):
        name = path.rpartition('/')[2]
        if len(name) != 8:
            continue
        print('.', end='')
        base = int(name, 16)
        size = os.stat(path)[6]
        at = 0
        try:
            with open(path, 'rb') as f:
                while at < size:
                    f.seek(at)
                    h = headers.parse_header(head) if f.readinto(head) == len(head) else None
                    if h is None or at + h.size > size:
                        break
                    if h.kind == segment.EPOCHS:
                        epochs += h.count
                        start = base + at
                        if not any(a <= start and start + h.size <= b for a, b in proved):
                            left += h.count
                            if h.flags & segment.CLOCK_IS_SET:
                                end = max(end, h.epoch + h.count)
                    at += h.size
        except OSError:
            pass  # the flash gives no more of it
        odd += size - at
    print(json.dumps([epochs, left, end, odd]))
_left({log!r}, {proved!r})
"""
CLOCK = "print(int(_board.clock.is_set), _board.clock.utc_ms())"
# The laptop's reading of both clocks goes into the log, by the firmware that is on the board, as of the start that
# follows. A firmware that knows no readings writes none. Prints whether it is there.
KEEP_READING = """
def _keep(log, role, payload, epoch):
    from node.log import Log
    from nodecore import segment
    if not hasattr(segment, 'READING'):
        return 0
    boot = int(_text('/data/boots') or 0) + 1
    log = Log(log, role, 'oldest', lambda: (boot, 0, _board.battery_mv() // 20, segment.CLOCK_IS_SET))
    end = log.end
    log.event(0, epoch, payload, segment.READING)
    return int(log.end > end)
print(_keep({log!r}, {role}, {payload!r}, {epoch}))
"""
SET_CLOCK = "_board.clock.set_utc_ms({utc_ms})\n"
HEX = """
def _hex(p):
    try:
        with open(p, 'rb') as f:
            return binascii.hexlify(f.read()).decode()
    except OSError:
        return ''
print(_hex({path!r}))
"""
# A log goes: what a laptop acknowledged of it goes first, since a new log would begin behind it.
PUT_ASIDE = """
try:
    os.remove({log!r} + '.acked')
except OSError:
    pass
os.rename({log!r}, {old!r})
"""
