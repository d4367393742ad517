"""The command that writes a participant's data in other people's formats: export."""

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
from ambula.exports.formats import Format, in_words
from ambula.exports.source import load_source
from ambula.participant.epochs import choose_participant
from ambula.store import Store


def export(
    to: Annotated[Format, typer.Option(help=in_words())],
    store: StoreOption = None,
    participant: ParticipantOption = None,
    zone: ZoneOption = None,
    rules: RulesOption = None,
    folder: Annotated[
        Path, typer.Option("--out", file_okay=False, readable=False, metavar="DIR", help="The folder to write into.")
    ] = Path(),
    json: JsonOption = False,
) -> None:
    """Write a participant's epochs or days for other programs, and list what the format leaves out."""
    by = rules_of(rules)
    with Store(store_path(store), must_exist=True) as kept:
        who = warn_of_name(choose_participant(kept, participant))
        source = load_source(kept, who, zones_of(kept, who, zone), by)
    written = to.write(source, folder)
    if json:
        print_json({"paths": [str(p) for p in written.paths], "holds": written.holds, "lacks": written.lacks})
        return
    for path in written.paths:
        out.line(f"{path}: {written.holds}", whole=True)
    for lack in written.lacks:
        out.line(f"  not in it: {lack}")
