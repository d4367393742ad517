"""Axivity AX3 and AX6 recordings (.cwa), decoded by `cwa-reader-rs`, after a check that it does not make.

The format: Open Movement, Docs/ax3/cwa.h. The library reads a block with a wrong checksum as if nothing were the matter
(0.5.0), so the checksums are looked at here: each block's 256 little-endian words add up to 0.
"""

import importlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ambula.base.errors import InputError
from ambula.base.optional_imports import needs

Float = NDArray[np.float64]

_BLOCK_BYTES = 512
_HEADER_BLOCKS = 2
_RATE_BYTE = 24  # 0 in blocks of the first devices, which have no checksum
_ALONE = dict.fromkeys(("include_magnetometer", "include_temperature", "include_light", "include_battery"), False)


def read_cwa(path: Path) -> tuple[Float, Float]:
    """Return seconds since 1970 by the device's clock, as if it were UTC, (n,), and acceleration in g, (n, 3).

    Raises InputError if the file is not such a one, is cut off or damaged, MissingPart if the library is missing.
    """
    _check_blocks(path)
    with needs(f"{path}: reading .cwa", "cwa-reader-rs", instead="convert it to CSV with omconvert"):
        library: Any = importlib.import_module("cwa_reader_rs")
    try:
        frame = library.read_cwa_file(str(path), **_ALONE)
    except RuntimeError as error:
        raise InputError(f"{path}: is no whole .cwa recording ({error}); copy it from the device again") from error
    t_s = frame.index.to_numpy("datetime64[us]").astype(np.int64) / 1e6
    return t_s, frame[["acc_x", "acc_y", "acc_z"]].to_numpy(np.float64)


def _check_blocks(path: Path) -> None:
    try:
        data = np.fromfile(path, np.uint8)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check the path") from error
    if data[:2].tobytes() != b"MD":
        raise InputError(f"{path}: is not a .cwa recording; give the file as the AX3 or AX6 wrote it")
    blocks = data[: len(data) // _BLOCK_BYTES * _BLOCK_BYTES].reshape(-1, _BLOCK_BYTES)[_HEADER_BLOCKS:]
    sums = blocks.view("<u2").sum(axis=1, dtype=np.uint16)
    bad = (sums != 0) & (blocks[:, _RATE_BYTE] != 0)
    if bad.any():
        raise InputError(
            f"{path}: block {int(bad.argmax())} of {len(bad)} is damaged (checksum); copy it from the device again"
        )
