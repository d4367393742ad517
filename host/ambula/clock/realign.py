"""Aligns a node's clock with the other node's by gait where no reading confirms it: `gait_offset`, life by life."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ambula.base.sites import BACK_SITE, THIGH_SITE
from ambula.clock.gait_offset import Alignment, align, moved, told
from ambula.epochs.table import Records, first_of_each

POOR_MS = 10_000.0  # two epochs: gait is more accurate than that


@dataclass(frozen=True)
class Track:
    """One role's records, (n,), with what `true_time` says of each: how far off it may be, and its clock's life."""

    records: Records
    doubt_ms: NDArray[np.float64]
    life: NDArray[np.int64]

    def poor_lives(self) -> list[int]:
        """Return the lives in which some record may be off by more than POOR_MS."""
        return np.unique(self.life[self.doubt_ms > POOR_MS]).tolist()

    def part(self, chosen: NDArray[np.bool_]) -> Records:
        """Return the chosen records."""
        return Records(self.records.epoch[chosen], self.records.data[chosen])


def realign(thigh: Track, back: Track) -> tuple[Records, Records, list[str]]:
    """Return both nodes' records on one time, and in words how gait corrected their clocks.

    A poor clock is set against a good one; of two poor ones the back's against the thigh's. Well-read clocks stay as
    they are, and so does one for which gait gives no answer.
    """
    thigh_poor, back_poor = (np.isin(t.life, t.poor_lives()) for t in (thigh, back))
    words: list[str] = []
    if not thigh_poor.any() and not back_poor.any():
        return thigh.records, back.records, words
    if not back_poor.all():
        thigh_records = _settle(THIGH_SITE, thigh, back.part(~back_poor), words)
        return thigh_records, _settle(BACK_SITE, back, thigh_records, words), words
    return thigh.records, _settle(BACK_SITE, back, thigh.records, words), words


def _settle(name: str, track: Track, against: Records, words: list[str]) -> Records:
    """Return a track's records, each poor life moved to where gait says it belongs."""
    parts: list[Records] = [track.part(~np.isin(track.life, track.poor_lives()))]
    for life in track.poor_lives():
        own = track.part(track.life == life)
        alignment = align(against, own)
        parts.append(own if alignment.refusal else moved(own, alignment.ahead_at(own.epoch)))
        if len(_shared(against, own)):
            words.append(_words(name, alignment))
    epoch, data = np.concatenate([p.epoch for p in parts]), np.concatenate([p.data for p in parts])
    first = first_of_each(epoch)
    return Records(epoch[first], data[first])


def _shared(one: Records, other: Records) -> NDArray[np.int64]:
    return np.intersect1d(one.epoch, other.epoch, assume_unique=True)


def _words(name: str, alignment: Alignment) -> str:
    other = THIGH_SITE if name == BACK_SITE else BACK_SITE
    if alignment.refusal:
        return f"No sync confirms the {name} node's clock, and gait could not correct it: {alignment.refusal}."
    return f"The {name} node's clock was aligned with the {other}'s by gait: it was {told(alignment)}."
