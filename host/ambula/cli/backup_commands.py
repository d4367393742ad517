"""`ambula backup` and `ambula restore`: store and keys in one encrypted file, and back."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from ambula.backup import Contents, make_backup, restore_backup
from ambula.base.errors import InputError
from ambula.cli.common import JsonOption, StoreOption, is_asked, store_path
from ambula.cli.output import err, out, print_json, progress
from ambula.nodes.keys import KeyFile
from nodecore.sampling import EPOCHS_AN_HOUR

_SHORTEST = 8
_FORGOTTEN = (
    "Keep the passphrase, apart from the file: without it the backup cannot be opened, and nothing can bring it back."
)
_KEYLESS = (
    "note: the backup has no keys. With it alone, no node can be synced, started or stopped: "
    "they would have to be set up again, and what is still on them would be lost"
)
_KEYLESS_RESTORED = (
    "note: the backup had no keys. From this computer, no node of it can be synced: copy the key file, or set them up "
    "again"
)

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", readable=False, help="The backup.")]
PassphraseOption = Annotated[
    Path | None,
    typer.Option(
        "--passphrase-file", readable=False, metavar="FILE", help="Take the passphrase from a file's first line."
    ),
]


def backup(
    file: FileArgument,
    passphrase_file: PassphraseOption = None,
    without_keys: Annotated[bool, typer.Option("--without-keys", help="Leave the nodes' keys out.")] = False,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Back up the store and the nodes' keys into one file, encrypted under a passphrase.

    Other commands may run meanwhile. The file is read back before it gets its name.
    """
    passphrase = _passphrase(passphrase_file, new=True)
    with progress() as show:
        made = make_backup(store_path(store), None if without_keys else KeyFile(), file, passphrase, show)
    if without_keys:
        err.line(_KEYLESS)
    if json:
        print_json({"file": str(file), "bytes": file.stat().st_size, **asdict(made)})
        return
    out.line(f"{file}: {_held(made)}, encrypted and read back", whole=True)
    out.line(_FORGOTTEN)


def restore(
    file: FileArgument,
    passphrase_file: PassphraseOption = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace a store and keys that are there; keep them under another name.")
    ] = False,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Put a backup's store and keys in their places. Nothing that is there is lost: it is refused, or kept."""
    passphrase = _passphrase(passphrase_file, new=False)
    keys, path = KeyFile(), store_path(store)
    with progress() as show:
        done = restore_backup(file, path, keys, passphrase, show, replace=replace)
    if done.contents.keys is None:
        err.line(_KEYLESS_RESTORED)
    if json:
        places: dict[str, Any] = {"store": str(path), "key_file": str(keys.path)}
        print_json({**places, "kept": [str(kept) for kept in done.kept], **asdict(done.contents)})
        return
    out.line(f"{path}: {_held(done.contents)}, of {done.contents.made_utc}", whole=True)
    for kept in done.kept:
        out.line(f"kept: {kept}", whole=True)


def _held(contents: Contents) -> str:
    hours = {who: round(count / EPOCHS_AN_HOUR, 1) for who, count in contents.epochs.items()}
    people = ", ".join(f"{who} ({value:g} h)" for who, value in hours.items()) or "nobody"
    keys = "no keys" if contents.keys is None else f"{contents.keys} key{'s' if contents.keys != 1 else ''}"
    return f"{people}; {keys}"


def _passphrase(file: Path | None, *, new: bool) -> str:
    """Return the passphrase from the file, or from the person at the terminal, who types a new one twice."""
    if file is None:
        if not is_asked():
            raise InputError("cannot ask for the passphrase here: add --passphrase-file FILE")
        words = typer.prompt("Passphrase of the backup", hide_input=True, confirmation_prompt=new, err=True)
    else:
        words = _first_line(file)
    if new and len(words) < _SHORTEST:
        raise InputError(
            f"a passphrase has at least {_SHORTEST} characters: take four or five words that are hard to guess"
        )
    return words


def _first_line(file: Path) -> str:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as e:
        raise InputError(f"--passphrase-file {file}: cannot be read: {e}") from e
    line = text.split("\n", 1)[0].rstrip("\r")
    if not line:
        raise InputError(f"--passphrase-file {file}: its first line is empty")
    return line
