"""What the rhythm of walking shows of a node worn any way round: which site it is on, and where behind is."""

from collections.abc import Iterator

import numpy as np

from ambula.base.sites import BACK_SITE, THIGH_SITE
from ambula.donning.windows import Bools, Floats, Windows
from nodecore.sampling import ODR_HZ

# At the step frequency the lower back's outward acceleration follows its upward one by about 70 degrees: 12 of 12
# people of an L5 data set (medians -61 to -86, IPOL in CITATIONS.md). The synthetic participant has -10.
_FOLLOWS_DEG = -50.0
_STEP_HZ = (0.8, 2.8)
_AGREE = 0.6  # length of the mean of unit vectors that makes the rhythm's answer count
_PIECES = 4  # windows of 2 s joined for one spectrum
_STRIDE = (20, 70)  # samples at 26 Hz: 45 to 156 steps/min
_FIRST_SHARE = 0.85  # of the best likeness, which an earlier peak needs: two strides are alike too
# Up and down a back repeats after half a stride, a thigh does not (medians of people: L5 0.73, thigh 0.11).
_THIGH_BELOW, _BACK_ABOVE = 0.4, 0.55


def site_by_rhythm(node: Windows, walking: Bools) -> str:
    """Return "thigh" or "back" by how alike the two halves of a stride are; "" without clear walking."""
    halves = [half for piece in _pieces(node, walking) if (half := _half_stride(piece)) is not None]
    if not halves:
        return ""
    middle = float(np.median(halves))
    return THIGH_SITE if middle < _THIGH_BELOW else BACK_SITE if middle > _BACK_ABOVE else ""


def out_by_rhythm(node: Windows, walking: Bools) -> Floats | None:
    """Return the unit vector that points out of the lower back, on the sensor's axes; None without clear walking.

    Behind is where the acceleration at the step frequency follows the upward one by the angle it does in people.
    """
    votes = [_outward(piece) for piece in _pieces(node, walking)]
    if not votes:
        return None
    mean: Floats = np.mean(votes, axis=0)
    size = float(np.linalg.norm(mean))
    return mean / size if size > _AGREE else None


def level(vector: Floats, up: Floats) -> Floats:
    """Return the unit vector of what is left of `vector` across the unit vector `up`."""
    rest = vector - (vector @ up) * up
    return rest / max(float(np.linalg.norm(rest)), 1e-9)


def _pieces(node: Windows, walking: Bools) -> Iterator[Floats]:
    """Yield stretches of 8 s of walking, (m, 3) in g; none where only records are known."""
    if node.samples_g is None:
        return
    at = 0
    while at + _PIECES <= len(walking):
        if walking[at : at + _PIECES].all():
            yield node.samples_g[at : at + _PIECES].reshape(-1, 3)
            at += _PIECES
        else:
            at += 1


def _outward(piece: Floats) -> Floats:
    up = _up(piece)
    spectra = np.fft.rfft((piece - piece.mean(axis=0)) * np.hanning(len(piece))[:, None], axis=0)
    rises = spectra @ up
    hz = np.fft.rfftfreq(len(piece), 1 / ODR_HZ)
    power = np.where((hz > _STEP_HZ[0]) & (hz < _STEP_HZ[1]), np.abs(rises) ** 2, 0.0)
    best = int(power.argmax())
    near = slice(best - 1, best + 2)
    follows = (np.conj(rises[near])[:, None] * spectra[near]).sum(axis=0) * np.exp(-1j * np.radians(_FOLLOWS_DEG))
    return level(np.real(follows), up)


def _half_stride(piece: Floats) -> float | None:
    """Return how alike up and down are after half a stride, -1..1; None if no stride repeats."""
    moved = piece - piece.mean(axis=0)
    curve = _likeness(moved)
    lags = range(*_STRIDE)
    peaks = [lag for lag in lags if curve[lag] > curve[lag - 1] and curve[lag] >= curve[lag + 1] and curve[lag] > 0]
    if not peaks:
        return None
    best = max(curve[lag] for lag in peaks)
    stride = next(lag for lag in peaks if curve[lag] >= _FIRST_SHARE * best)
    rises = _likeness(moved @ _up(piece)[:, None])
    return float(np.interp(stride / 2, np.arange(len(rises)), rises))


def _likeness(series: Floats) -> Floats:
    """Return the autocorrelation of (m, k) at lags 0..m/2, 1 at lag 0, the window's own divided out."""
    n = len(series)
    window = np.hanning(n)
    power = (np.abs(np.fft.rfft(series * window[:, None], 4 * n, axis=0)) ** 2).sum(axis=1)
    own = np.fft.irfft(np.abs(np.fft.rfft(window, 4 * n)) ** 2)[: n // 2]
    curve: Floats = np.fft.irfft(power)[: n // 2] / own
    return curve / max(float(curve[0]), 1e-12)


def _up(piece: Floats) -> Floats:
    mean: Floats = piece.mean(axis=0)
    return mean / max(float(np.linalg.norm(mean)), 1e-6)
