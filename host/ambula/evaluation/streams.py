"""A person's recordings as streams of whole epochs, with the truth of each epoch."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from ambula.evaluation.known_sets import Order
from ambula.evaluation.parts import Float, Part
from ambula.evaluation.truth import Truth, truth_of
from nodecore.sampling import EPOCH_S

_COMMON_HZ = 50.0  # for a rate that has no whole number of samples an epoch
_TAPS = 31
_PASS = 0.45  # of the lower rate


@dataclass(frozen=True)
class Stream:
    """Whole epochs that a program gets at once: `acc_g`, a site to (E * 5 * rate_hz, 3) in g; `truth` of E epochs."""

    subject: str
    rate_hz: float
    acc_g: Mapping[str, Float]
    truth: Truth


def streams_of(parts: list[Part], order: Order, dataset: str, seed: int = 0) -> list[Stream]:
    """Return one person's streams: one a recording, or all end to end; recordings under half an epoch are left out.

    An end of half an epoch or more is mirrored to a whole one (and not scored unless 90% are real), a shorter one cut.
    dataset, seed: make the order of an ordered stream repeatable.
    """
    whole = [_whole(_at_whole_rate(part)) for part in parts]
    kept = [part for part in whole if len(part)]
    if not kept:
        return []
    if order is Order.APART:
        return [_joined([part]) for part in kept]
    dice = np.random.default_rng([seed, sum(map(ord, dataset + parts[0].subject))])
    shuffled: list[int] = dice.permutation(len(kept)).tolist()
    kept = [kept[i] for i in shuffled]
    if order is Order.GROUPED:
        main = [_main_label(part) for part in kept]
        classes = sorted(set(main))
        rank = dict(zip(classes, dice.permutation(len(classes)).tolist(), strict=True))
        kept = [kept[i] for i in sorted(range(len(kept)), key=lambda i: rank[main[i]])]
    return [_joined(kept)]


def _joined(parts: list[Part]) -> Stream:
    """Return whole parts end to end; a person's parts share one rate."""
    rate_hz, sites = parts[0].rate_hz, parts[0].acc_g
    samples = round(EPOCH_S * rate_hz)
    truth = [truth_of(p.subject, p.name, p.label.reshape(-1, samples), p.steps_s) for p in parts]
    acc_g = {site: np.concatenate([p.acc_g[site] for p in parts]) for site in sites}
    return Stream(parts[0].subject, rate_hz, acc_g, Truth.joined(truth))


def _main_label(part: Part) -> str:
    names, counts = np.unique(part.label[part.label != ""], return_counts=True)
    return str(names[counts.argmax()])


def _whole(part: Part) -> Part:
    """Return the part cut or mirrored to whole epochs; mirrored samples have the label ""."""
    samples = round(EPOCH_S * part.rate_hz)
    epochs, rest = divmod(len(part), samples)
    lacking = samples - rest
    if rest >= samples / 2 and len(part) > lacking:
        acc_g = {site: np.concatenate([a, a[::-1][:lacking]]) for site, a in part.acc_g.items()}
        return replace(part, acc_g=acc_g, label=np.concatenate([part.label, np.full(lacking, "")]))
    end = epochs * samples
    return replace(part, acc_g={site: a[:end] for site, a in part.acc_g.items()}, label=part.label[:end])


def _at_whole_rate(part: Part) -> Part:
    """Return the part as it is, or brought to 50 Hz if its rate has no whole number of samples an epoch."""
    if abs(EPOCH_S * part.rate_hz - round(EPOCH_S * part.rate_hz)) < 1e-6:
        return part
    ratio = part.rate_hz / _COMMON_HZ
    place: Float = np.arange(int((len(part) - 1) / ratio) + 1, dtype=np.float64) * ratio
    nearest = np.minimum(np.rint(place).astype(int), len(part) - 1)
    acc_g = {site: _at(_low_passed(a, ratio), place) for site, a in part.acc_g.items()}
    return replace(part, rate_hz=_COMMON_HZ, acc_g=acc_g, label=part.label[nearest])


def _at(acc_g: Float, place: Float) -> Float:
    rows = np.arange(len(acc_g))
    return np.stack([np.interp(place, rows, acc_g[:, axis]) for axis in range(3)], axis=1)


def _low_passed(acc_g: Float, ratio: float) -> Float:
    """Return the samples without what the lower rate could not carry; unchanged if the rate rises."""
    if ratio <= 1:
        return acc_g
    away = np.arange(_TAPS) - _TAPS // 2
    taps = np.sinc(2 * _PASS / ratio * away) * np.hamming(_TAPS)
    taps /= taps.sum()
    held = np.pad(acc_g, ((_TAPS // 2, _TAPS // 2), (0, 0)), mode="edge")
    columns: list[Float] = [np.convolve(held[:, axis], taps, "valid").astype(np.float64) for axis in range(3)]
    return np.stack(columns, axis=1)
