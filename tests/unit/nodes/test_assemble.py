"""Log bytes to segments, whatever happened to them."""

import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ambula.nodes.segments import assemble
from nodecore import segment


def make_log(segments: int, seed: int = 0) -> list[bytes]:
    dice = random.Random(seed)
    writer = segment.SegmentWriter(0)
    out: list[bytes] = []
    crc = 0
    for seq in range(segments):
        for i in range(dice.randint(1, 60)):
            assert writer.add(1000 * seq + i, dice.randbytes(12))
        out.append(bytes(writer.seal(seq, crc, 1, 30, 200, 1)))
        crc = segment.stored_crc(out[-1], 0, len(out[-1]))
    return out


def test_a_clean_log_is_all_segments() -> None:
    parts = make_log(20)
    found = assemble(700, b"".join(parts), at_log_end=True)
    assert [s.data for s in found.segments] == parts
    assert found.segments[0].offset == 700
    assert found.next_offset == 700 + sum(map(len, parts))
    assert not found.damage


@given(st.integers(0, 5000))
def test_a_cut_log_goes_on_at_the_first_unfinished_segment(cut: int) -> None:
    parts = make_log(8)
    whole = b"".join(parts)
    cut = min(cut, len(whole))
    first = assemble(0, whole[:cut], at_log_end=False)
    second = assemble(first.next_offset, whole[first.next_offset :], at_log_end=True)
    assert [s.data for s in first.segments + second.segments] == parts
    assert not first.damage
    assert not second.damage


@given(st.integers(0, 3000), st.integers(1, 400), st.integers(0, 255), st.integers(1, 4000))
@example(at=2, length=14, value=4, window=1)
def test_damage_costs_only_the_segments_it_touches(at: int, length: int, value: int, window: int) -> None:
    parts = make_log(10)
    whole = bytearray(b"".join(parts))
    whole[at : at + length] = bytes([value]) * len(whole[at : at + length])
    found_data: list[bytes] = []
    lost = 0
    start, size = 0, window + segment.MAX_SIZE
    while start < len(whole):
        stop = min(start + size, len(whole))
        found = assemble(start, bytes(whole[start:stop]), at_log_end=stop == len(whole))
        if found.next_offset == start and stop < len(whole):
            size *= 2  # a damaged header may pass for a newer segment, which may be as long as a chunk
            continue
        assert found.next_offset > start
        start = found.next_offset
        found_data += [s.data for s in found.segments]
        lost += sum(n for _, n, _ in found.damage)
    untouched, offset = [], 0
    for part in parts:
        if bytes(whole[offset : offset + len(part)]) == part:
            untouched.append(part)
        offset += len(part)
    assert found_data == untouched
    assert lost + sum(map(len, found_data)) == len(whole)


@given(st.binary(max_size=3000), st.booleans())
def test_any_bytes_end_somewhere(data: bytes, at_log_end: bool) -> None:
    found = assemble(5, data, at_log_end)
    assert 5 <= found.next_offset <= 5 + len(data)
    if at_log_end:
        assert found.next_offset == 5 + len(data)


@pytest.mark.parametrize("end", [True, False])
def test_nothing_gives_nothing(end: bool) -> None:
    assert assemble(9, b"", end).next_offset == 9
