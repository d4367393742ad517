"""Putting a backup back: all of it is read and checked before anything that is there is touched."""

import os
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ambula.backup.contents import Contents, epochs_of
from ambula.backup.read import Show, read_backup
from ambula.base.atomic_files import passing, sweep, writing
from ambula.base.errors import AmbulaError, InputError, StoreError
from ambula.nodes.keys import KeyFile
from ambula.nodes.known_stores import KnownStores
from ambula.nodes.session import NodeKey
from ambula.store import Store
from nodecore.sampling import EPOCHS_AN_HOUR

_REFUSED = "{} is there already, and {}. Nothing was changed. With --replace it is kept under another name"
_BROKEN = "the store in {} is damaged ({}): nothing was changed. Take another backup"
_JOURNALS = ("-journal", "-wal", "-shm")


@dataclass(frozen=True)
class Restored:
    """What was put back, and where what had been there is kept now."""

    contents: Contents
    kept: tuple[Path, ...]


def restore_backup(file: Path, store: Path, keys: KeyFile, passphrase: str, show: Show, *, replace: bool) -> Restored:
    """Put the store and the keys of a backup in their places.

    A store or a key file that is there and holds what the backup does not is refused with what would be lost, unless
    `replace`: then it is kept beside, under another name. Raises InputError or StoreError: then nothing was changed.
    Cut off anywhere, each file is the old one or the new one, and the same command ends it.
    """
    if not file.is_file():
        raise InputError(f"{file}: there is no such file")
    with writing(store):
        _make_private(store.parent)
        _make_private(keys.path.parent)
        sweep(store, keys.path, KnownStores(keys.path).path)
        with passing(store) as part, passing(keys.path) as key_part:
            with part.open("wb") as into:
                read = read_backup(file, passphrase, show, "reading the backup", into)
                into.flush()
                os.fsync(into.fileno())
            key_part.write_bytes(read.keys or b"[]")
            _check(part, file)
            new_keys = KeyFile(key_part).all()
            lost_store = _lost_of_store(store, part, read.contents)
            lost_keys = _lost_of_keys(keys, new_keys) if read.keys else ""
            if lost_store and not replace:
                raise InputError(_REFUSED.format(store, lost_store))
            if lost_keys and not replace:
                raise InputError(_REFUSED.format(keys.path, lost_keys))
            kept = [_keep(keys.path)] if lost_keys else []
            if read.keys:
                _put(key_part, keys.path)
            kept += [_keep(store)] if lost_store else []
            _put(part, store)
            KnownStores(keys.path).remember(read.contents.epochs, store)
    return Restored(read.contents, tuple(kept))


def _check(part: Path, file: Path) -> None:
    """Raise StoreError where the store in the backup is not whole, or is of a newer Ambula."""
    with Store(part, must_exist=True) as made:
        faults = made.integrity()
    if faults:
        raise StoreError(_BROKEN.format(file, faults[0]))


def _lost_of_store(path: Path, part: Path, contents: Contents) -> str:
    """Return in words what is in a store and not in the backup; "": nothing."""
    if not path.exists() or not path.stat().st_size:
        return ""
    try:
        with Store(path, must_exist=True) as held:
            tables, epochs = held.rows_missing_in(part), epochs_of(held)
    except AmbulaError as e:
        return f"cannot be read ({e})"
    more = {who: count - contents.epochs.get(who, 0) for who, count in epochs.items()}
    parts = [f"{who} ({count / EPOCHS_AN_HOUR:.1f} h)" for who, count in more.items() if count > 0]
    parts = parts or [f"{count} rows of {table}" for table, count in tables.items()]
    return f"holds what the backup does not: {', '.join(parts)}" if tables else ""


def _lost_of_keys(keys: KeyFile, new: list[NodeKey]) -> str:
    """Return in words what is in a key file and not in the backup, or stands otherwise in it; "": nothing."""
    try:
        held = keys.all()
    except InputError as e:
        return f"cannot be read ({e})"
    lost = [key for key in held if key not in new]
    names = {f"{k.participant} {k.role_name}" + (f" ({k.state} here)" if k.state else "") for k in lost}
    return f"holds keys that the backup does not have: {', '.join(sorted(names))}" if names else ""


def _keep(path: Path) -> Path:
    """Give a file a second name, under which it stays when the first is given to another; return it."""
    kept = path.with_name(f"{path.name}.before-{datetime.now():%Y%m%dT%H%M%S}")
    try:
        os.link(path, kept)
    except OSError:  # a file system without links
        with passing(kept) as part:
            shutil.copyfile(path, part)
            part.replace(kept)
    for end in _JOURNALS:  # of a file that could not be opened: its journal goes with it, never to the new file
        journal = path.with_name(path.name + end)
        if journal.exists():
            journal.replace(kept.with_name(kept.name + end))
    return kept


def _put(part: Path, path: Path) -> None:
    part.chmod(0o600)
    part.replace(path)


def _make_private(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True)
