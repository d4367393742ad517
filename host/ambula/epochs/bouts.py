"""Bouts: unbroken runs of epochs of one kind, as [start, end) epoch numbers."""

import numpy as np
from numpy.typing import NDArray

Epochs = NDArray[np.int64]


def find_bouts(epoch: Epochs, chosen: NDArray[np.bool_], pause_epochs: int = 0) -> NDArray[np.int64]:
    """Return the bouts, (m, 2) [start, end) in epochs, of the rows that are chosen.

    epoch: (n,) strictly increasing. chosen: (n,). pause_epochs: >= 0; recorded epochs of another kind, up to this many
    on end, do not break a bout and count in its length. A slot that was not recorded always breaks it. Edge case:
    (0, 2) where nothing is chosen.
    """
    hits = np.flatnonzero(chosen)
    if not len(hits):
        return np.empty((0, 2), np.int64)
    steps = np.diff(epoch[hits])
    recorded = np.diff(hits) == steps  # as many rows between as epochs: nothing is missing there
    breaks = np.flatnonzero((steps > pause_epochs + 1) | ~recorded)
    first = hits[np.concatenate([[0], breaks + 1])]
    last = hits[np.concatenate([breaks, [len(hits) - 1]])]
    return np.stack([epoch[first], epoch[last] + 1], axis=1)


def lengths(bouts: NDArray[np.int64]) -> Epochs:
    """Return the length of each bout, in epochs."""
    return bouts[:, 1] - bouts[:, 0]


def inside(epoch: Epochs, bouts: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which epochs, (n,), lie in one of the bouts, which are as `find_bouts` returns them."""
    return np.searchsorted(bouts[:, 0], epoch, "right") > np.searchsorted(bouts[:, 1], epoch, "right")
