"""Commands about a participant as a whole: zone, rename, forget."""

import contextlib
from collections.abc import Generator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from ambula.base.config import zone_info
from ambula.base.errors import InputError, StoreError
from ambula.cli.common import (
    JsonOption,
    ParticipantOption,
    Stopped,
    StoreOption,
    is_asked,
    known_zone,
    moment,
    new_code,
    store_path,
    warn_of_name,
)
from ambula.cli.output import YELLOW, Table, err, out, print_json
from ambula.epochs.pace import REFERENCE_HEIGHT_M
from ambula.nodes.keys import KeyFile
from ambula.participant import forget_and_rename as forgetting
from ambula.participant.epochs import choose_participant
from ambula.participant.forget_and_rename import Gone, known_codes
from ambula.participant.zones import first_zone
from ambula.store import Store, ZoneChange
from nodecore.sampling import EPOCHS_AN_HOUR

_AFTER_FORGETTING = (
    "Not removed: files that you have written (daily.csv, epochs.csv, reports), copies of the store, and recordings "
    "that are still on the nodes. Without their key, these cannot be read over the air."
)

_UNKNOWN_TABLES = (
    "note: this Ambula does not know the table(s) {} of the store: they may hold something of the person. Update "
    "Ambula and forget once more"
)
_FINISHED = "{} is rebuilt: what an earlier `ambula forget` deleted has left no trace in it."
_UNFINISHED = (
    "the rows are deleted and the keys are gone, but the store could not be rebuilt, so traces may be left in it ({}). "
    "The same command ends it"
)


def zone(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="ZONE", help="IANA zone, such as Asia/Tokyo. Default: show the zone.", callback=known_zone
        ),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="TIME", help="From this local time there, such as 2026-03-04T12:00. Default: always."
        ),
    ] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Use the zone of the set-up again.")] = False,
    participant: ParticipantOption = None,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Set a participant's time zone, which decides where days begin. Without arguments, show it and its changes."""
    if name is None and since is not None:
        raise InputError("--from needs a zone: ambula zone Asia/Tokyo --from 2026-03-04T12:00")
    if name is not None and clear:
        raise InputError("--clear cannot go with a zone. Clear first, then set the zone")
    from_utc_s = moment(since, name, "--from") if name is not None and since is not None else 0
    with Store(store_path(store), must_exist=True) as kept:
        who = choose_participant(kept, participant)
        if clear:
            kept.clear_zones(who)
        if name is not None:
            kept.set_zone(who, ZoneChange(from_utc_s, name))
        changes = kept.zone_changes(who)
        if not changes or changes[0].from_utc_s > 0:
            changes = [ZoneChange(0, first_zone(kept, who)), *changes]
    if json:
        changes_told = [{"from_utc": _utc(c.from_utc_s) if c.from_utc_s else None, "zone": c.zone} for c in changes]
        print_json({"participant": who, "zones": changes_told})
        return
    out.table(Table([(_since(change), change.zone) for change in changes], title=f"{who}: time zone of the days"))


def height(
    centimetres: Annotated[
        float | None, typer.Argument(metavar="CM", min=120, max=220, help="Height in cm. Default: show it.")
    ] = None,
    participant: ParticipantOption = None,
    store: StoreOption = None,
) -> None:
    """Set a participant's height. Walking speed and pace are estimated from cadence and height."""
    with Store(store_path(store), must_exist=True) as kept:
        who = choose_participant(kept, participant)
        if centimetres is not None:
            kept.set_height(who, centimetres / 100)
        height_m = kept.height_m(who)
    if height_m is None:
        line = f"{who}: height not set; {REFERENCE_HEIGHT_M:.2f} m assumed. Set it: `ambula height 182`"
    else:
        line = f"{who}: {100 * height_m:g} cm"
    out.line(line)


def _since(change: ZoneChange) -> str:
    if not change.from_utc_s:
        return "from the beginning"
    local = datetime.fromtimestamp(change.from_utc_s, zone_info(change.zone))
    return f"from {local:%Y-%m-%d %H:%M} there"


def _utc(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def rename(
    old: Annotated[str, typer.Argument(metavar="OLD", help="The present code.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The new code.")],
    store: StoreOption = None,
) -> None:
    """Give a participant another code, in data and keys. No trace of the old code stays in the store."""
    with Store(store_path(store), must_exist=True) as kept:
        keys = KeyFile()
        who = _known(kept, keys, old)
        new = new_code(new, "ambula rename OLD NEW")
        if new in known_codes(kept, keys):
            raise InputError(f"participant {new} exists already: choose another code")
        forgetting.rename(kept, who, new, keys)
    warn_of_name(new)
    out.line(f"{who} is {new} from now on. Files written before still say {who}.")


def _known(store: Store, keys: KeyFile, participant: str) -> str:
    """Return the participant; raises InputError if neither the store nor the key file has it."""
    known = known_codes(store, keys)
    if participant not in known:
        raise InputError(f"{store.path} has no participant {participant}: it has {', '.join(known) or 'none'}")
    return participant


def forget(
    participant: Annotated[str, typer.Argument(metavar="PARTICIPANT", help="The participant's code.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Remove a participant's data and keys for good, and list what was removed."""
    with Store(store_path(store), must_exist=True) as kept:
        keys, unknown = KeyFile(), kept.unknown_tables()
        if participant not in known_codes(kept, keys) and kept.is_forgetting_unfinished():
            with _telling_what_is_left(kept):
                kept.finish_forgetting()
            out.line(_FINISHED.format(kept.path), whole=True)
            return
        who = _known(kept, keys, participant)
        if not yes:
            _confirm(kept, who)
        with _telling_what_is_left(kept):
            gone = forgetting.forget(kept, who, keys)
    if unknown:
        err.line(_UNKNOWN_TABLES.format(", ".join(unknown)), YELLOW)
    if json:
        print_json({"participant": who, **asdict(gone.held), "keys": gone.keys})
        return
    out.line(f"{who} is forgotten: {_what(gone)}.\n{_AFTER_FORGETTING}")


@contextlib.contextmanager
def _telling_what_is_left(store: Store) -> Generator[None]:
    """Say of a rebuilding that fails that the rows are gone nevertheless, and how to end it."""
    try:
        yield
    except StoreError as e:
        if store.is_forgetting_unfinished():
            raise StoreError(_UNFINISHED.format(" ".join(str(e).split()))) from e
        raise


def _confirm(store: Store, participant: str) -> None:
    if not is_asked():
        raise InputError(f"cannot ask for confirmation here: add --yes to forget {participant}")
    nodes = store.nodes("participant = ?", (participant,))
    hours = sum(count for n in nodes for _, _, _, _, count, _ in store.segments(n.node_id)) / EPOCHS_AN_HOUR
    question = f"Remove {participant} from {store.path}: {len(nodes)} node log(s), {hours:.1f} h of records, for good?"
    if not typer.confirm(question, err=True):
        raise Stopped("nothing was removed")


def _what(gone: Gone) -> str:
    held = gone.held
    parts = [
        (held.nodes, "node log"),
        (held.segments, "segment"),
        (held.epochs, "epoch"),
        (held.events, "event"),
        (held.damaged_ranges, "damaged range"),
        (held.anchors, "clock reading"),
        (held.zone_changes, "time zone"),
        (held.notes, "note"),
        (held.checks, "check"),
        (gone.keys, "key"),
    ]
    return ", ".join(f"{n} {noun}{'s' if n != 1 else ''}" for n, noun in parts if n)
