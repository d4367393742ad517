"""`ambula upgrade-store`: a store of an older schema brought up to date, with a copy of it as it was."""

import shutil
from typing import Annotated

import typer

from ambula.cli.common import JsonOption, StoreOption, store_path
from ambula.cli.output import out, print_json
from ambula.store import Store
from ambula.store.schema import MIGRATIONS


def upgrade_store(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Bring a store of an older Ambula up to date, and keep it as it was beside it.

    Every command that writes does so by itself; those that only look read an older store as it is.
    """
    path, now = store_path(store), len(MIGRATIONS)
    with Store(path, must_exist=True) as kept:
        was = kept.schema
        copy = None if dry_run else kept.bring_up_to_date()
    need_mb, free_mb = path.stat().st_size // 1_000_000 + 1, shutil.disk_usage(path.parent).free // 1_000_000
    if json:
        told = {"store": str(path), "was": was, "ambula": now, "copy": str(copy) if copy else None}
        print_json({**told, "copy_mb": need_mb, "free_mb": free_mb})
    elif was == now:
        out.line(f"{path} is of schema {now}, which is this Ambula's: nothing to do", whole=True)
    elif dry_run:
        out.line(
            f"{path} is of schema {was} and would be of schema {now}. A copy of it as it is would take {need_mb} MB "
            f"beside it, of {free_mb} MB free. Nothing was changed",
            whole=True,
        )
    else:
        out.line(f"{path} is of schema {now} now", whole=True)
