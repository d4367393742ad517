"""Making a backup: a copy of the store as it was at one moment, checked, encrypted, read back, then given its name."""

import hashlib
import io
import os
import tarfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, cast

from ambula.backup.age_file import WORK_FACTOR, Sealing
from ambula.backup.contents import ABOUT, KEYS, STORE, Contents, epochs_of, sha256_of
from ambula.backup.read import Show, Shown, read_backup
from ambula.base.atomic_files import passing, sweep, writing
from ambula.base.errors import InputError, StoreError
from ambula.base.version import PROGRAM
from ambula.nodes.keys import KeyFile
from ambula.store import Store

_NO_KEYS = "there are no keys in {}: no node was set up on this computer. Leave them out with --without-keys"
_THERE = "{} is there already: name another file, such as one with today's date"
_UNLIKE = "{} cannot be written: what was read back is not what was written. Take another disk"
_DAMAGED = "{} is damaged ({}): nothing was backed up. An older backup may be whole: keep it"


@dataclass(frozen=True)
class KeyBytes:
    """A key file: how many keys, and its bytes as they are."""

    count: int
    data: bytes


def make_backup(
    store: Path, keys: KeyFile | None, target: Path, passphrase: str, show: Show, work_factor: int = WORK_FACTOR
) -> Contents:
    """Write store and keys into `target`, encrypted; return what is in it, which was read back and is whole.

    keys: None to leave them out. Raises StoreError where the store cannot be read or is damaged, InputError where the
    keys cannot be read, or `target` is there already or cannot be written: then there is no new file.
    """
    if target.exists():
        raise InputError(_THERE.format(target))
    held = _keys_in(keys)
    with writing(target), Store(store, must_exist=True) as kept:
        sweep(store, target)
        with passing(store) as copy, passing(target) as part:
            kept.copy_to(copy, lambda share: show("copying the store", share))
            contents = _contents(kept.path, copy, held)
            with part.open("wb") as file:
                _write(file, contents, copy, held, Sealing(file, passphrase, work_factor), show)
            if read_backup(part, passphrase, show, "reading it back").contents != contents:
                raise InputError(_UNLIKE.format(target))
            part.replace(target)
    return contents


def _keys_in(keys: KeyFile | None) -> KeyBytes | None:
    if keys is None:
        return None
    count = len(keys.all())
    if not count:
        raise InputError(_NO_KEYS.format(keys.path))
    return KeyBytes(count, keys.path.read_bytes())


def _contents(path: Path, copy: Path, held: KeyBytes | None) -> Contents:
    """Look whether the copy is whole, and return what it holds."""
    with Store(copy, must_exist=True) as copied:
        faults = copied.integrity()
        if faults:
            raise StoreError(_DAMAGED.format(path, faults[0]))
        return Contents(
            made_utc=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            ambula=PROGRAM,
            epochs=epochs_of(copied),
            rows=copied.table_counts(),
            store_bytes=copy.stat().st_size,
            store_sha256=sha256_of(copy),
            keys=held.count if held else None,
            keys_sha256=hashlib.sha256(held.data).hexdigest() if held else None,
        )


def _write(file: BinaryIO, contents: Contents, copy: Path, held: KeyBytes | None, sealing: Sealing, show: Show) -> None:
    about = contents.as_json()
    with tarfile.open(fileobj=cast("BinaryIO", sealing), mode="w|", format=tarfile.PAX_FORMAT) as tar:
        tar.addfile(_entry(ABOUT, len(about)), io.BytesIO(about))
        with copy.open("rb") as source:
            shown = Shown(source, contents.store_bytes, lambda share: show("encrypting", share))
            tar.addfile(_entry(STORE, contents.store_bytes), cast("BinaryIO", shown))
        if held:
            tar.addfile(_entry(KEYS, len(held.data)), io.BytesIO(held.data))
    sealing.close()
    file.flush()
    os.fsync(file.fileno())


def _entry(name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    return entry
