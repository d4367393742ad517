"""Segments byte by byte: SPEC.md, "Segment". The golden bytes were put together by hand from the specification."""

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodecore import headers, record, segment, unpack

RECORD_A = bytes.fromhex("19 64 00 00 05 06 07 08 00 00 00 02")
RECORD_B = bytes.fromhex("55 64 00 f6 30 31 32 33 70 4a c8 02")

GOLDEN_EPOCHS = bytes.fromhex(
    "414d"  # magic 0x4D41, little-endian
    "01 01"  # version 1, kind 1 = epochs
    "07000000"  # sequence 7
    "80c13815"  # first epoch 356041088
    "0400"  # four epochs
    "1400"  # payload of 20 bytes
    "efbeadde"  # CRC of the segment before
    "0300"  # third boot
    "21"  # 33 degrees C
    "c3"  # 195 x 20 mV = 3.9 V
    "01"  # clock is set
    "01"  # back
    "0000"  # reserved
    "f328 19640506070802"  # mask 0x8f3: bytes 0 1 4 5 6 7 11 changed from all-zero; 2 repeats
    "f907 55f63031323370 4ac8"  # mask 0x7f9: bytes 0 3 4 5 6 7 8 9 10
)


def golden() -> bytes:
    return GOLDEN_EPOCHS + zlib.crc32(GOLDEN_EPOCHS).to_bytes(4, "little")


def test_epoch_segment_is_as_specified() -> None:
    writer = segment.SegmentWriter(role=1)
    for i, rec in enumerate([RECORD_A, RECORD_A, RECORD_A, RECORD_B]):
        assert writer.add(356041088 + i, bytearray(rec))
    sealed = writer.seal(seq=7, prev_crc=0xDEADBEEF, boot=3, temperature_c=33, battery_20mv=195, flags=1)
    assert bytes(sealed).hex() == golden().hex()


def test_epoch_segment_reads_back() -> None:
    data = golden()
    header = headers.parse_header(data)
    assert header is not None
    assert headers.is_sealed(data, 0, header)
    assert (header.seq, header.epoch, header.count, header.boot) == (7, 356041088, 4, 3)
    assert (header.temperature_c, header.battery_20mv, header.flags, header.role) == (33, 195, 1, 1)
    payload = data[segment.HEADER_SIZE : -segment.CRC_SIZE]
    assert bytes(unpack.decode_records(payload, 4)) == RECORD_A * 3 + RECORD_B


def test_event_segment_is_as_specified() -> None:
    body = bytes.fromhex("414d 01 02 00000000 80c13815 0500 0300 00000000 0100 f6 00 00 00 0000") + b"bye"
    writer = segment.SegmentWriter(role=0)
    sealed = writer.event(segment.STOPPED, 356041088, b"bye", 0, 0, 1, -10, 0, 0)
    assert bytes(sealed) == body + zlib.crc32(body).to_bytes(4, "little")


def test_a_segment_holds_sixty_consecutive_epochs_and_no_more() -> None:
    writer = segment.SegmentWriter(0)
    assert all(writer.add(100 + i, RECORD_A) for i in range(60))
    assert not writer.add(160, RECORD_A)


def test_an_epoch_that_does_not_follow_is_refused() -> None:
    writer = segment.SegmentWriter(0)
    assert writer.add(100, RECORD_A)
    assert not writer.add(102, RECORD_A)


def test_the_worst_case_fits_the_buffer() -> None:
    writer = segment.SegmentWriter(0)
    for i in range(60):
        assert writer.add(i, bytes([i % 2 + 1] * record.SIZE))
    assert len(writer.seal(0, 0, 0, 0, 0, 0)) == segment.MAX_SIZE == 28 + 60 * 14 + 4


records = st.lists(st.binary(min_size=12, max_size=12), min_size=1, max_size=60)


@given(records, st.integers(1, 4))
def test_any_records_come_back(made: list[bytes], stutter: int) -> None:
    made = [r for r in made for _ in range(stutter)][:60]
    writer = segment.SegmentWriter(0)
    for i, rec in enumerate(made):
        assert writer.add(5 + i, rec)
    data = bytes(writer.seal(0, 0, 0, 0, 0, 0))
    header = headers.parse_header(data)
    assert header is not None
    assert bytes(unpack.decode_records(data[28:-4], header.count)) == b"".join(made)


@given(st.binary(max_size=900), st.integers(0, 60))
def test_any_payload_decodes_or_is_refused(payload: bytes, count: int) -> None:
    try:
        out = unpack.decode_records(payload, count)
    except ValueError:
        return
    assert len(out) == 12 * count


@given(st.integers(0, len(golden()) - 1), st.integers(1, 255))
def test_no_altered_byte_goes_unnoticed(at: int, flip: int) -> None:
    data = bytearray(golden())
    data[at] ^= flip
    header = headers.parse_header(data)
    assert header is None or not headers.is_sealed(data, 0, header)


def test_an_event_waits_for_the_epochs_before_it() -> None:
    writer = segment.SegmentWriter(0)
    writer.add(1, RECORD_A)
    with pytest.raises(ValueError, match="seal"):
        writer.event(segment.BOOT, 1, b"", 0, 0, 0, 0, 0, 0)
