"""The command that writes a participant's data in other people's formats: export."""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ambula.cli.common import (
    JsonOption,
    ParticipantOption,
    RulesOption,
    StoreOption,
    ZoneOption,
    rules_of,
    store_path,
    warn_of_name,
    zones_of,
)
from ambula.cli.output import out, print_json
from ambula.exports.actimotus import export_actimotus
from ambula.exports.bids import export_bids
from ambula.exports.csv_file import export_csv
from ambula.exports.fhir import export_fhir
from ambula.exports.ggir import export_ggir
from ambula.exports.omh import export_omh
from ambula.exports.parquet import export_parquet
from ambula.exports.source import Source, Written, load_source
from ambula.participant.epochs import choose_participant
from ambula.store import Store


class Format(StrEnum):
    """The formats, by the name that the user gives."""

    CSV = "csv"
    PARQUET = "parquet"
    BIDS = "bids"
    FHIR = "fhir"
    OMH = "omh"
    GGIR = "ggir"
    ACTIMOTUS = "actimotus"


_EXPORT: dict[Format, Callable[[Source, Path], Written]] = {
    Format.CSV: export_csv,
    Format.PARQUET: export_parquet,
    Format.BIDS: export_bids,
    Format.FHIR: export_fhir,
    Format.OMH: export_omh,
    Format.GGIR: export_ggir,
    Format.ACTIMOTUS: export_actimotus,
}


def export(
    to: Annotated[Format, typer.Option(help="csv, parquet, ggir, actimotus: epochs; fhir, omh: days; bids: both.")],
    store: StoreOption = None,
    participant: ParticipantOption = None,
    zone: ZoneOption = None,
    rules: RulesOption = None,
    folder: Annotated[
        Path, typer.Option("--out", file_okay=False, readable=False, metavar="DIR", help="The folder to write into.")
    ] = Path(),
    json: JsonOption = False,
) -> None:
    """Write a participant's epochs or days for other programs, and say what the format cannot hold."""
    by = rules_of(rules)
    with Store(store_path(store), must_exist=True) as kept:
        who = warn_of_name(choose_participant(kept, participant))
        source = load_source(kept, who, zones_of(kept, who, zone), by)
    written = _EXPORT[to](source, folder)
    if json:
        print_json({"paths": [str(p) for p in written.paths], "holds": written.holds, "lacks": written.lacks})
        return
    for path in written.paths:
        out.line(f"{path}: {written.holds}", whole=True)
    for lack in written.lacks:
        out.line(f"  not in it: {lack}")
