"""One source, three worlds: MicroPython with viper, CPython with the plain loops, and numpy give the same bytes."""

import subprocess
from array import array
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ambula.recordings.recording import Recording, resample
from ambula.sim.node import find_micropython
from ambula.twin.score import score_stream
from nodecore.sampling import EPOCH_SAMPLES
from nodecore.score import EpochScorer

HERE = Path(__file__).parent
FIRMWARE = HERE.parents[1] / "firmware"
DATA = HERE.parents[2] / "shared" / "data"
PLAIN_EPOCHS = 40  # the plain loops are slow: this many of each stream

Counts = NDArray[np.int16]

pytestmark = pytest.mark.usefixtures("word_bits")

# person, site, which of the recorded axes (from 1, signed) is x, y and z, role
SITES = [
    ("hugadb_v1/S02", "acc_thigh", (-1, -2, 3), 0),
    ("hugadb_v1/S03", "acc_thigh", (1, 2, 3), 0),  # upside down
    ("hugadb_v1/S05", "acc_thigh", (-1, 2, -3), 0),  # inside out
    ("hugadb_v1/S08", "acc_thigh", (1, -2, -3), 0),  # both
    ("hugadb_v1/S09", "acc_thigh_left", (3, 1, 2), 0),  # any way
    ("hugadb_v1/S09", "acc_thigh_left", (-1, -3, -2), 0),  # turned about the long axis
    ("pdiot_2023/s10", "acc_thigh", (-1, -2, 3), 0),
    ("oxford_pocket_steps/Dario", "acc_thigh", (1, 2, 3), 0),
    ("cmu_dual/cmu09", "acc_thigh", (1, 2, 3), 0),
    ("cmu_dual/cmu09", "acc_back", (1, 2, 3), 1),
    ("ipol_lowback_steps/S03", "acc_back", (1, 2, 3), 1),
    ("daphnet_part/S01", "acc_back", (1, 2, 3), 1),
    ("hapt_waist/U05", "acc_waist", (1, 2, 3), 1),
    ("neura_sample/S02", "acc_thigh", (1, 2, 3), 0),
]


def on_micropython(counts: Counts, role: int, folder: Path) -> NDArray[np.uint8]:
    raw = folder / "samples.bin"
    raw.write_bytes(counts.astype("<i2").tobytes())
    script = [str(HERE / "score_file.py"), str(FIRMWARE), str(role), str(raw)]
    command = [find_micropython(), "-X", "heapsize=128k", *script]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return np.array([list(bytes.fromhex(line)) for line in done.stdout.split()], np.uint8).reshape(-1, 12)


def on_cpython(counts: Counts, role: int) -> NDArray[np.uint8]:
    scorer = EpochScorer(role)
    records: list[bytes] = []
    for epoch in counts.reshape(-1, EPOCH_SAMPLES * 3)[:PLAIN_EPOCHS]:
        record = bytearray(12)
        scorer.score(array("h", epoch.tolist()), EPOCH_SAMPLES, record)
        records.append(bytes(record))
    return np.frombuffer(b"".join(records), np.uint8).reshape(-1, 12)


def wave(seed: int, epochs: int = 60) -> Counts:
    """A synthetic day in small: walks of every pace, stops, sitting, a change of posture, nobody in it."""
    rng = np.random.default_rng(seed)
    t = np.arange(epochs * EPOCH_SAMPLES) / 26
    pace = np.repeat(rng.uniform(0.3, 1.7, epochs // 4), 4 * EPOCH_SAMPLES)
    phase = 2 * np.pi * np.cumsum(np.resize(pace, len(t))) / 26
    size = np.repeat(rng.choice([0, 0.02, 0.2, 1, 3], epochs), EPOCH_SAMPLES)
    size = np.resize(np.roll(size, 47), len(t))
    up = np.repeat(rng.choice([4096, 4000, 200], epochs), EPOCH_SAMPLES)
    x = up + size * (700 * np.sin(2 * phase) + 300 * np.sin(4 * phase))
    y = size * 300 * np.sin(phase)
    z = np.sqrt(np.maximum(0, 4096.0**2 - up.astype(float) ** 2)) + size * 1200 * np.sin(phase + 1)
    noisy = np.stack([x, y, z], axis=1) + rng.normal(0, 12, (len(t), 3))
    return np.clip(np.rint(noisy), -32768, 32767).astype(np.int16)


def recline(rng: np.random.Generator) -> Counts:
    """A trunk about the border of lying, then left there so long that it is off the body, then moved."""
    lean = np.concatenate([55 + rng.normal(0, 5, 36), [80], np.full(545, 55), [57, 56, 61, 55]])
    lean = np.repeat(np.radians(lean), EPOCH_SAMPLES)
    exact = 4096 * np.stack([np.cos(lean), 0 * lean, -np.sin(lean)], axis=1)
    return np.rint(exact + rng.normal(0, 5, exact.shape)).astype(np.int16)


def made(kind: str) -> Counts:
    rng = np.random.default_rng(7)
    shape = (30 * EPOCH_SAMPLES, 3)
    if kind == "noise":
        return rng.normal(0, 3000, shape).clip(-32768, 32767).astype(np.int16)
    if kind == "anything":
        return rng.integers(-32768, 32768, shape).astype(np.int16)
    if kind == "extremes":
        return np.where(rng.random(shape) < 0.5, -32768, 32767).astype(np.int16)
    if kind == "stuck":
        return np.full(shape, -32768, np.int16)
    if kind == "recline":
        return recline(rng)
    return wave(int(kind))


@pytest.mark.parametrize("role", [0, 1])
@pytest.mark.parametrize("kind", ["noise", "anything", "extremes", "stuck", "recline", "1", "2", "3"])
def test_made_signals_score_the_same_everywhere(kind: str, role: int, tmp_path: Path) -> None:
    counts = made(kind)
    fast = score_stream(counts, role)
    np.testing.assert_array_equal(fast[:PLAIN_EPOCHS], on_cpython(counts, role))
    np.testing.assert_array_equal(fast, on_micropython(counts, role, tmp_path))


@pytest.mark.parametrize(("person", "site", "turn", "role"), SITES)
def test_recordings_score_the_same_everywhere(
    person: str, site: str, turn: tuple[int, int, int], role: int, tmp_path: Path
) -> None:
    path = DATA / f"{person}.npz"
    if not path.exists():
        pytest.skip(f"recording {person} is not here")
    with np.load(path) as data:
        acc_g = np.nan_to_num(data[site].astype(np.float64))[: int(400 * data["fs"])]
        rate_hz = float(data["fs"])
    acc_g = acc_g[:, np.abs(turn) - 1] * np.sign(turn)
    counts = resample(Recording.even(acc_g, rate_hz)).counts
    fast = score_stream(counts, role)
    np.testing.assert_array_equal(fast[:PLAIN_EPOCHS], on_cpython(counts, role))
    np.testing.assert_array_equal(fast, on_micropython(counts, role, tmp_path))


def test_viper_kernels_equal_their_references() -> None:
    command = [find_micropython(), "-X", "heapsize=512k", str(HERE / "kernels_equal.py"), str(FIRMWARE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(done.stdout) > 700
