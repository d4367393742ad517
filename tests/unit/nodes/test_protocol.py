"""GATT values byte by byte: SPEC.md, "GATT service"."""

import pytest

from ambula.nodes import info as node_info
from nodecore import blocks, protocol, roles

INFO = bytes.fromhex(
    "02"  # protocol version
    "01"  # back
    "0200"  # second boot
    "a1a2a3a4a5a6a7a8"  # device
    "78563412"  # log id
    "00800000"  # first offset 32768
    "39a00000"  # end 41017
    "0050a5180a010000"  # UTC 0x010a18a55000 ms
    "3c0f"  # 3900 mV
    "fb"  # -5 degrees C
    "03"  # recording, clock set
    "000100"  # firmware 0.1.0
    "00"  # reserved
)


def test_info_is_as_specified() -> None:
    packed = blocks.pack_info(
        1, 2, bytes.fromhex("a1a2a3a4a5a6a7a8"), 0x12345678, 32768, 41017, 0x10A18A55000, 3900, -5, 3, (0, 1, 0)
    )
    assert packed.hex() == INFO.hex()


def test_info_reads_back() -> None:
    info = node_info.parse_info(INFO)
    assert (info.role, info.boot, info.log_first, info.log_end) == (roles.BACK, 2, 32768, 41017)
    assert (info.battery_mv, info.temperature_c, info.firmware) == (3900, -5, "0.1.0")
    assert info.utc_ms == 0x010A18A55000


@pytest.mark.parametrize(
    ("data", "why"), [(INFO[:-1], "39 bytes"), (b"\x01" + INFO[1:], "protocol 1"), (b"\x02\x07" + INFO[2:], "role 7")]
)
def test_wrong_info_is_refused_with_the_reason(data: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        node_info.parse_info(data)


HEALTH = bytes.fromhex("2c0106ff9a0114000a000fff00001000" + "03")


def test_health_is_as_specified() -> None:
    assert blocks.pack_health((300, -250, 410, 20, 10, 0xFF0F, 3), 1 << 20).hex() == HEALTH.hex()


def test_health_reads_back() -> None:
    found = node_info.parse_health(HEALTH)
    assert (found.self_test_mg, found.noise_mg) == ((300, -250, 410), (2.0, 1.0, 6529.5))
    assert (found.free_bytes, found.tested, found.passed) == (1 << 20, True, True)


@pytest.mark.parametrize(("data", "why"), [(HEALTH[:-1], "16 bytes"), (HEALTH[:-1] + b"\x02", "never made")])
def test_wrong_health_is_refused_with_the_reason(data: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        node_info.parse_health(data)


def test_advertising_data_is_31_bytes_and_says_nothing_but_a_hint() -> None:
    data = protocol.advertising_data(b"abcdef")
    uuid = "203b1f7a5e0c649a574c2f8d01001e6b"  # the service's, little-endian
    assert data == bytes.fromhex("0201061107" + uuid + "09ffffff") + b"abcdef"
    assert len(data) == 31


@pytest.mark.parametrize(("has_key", "data"), [(True, b"\x02\x01"), (False, b"\x02\x00")])
def test_the_public_block(has_key: bool, data: bytes) -> None:
    assert protocol.pack_public(has_key) == data
    assert node_info.parse_public(data) is has_key


@pytest.mark.parametrize(("data", "why"), [(b"\x02", "1 bytes"), (b"\x01\x01", "protocol 1")])
def test_a_wrong_public_block_is_refused_with_the_reason(data: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        node_info.parse_public(data)


def test_a_full_flash_has_no_room_at_all() -> None:
    """A full littlefs counts its free blocks below zero; older firmware passed that on as four gigabytes."""
    data = bytearray(HEALTH)
    data[-5:-1] = (2**32 - 2 * 4096).to_bytes(4, "little")
    assert node_info.parse_health(bytes(data)).free_bytes == 0
