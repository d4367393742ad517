"""Named rules behind every summary: pace limits, METs, bouts, validity, and the sets of them that have a name."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import partial
from math import isfinite
from typing import Annotated

from ambula.days.entry import (
    ACTI4,
    ACTIVPAL,
    AMBULA,
    CADENCE_ADULTS,
    COMPENDIUM,
    GGIR,
    HUNT4,
    TROIANO,
    VAHA_YPYA,
    Entry,
)
from ambula.days.units import Unit
from ambula.epochs.pace import BRISK_FROM_KMH, SLOW_UP_TO_KMH
from ambula.epochs.rules import EpochRules
from ambula.epochs.shake import CLEARLY_MORE


@dataclass(frozen=True)
class MetTable:
    """Energy cost of walking, MET, by pace, under the name that every output must carry; each > 0."""

    name: str = "placeholder 2.8/3.5/4.3 (2011 Compendium)"
    slow: float = 2.8
    moderate: float = 3.5
    brisk: float = 4.3
    is_placeholder: bool = True

    def __post_init__(self) -> None:
        if not 0 < self.slow <= self.moderate <= self.brisk:
            raise ValueError(f"MET table {self.name!r}: needs 0 < slow <= moderate <= brisk")

    @property
    def note(self) -> str:
        """What a reader of the figures must know about the table."""
        if not self.is_placeholder:
            return f"MET table: {self.name}."
        return (
            f"MET table: {self.name}. The study's own MET for each pace was not available, so this table stands in "
            "for it. Another table would change mean MET and the intensity category."
        )


_rule = partial(Entry, group="Rules")
_epoch_rule = partial(Entry, group="Rules of an epoch")
_NODE = EpochRules()


@dataclass(frozen=True)
class Rules:
    """How epochs become a day's figures: every parameter says beside it what it is, its unit and its source.

    Raises ValueError for a limit that is negative, or limits in the wrong order.
    """

    name: Annotated[str, _rule("Name", Unit.NAME, "Name of the rules, which every output carries.")] = AMBULA
    met: Annotated[
        MetTable,
        _rule(
            "MET table",
            Unit.MET,
            "Energy cost of slow, moderate and brisk walking, under a name that every output carries. The default is "
            "a placeholder, because the study's own was not available.",
            source=COMPENDIUM,
        ),
    ] = field(default_factory=MetTable)
    slow_max_kmh: Annotated[
        float, _rule("Slow up to", Unit.KMH, "Walking up to this speed, itself included, is slow.", source=HUNT4)
    ] = SLOW_UP_TO_KMH
    brisk_min_kmh: Annotated[
        float,
        _rule(
            "Brisk from",
            Unit.KMH,
            "Walking at this speed or faster is brisk. Between the two limits it is moderate.",
            source=HUNT4,
        ),
    ] = BRISK_FROM_KMH
    walking_pause_s: Annotated[
        int,
        _rule(
            "Pause in a walking bout",
            Unit.S,
            "Something else of up to this long does not end a walking bout, and counts as part of its length. 5 s is "
            "one epoch, which may have been misread.",
        ),
    ] = 5
    long_walk_pause_s: Annotated[
        int,
        _rule(
            "Pause in a walk",
            Unit.S,
            "The same for walks, where kerbs and doors are part of the walk.",
        ),
    ] = 30
    sitting_pause_s: Annotated[
        int,
        _rule(
            "Pause in a sitting bout",
            Unit.S,
            "Getting up for up to this long does not end a sitting bout, and counts as part of its length. 5 s is one "
            "epoch. Two are 10 s upright, which end it, as activPAL's minimum upright period does.",
            source=ACTIVPAL,
        ),
    ] = 5
    sitting_least_s: Annotated[
        int,
        _rule(
            "Least length of a sitting bout",
            Unit.S,
            "A shorter one does not count as a bout. Its minutes still count as sitting.",
            source=ACTIVPAL,
        ),
    ] = 10
    valid_sitting_s: Annotated[
        int,
        _rule(
            "Least sitting of a valid day",
            Unit.S,
            "A day with less sitting (or sitting or lying) does not count. The study requires some, as hunt4 does. 0 "
            "means no such rule: the back node alone sees no sitting.",
            source=HUNT4,
        ),
    ] = 0
    valid_walking_s: Annotated[
        int,
        _rule(
            "Least walking of a valid day",
            Unit.S,
            "A day with less walking does not count. The study requires some, as hunt4 does. 0 means no such rule: a "
            "day in bed is one of the person's days.",
            source=HUNT4,
        ),
    ] = 0
    valid_worn_h: Annotated[
        float,
        _rule(
            "Least wear of a valid day",
            Unit.H,
            "A day does not count with less wear of one node or the other. The mean of a figure that needs a certain "
            "node, or both at once, is over the days on which that was worn for so long. 0 means no such rule, as in "
            "the study.",
            source=GGIR,
        ),
    ] = 16.0
    valid_span_share: Annotated[
        float,
        _rule(
            "Least of a valid day in the recording",
            Unit.SHARE,
            "A day of which less lies between the first and the last epoch of the recording does not count. 1 leaves "
            "out the days of beginning and end. 0 means no such rule.",
        ),
    ] = 0.0
    band_days: Annotated[
        int,
        _rule(
            "Least days of a band",
            Unit.COUNT,
            "With fewer valid days of band_worn_h or more, a week has no band of the study and none of the WHO's.",
            source=TROIANO,
        ),
    ] = 4
    band_worn_h: Annotated[
        float,
        _rule("Least wear of a day for a band", Unit.H, "Wear from which a valid day counts for that.", source=TROIANO),
    ] = 10.0
    swapped_shake: Annotated[
        float,
        _rule(
            "Nodes swapped above",
            Unit.RATIO,
            "A day does not count if its walking shakes the back node more than this many times as much as the thigh "
            "node: the nodes look swapped. A large number, as 99, turns this off.",
        ),
    ] = CLEARLY_MORE
    swapped_least_s: Annotated[
        int,
        _rule(
            "Least walking that shows it",
            Unit.S,
            "With less walking of both nodes in a day, nothing is said of where they are.",
        ),
    ] = 120
    bend_from_deg: Annotated[
        float, _rule("A bend begins above", Unit.DEG, "Inclination of the back node above which a bend begins.")
    ] = 60.0
    bend_until_deg: Annotated[
        float,
        _rule(
            "A bend lasts above",
            Unit.DEG,
            "Inclination above which a bend continues. It is below bend_from_deg, so that a bend that hovers around "
            "that angle counts once.",
        ),
    ] = 50.0
    bend_least_s: Annotated[
        int, _rule("Least length of a bend", Unit.S, "A shorter bend does not count. 5 s is one epoch.")
    ] = 5
    bend_thigh_below_deg: Annotated[
        float,
        _rule(
            "Upright thigh",
            Unit.DEG,
            "A bend counts only while the thigh is inclined by less. At a larger inclination a person sits or lies. "
            "Acti4 and its successors separate sitting from standing at the same 45 degrees.",
        ),
    ] = 45.0
    movement_moderate_mg: Annotated[
        float,
        _rule(
            "Moderate movement from",
            Unit.MG,
            "Mean amplitude deviation of the back node from which movement is moderate (3 MET).",
            source=VAHA_YPYA,
        ),
    ] = 91.0
    movement_vigorous_mg: Annotated[
        float, _rule("Vigorous movement from", Unit.MG, "The same for vigorous (6 MET).", source=VAHA_YPYA)
    ] = 414.0
    moderate_from_spm: Annotated[
        float,
        _rule(
            "Moderate walking from", Unit.SPM, "Cadence from which walking is moderate (3 MET).", source=CADENCE_ADULTS
        ),
    ] = 100.0
    vigorous_from_spm: Annotated[
        float,
        _rule(
            "Vigorous walking from", Unit.SPM, "Cadence from which walking is vigorous (6 MET).", source=CADENCE_ADULTS
        ),
    ] = 130.0
    active_least_s: Annotated[
        int,
        _rule(
            "Least stairs, cycling or running",
            Unit.S,
            "Shorter stairs, cycling or running is not counted as moderate or vigorous: single epochs of them at a "
            "change of activity are mostly misread. Walking counts by its cadence.",
        ),
    ] = 10
    active_pause_s: Annotated[
        int,
        _rule(
            "Pause in an active bout",
            Unit.S,
            "Pauses up to this long do not end a bout of moderate or vigorous activity.",
        ),
    ] = 60
    bed_pause_s: Annotated[
        int,
        _rule("Pause in bed", Unit.S, "Up to this long without lying, recorded or not, does not end the time in bed."),
    ] = 1800
    bed_least_h: Annotated[
        float, _rule("Least time in bed", Unit.H, "A shorter stretch counts as a rest, not as time in bed.")
    ] = 3.0
    lying_least_s: Annotated[
        int,
        _rule(
            "Least lying that begins or ends it",
            Unit.S,
            "Shorter lying neither begins nor ends the time in bed, nor a pause in it: one epoch, which may have been "
            "misread, would make it up to half an hour longer.",
        ),
    ] = 10
    bed_lying_share: Annotated[
        float, _rule("Lying in bed", Unit.SHARE, "Least share of the time in bed that is lying.")
    ] = 0.5
    upright_deg: Annotated[
        float,
        _epoch_rule(
            "A thigh stands up to",
            Unit.DEG,
            "Inclination of the thigh up to which it stands, and beyond which it sits or lies. The record has the "
            "node's own angle in steps of 1/32 of its cosine: within a step the answer is partial.",
            source=ACTI4,
        ),
    ] = _NODE.upright_deg
    lying_from_deg: Annotated[
        float,
        _epoch_rule("A trunk lies from", Unit.DEG, "Inclination of the trunk beyond which it begins to lie."),
    ] = _NODE.lying_from_deg
    lying_until_deg: Annotated[
        float,
        _epoch_rule(
            "A trunk lies until",
            Unit.DEG,
            "Inclination within which it no longer lies. It is below lying_from_deg, so that a trunk at the border "
            "does not alternate.",
        ),
    ] = _NODE.lying_until_deg
    not_worn_min: Annotated[
        int,
        _epoch_rule(
            "Stillness off the body",
            Unit.MIN,
            "A node that is still for so long is not worn. Where a longer time brings back epochs, their posture "
            "rests on the mean angle alone.",
        ),
    ] = _NODE.not_worn_min
    not_worn_mg: Annotated[
        float,
        _epoch_rule(
            "Still below",
            Unit.MG,
            "Mean absolute deviation of each axis below which a node is still.",
        ),
    ] = _NODE.not_worn_mg
    gait_from_mg: Annotated[
        float,
        _epoch_rule(
            "Gait from",
            Unit.MG,
            "Mean absolute deviation of the magnitude above which an epoch moves like gait, whatever its rhythm. "
            "Partial: below the limit, rhythm decides, and the record has only a part of it.",
        ),
    ] = _NODE.gait_from_mg

    def __post_init__(self) -> None:
        for part in fields(self):
            value = getattr(self, part.name)
            if isinstance(value, int | float) and not (value >= 0 and isfinite(value)):
                raise ValueError(f"rules: {part.name} is {value}: it must be 0 or more")
        for low, high in _IN_ORDER:
            if not getattr(self, low) < getattr(self, high):
                raise ValueError(f"rules: needs {low} < {high}")
        if not self.slow_max_kmh > 0:
            raise ValueError("rules: needs 0 < slow_max_kmh")
        if self.swapped_shake < 1:
            raise ValueError(f"rules: swapped_shake is {self.swapped_shake}: it must be 1 or more")
        for share in ("bed_lying_share", "valid_span_share"):
            if getattr(self, share) > 1:
                raise ValueError(f"rules: {share} is {getattr(self, share)}: it is a share, 0 to 1")
        _ = self.of_epochs  # which refuses what no record can follow

    @property
    def of_epochs(self) -> EpochRules:
        """Those of the rules by which an epoch gets its class."""
        return EpochRules(**{part.name: getattr(self, part.name) for part in fields(EpochRules)})

    @property
    def label(self) -> str:
        """The name that every output carries, with the epoch rules that are not the node's."""
        told = ", ".join(f"{name} {getattr(self, name):g}" for name in self.of_epochs.changed())
        return f"{self.name} ({told})" if told else self.name


_IN_ORDER = (
    ("slow_max_kmh", "brisk_min_kmh"),
    ("bend_until_deg", "bend_from_deg"),
    ("movement_moderate_mg", "movement_vigorous_mg"),
    ("moderate_from_spm", "vigorous_from_spm"),
)
DEFAULT = Rules()
SETS: Mapping[str, Rules] = {
    "ambula": DEFAULT,
    # The study's own: any day with some sitting and some walking counts, and one such day makes a band.
    "hunt4": Rules(name="HUNT4", valid_worn_h=0.0, valid_sitting_s=5, valid_walking_s=5, band_days=1, band_worn_h=0.0),
    # For people who take the nodes off at night; a day of beginning or end may have as many hours and lack the rest.
    "waking": Rules(name="waking hours", valid_worn_h=10.0, valid_span_share=1.0),
}
"""The sets of rules that have a name: of each study's own rules, what differs from the default."""
