"""The store's tables, and how an older store becomes a newer one. SPEC.md, "Store"."""

import sqlite3
from collections.abc import Callable

from ambula.base.errors import StoreError

APPLICATION_ID = 0x414D4255  # "AMBU": marks a store among SQLite files
KEEPS_NEWER = 7  # from this version on a store has segments of a newer format
_PAGE_BYTES = 8192  # SQLite's own 4096 take a row up to 1 KiB: a segment's would cost each a page more, mostly empty

# One entry a schema version, applied in order inside one transaction. Never edit one that was released: add another.
# One adds tables, columns and indexes, so that `older` can read a store as it was before. Whatever a row can hold that
# an older Ambula would refuse needs one too, empty if need be.
MIGRATIONS = (
    """
    CREATE TABLE setting (
        key TEXT PRIMARY KEY,
        value TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE node (
        node_id INTEGER PRIMARY KEY,
        device_id TEXT NOT NULL,
        log_id INTEGER NOT NULL,
        role INTEGER NOT NULL,
        participant TEXT NOT NULL,
        firmware TEXT NOT NULL,
        next_offset INTEGER NOT NULL DEFAULT 0,
        UNIQUE (device_id, log_id)
    );
    CREATE TABLE segment (
        node_id INTEGER NOT NULL REFERENCES node,
        offset INTEGER NOT NULL,
        kind INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        epoch INTEGER NOT NULL,
        count INTEGER NOT NULL,
        boot INTEGER NOT NULL,
        temperature_c INTEGER NOT NULL,
        battery_mv INTEGER NOT NULL,
        flags INTEGER NOT NULL,
        data BLOB NOT NULL,
        records BLOB,
        PRIMARY KEY (node_id, offset)
    ) WITHOUT ROWID;
    CREATE TABLE damage (
        node_id INTEGER NOT NULL REFERENCES node,
        offset INTEGER NOT NULL,
        length INTEGER NOT NULL,
        reason TEXT NOT NULL,
        PRIMARY KEY (node_id, offset)
    ) WITHOUT ROWID;
    CREATE TABLE anchor (
        node_id INTEGER NOT NULL REFERENCES node,
        host_utc_ms INTEGER NOT NULL,
        node_utc_ms INTEGER NOT NULL,
        round_trip_ms INTEGER NOT NULL,
        PRIMARY KEY (node_id, host_utc_ms)
    ) WITHOUT ROWID;
    """,
    # 2: which boot an anchor belongs to (NULL: taken by an older Ambula), and where in the world a participant was.
    """
    ALTER TABLE anchor ADD COLUMN boot INTEGER;
    CREATE TABLE zone_change (
        participant TEXT NOT NULL,
        from_utc_s INTEGER NOT NULL,
        zone TEXT NOT NULL,
        PRIMARY KEY (participant, from_utc_s)
    ) WITHOUT ROWID;
    """,
    # 3: the node's proofs of what it recorded.
    """
    CREATE TABLE receipt (
        node_id INTEGER NOT NULL REFERENCES node,
        offset INTEGER NOT NULL,
        length INTEGER NOT NULL,
        key BLOB NOT NULL,
        proof BLOB NOT NULL,
        PRIMARY KEY (node_id, offset)
    ) WITHOUT ROWID;
    """,
    # 4: what the estimate of speed wants to know of a person.
    """
    CREATE TABLE person (
        participant TEXT PRIMARY KEY,
        height_m REAL NOT NULL
    ) WITHOUT ROWID;
    """,
    # 5: what a participant notes, and the walking plan (TOML) with its first date (ISO; empty: the first recorded).
    """
    CREATE TABLE note (
        participant TEXT NOT NULL,
        utc_s INTEGER NOT NULL,
        pain INTEGER,
        words TEXT NOT NULL,
        PRIMARY KEY (participant, utc_s)
    ) WITHOUT ROWID;
    CREATE TABLE programme (
        participant TEXT PRIMARY KEY,
        first_date TEXT NOT NULL,
        plan TEXT NOT NULL
    ) WITHOUT ROWID;
    """,
    # 6: what each check of a participant's nodes came to, and who went against what was unknown.
    """
    CREATE TABLE checked (
        check_id INTEGER PRIMARY KEY,
        participant TEXT NOT NULL,
        utc_s INTEGER NOT NULL,
        verdict TEXT NOT NULL,
        accepted_by TEXT NOT NULL,
        found TEXT NOT NULL
    );
    """,
    # 7: segments of a newer format (kind 0) are kept as they came, and found without a look at all others.
    """
    CREATE INDEX newer ON segment (node_id, offset) WHERE kind = 0;
    """,
    # 8: what the node said of itself at a visit that read its whole log; NULL: at no such visit, or to an older Ambula.
    """
    ALTER TABLE anchor ADD COLUMN state INTEGER;
    """,
)


def prepare(db: sqlite3.Connection, path: str) -> int:
    """Make `db` a store if it is new; return its schema's version, which an older Ambula may have made.

    Raises StoreError if it is something else or from a newer Ambula.
    """
    # In this order, so that a store that another Ambula makes meanwhile is not taken for somebody else's file.
    (tables,) = db.execute("SELECT count(*) FROM sqlite_master").fetchone()
    version = version_of(db)
    (application,) = db.execute("PRAGMA application_id").fetchone()
    if application != APPLICATION_ID and (tables or version or application):
        raise StoreError(f"{path} is an SQLite file, but not an Ambula store: name another file with --store")
    if version > len(MIGRATIONS):
        raise StoreError(f"{path} was written by a newer Ambula (store version {version}): upgrade Ambula to open it")
    if version:
        return version
    db.execute(f"PRAGMA page_size = {_PAGE_BYTES}")  # only a file that holds nothing yet heeds it
    migrate(db)
    return len(MIGRATIONS)


def version_of(db: sqlite3.Connection) -> int:
    """Return the version of the schema of a file; 0: it is new."""
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def migrate(db: sqlite3.Connection, before: Callable[[int], None] | None = None) -> None:
    """Bring the tables up to date, in one transaction; what another Ambula did since the version was read is done.

    before: is called in that transaction, with the version of the file, before anything is changed.
    """
    db.execute("BEGIN IMMEDIATE")
    try:
        version = version_of(db)
        if before is not None and version < len(MIGRATIONS):
            before(version)
        for statement in "".join(MIGRATIONS[version:]).split(";"):
            db.execute(statement)
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db.execute(f"PRAGMA user_version = {max(version, len(MIGRATIONS))}")
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
