"""What is known of a node's clock, in a sentence for people."""

import math
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from ambula.clock.correction import ClockFit
from ambula.store import Anchor

_WORTH_SAYING_MS = 10_000.0
_EACH = 3  # that are named one by one


def clock_words(fit: ClockFit) -> str:
    """Return on what a clock's time rests, and what of it is in doubt: "5 readings agree."."""
    kept = fit.readings
    if not kept and not fit.windows:
        return "No computer has read this clock."
    count = f"{kept} reading{'s' if kept != 1 else ''}"
    if fit.rivals and (by_ms := _most_apart(fit)) > 10_000:
        return (
            f"The readings disagree by {duration(by_ms)}, and nothing shows which are right: "
            "times may be wrong by as much."
        )
    words = [f"{count} agree." if kept > 1 else "One reading, which no other confirms."]
    if not kept:
        words = ["No computer has read it; walking shows its time against the other node's."]
    if len(fit.left_out) > _EACH:
        first, last = fit.left_out[0], fit.left_out[-1]
        words.append(
            f"{len(fit.left_out)} of {_moment(first)} to {_moment(last)} contradict them and are not believed: the "
            f"first is {_against(fit, first)}, the last {_against(fit, last)}."
        )
    else:
        words += [f"That of {_moment(a)} is {_against(fit, a)} and not believed." for a in fit.left_out]
    words += [f"At a restart it was off by {duration(abs(ms))} from then on: put right." for ms in fit.stepped_ms]
    return " ".join(words)


def bound_words(doubt_ms: NDArray[np.float64]) -> str:
    """Return by how much the times of some records may be off at most: (n,), ms; "" without any."""
    if not len(doubt_ms):
        return ""
    unknown = float(np.isinf(doubt_ms).mean())
    if unknown:
        return f"For {100 * unknown:.0f}% of the records nothing shows by how much their time is off."
    return f"All times are right to within {duration(1000 * math.ceil(float(doubt_ms.max()) / 1000))}."


def is_sound(fit: ClockFit) -> bool:
    """Return whether nothing contradicts the clock's readings."""
    return not (fit.left_out or fit.rivals or fit.stepped_ms)


def contradicted_ms(fit: ClockFit, newest: Anchor) -> float:
    """Return how far the newest reading is ahead of what the others make of its moment, ms; 0 if all is well."""
    at, correction_ms = np.array([newest.node_utc_ms]), newest.host_utc_ms - newest.node_utc_ms
    apart = [correction_ms - float(one.error_ms(at)[0]) for one in (fit, *fit.rivals)]
    by_ms = max(apart, key=abs)
    return by_ms if abs(by_ms) > _WORTH_SAYING_MS else 0.0


def duration(by_ms: float) -> str:
    """Return a length of time: "45 s", "2 min 5 s", "1 h 0 min"."""
    seconds = round(abs(by_ms) / 1000)
    if seconds >= 3600:
        return f"{seconds // 3600} h {seconds % 3600 // 60} min"
    return f"{seconds // 60} min {seconds % 60} s" if seconds >= 60 else f"{seconds} s"


def _most_apart(fit: ClockFit) -> float:
    at = np.concatenate([one.read_ms for one in (fit, *fit.rivals)])
    return max(float(np.abs(rival.error_ms(at) - fit.error_ms(at)).max()) for rival in fit.rivals)


def _against(fit: ClockFit, anchor: Anchor) -> str:
    own_ms = float(fit.error_ms(np.array([anchor.node_utc_ms]))[0])
    by_ms = anchor.host_utc_ms - anchor.node_utc_ms - own_ms
    return f"{duration(by_ms)} {'ahead of' if by_ms > 0 else 'behind'} {'the others' if fit.readings > 1 else 'it'}"


def _moment(anchor: Anchor) -> str:
    return f"{datetime.fromtimestamp(anchor.host_utc_ms / 1000, UTC):%Y-%m-%d %H:%M} UTC"
