"""One recording in many forms: whatever columns, units, clocks and axes, the node's samples are the same."""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from ambula.base.errors import InputError, MissingPart
from ambula.recordings.classify import classify
from ambula.recordings.recording import read_recording, read_samples
from nodecore.roles import BACK, THIGH
from nodecore.sampling import EPOCH_S
from tests.support.made_cwa import START, made_cwa

Floats = NDArray[np.float64]
RATE_HZ = 50
UTC_S = 1772625600  # 2026-03-04 12:00 UTC
T_S = np.arange(20 * RATE_HZ) / RATE_HZ
ACC_G = np.stack([1 + 0.3 * np.sin(2 * np.pi * 1.7 * T_S), -0.1 + 0 * T_S, 0.25 * np.cos(2 * np.pi * 3 * T_S)], axis=1)


def iso(seconds: float, zone: str = "") -> str:
    return f"{np.datetime64(round((UTC_S + seconds) * 1000), 'ms')}{zone}".replace("T", " ")


def write(path: Path, header: str, clock: Callable[[float], object], acc: Floats, delimiter: str = ",") -> Path:
    rows = (delimiter.join(map(str, [clock(t), *row])) for t, row in zip(T_S.tolist(), acc.tolist(), strict=True))
    path.write_text("\n".join([header, *rows]) + "\n", "utf-8")
    return path


@pytest.fixture
def plain(tmp_path: Path) -> NDArray[np.int16]:
    """The counts of the recording as t,x,y,z."""
    return read_samples(write(tmp_path / "plain.csv", "t,x,y,z", float, ACC_G)).counts


@pytest.mark.parametrize(
    ("header", "clock", "factor", "said"),
    [
        ("time,x,y,z", float, 1, ()),
        ("t,x,y,z", float, 9.80665, ("acceleration in m/s2",)),
        ("t,x (mg),y (mg),z (mg)", float, 1000, ("acceleration in mg",)),
        ("time_ms,acc_x_mg,acc_y_mg,acc_z_mg", lambda t: round(t * 1e3), 1000, ("time in ms", "acceleration in mg")),
        ('"timestamp","accel-x","accel-y","accel-z"', lambda t: round((UTC_S + t) * 1e3), 1, ("time in ms",)),
        ("timestamp,ax,ay,az", lambda t: round((UTC_S + t) * 1e9), 1, ("time in ns",)),
        ("Timestamp,Accelerometer X,Accelerometer Y,Accelerometer Z", iso, 1, ("time as date and time",)),
        ("time [us],X-Axis [m/s^2],Y-Axis [m/s^2],Z-Axis [m/s^2]", lambda t: t * 1e6, 9.80665, ("time in us",)),
        ("t,Acceleration x (m/s\N{SUPERSCRIPT TWO}),acceleration y,acceleration z", float, 9.80665, None),
        ("datetime,x,y,z", lambda t: iso(t, "+00:00"), 1, ("time as date and time",)),
        ("datetime,x,y,z", lambda t: iso(t + 3600, "+01:00"), 1, ("time as date and time",)),
    ],
)
def test_columns_units_and_clocks_are_found_and_told(
    header: str,
    clock: Callable[[float], object],
    factor: float,
    said: tuple[str, ...] | None,
    plain: NDArray[np.int16],
    tmp_path: Path,
) -> None:
    path = write(tmp_path / "other.csv", header, clock, ACC_G * factor)
    if said is None:
        with pytest.raises(InputError, match="line 1: the unit '' and 'm/s2' is not known"):
            read_samples(path)
        return
    samples = read_samples(path)
    assert np.abs(samples.counts.astype(int) - plain).max() <= 1
    assert samples.first_epoch in (0, UTC_S // EPOCH_S)
    for words in said:
        assert any(one.startswith(words) for one in samples.said), samples.said


def test_semicolons_and_columns_in_any_order(plain: NDArray[np.int16], tmp_path: Path) -> None:
    path = write(tmp_path / "semi.csv", "t;z;y;x", float, ACC_G[:, ::-1], ";")
    assert (read_samples(path).counts == plain).all()
    assert read_samples(path).said == ()


def test_a_bare_t_is_in_seconds(tmp_path: Path) -> None:
    path = write(tmp_path / "ms.csv", "t,x,y,z", lambda t: t * 1000, ACC_G)
    with pytest.raises(InputError, match=r"sampled at 0\.05 Hz, if t is in seconds"):
        read_samples(path)


def test_a_bad_date_is_told_with_its_line(tmp_path: Path) -> None:
    path = write(tmp_path / "dates.csv", "time,x,y,z", lambda t: "yesterday" if t == 2 else iso(t), ACC_G)
    with pytest.raises(InputError, match="line 102: 'yesterday' is not a number nor a date and time"):
        read_samples(path)


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="this system's zone can not be changed for one process")
def test_a_date_without_an_offset_is_utc_wherever_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "dates.csv", "time,x,y,z", iso, ACC_G)
    with monkeypatch.context() as there:
        there.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        first = read_samples(path).first_epoch
    time.tzset()
    assert first == UTC_S // EPOCH_S


def test_harth_s_file_gives_both_sites_on_ambula_s_axes(plain: NDArray[np.int16], tmp_path: Path) -> None:
    header = "timestamp,back_x,back_y,back_z,thigh_x,thigh_y,thigh_z,label"
    back, thigh = -ACC_G * [1, -1, 1] * 0.9, -ACC_G * [1, -1, 1]  # x down, z into the body
    path = write(tmp_path / "S001.csv", header, iso, np.column_stack([back, thigh, np.full(len(T_S), 6)]))
    found = read_samples(path, THIGH)
    assert np.abs(found.counts.astype(int) - plain).max() <= 1
    assert np.abs(read_samples(path, BACK).counts - plain * 0.9).max() <= 1
    assert found.said == (
        "HARTH's columns",
        "time as date and time; without an offset it counts as UTC",
        "up was -x, out of the skin -z",
    )
    heard: list[str] = []
    table = classify(path, path, tell=heard.append)
    assert table.nodes.tolist() == [3] * 4
    assert table.start_s[0] == UTC_S
    assert [line.partition(":")[0] for line in heard] == ["thigh", "back"]
    turned = read_recording(path, THIGH, axes=(-1, 3)).acc_g
    assert turned[:, 2] == pytest.approx(-read_recording(path, THIGH).acc_g[:, 2])


def test_a_file_with_gaps_is_classified_stretch_by_stretch_if_asked(tmp_path: Path) -> None:
    """12 s, a gap of 8, 3 s that hold no epoch, a gap of 2, 15 s: as if each were a file of its own."""
    steps = [(0, 12), (20, 23), (25, 40)]
    t_s = np.concatenate([np.arange(a * RATE_HZ, b * RATE_HZ) / RATE_HZ for a, b in steps])
    rows = [f"{t},{1 + 0.1 * (i % 7)},0,{0.05 * (i % 3)}" for i, t in enumerate(t_s.tolist())]

    def part(name: str, some: list[str]) -> Path:
        path = tmp_path / name
        path.write_text("\n".join(["t,x,y,z", *some]) + "\n")
        return path

    path = part("gaps.csv", rows)
    with pytest.raises(InputError, match=r"line 602: a gap of 8\.02 s"):
        classify(path, None)
    heard: list[str] = []
    table = classify(path, None, tell=heard.append, split_gaps=True)
    assert heard == ["thigh: 2 gaps, split there"]
    alone = [classify(part("a.csv", rows[:600]), None), classify(part("b.csv", rows[750:]), None)]
    assert table.epoch.tolist() == [*alone[0].epoch.tolist(), *alone[1].epoch.tolist()] == [0, 1, 5, 6, 7]
    assert table.activity.tolist() == [*alone[0].activity.tolist(), *alone[1].activity.tolist()]
    with pytest.raises(InputError, match="do not overlap"):
        classify(path, part("late.csv", late(rows)), split_gaps=True)
    with pytest.raises(InputError, match="has no epoch of 5 s between its gaps"):
        classify(part("short.csv", rows[500:750]), None, split_gaps=True)


def late(rows: list[str]) -> list[str]:
    """The last stretch, a hundred seconds later."""
    return [f"{float(t) + 100},{rest}" for t, _, rest in (row.partition(",") for row in rows[750:])]


def test_a_file_of_the_other_site_alone_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "thigh.csv", "time,thigh_x,thigh_y,thigh_z", float, ACC_G)
    assert len(read_samples(path, THIGH).counts)
    with pytest.raises(InputError, match="has no column x"):
        read_samples(path, BACK)


@pytest.mark.parametrize(
    ("rate_hz", "packed", "axes"), [(50, False, 3), (100, True, 3), (100, False, 3), (100, False, 6)]
)
def test_a_cwa_written_by_hand_is_read(rate_hz: int, packed: bool, axes: int, tmp_path: Path) -> None:
    t_s = np.arange(20 * rate_hz) / rate_hz
    acc = np.stack([np.interp(t_s, T_S, ACC_G[:, i]) for i in range(3)], axis=1)
    counts = np.rint(acc * 256).astype(int)
    samples = np.column_stack([np.full_like(counts, 77), counts]) if axes == 6 else counts
    path = tmp_path / "subject.CWA"
    path.write_bytes(made_cwa(samples.tolist(), rate_hz, packed))
    found = read_recording(path)
    assert np.abs(found.acc_g - counts / 256).max() < 1e-6
    assert np.abs(found.t_s - UTC_S - t_s).max() < 1e-5
    assert START.hour == 12
    assert found.rate_hz == pytest.approx(rate_hz)
    assert found.said == ("Axivity's .cwa, its clock taken as UTC",)


def damaged(data: bytes) -> bytes:
    return data[:2000] + bytes([data[2000] ^ 1]) + data[2001:]


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (damaged, "block 1 of 13 is damaged"),
        (lambda data: data[:5000], "is no whole .cwa recording"),
        (lambda data: data[:1024], "is no whole .cwa recording"),
        (lambda data: data[:2560] + data[3584:], "sample 241: a gap of "),
        (lambda data: b"t,x,y,z\n" + data, "is not a .cwa recording"),
        (lambda _: b"", "is not a .cwa recording"),
    ],
)
def test_a_bad_cwa_is_one_line(edit: Callable[[bytes], bytes], says: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.cwa"
    path.write_bytes(edit(made_cwa(np.rint(ACC_G * 256).astype(int).tolist(), RATE_HZ)))
    with pytest.raises(InputError) as caught:
        read_samples(path)
    assert says in str(caught.value)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)


def test_no_library_and_no_file_are_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.cwa"
    with pytest.raises(InputError, match="cannot be read"):
        read_samples(path)
    path.write_bytes(made_cwa(np.rint(ACC_G * 256).astype(int).tolist(), RATE_HZ))
    gone: Any = None
    monkeypatch.setitem(sys.modules, "cwa_reader_rs", gone)
    with pytest.raises(MissingPart, match=r"convert it to CSV with omconvert\. To .* install 'cwa-reader-rs<\S+'$"):
        read_samples(path)
