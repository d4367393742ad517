"""What must hold of an epoch's cost whatever the machine: size of the model, instructions of the kernels.

Milliseconds, with their source and error: `make bench`, tests/bench/c3_model.py.
"""

from array import array

import numpy as np
import pytest

from ambula.firmware_build.compile import ESP32_C3, compile_files
from ambula.firmware_build.files import device_files
from ambula.synthetic import Kind, Participant, Stretch, simulate
from nodecore import kernels as plain
from nodecore.sampling import COUNTS_PER_G, EPOCH_SAMPLES
from nodecore.score import EpochScorer

MODEL_BYTES = 16 * 1024
KERNELS_MS = 12  # of a walking epoch, by the model: beside 8 of bytecode it stays within the goal of 20


def scored(samples: list[array], role: int) -> list[bytes]:
    """The records of some epochs."""
    scorer, records = EpochScorer(role), []
    for epoch in samples:
        record = bytearray(12)
        scorer.score(epoch, EPOCH_SAMPLES, record)
        records.append(bytes(record))
    return records


def test_the_models_tables_stay_below_16_kib() -> None:
    wanted = [(name, path) for name, path in device_files() if path.stem in ("model", "forest")]
    sizes = {name: len(data) for name, data in compile_files(wanted, ESP32_C3).items()}
    assert len(sizes) == 2
    assert sum(sizes.values()) < MODEL_BYTES, sizes


@pytest.mark.parametrize("role", [0, 1])
def test_kernels_compiled_for_the_c3_do_the_same_within_the_limit(role: int) -> None:
    pytest.importorskip("unicorn", reason="the emulator is optional: pip install unicorn")
    from tests.bench import c3_model
    from tests.bench.rv32 import Kernels

    made = simulate([Stretch(0, 40, Kind.WALKING)], Participant(3))
    counts = np.rint((made.back if role else made.thigh) * COUNTS_PER_G).astype(np.int16)
    epochs = [array("h", e.tolist()) for e in counts.reshape(-1, 3 * EPOCH_SAMPLES)]
    kernels = Kernels()
    with kernels.installed():
        emulated = scored(epochs, role)
    assert emulated == scored(epochs, role)
    assert kernels.calls["similarity"] >= len(epochs)
    works = [c3_model.work_of(r.blocks, r.taken, r.runtime, len(epochs)) for r in kernels.ran.values()]
    assert c3_model.kernels_ms(sum(works, c3_model.NO_WORK)).likely < KERNELS_MS


@pytest.mark.parametrize("before", [0, 30, 160])
def test_the_c3s_likeness_of_the_loudest_epoch_wraps_at_no_32_bits(before: int) -> None:
    """160 samples of three axes at +-PEAK, behind as many, behind a few, and alone."""
    pytest.importorskip("unicorn", reason="the emulator is optional: pip install unicorn")
    from tests.bench.rv32 import Kernels

    count = 3 * (before + 160)
    rng = np.random.default_rng(4)
    for values in ([plain.PEAK] * count, [-plain.PEAK] * count, rng.choice([-plain.PEAK, plain.PEAK], count).tolist()):
        energy = array("i", [0] * (count + 1))
        plain.energies(values, count, energy)
        form = array("h", [3, before, before + 160, 6, 86])
        curves = array("h", [0] * 80), array("h", [0] * 80)
        work = array("h", values)
        plain.similarity(values, energy, form, curves[0])
        Kernels().similarity(work, energy, form, curves[1])
        assert curves[0] == curves[1]
        assert work.tolist() == values
