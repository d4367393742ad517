"""Reading a backup from its first byte to its last, and believing nothing that does not have its SHA-256."""

import hashlib
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from ambula.backup.age_file import Opening
from ambula.backup.contents import ABOUT, KEYS, STORE, Contents, contents_of
from ambula.base.errors import InputError

Show = Callable[[str, float | None], None]
_BLOCK = 1 << 20
_MOST_KEYS = 1 << 24  # bytes of a key file, or of `ambula.json`


@dataclass(frozen=True)
class Backup:
    """What was read: what the backup holds, and the bytes of its key file; None where keys were left out."""

    contents: Contents
    keys: bytes | None


class Shown:
    """A stream to read from that shows the share that was read."""

    def __init__(self, file: BinaryIO, size: int, show: Callable[[float], None]) -> None:
        self._file, self._size, self._show = file, size, show
        self._done = 0

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes."""
        data = self._file.read(size)
        self._done += len(data)
        self._show(self._done / max(self._size, 1))
        return data


def read_backup(path: Path, passphrase: str, show: Show, step: str, into: BinaryIO | None = None) -> Backup:
    """Read a backup to its end; `into`: where its store is written, if anywhere.

    Raises InputError where the file is not a backup, the passphrase is wrong or anything in it is not as it was
    written; OSError where it cannot be read, or `into` cannot be written.
    """
    damaged = InputError(f"{path}: is damaged or incomplete. Nothing was changed. Take another backup")
    with path.open("rb") as file:
        opening = Opening(file, str(path), passphrase)
        try:
            with tarfile.open(fileobj=cast("BinaryIO", opening), mode="r|") as tar:
                found = _members(tar, str(path), lambda share: show(step, share), into)
            opening.finish()
        except tarfile.TarError as e:
            raise damaged from e
    if found is None:
        raise damaged
    return found


def _members(tar: tarfile.TarFile, name: str, show: Callable[[float], None], into: BinaryIO | None) -> Backup | None:
    """Return what the three members hold; None where they are not as `ambula.json` says."""
    contents, sums, keys = None, dict[str, str](), None
    for member in tar:
        body = tar.extractfile(member)
        if body is None or (member.name != STORE and member.size > _MOST_KEYS):
            return None
        if member.name == ABOUT:
            contents = contents_of(body.read(), name)
        elif member.name == STORE:
            source = Shown(cast("BinaryIO", body), member.size, show)
            sums[STORE] = _copied(source, into)
        elif member.name == KEYS:
            keys = body.read()
            sums[KEYS] = hashlib.sha256(keys).hexdigest()
    if contents is None:
        return None
    wanted = {STORE: contents.store_sha256, KEYS: contents.keys_sha256}
    return Backup(contents, keys) if sums == {k: v for k, v in wanted.items() if v is not None} else None


def _copied(source: Shown, into: BinaryIO | None) -> str:
    digest = hashlib.sha256()
    while block := source.read(_BLOCK):
        digest.update(block)
        if into is not None:
            into.write(block)
    return digest.hexdigest()
