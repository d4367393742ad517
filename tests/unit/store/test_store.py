"""The store: all or nothing, the same however often, nobody else's, and honest about what is missing."""

import contextlib
import multiprocessing
import os
import sqlite3
import stat
from pathlib import Path

import pytest

from ambula.base.errors import StoreError
from ambula.store import Anchor, Segment, Store, schema
from nodecore import headers, segment, unpack

DEVICE = "a0" * 8


def segments(count: int, first_epoch: int = 1000, epochs: int = 60, boot: int = 1) -> list[Segment]:
    """Sealed segments as a node writes them, one after the other, with a boot event before them."""
    writer = segment.SegmentWriter(0)
    made: list[Segment] = []
    offset = crc = 0
    for seq in range(count + 1):
        status = (boot, 30, 200, 1)
        for i in range(epochs if seq else 0):
            epoch = first_epoch + (seq - 1) * epochs + i
            writer.add(epoch, bytes((epoch * 7 + j * 13) & 0xFF for j in range(12)))
        if seq:
            data = bytes(writer.seal(seq, crc, *status))
        else:
            data = bytes(writer.event(segment.BOOT, first_epoch, b"{}", 0, 0, *status))
        header = headers.parse_header(data)
        body = data[segment.HEADER_SIZE : -segment.CRC_SIZE]
        made.append(Segment(offset, header, data, bytes(unpack.decode_records(body, header.count)) if seq else None))
        crc = segment.stored_crc(data, 0, len(data))
        offset += len(data)
    return made


def contents(path: Path) -> list[str]:
    with contextlib.closing(sqlite3.connect(path)) as db:
        return list(db.iterdump())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new folder" / "s.db"


def test_what_is_added_is_read_back(path: Path) -> None:
    made = segments(3)
    end = made[-1].offset + len(made[-1].data)
    with Store(path) as store:
        node = store.ensure_node(DEVICE, 7, 0, "P01", "0.1.0")
        store.add_log(node.node_id, made, [], end)
    with Store(path, must_exist=True) as store:
        (node,) = store.nodes()
        assert (node.device_id, node.log_id, node.role, node.participant) == (DEVICE, 7, 0, "P01")
        assert (node.firmware, node.next_offset) == ("0.1.0", end)
        records = store.records(node.node_id)
        assert records.epoch.tolist() == list(range(1000, 1180))
        assert records.data.tobytes() == b"".join(s.records or b"" for s in made)
        assert store.last_segment(node.node_id) == (end, segment.stored_crc(made[-1].data, 0, len(made[-1].data)))
        assert [(e.code, e.epoch, e.boot, e.payload) for e in store.events(node.node_id)] == [
            (segment.BOOT, 1000, 1, b"{}")
        ]
        assert store.last_battery_mv(node.node_id) == 4000


def test_the_same_twice_changes_nothing(path: Path) -> None:
    def write_all(store: Store) -> None:
        node = store.ensure_node(DEVICE, 7, 0, "P01", "0.1.0")
        store.add_log(node.node_id, segments(2), [(9000, 10, "checksum")], 9010)
        store.add_anchor(node.node_id, Anchor(5_000_100, 5_000_000, 20))
        store.set("zone", "UTC")

    with Store(path) as store:
        write_all(store)
    once = contents(path)
    with Store(path) as store:
        write_all(store)
        (node,) = store.nodes()
        store.add_log(node.node_id, segments(1), [], 100)  # a part of it again: the offset does not go back
    assert contents(path) == once


def test_all_or_nothing(path: Path) -> None:
    made = segments(2)

    def breaks_off() -> object:
        yield made[0]
        yield made[1]
        raise KeyboardInterrupt

    with Store(path) as store:
        node = store.ensure_node(DEVICE, 7, 0, "P01", "0.1.0")
        before = contents(path)
        with pytest.raises(KeyboardInterrupt):
            store.add_log(node.node_id, breaks_off(), [], 500)
        with pytest.raises(StoreError):
            store.add_log(node.node_id, made, [(1, None, "no length")], 500)  # type: ignore[list-item]
        assert contents(path) == before
        store.add_log(node.node_id, made, [], 500)  # and it goes on
        assert len(store.records(node.node_id)) == 120


def _die_in_a_transaction(path: Path) -> None:
    store = Store(path)
    node = store.ensure_node(DEVICE, 7, 0, "P01", "0.1.0")
    with store._transaction():
        store._db.execute("UPDATE node SET next_offset = 999 WHERE node_id = ?", (node.node_id,))
        os._exit(9)


def test_a_process_that_dies_in_the_middle_leaves_the_old_state(path: Path) -> None:
    process = multiprocessing.get_context("spawn").Process(target=_die_in_a_transaction, args=(path,))
    process.start()
    process.join(60)
    assert process.exitcode == 9
    with Store(path) as store:
        assert [n.next_offset for n in store.nodes()] == [0]


# ---- opening


@pytest.mark.skipif(os.name != "posix", reason="only POSIX systems have these permissions")
def test_only_the_owner_may_read_it(path: Path) -> None:
    Store(path).__exit__()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_empty_file_becomes_a_store(tmp_path: Path) -> None:
    (tmp_path / "s.db").touch()
    with Store(tmp_path / "s.db") as store:
        assert store.nodes() == []


def test_an_older_store_is_brought_up_to_date_whole(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store(path) as store:
        store.ensure_node(DEVICE, 7, 0, "P01", "0.1.0")
    now = len(schema.MIGRATIONS)
    monkeypatch.setattr(
        schema, "MIGRATIONS", (*schema.MIGRATIONS, "ALTER TABLE node ADD COLUMN colour TEXT NOT NULL DEFAULT 'blue';")
    )
    with Store(path) as store:
        store.set("zone", "UTC")
        assert store._db.execute("PRAGMA user_version").fetchone() == (now + 1,)
        assert store._db.execute("SELECT device_id, colour FROM node").fetchall() == [(DEVICE, "blue")]


def test_a_migration_that_fails_changes_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store(path) as store:
        store.ensure_node(DEVICE, 7, 0, "P01", "0.1.0")
    before = path.read_bytes()
    broken = "ALTER TABLE node ADD COLUMN colour TEXT; INSERT INTO setting SELECT 'x', NULL FROM node;"
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, broken))
    with Store(path) as store, pytest.raises(StoreError, match="NOT NULL"):
        store.set("zone", "UTC")
    assert path.read_bytes() == before
    monkeypatch.undo()
    with Store(path) as store:
        assert len(store.nodes()) == 1


def test_a_store_from_version_0_is_made_in_one_step(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "MIGRATIONS", (schema.MIGRATIONS[0] + "no SQL at all;",))
    with pytest.raises(StoreError):
        Store(path)
    monkeypatch.undo()
    assert contents(path) == ["BEGIN TRANSACTION;", "COMMIT;"]
    with Store(path) as store:
        assert store._db.execute("PRAGMA application_id").fetchone() == (schema.APPLICATION_ID,)
        assert store._db.execute("PRAGMA user_version").fetchone() == (len(schema.MIGRATIONS),)


def test_two_that_make_the_same_store_at_once_both_have_it(path: Path) -> None:
    class Slow:
        """A connection that is overtaken by another Ambula just before it begins."""

        def __init__(self) -> None:
            self.db = sqlite3.connect(path, isolation_level=None)

        def execute(self, sql: str) -> sqlite3.Cursor:
            if sql.startswith("BEGIN"):
                Store(path).__exit__()
            return self.db.execute(sql)

        @property
        def in_transaction(self) -> bool:
            return self.db.in_transaction

    path.parent.mkdir()
    slow = Slow()
    schema.prepare(slow, str(path))  # type: ignore[arg-type]
    assert slow.execute("PRAGMA user_version").fetchone() == (len(schema.MIGRATIONS),)
    slow.db.close()


def test_a_store_in_use_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ambula.store.connection._LOCK_TIMEOUT_S", 0.05)
    with Store(path) as store, Store(path) as other:
        with other._transaction(), pytest.raises(StoreError, match=r"in use by another Ambula: wait"):
            store.set("zone", "UTC")
        store.set("zone", "UTC")
        assert other.get("zone") == "UTC"


# ---- nodes, logs, damage, anchors


def test_two_logs_of_one_device_are_kept_apart(path: Path) -> None:
    with Store(path) as store:
        old = store.ensure_node(DEVICE, 7, 0, "P01", "0.1.0")
        new = store.ensure_node(DEVICE, 8, 1, "P02", "0.2.0")  # flashed again, given to somebody else
        store.add_log(old.node_id, segments(2), [], 5000)
        store.add_log(new.node_id, segments(1, first_epoch=2000), [], 700)
        assert [len(store.records(n)) for n in (old.node_id, new.node_id)] == [120, 60]
        assert [n.next_offset for n in store.nodes()] == [5000, 700]
        assert store.participants() == ["P01", "P02"]


def test_a_node_keeps_its_wearer_and_tells_its_new_firmware(path: Path) -> None:
    with Store(path) as store:
        first = store.ensure_node(DEVICE, 7, 0, "P01", "0.1.0")
        again = store.ensure_node(DEVICE, 7, 0, "P02", "0.2.0")
        assert (again.node_id, again.participant, again.firmware) == (first.node_id, "P01", "0.2.0")


def test_an_epoch_that_comes_twice_counts_once(path: Path) -> None:
    made = segments(2)
    shifted = segments(1, first_epoch=1030, boot=2)[1]
    late = Segment(20_000, shifted.header, shifted.data, shifted.records)
    with Store(path) as store:
        node = store.ensure_node(DEVICE, 7, 0, "P01", "0.1.0")
        store.add_log(node.node_id, [*made, late], [], 21_000)
        records = store.records(node.node_id)
        assert records.epoch.tolist() == list(range(1000, 1120))
        assert records.data.tobytes() == b"".join(s.records or b"" for s in made)


def test_a_row_takes_hardly_more_room_than_its_bytes(path: Path) -> None:
    made = segments(400)
    with Store(path) as store:
        empty = path.stat().st_size
        store.add_log(store.ensure_node(DEVICE, 7, 0, "P01", "0.1.0").node_id, made, [], 400_000)
    held = sum(len(s.data) + len(s.records or b"") for s in made)
    assert path.stat().st_size - empty < 1.25 * held


def test_damage_is_kept_and_never_stands_for_data(path: Path) -> None:
    made = segments(3)
    lost = (made[2].offset, len(made[2].data), "checksum")
    with Store(path) as store:
        node = store.ensure_node(DEVICE, 7, 0, "P01", "0.1.0")
        store.add_log(node.node_id, [made[0], made[1], made[3]], [lost], 9000)
        assert store.damage(node.node_id) == [lost]
        assert store.records(node.node_id).epoch.tolist() == [*range(1000, 1060), *range(1120, 1180)]


def test_anchors_come_in_time_order(path: Path) -> None:
    anchors = [Anchor(t, t - 40, 12) for t in (3000, 1000, 2000)]
    with Store(path) as store:
        node = store.ensure_node(DEVICE, 7, 0, "P01", "0.1.0")
        other = store.ensure_node(DEVICE, 8, 0, "P01", "0.1.0")
        for anchor in anchors:
            store.add_anchor(node.node_id, anchor)
        assert store.anchors(node.node_id) == sorted(anchors, key=lambda a: a.host_utc_ms)
        assert store.anchors(other.node_id) == []


def test_what_a_node_said_of_itself_is_kept_with_its_reading(path: Path) -> None:
    with Store(path) as store:
        one, other = (store.ensure_node(device, 1, 0, "P01", "0.1.0") for device in ("aa", "bb"))
        for node in (one, other):
            for t in (1000, 2000):
                store.add_anchor(node.node_id, Anchor(t, t, 12))
        store.set_state(one.node_id, 2000, 5)
        assert [a.state for a in store.anchors(one.node_id)] == [None, 5]
        assert [a.state for a in store.anchors(other.node_id)] == [None, None]


def test_a_log_needs_its_node(path: Path) -> None:
    with Store(path) as store, pytest.raises(StoreError, match="FOREIGN KEY"):
        store.add_log(99, segments(1), [], 10)


def test_an_empty_store_has_nothing_to_say(path: Path) -> None:
    with Store(path) as store:
        node = store.ensure_node(DEVICE, 7, 0, "P01", "0.1.0")
        assert len(store.records(node.node_id)) == 0
        assert store.last_segment(node.node_id) is None
        assert store.last_battery_mv(node.node_id) is None
        assert store.get("zone", "none") == "none"
        assert store.events(node.node_id) == store.damage(node.node_id) == []
