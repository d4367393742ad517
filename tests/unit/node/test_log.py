"""The log's files: appended, recovered, read by offset, freed."""

import errno
from pathlib import Path

import pytest

from ambula.nodes.segments import assemble
from node import log as node_log
from node.log import CHUNK_SIZE, KEEP_NEWEST, KEEP_OLDEST, Log
from nodecore import segment

STATUS = (1, 30, 200, 1)


def open_log(folder: Path, keep: str = KEEP_OLDEST) -> Log:
    return Log(str(folder / "log"), 0, keep, lambda: STATUS)


def noisy(i: int) -> bytes:
    """A record that shares no byte with the one before."""
    return bytes((i * 7 + j * 13 + 1) & 0xFF for j in range(12))


def fill(log: Log, first: int, count: int) -> None:
    for i in range(first, first + count):
        log.add(i, bytearray(noisy(i)))


def read_all(log: Log) -> bytes:
    out = b""
    at = log.first
    while at < log.end:
        buf = bytearray(min(1000, log.end - at))
        n = log.read_into(at, memoryview(buf))
        assert n > 0
        out += buf[:n]
        at += n
    return out


def test_what_is_added_is_read_back_across_chunks(tmp_path: Path) -> None:
    log = open_log(tmp_path)
    fill(log, 1000, 6000)
    log.seal()
    assert len(log.chunks) > 1
    found = assemble(0, read_all(log), at_log_end=True)
    assert not found.damage
    assert b"".join(s.records or b"" for s in found.segments) == b"".join(noisy(i) for i in range(1000, 7000))
    assert [s.header.seq for s in found.segments] == list(range(100))
    crcs = [segment.stored_crc(s.data, 0, len(s.data)) for s in found.segments]
    assert [s.header.prev_crc for s in found.segments] == [0, *crcs[:-1]]


def test_no_segment_crosses_a_chunk(tmp_path: Path) -> None:
    log = open_log(tmp_path)
    fill(log, 0, 6000)
    for path in sorted((tmp_path / "log").glob("????????")):
        assert path.stat().st_size <= CHUNK_SIZE
        assert not assemble(0, path.read_bytes(), at_log_end=True).damage


def test_a_gap_in_the_epochs_starts_a_segment(tmp_path: Path) -> None:
    log = open_log(tmp_path)
    fill(log, 10, 5)
    fill(log, 100, 5)
    log.seal()
    found = assemble(0, read_all(log), at_log_end=True)
    assert [(s.header.epoch, s.header.count) for s in found.segments] == [(10, 5), (100, 5)]


def test_a_reboot_goes_on_where_the_log_ended(tmp_path: Path) -> None:
    log = open_log(tmp_path)
    fill(log, 0, 70)  # ten epochs are in RAM only
    again = open_log(tmp_path)
    assert (again.log_id, again.end, again.seq, again.torn_bytes) == (log.log_id, log.end, log.seq, 0)
    fill(again, 200, 60)
    again.seal()
    found = assemble(0, read_all(again), at_log_end=True)
    assert [(s.header.epoch, s.header.seq) for s in found.segments] == [(0, 0), (200, 1)]


@pytest.mark.parametrize("cut", [1, 5, 200, 845])
def test_a_torn_tail_is_stepped_over(tmp_path: Path, cut: int) -> None:
    log = open_log(tmp_path)
    fill(log, 0, 120)
    log.seal()
    chunk = tmp_path / "log" / "00000000"
    whole = chunk.read_bytes()
    chunk.write_bytes(whole[:-cut])
    again = open_log(tmp_path)
    assert again.torn_bytes == len(whole) // 2 - cut
    assert again.seq == 1
    fill(again, 500, 60)
    again.seal()
    third = open_log(tmp_path)
    assert (third.seq, third.torn_bytes) == (2, 0)
    found = assemble(0, read_all(third), at_log_end=True)
    assert [(s.header.epoch, s.header.seq) for s in found.segments] == [(0, 0), (500, 1)]
    assert sum(n for _, n, _ in found.damage) == again.torn_bytes


def test_only_an_acknowledged_whole_chunk_is_freed(tmp_path: Path) -> None:
    log = open_log(tmp_path)
    fill(log, 0, 6000)
    log.seal()
    found = assemble(0, read_all(log), at_log_end=True)
    ends = {s.offset + len(s.data): segment.stored_crc(s.data, 0, len(s.data)) for s in found.segments}
    second = log.chunks[1]
    before = max(e for e in ends if e < second)
    assert log.acknowledge(before, ends[before]) == 0
    assert log.acknowledge(second, ends[second]) == second
    assert not (tmp_path / "log" / "00000000").exists()
    with pytest.raises(ValueError, match="not in the log"):
        log.read_into(0, memoryview(bytearray(10)))
    assert log.acknowledge(log.end, ends[log.end]) == log.chunks[-1]
    assert open_log(tmp_path).end == log.end


@pytest.mark.parametrize("wrong", ["crc", "offset", "beyond"])
def test_a_false_acknowledgement_frees_nothing(tmp_path: Path, wrong: str) -> None:
    log = open_log(tmp_path)
    fill(log, 0, 6000)
    log.seal()
    last = assemble(0, read_all(log), at_log_end=True).segments[-1]
    crc = segment.stored_crc(last.data, 0, len(last.data))
    offset = log.end
    if wrong == "crc":
        crc ^= 1
    else:
        offset += -1 if wrong == "offset" else 1
    with pytest.raises(ValueError, match=r"mismatch|not in the log|no segment"):
        log.acknowledge(offset, crc)
    assert log.first == 0


def full_after(monkeypatch: pytest.MonkeyPatch, folder: Path, room: int) -> None:
    """Make writes fail with ENOSPC while the log's files hold more than `room` bytes."""
    import builtins

    real = builtins.open

    def crowded(path: str, mode: str = "r", *more: object) -> object:
        if mode == "ab" and sum(p.stat().st_size for p in folder.rglob("????????")) > room:
            raise OSError(errno.ENOSPC, "no space")
        return real(path, mode, *more)  # type: ignore[call-overload]

    monkeypatch.setattr(node_log, "open", crowded, raising=False)


def test_a_full_flash_keeps_the_oldest_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = open_log(tmp_path, KEEP_OLDEST)
    full_after(monkeypatch, tmp_path, 70_000)
    fill(log, 0, 12_000)
    assert log.full
    assert log.first == 0
    assert log.dropped_segments > 50


def test_a_full_flash_can_keep_the_newest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = open_log(tmp_path, KEEP_NEWEST)
    full_after(monkeypatch, tmp_path, 70_000)
    fill(log, 0, 12_000)
    log.seal()
    assert log.first > 0
    assert log.dropped_segments == 0
    found = assemble(log.first, read_all(log), at_log_end=True)
    assert found.segments[-1].header.epoch + found.segments[-1].header.count == 12_000
