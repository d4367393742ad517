"""Whether a node's clock moved more of its records onto each other, or apart, than a quartz explains."""

import numpy as np

from ambula.clock.true_time import NodeTime
from nodecore.sampling import EPOCHS_A_MINUTE, EPOCHS_AN_HOUR

_DAY = 24 * EPOCHS_AN_HOUR
MOST_SHARE = 0.0005  # of a day; a clock 100 ppm off moves a fifth of it


def moves_words(log: NodeTime) -> str:
    """Return what a log's clock dropped and what stands in for others, where it is too much on some UTC day; or ""."""
    stood_in = log.records.epoch[log.stood_in]
    moved = np.concatenate([log.dropped, stood_in])
    days, counts = np.unique(moved // _DAY, return_counts=True)
    bad = days[counts > MOST_SHARE * _DAY]
    if not len(bad):
        return ""
    dropped, filled = (int(np.isin(part // _DAY, bad).sum()) for part in (log.dropped, stood_in))
    first, last = (np.datetime64(int(day), "D") for day in (bad[0], bad[-1]))
    when = f"On {first}" if first == last else f"Between {first} and {last}"
    return (
        f"{when} (UTC) {_min(dropped)} fell on a time that had a record, and were dropped; {_min(filled)} stand in for "
        "what its clock skipped. These days' minutes may be off by as much."
    )


def _min(epochs: int) -> str:
    return f"{epochs / EPOCHS_A_MINUTE:.1f} min"
