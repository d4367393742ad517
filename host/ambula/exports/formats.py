"""The formats of `ambula export`; a new one is its module and a line here."""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Self

from ambula.exports.actimotus import export_actimotus
from ambula.exports.bids import export_bids
from ambula.exports.csv_file import export_csv
from ambula.exports.fhir import export_fhir
from ambula.exports.ggir import export_ggir
from ambula.exports.omh import export_omh
from ambula.exports.parquet import export_parquet
from ambula.exports.source import Source, Written


class Format(StrEnum):
    """The formats, by the name that the user gives.

    holds: "epochs", "days" or "both". write: source and folder in, files out.
    """

    holds: str
    write: Callable[[Source, Path], Written]

    def __new__(cls, name: str, holds: str, write: Callable[[Source, Path], Written]) -> Self:
        """Make a member of its name and what belongs to it."""
        made = str.__new__(cls, name)
        made._value_ = name
        made.holds, made.write = holds, write
        return made

    CSV = "csv", "epochs", export_csv
    PARQUET = "parquet", "epochs", export_parquet
    BIDS = "bids", "both", export_bids
    FHIR = "fhir", "days", export_fhir
    OMH = "omh", "days", export_omh
    GGIR = "ggir", "epochs", export_ggir
    ACTIMOTUS = "actimotus", "epochs", export_actimotus


def in_words() -> str:
    """Return which formats hold what: "csv, ggir: epochs; fhir: days; bids: both."."""
    parts = [(", ".join(f for f in Format if f.holds == holds), holds) for holds in ("epochs", "days", "both")]
    return "; ".join(f"{names}: {holds}" for names, holds in parts if names) + "."
