"""The epochs as Parquet, with units and definitions in the fields' metadata and the rest in the file's."""

from pathlib import Path

from ambula.base.optional_imports import library
from ambula.days.dictionary import entries
from ambula.exports.epochs_table import WORDS, epoch_columns
from ambula.exports.place import whole
from ambula.exports.source import Source, Written


def export_parquet(source: Source, folder: Path) -> Written:
    """Write CODE_epochs.parquet: the columns of epochs.csv, null where there is no value.

    Field metadata: label, unit, definition. File metadata: participant, time zone, software, firmware, rules, METs.
    Raises InputError where pyarrow is missing.
    """
    arrow, parquet = library("pyarrow", "pyarrow"), library("pyarrow.parquet", "pyarrow")
    columns = {name: arrow.array(values, from_pandas=True) for name, values in epoch_columns(source.table).items()}
    columns.update({name: columns[name].dictionary_encode() for name in WORDS})
    fields = [
        arrow.field(
            e.name, columns[e.name].type, metadata={"label": e.label, "unit": e.unit, "definition": e.definition}
        )
        for e in entries("epoch")
    ]
    path = folder / f"{source.code}_epochs.parquet"
    schema = arrow.schema(fields, metadata=source.provenance)
    with whole(path) as made:
        parquet.write_table(arrow.table(list(columns.values()), schema=schema), made)
    return Written([path], f"{len(source.table)} epochs of 5 s, with units, zone, firmware and rules", [])
