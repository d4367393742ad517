"""Asks gait where clock readings leave a node's time open: `gait_offset`, life by life, one node against the other.

What gait says of a window is one more reading, by which the life is placed anew (`fit`): so a step at a boot is found
where it was, and near a computer's reading that counts. A clock is set against one that is vouched for no worse.
"""

from collections.abc import Sequence

import numpy as np

from ambula.base.sites import BACK_SITE, THIGH_SITE
from ambula.clock.gait_offset import Alignment, ahead_words, align, windows_words
from ambula.clock.place import PlacedLife
from ambula.clock.track import Track, track_of
from ambula.clock.true_time import Gait, NodeTime
from ambula.epochs.table import Records
from ambula.store import Anchor
from nodecore.sampling import EPOCH_MS

POOR_MS = 10_000.0  # two epochs: gait is more accurate than that
_DAYS = (0, -1, 1)  # by which a clock may be off that nothing vouches for: a date set wrongly
_WINDOW_MS = 5_000  # twice what a window's offset may be off by


def realign(
    thigh: Sequence[NodeTime], back: Sequence[NodeTime]
) -> tuple[Sequence[NodeTime], Sequence[NodeTime], list[str]]:
    """Return both roles' logs on one time, and in words how gait corrected their clocks.

    A life is poor in which some record may be off by more than POOR_MS. The thigh's poor lives are set against what is
    well read of the back; then the back's against the thigh. All others stay as they are, and so does one for which
    gait gives no answer.
    """
    words: list[str] = []
    thigh_logs = _settled(THIGH_SITE, thigh, track_of(back), POOR_MS, words)
    return thigh_logs, _settled(BACK_SITE, back, track_of(thigh_logs), np.inf, words), words


def _settled(
    name: str, logs: Sequence[NodeTime], other: Track | None, most_ms: float, words: list[str]
) -> list[NodeTime]:
    """Return a role's logs, each poor life placed anew where gait says where it belongs."""
    if other is None:
        return list(logs)
    return [_settled_log(name, log, other, most_ms, words) for log in logs]


def _settled_log(name: str, log: NodeTime, other: Track, most_ms: float, words: list[str]) -> NodeTime:
    gait: dict[int, Gait] = {}
    refused: dict[int, str] = {}
    for i, life in enumerate(log.placed):
        if life is None or not len(life.doubt_ms) or (worst_ms := float(life.doubt_ms.max())) <= POOR_MS:
            continue
        against = other.within(min(worst_ms, most_ms))
        if not len(against):
            continue
        own = (log.life == i) & ~log.stood_in
        records = Records(log.records.epoch[own], log.records.data[own])
        alignment = align(against, records, _DAYS if np.isinf(worst_ms) else (0,))
        if alignment.refusal:
            if len(np.intersect1d(against.epoch, records.epoch)):
                refused[i] = alignment.refusal
            continue
        gait[i] = _gait(life, alignment, other)
    settled = log.with_gait(gait) if gait else log
    several = sum(life is not None for life in log.placed) > 1
    for i in sorted(gait | refused):
        when = _when(log.placed[i]) if several else ""
        words.append(when + _words(name, log.placed[i], settled.placed[i], refused.get(i, "")))
    return settled


def _when(life: PlacedLife | None) -> str:
    """Return from when to when a life went, before a sentence."""
    assert life is not None
    first, last = (np.datetime64(epoch * EPOCH_MS, "ms").astype("datetime64[m]") for epoch in life.marks)
    return f"From {first} to {last} UTC: ".replace("T", " ")


def _gait(life: PlacedLife, alignment: Alignment, other: Track) -> Gait:
    """Return windows as readings of a life's clock: those that its doubt and the other node's allow."""
    order = np.argsort(life.epoch, kind="stable")
    seen = np.rint(alignment.epoch + alignment.ahead).astype(np.int64)  # on the life's records
    at = order[np.searchsorted(life.epoch[order], seen).clip(0, len(order) - 1)]
    there = np.searchsorted(other.records.epoch, alignment.epoch).clip(0, len(other.records) - 1)
    ahead_ms, other_ms = alignment.ahead * EPOCH_MS, other.doubt_ms[there]
    allowed = np.abs(ahead_ms) <= life.doubt_ms[at] + np.where(np.isfinite(other_ms), other_ms, 0) + _WINDOW_MS
    own_ms = life.own_ms[at[allowed]]
    true_ms = own_ms + life.clock.error_ms(own_ms) - ahead_ms[allowed]
    anchors = [Anchor(round(true), int(own), _WINDOW_MS) for true, own in zip(true_ms, own_ms.tolist(), strict=True)]
    return Gait(tuple(anchors), float(other_ms[allowed].max(initial=0.0)), life)


def _words(name: str, before: PlacedLife | None, after: PlacedLife | None, refusal: str) -> str:
    other = THIGH_SITE if name == BACK_SITE else BACK_SITE
    if before is not None and after is not None and after.clock.windows:
        by_epochs = before.epoch - after.epoch
        if np.abs(by_epochs).max() <= 1:
            shown = windows_words(after.clock.windows)
            return f"The {name} node's clock was compared with the {other}'s by gait: they agree, {shown}."
        ahead = ahead_words(int(by_epochs.min()), int(by_epochs.max()), after.clock.windows)
        return f"The {name} node's clock was aligned with the {other}'s by gait: it was {ahead}."
    refusal = refusal or "its windows do not agree"
    return f"No sync confirms the {name} node's clock, and gait could not correct it: {refusal}."
