"""The program's own code: a made-up walk is scored on the board and here, and the records compared."""

from array import array
from math import pi, sin

from ambula.bringup.bench import Bench
from ambula.bringup.reading import Measured, Reading
from ambula.bringup.row import Row
from nodecore import record, roles
from nodecore.sampling import COUNTS_PER_G, EPOCH_SAMPLES, ODR_HZ
from nodecore.score import EpochScorer

# What the epochs are, in this order: the walk is long enough for the mounting to be learnt.
_STILL, _WALK = "still", "walking"
_EPOCHS = (*[_STILL] * 4, *[_WALK] * 16, *[_STILL] * 4)
_PACE_HZ = 1.8  # steps

_SCORER = """
sys.path.insert(0, _text('firmware'))
from array import array
from nodecore.score import EpochScorer
_scorer = EpochScorer({role})
_record = bytearray(12)
def _score(hexed):
    samples = array('h', binascii.unhexlify(hexed))
    gc.collect()
    began = time.ticks_us()
    _scorer.score(samples, len(samples) // 3, _record)
    took = time.ticks_diff(time.ticks_us(), began)
    _tell([binascii.hexlify(_record).decode(), took])
"""


def stream() -> "list[array[int]]":
    """Return the epochs as a node would have them: x, y, z interleaved, int16."""
    return [_epoch(number, kind) for number, kind in enumerate(_EPOCHS)]


def records(role: int) -> list[str]:
    """Return the records that the stream gives here, in hex."""
    scorer, rec = EpochScorer(role), bytearray(record.SIZE)
    found: list[str] = []
    for samples in stream():
        scorer.score(samples, EPOCH_SAMPLES, rec)
        found.append(rec.hex())
    return found


def _epoch(number: int, kind: str) -> "array[int]":
    samples = array("h")
    for i in range(number * EPOCH_SAMPLES, (number + 1) * EPOCH_SAMPLES):
        step = 2 * pi * _PACE_HZ * i / ODR_HZ
        size = 1.0 if kind == _WALK else 0.01
        x = COUNTS_PER_G + size * (1300 * sin(step) + 500 * sin(2 * step + 1))
        y = 200 + size * 400 * sin(step / 2)
        z = 300 + size * (900 * sin(step / 2 + 0.6) + 300 * sin(step + 2))
        samples.extend((int(x), int(y), int(z)))
    return samples


def _measure(bench: Bench) -> Measured:
    bench.fresh()
    different: list[dict[str, object]] = []
    took_us: dict[str, list[int]] = {_STILL: [], _WALK: []}
    for role in (roles.THIGH, roles.BACK):
        bench.fresh()
        bench.run(_SCORER.format(role=role))
        for number, (samples, wanted) in enumerate(zip(stream(), records(role), strict=True)):
            bench.say(f"scoring epoch {number + 1} of {len(_EPOCHS)}")
            got, us = bench.told(f"_score({samples.tobytes().hex()!r})")
            if got != wanted:
                different.append({"role": role, "epoch": number, "board": got, "host": wanted})
            if role == roles.THIGH:  # it costs more, and the power model is of the thigh
                took_us[_EPOCHS[number]].append(us)
    bench.fresh()
    return {
        "records_different": Reading(len(different), {"compared": 2 * len(_EPOCHS), "different": different}),
        "epoch_moving_ms": Reading(_mean_ms(took_us[_WALK]), {"us": took_us[_WALK]}),
        "epoch_still_ms": Reading(_mean_ms(took_us[_STILL]), {"us": took_us[_STILL]}),
    }


def _mean_ms(us: list[int]) -> float:
    return round(sum(us) / len(us) / 1000, 2)


PARITY = Row(
    "parity",
    "scores a made-up walk on the board and compares each byte",
    15,
    ("records_different", "epoch_moving_ms", "epoch_still_ms"),
    _measure,
    advice="`ambula flash`, so that board and laptop have the same firmware; if it stays, send the file in",
)
