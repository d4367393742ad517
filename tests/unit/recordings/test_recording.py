"""Reading and resampling: what is refused, in one clear line, and that the counts are where and what they should be."""

from pathlib import Path

import numpy as np
import pytest

from ambula.base.errors import InputError
from ambula.recordings.recording import Recording, read_recording, read_samples, resample
from nodecore.sampling import EPOCH_SAMPLES


def rows(seconds: float = 12, rate_hz: float = 50, start_s: float = 0) -> list[str]:
    count = round(seconds * rate_hz)
    return [f"{start_s + k / rate_hz:.5f},1.0,0.0,{k % 3 / 100}" for k in range(count)]


def write(path: Path, lines: list[str], header: str = "t,x,y,z") -> Path:
    path.write_text("\n".join([header, *lines]) + "\n")
    return path


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (lambda r: [*r[:100], "2.00000,1,abc,0", *r[101:]], "line 102: 'abc' is not a number"),
        (lambda r: [*r[:100], "2.00000,1,0", *r[101:]], "line 102: has too few columns"),
        (lambda r: [*r[:100], "2.00000,1,nan,0", *r[101:]], "line 102: a value is missing"),
        (lambda r: [*r[:100], "2.00000,1,inf,0", *r[101:]], "line 102: a value is missing"),
        (lambda r: [*r[:100], "2.00000,1,1e200,0", *r[101:]], "line 102: a value is missing"),
        (lambda r: [*r[:100], "1.98000,1,0,0", *r[100:]], "line 102: the clock repeats at t=1.98"),
        (lambda r: [*r[:100], "1.50000,1,0,0", *r[100:]], "line 102: the clock goes back at t=1.5"),
        (lambda r: r[:100] + r[140:], "line 102: a gap of 0.82 s after t=1.98"),
        (lambda r: r[:100], "shorter than one epoch"),
        (lambda r: r[:1], "has 1 sample;"),
        (lambda r: [], "has a header and no samples"),
        (lambda r: r[::4], "12.5 Hz"),
        (lambda r: rows(2, 500), "500 Hz"),
        (lambda r: [line.replace(",1.0,", ",30,") for line in r], "x, y, z must be in g, mg or m/s2"),
        (lambda r: [line.replace(",1.0,", ",0.0,") for line in r], "must be in g, mg or m/s2 and include gravity"),
    ],
)
@pytest.mark.filterwarnings("error")
def test_bad_file_is_refused_with_place_and_remedy(tmp_path: Path, edit, says: str) -> None:
    path = write(tmp_path / "bad.csv", edit(rows()))
    with pytest.raises(InputError) as caught:
        read_samples(path)
    assert says in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ("t,x,y", "has no column z"),
        ("when,x,y,z", "has no column t"),
        ("t,x,x,y,z", "repeats column x"),
        ("", "is empty"),
    ],
)
def test_header_names_what_it_lacks(tmp_path: Path, header: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        read_recording(write(tmp_path / "bad.csv", rows() if header else [], header))


def test_file_that_is_no_file_or_no_text(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_recording(tmp_path / "none.csv")
    with pytest.raises(InputError, match="cannot be read"):
        read_recording(tmp_path)
    (tmp_path / "binary.csv").write_bytes(b"\x80\xff\x00" * 100)
    with pytest.raises(InputError, match="not text"):
        read_recording(tmp_path / "binary.csv")
    (tmp_path / "late.csv").write_bytes(b"t,x,y,z\n" + "\n".join(rows()).encode() + b"\n\xff\xfe,1,2,3\n")
    with pytest.raises(InputError):
        read_recording(tmp_path / "late.csv")


def test_columns_are_found_by_name_and_others_ignored(tmp_path: Path) -> None:
    lines = [f"{0.02 * k:.2f},a,0.5,0,1" for k in range(300)]
    recording = read_recording(write(tmp_path / "more.csv", lines, "t,label,z,y,x"))
    assert recording.acc_g[7].tolist() == [1.0, 0.0, 0.5]
    assert recording.rate_hz == pytest.approx(50)


@pytest.mark.parametrize("rate_hz", [20, 25, 26, 50, 56.35, 100, 200])
def test_slow_movement_keeps_its_size_and_time(rate_hz: float) -> None:
    t_s = np.arange(int(30 * rate_hz)) / rate_hz
    acc_g = np.stack([1 + 0.3 * np.sin(2 * np.pi * 1.7 * t_s), 0 * t_s, 0.2 * np.cos(2 * np.pi * 3 * t_s)], axis=1)
    samples = resample(Recording(Path("x"), t_s, acc_g, rate_hz))
    at_s = np.arange(len(samples.counts)) / 26
    expected = np.stack(
        [1 + 0.3 * np.sin(2 * np.pi * 1.7 * at_s), 0 * at_s, 0.2 * np.cos(2 * np.pi * 3 * at_s)], axis=1
    )
    away = np.abs(samples.counts / 4096 - expected)[26:-26]
    assert samples.epochs == 6
    assert away.max() < 0.006


def test_movement_too_fast_for_26_hz_does_not_fold_back() -> None:
    t_s = np.arange(3000) / 100
    acc_g = np.stack([1 + 0.5 * np.sin(2 * np.pi * 24 * t_s), 0 * t_s, 0 * t_s], axis=1)
    counts = resample(Recording(Path("x"), t_s, acc_g, 100)).counts[26:-26, 0]
    assert np.abs(counts - 4096).max() < 0.01 * 4096


@pytest.mark.parametrize(
    ("start_s", "seconds", "first", "epochs"),
    [
        (0, 10, 0, 2),
        (0.4, 9.6, 0, 2),
        (0.6, 9.4, 1, 1),
        (0, 9.4, 0, 1),
        (0, 9.6, 0, 2),
        (1234, 21, 247, 4),
        (-3, 10, 0, 1),
    ],
)
def test_epochs_at_the_ends_need_nine_tenths(start_s: float, seconds: float, first: int, epochs: int) -> None:
    t_s = start_s + np.arange(round(seconds * 50)) / 50
    samples = resample(Recording(Path("x"), t_s, np.tile([1.0, 0, 0], (len(t_s), 1)), 50))
    assert (samples.first_epoch, samples.epochs) == (first, epochs)
    assert samples.counts.shape == (epochs * EPOCH_SAMPLES, 3)
    assert (samples.counts == [4096, 0, 0]).all()


def test_beyond_eight_g_saturates() -> None:
    t_s = np.arange(500) / 50
    samples = resample(Recording(Path("x"), t_s, np.tile([9.0, -9.0, 0], (500, 1)), 50))
    assert samples.counts[5].tolist() == [32767, -32768, 0]
