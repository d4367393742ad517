"""ActiMotus 2.4.0 on the same streams, if it is installed: the peer that classifies from the thigh, and the trunk."""

import importlib
import logging
import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ambula.base.errors import InputError
from ambula.base.optional_imports import needs
from ambula.base.sites import BACK_SITE, THIGH_SITE
from ambula.evaluation.parts import Float, Text
from ambula.evaluation.programs import Answer, Program
from ambula.evaluation.streams import Stream
from nodecore.sampling import EPOCH_S

_AXES = np.array([1.0, -1.0, -1.0])  # x up, z into the body: standing x = 1, sitting z = -1
_CLASS_OF = {
    "sit": "sitting",
    "lie": "lying",
    "stand": "standing",
    "walk": "walking",
    "slow-walk": "walking",
    "fast-walk": "walking",
    "stairs": "stairs",
    "run": "running",
    "bicycle": "cycling",
    "row": "row",
    "shuffle": "shuffle",
    "non-wear": "not_worn",
}
_STEPPING = ("walking", "running", "stairs")
_SPREAD = (-1, 3)  # a second's step rate looks at the four seconds from it on: these seconds lie inside the epoch
MISSING = "missing"


def actimotus() -> Program:
    """Return ActiMotus as a program; it needs the thigh, takes the back as its trunk, and counts no steps of its own.

    Steps are its cadence over the epoch where it says walking, running or stairs. Raises MissingPart if the package is
    not installed. Edge case: a stream too short for its filters is answered "missing" throughout.
    """
    with needs("the peer", "acti-motus"):
        package: Any = importlib.import_module("actimotus")
        pandas: Any = importlib.import_module("pandas")

    def answer(stream: Stream) -> Answer:
        if THIGH_SITE not in stream.acc_g:
            raise InputError("ActiMotus needs a thigh recording: leave --peer out for the back alone")
        epochs = len(stream.truth)
        with warnings.catch_warnings(action="ignore"):
            logging.disable(logging.CRITICAL)
            try:
                return _answer(package, pandas, stream)
            except Exception:  # whatever its filters make of a few seconds of signal
                return Answer(np.full(epochs, MISSING), np.full(epochs, np.nan), np.zeros(epochs))
            finally:
                logging.disable(logging.NOTSET)

    return answer


def _answer(package: Any, pandas: Any, stream: Stream) -> Answer:
    features = {site: _features(package, pandas, acc_g, stream.rate_hz) for site, acc_g in stream.acc_g.items()}
    activities, _ = package.Activities().compute(features[THIGH_SITE], trunk=features.get(BACK_SITE))
    epochs = len(stream.truth)
    start = features[THIGH_SITE].index[0].floor("s")
    classes = activities["activity"].astype(object).map(_CLASS_OF).fillna("other")
    activity = _by_epoch(_seconds(activities, start), classes.to_numpy().astype(str), epochs)
    seconds = _seconds(features[THIGH_SITE], start)
    walking, running = (
        _rates(seconds, features[THIGH_SITE][name].to_numpy(), epochs) for name in ("walk_feature", "run_feature")
    )
    cadence = np.where(activity == "running", running, walking)
    steps = np.where(np.isin(activity, _STEPPING) & (cadence > 0), cadence * EPOCH_S / 60, 0.0)
    return Answer(activity, cadence, steps)


def _features(package: Any, pandas: Any, acc_g: Float, rate_hz: float) -> Any:
    index = pandas.Timestamp("2024-01-01") + pandas.to_timedelta(np.arange(len(acc_g)) / rate_hz, unit="s")
    frame = pandas.DataFrame(acc_g * _AXES, index=index, columns=["acc_x", "acc_y", "acc_z"])
    frame.index.name = "datetime"
    return package.Features().compute(frame, sampling_frequency=rate_hz)


def _seconds(frame: Any, start: Any) -> NDArray[np.int64]:
    seconds: Any = (frame.index - start).total_seconds()
    return np.asarray(np.round(seconds), dtype=np.int64)


def _by_epoch(seconds: NDArray[np.int64], words: Text, epochs: int) -> Text:
    """Return the commonest of each epoch's one-second classes, the first in the alphabet where two are level."""
    out: list[str] = []
    for epoch in range(epochs):
        names, counts = np.unique(words[seconds // EPOCH_S == epoch], return_counts=True)
        out.append(str(names[counts.argmax()]) if len(names) else MISSING)
    return np.array(out)


def _rates(seconds: NDArray[np.int64], per_second: Float, epochs: int) -> Float:
    """Return each epoch's median step rate in steps/min, NaN without any."""
    grid = np.full(epochs * EPOCH_S + EPOCH_S, np.nan)
    inside = seconds < len(grid)
    grid[seconds[inside]] = per_second[inside] * 60
    parts = [grid[max(0, EPOCH_S * k + _SPREAD[0]) : EPOCH_S * k + _SPREAD[1]] for k in range(epochs)]
    return np.array([np.median(p[np.isfinite(p)]) if np.isfinite(p).any() else np.nan for p in parts])
