"""What other rules of an epoch change in a participant's records, and how far the records can follow them."""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from ambula.base.sites import BACK_SITE, THIGH_SITE
from ambula.epochs.fusion import fuse_records, unsure_epochs
from ambula.epochs.rules import EpochRules
from ambula.participant.epochs import Wear
from nodecore import activity

EXACT, PARTIAL = "exact", "partial"
NEEDS_SAMPLES = (
    "walking against stairs and running on the thigh",
    "cycling",
    "gait below 56 mg",
    "cadence and steps",
    "how a node was worn",
)
_TOGETHER = (  # rules of one decision
    ("upright_deg",),
    ("lying_from_deg", "lying_until_deg"),
    ("not_worn_min", "not_worn_mg"),
    ("gait_from_mg",),
)
_NEVER_EXACT = ("gait_from_mg",)


@dataclass(frozen=True)
class Effect:
    """What the rules of one decision change, alone.

    rules: from the node's to the new limit, by name. epochs: how many get another class; changes: the same by (class
    before, class after). unsure: in how many epochs a record cannot follow these rules. mark: "exact" or "partial".
    """

    rules: dict[str, tuple[float, float]]
    epochs: int
    changes: dict[tuple[str, str], int]
    unsure: int
    mark: str


def effects(wear: Wear, rules: EpochRules) -> list[Effect]:
    """Return the effect of each decision whose rules differ from the node's, and of all together as the last.

    One decision alone stands for all together. Edge case: none for the node's own rules.
    """
    groups = [[name for name in names if name in rules.changed()] for names in _TOGETHER]
    groups = [names for names in groups if names]
    if len(groups) > 1:
        groups.append(rules.changed())
    return [_effect(wear, rules.only(names), names) for names in groups]


def _effect(wear: Wear, rules: EpochRules, names: list[str]) -> Effect:
    sides = wear.moved.get(THIGH_SITE), wear.moved.get(BACK_SITE)
    before, after = wear.table.activity, fuse_records(*sides, rules=rules).activity
    moved = np.flatnonzero(before != after)
    pairs = Counter(zip(before[moved].tolist(), after[moved].tolist(), strict=True))
    unsure = len(unsure_epochs(*sides, rules))
    own = EpochRules()
    return Effect(
        rules={name: (getattr(own, name), getattr(rules, name)) for name in names},
        epochs=len(moved),
        changes={(activity.NAMES[a], activity.NAMES[b]): n for (a, b), n in pairs.most_common()},
        unsure=unsure,
        mark=PARTIAL if unsure or set(names) & set(_NEVER_EXACT) else EXACT,
    )
