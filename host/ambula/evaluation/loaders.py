"""Find out what kind of data set a folder holds, and open it."""

from pathlib import Path

from ambula.base.errors import InputError
from ambula.evaluation.harth_set import COLUMNS, is_harth_set, open_harth_set
from ambula.evaluation.npz_set import open_npz_set
from ambula.evaluation.parts import DataSet, Request


def open_set(folder: Path, request: Request) -> DataSet:
    """Open a data set: a folder of `.npz` files with meta.json, or of HARTH / HAR70+ CSV files.

    Raises InputError, one line, if the folder holds neither, or not the sites or people asked for.
    """
    folder = folder.absolute()
    if not folder.is_dir():
        raise InputError(f"{folder}: is not a folder; name the folder with a data set's files")
    if any(folder.glob("*.npz")):
        return open_npz_set(folder, request)
    if is_harth_set(folder):
        return open_harth_set(folder, request)
    raise InputError(f"{folder}: has neither .npz files nor CSV files with the columns {','.join(COLUMNS)}")
