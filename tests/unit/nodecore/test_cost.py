"""What must hold of an epoch's cost whatever the machine: size of the model, instructions of the kernels.

Milliseconds, with their source and error: `make bench`, tests/bench/c3_model.py.
"""

from array import array

import numpy as np
import pytest

from ambula.firmware_build.compile import ESP32_C3, compile_files
from ambula.firmware_build.files import device_files
from ambula.synthetic import Kind, Participant, Stretch, simulate
from nodecore.sampling import COUNTS_PER_G, EPOCH_SAMPLES
from nodecore.score import EpochScorer

MODEL_BYTES = 16 * 1024


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
    work = c3_model.work_of(kernels.blocks, kernels.taken, kernels.runtime, len(epochs))
    assert c3_model.kernels_ms(work).high < c3_model.GOAL_MS
