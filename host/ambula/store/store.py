"""Reading and writing the store; every write is one transaction, and writing the same thing twice changes nothing."""

import contextlib
import sqlite3
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import Self

from ambula.base.atomic_files import sweep
from ambula.epochs.table import Records
from ambula.store import checks, erase, older, schema, upgrade
from ambula.store.people import People
from ambula.store.reading import read_segment
from ambula.store.rows import Anchor, Event, Forgotten, LogEntry, NodeRow, Receipt, Segment, join_records, reading_in
from nodecore import segment

# Columns by name: a newer Ambula may have added one.
_SEGMENT = "node_id, offset, kind, seq, epoch, count, boot, temperature_c, battery_mv, flags, data, records"
_ANCHOR = "node_id, host_utc_ms, node_utc_ms, round_trip_ms, boot, state"
_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
_UNKNOWN_ROLE = f"(typeof(role) = 'integer' AND role BETWEEN {checks.ROLE.stop} AND 255)"


class Store(People):
    """An open store; use it as a context manager.

    Raises StoreError if the file is not a store, is from a newer version, is locked for more than 10 s, or cannot be
    read or written. A file that does not exist is made unless `must_exist`.

    Example:
        >>> from pathlib import Path
        >>> import ambula
        >>> with ambula.Store(Path("ambula.db"), must_exist=True) as store:
        ...     store.participants()
        ['P01']
    """

    # ---- nodes

    def ensure_node(self, device_id: str, log_id: int, role: int, participant: str, firmware: str) -> NodeRow:
        """Return the node's row, made if it is new; firmware is brought up to date, the participant is kept."""
        with self._transaction():
            self._db.execute(
                "INSERT INTO node (device_id, log_id, role, participant, firmware) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (device_id, log_id) DO UPDATE SET firmware = excluded.firmware",
                (device_id, log_id, role, participant, firmware),
            )
        (row,) = self.nodes("device_id = ? AND log_id = ?", (device_id, log_id))
        return row

    def nodes(self, where: str = "1", values: tuple[object, ...] = ()) -> list[NodeRow]:
        """Return the nodes that an SQL condition picks, by default all, in the order in which they were first seen.

        Those of a role that only a newer Ambula knows are left out: `unknown_nodes` counts them.
        """
        columns = (checks.NODE_ID, str, checks.U32, checks.ROLE, str, str, checks.BYTES_OF_LOG)
        rows = self._rows(
            "SELECT node_id, device_id, log_id, role, participant, firmware, next_offset FROM node"
            f" WHERE ({where}) AND NOT {_UNKNOWN_ROLE} ORDER BY node_id",
            values,
            columns,
        )
        return [NodeRow(*row) for row in rows]

    def unknown_nodes(self, participant: str) -> int:
        """Return how many nodes of a participant are of a role that only a newer Ambula knows."""
        sql = f"SELECT count(*) FROM node WHERE participant = ? AND {_UNKNOWN_ROLE}"
        return self._rows(sql, (participant,), (checks.U32,))[0][0]

    def participants(self) -> list[str]:
        """Return the participants' codes in alphabetical order."""
        return sorted(code for (code,) in self._rows("SELECT DISTINCT participant FROM node", (), (str,)))

    # ---- the log

    def __init__(self, path: Path, *, must_exist: bool = False) -> None:
        super().__init__(path, must_exist=must_exist)
        try:
            self._lay_newly_read()
        except BaseException:
            self._db.close()
            raise

    def _lay_newly_read(self) -> None:
        """Read what an older Ambula could not, segments of a format that this one knows; the file stays as it is."""
        found = self._newly_read()
        if not found:
            return
        readings = [(node, reading) for node, s in found if (reading := reading_in(s.data))]
        with self._guard():
            older.lay_rows(self._db, "segment", [_segment_row(node, s) for node, s in found], key=("node_id", "offset"))
            older.lay_rows(
                self._db, "anchor", [_anchor_row(node, a) for node, a in readings], key=("node_id", "host_utc_ms")
            )
        self._is_laid_over = True

    def _newly_read(self) -> list[tuple[int, Segment]]:
        if self.schema < schema.KEEPS_NEWER:
            return []
        rows = self._rows(
            "SELECT node_id, offset, data FROM segment WHERE kind = 0",
            (),
            (checks.NODE_ID, checks.BYTES_OF_LOG, bytes),
        )
        return [(node_id, found) for node_id, at, data in rows if (found := read_segment(at, data)) and found.header]

    def _be_current(self, *, with_copy: bool = True) -> Path | None:
        if not self._is_laid_over:
            return None
        kept = super()._be_current(with_copy=with_copy)
        found = self._newly_read()
        if found:
            with self._transaction():
                for node_id, s in found:
                    self._db.execute("DELETE FROM segment WHERE node_id = ? AND offset = ?", (node_id, s.offset))
                    self._insert_segments(node_id, [s])
        return kept

    def newer_bytes(self, node_id: int) -> int:
        """Return how many bytes of the node's log are of a newer format: kept, but not read."""
        rows = self._rows(
            "SELECT coalesce(sum(length(data)), 0) FROM segment WHERE node_id = ? AND (kind = 0 OR kind > ?)",
            (node_id, segment.READING),
            (checks.BYTES_OF_LOG,),
        )
        return rows[0][0]

    def add_log(
        self, node_id: int, segments: Iterable[Segment], damage: Iterable[tuple[int, int, str]], next_offset: int
    ) -> None:
        """Store verified segments and damaged ranges (offset, length, reason), and where to go on; all or nothing.

        A clock reading that the set-up left in the log becomes one of the node's anchors.
        """
        with self._transaction():
            self._insert_segments(node_id, segments)
            self._db.executemany(
                "INSERT INTO damage (node_id, offset, length, reason) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                [(node_id, *entry) for entry in damage],
            )
            self._db.execute(
                "UPDATE node SET next_offset = max(next_offset, ?) WHERE node_id = ?", (next_offset, node_id)
            )

    def _insert_segments(self, node_id: int, segments: Iterable[Segment]) -> None:
        found = list(segments)
        self._db.executemany(
            f"INSERT INTO segment ({_SEGMENT}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            [_segment_row(node_id, s) for s in found],
        )
        for reading in filter(None, (reading_in(s.data) for s in found)):
            self._insert_anchor(node_id, reading)

    def last_segment(self, node_id: int) -> tuple[int, int] | None:
        """Return (end offset, CRC-32) of the last segment that directly precedes the node's next offset, or None."""
        rows = self._rows(
            "SELECT offset, data FROM segment WHERE node_id = ? ORDER BY offset DESC LIMIT 1",
            (node_id,),
            (checks.BYTES_OF_LOG, bytes),
        )
        if not rows:
            return None
        ((offset, data),) = rows
        self._believe(checks.is_segment(data))
        return offset + len(data), segment.stored_crc(data, 0, len(data))

    def segments(self, node_id: int) -> list[tuple[int, int, int, int, int, bytes]]:
        """Return (offset, boot, flags, first epoch, count, records) of each epoch segment in log order."""
        rows = self._rows(
            "SELECT offset, boot, flags, epoch, count, records FROM segment WHERE node_id = ? AND kind = ?"
            " ORDER BY offset",
            (node_id, segment.EPOCHS),
            (checks.BYTES_OF_LOG, checks.U16, checks.U8, checks.U32, checks.EPOCH_COUNT, bytes),
        )
        self._believe(all(checks.are_records(count, records) for *_, count, records in rows))
        return rows

    def log(self, node_id: int) -> list[LogEntry]:
        """Return the records and events of the node, in log order; what it fused and clock readings are elsewhere."""
        rows = self._rows(
            f"SELECT kind, epoch, count, boot, flags, iif(kind = {segment.EPOCHS}, records, data) FROM segment"
            " WHERE node_id = ? AND kind IN (?, ?) ORDER BY offset",
            (node_id, segment.EPOCHS, segment.EVENT),
            (checks.KIND, checks.U32, checks.U16, checks.U16, checks.U8, bytes),
        )
        self._believe(
            all(
                checks.are_records(count, held) if kind == segment.EPOCHS else checks.is_segment(held)
                for kind, _, count, _, _, held in rows
            )
        )
        body = slice(segment.HEADER_SIZE, -segment.CRC_SIZE)
        return [
            LogEntry(kind, epoch, count, boot, flags, held if kind == segment.EPOCHS else held[body])
            for kind, epoch, count, boot, flags, held in rows
        ]

    def epoch_count(self, node_id: int) -> int:
        """Return how many epochs the node's segments have."""
        rows = self._rows(
            "SELECT coalesce(sum(count), 0) FROM segment WHERE node_id = ? AND kind = ?",
            (node_id, segment.EPOCHS),
            (checks.BYTES_OF_LOG,),
        )
        return rows[0][0]

    def records(self, node_id: int) -> Records:
        """Return the node's records by its own clock; where an epoch comes twice, the first record counts."""
        return join_records([(epoch, data) for *_, epoch, _, data in self.segments(node_id)])

    def events(self, node_id: int) -> list[Event]:
        """Return the node's events in log order."""
        rows = self._rows(
            "SELECT count, epoch, boot, flags, data FROM segment WHERE node_id = ? AND kind = ? ORDER BY offset",
            (node_id, segment.EVENT),
            (checks.U16, checks.U32, checks.U16, checks.U8, bytes),
        )
        body = slice(segment.HEADER_SIZE, -segment.CRC_SIZE)
        return [Event(code, epoch, boot, flags, data[body]) for code, epoch, boot, flags, data in rows]

    def fused(self, node_id: int) -> list[tuple[int, int, bytes]]:
        """Return (first epoch, epochs, payload) of each segment with what the node fused, in log order."""
        rows = self._rows(
            "SELECT epoch, count, data FROM segment WHERE node_id = ? AND kind = ? ORDER BY offset",
            (node_id, segment.FUSED),
            (checks.U32, checks.U16, bytes),
        )
        return [(epoch, count, data[segment.HEADER_SIZE : -segment.CRC_SIZE]) for epoch, count, data in rows]

    def damage(self, node_id: int) -> list[tuple[int, int, str]]:
        """Return (offset, length, reason) of each range of the log that could not be had."""
        return self._rows(
            "SELECT offset, length, reason FROM damage WHERE node_id = ? ORDER BY offset",
            (node_id,),
            (checks.BYTES_OF_LOG, checks.BYTES_OF_LOG, str),
        )

    def last_battery_mv(self, node_id: int) -> int | None:
        """Return the cell's voltage in the newest segment, in mV."""
        rows = self._rows(
            "SELECT battery_mv FROM segment WHERE node_id = ? AND kind > 0 ORDER BY offset DESC LIMIT 1",
            (node_id,),
            (checks.U16,),
        )
        return rows[0][0] if rows else None

    def log_bytes(self, node_id: int, start: int) -> list[tuple[int, bytes]]:
        """Return (offset, bytes) of each stored segment from `start` on, in log order."""
        return self._rows(
            "SELECT offset, data FROM segment WHERE node_id = ? AND offset >= ? ORDER BY offset",
            (node_id, start),
            (checks.BYTES_OF_LOG, bytes),
        )

    # ---- receipts

    def add_receipt(self, node_id: int, receipt: Receipt) -> None:
        """Keep a receipt; a newer one for the same offset takes its place."""
        with self._transaction():
            self._db.execute(
                "INSERT OR REPLACE INTO receipt (node_id, offset, length, key, proof) VALUES (?, ?, ?, ?, ?)",
                (node_id, receipt.offset, receipt.length, receipt.key, receipt.proof),
            )

    def receipts(self, node_id: int) -> list[Receipt]:
        """Return a node's receipts in log order."""
        rows = self._rows(
            "SELECT offset, length, key, proof FROM receipt WHERE node_id = ? ORDER BY offset",
            (node_id,),
            (checks.BYTES_OF_LOG, checks.BYTES_OF_LOG, bytes, bytes),
        )
        return [Receipt(*row) for row in rows]

    def proved_to(self, node_id: int) -> int:
        """Return the offset behind the last receipt; 0 if there is none."""
        ends = self._rows("SELECT offset + length FROM receipt WHERE node_id = ?", (node_id,), (checks.BYTES_OF_LOG,))
        return max((end for (end,) in ends), default=0)

    # ---- clocks

    def add_anchor(self, node_id: int, anchor: Anchor) -> None:
        """Keep a pair of clock readings."""
        with self._transaction():
            self._insert_anchor(node_id, anchor)

    def _insert_anchor(self, node_id: int, anchor: Anchor) -> None:
        self._db.execute(
            f"INSERT INTO anchor ({_ANCHOR}) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            _anchor_row(node_id, anchor),
        )

    def set_state(self, node_id: int, host_utc_ms: int, state: int) -> None:
        """Keep with a reading of the clock what the node said of itself, now that all of its log was read."""
        with self._transaction():
            self._db.execute(
                "UPDATE anchor SET state = ? WHERE node_id = ? AND host_utc_ms = ?", (state, node_id, host_utc_ms)
            )

    def anchors(self, node_id: int) -> list[Anchor]:
        """Return the node's anchors in time order."""
        rows = self._rows(
            "SELECT host_utc_ms, node_utc_ms, round_trip_ms, boot, state FROM anchor WHERE node_id = ?"
            " ORDER BY host_utc_ms",
            (node_id,),
            (checks.UTC_MS, checks.UTC_MS, checks.UTC_MS, (int, type(None)), (int, type(None))),
        )
        return [Anchor(*row) for row in rows]

    def setup_readings(self, node_id: int) -> list[int]:
        """Return when (this computer's UTC, ms) those of the anchors were taken that set-ups left in the log."""
        rows = self._rows(
            "SELECT data FROM segment WHERE node_id = ? AND kind = ? ORDER BY offset",
            (node_id, segment.READING),
            (bytes,),
        )
        return [reading.host_utc_ms for (data,) in rows if (reading := reading_in(data))]

    # ---- forgetting

    def forget(self, participant: str) -> Forgotten:
        """Remove all that is held of a participant, in one transaction, and leave no byte of it in the file.

        Deleted rows are overwritten, then the file is rebuilt: SQLite may leave copies of moved rows in unused parts of
        its pages. The copies that upgrades have kept are treated alike. What cannot be reached from here: blocks that
        the file system or the disk has set free, and other copies. Raises StoreError; where the rebuilding fails (no
        room, in use) the rows are gone nevertheless, and `finish_forgetting` ends it.
        """
        with self._without_trace():
            gone = erase.erase_rows(self._db, participant)
        for copy in self._kept_copies():
            copy.forget(participant)
        self.finish_forgetting()
        return gone

    def rename(self, participant: str, code: str) -> None:
        """Give a participant another code; the old one is gone from the file, as by `forget`."""
        with self._without_trace():
            for table in ("node", "zone_change", "person", "note", "programme", "checked"):
                self._db.execute(f"UPDATE {table} SET participant = ? WHERE participant = ?", (code, participant))
        for copy in self._kept_copies():
            copy.rename(participant, code)
        self.finish_forgetting()

    def _kept_copies(self) -> Generator[Self]:
        for path in upgrade.copies_of(self.path):
            with type(self)(path, must_exist=True) as copy:
                yield copy

    @contextlib.contextmanager
    def _without_trace(self) -> Generator[None]:
        self._be_current(with_copy=False)  # which would keep what is to go
        with self._guard():
            sweep(self.path)  # a backup that was killed may have left a copy
            self._db.execute("PRAGMA secure_delete = ON")
        with self._transaction():
            yield
            self._db.execute("INSERT OR REPLACE INTO setting VALUES (?, '1')", (erase.UNFINISHED,))

    def unknown_tables(self) -> list[str]:
        """Return the tables that this Ambula does not know: a newer one's, or another program's."""
        with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as current:
            schema.migrate(current)
            known = {name for (name,) in current.execute(_TABLES)}
        return sorted(str(name) for (name,) in self._db.execute(_TABLES) if name not in known)

    def is_forgetting_unfinished(self) -> bool:
        """Return whether rows were removed of which the file may still have copies, since it could not be rebuilt."""
        return bool(self.get(erase.UNFINISHED))

    def finish_forgetting(self) -> bool:
        """Rebuild the file if rows were removed and it was not rebuilt since; return whether that was to be done.

        Raises StoreError where that fails: nothing is lost, and it can be called again.
        """
        if not self.is_forgetting_unfinished():
            return False
        self._be_current(with_copy=False)
        with self._guard():
            sweep(self.path)
            erase.rebuild(self._db, self.path)
        with self._transaction():
            self._db.execute("DELETE FROM setting WHERE key = ?", (erase.UNFINISHED,))
        return True


def _anchor_row(node_id: int, a: Anchor) -> tuple[object, ...]:
    return (node_id, a.host_utc_ms, a.node_utc_ms, a.round_trip_ms, a.boot, a.state)


def _segment_row(node_id: int, s: Segment) -> tuple[object, ...]:
    h = s.header
    if h is None:
        return (node_id, s.offset, checks.NEWER, *(0,) * 7, s.data, None)
    battery_mv = h.battery_20mv * 20
    head = (node_id, s.offset, h.kind, h.seq, h.epoch, h.count, h.boot, h.temperature_c, battery_mv, h.flags)
    return (*head, s.data, s.records)
