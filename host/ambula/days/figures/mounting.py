"""How the nodes were mounted while they were worn, and which of their epochs lack samples."""

from dataclasses import dataclass
from functools import partial
from math import nan
from typing import Annotated

from ambula.days.entry import EachNode
from ambula.days.figures.day_rows import DayRows
from ambula.days.units import Unit
from nodecore import record
from nodecore.roles import BACK_BIT, THIGH_BIT

_mounting = partial(EachNode.of, group="Data quality", rests_on="{node}_worn_share")

# Each of the thigh node and of the back node.
_MOUNTING_KNOWN_SHARE = _mounting(
    "{Node} node, mounting known",
    Unit.SHARE,
    "Share of the node's worn epochs in which walking had already shown how it is mounted. Only in "
    "these can it be found mounted wrongly.",
    formula="count({node} worn and flag mounting known) / count({node} worn)",
)
_UPSIDE_DOWN = _mounting(
    "{Node} node upside down",
    Unit.EPOCHS,
    "Worn epochs in which the node was found upside down. Its records are already corrected for it.",
    formula="count({node} worn and flag upside down)",
)
_INSIDE_OUT = _mounting(
    "{Node} node inside out",
    Unit.EPOCHS,
    "Worn epochs in which the node was found to face the limb. Its records are already corrected for it.",
    formula="count({node} worn and flag inside out)",
)
_ODDLY_MOUNTED = _mounting(
    "{Node} node oddly mounted",
    Unit.EPOCHS,
    "Worn epochs in which the node was found across the limb or turned to its side. Its records are "
    "already corrected for it.",
    formula="count({node} worn and flag oddly mounted)",
)
_PARTIAL = _mounting(
    "{Node} node, partial epochs",
    Unit.EPOCHS,
    "Epochs with fewer than 90% of their samples, worn or not.",
    formula="count(flag partial)",
)


@dataclass(frozen=True, kw_only=True)
class Mounting:
    """How the nodes sat on the body, and how good their epochs are."""

    thigh_mounting_known_share: Annotated[float, _MOUNTING_KNOWN_SHARE.thigh]
    thigh_upside_down_epochs: Annotated[int | None, _UPSIDE_DOWN.thigh]
    thigh_inside_out_epochs: Annotated[int | None, _INSIDE_OUT.thigh]
    thigh_oddly_mounted_epochs: Annotated[int | None, _ODDLY_MOUNTED.thigh]
    thigh_partial_epochs: Annotated[int | None, _PARTIAL.thigh]
    back_mounting_known_share: Annotated[float, _MOUNTING_KNOWN_SHARE.back]
    back_upside_down_epochs: Annotated[int | None, _UPSIDE_DOWN.back]
    back_oddly_mounted_epochs: Annotated[int | None, _ODDLY_MOUNTED.back]
    back_partial_epochs: Annotated[int | None, _PARTIAL.back]


def mounting(rows: DayRows) -> Mounting:
    """Return how the nodes sat while they were worn, and their epochs that lack samples.

    Edge case: a table without the records' flags knows of no mounting, and of no flip.
    """
    thigh, back = (_flag_counts(rows, node) for node in (THIGH_BIT, BACK_BIT))
    return Mounting(
        thigh_mounting_known_share=_known_share(rows, THIGH_BIT, thigh),
        thigh_upside_down_epochs=thigh[record.UPSIDE_DOWN],
        thigh_inside_out_epochs=thigh[record.INSIDE_OUT],
        thigh_oddly_mounted_epochs=thigh[record.ODDLY_MOUNTED],
        thigh_partial_epochs=thigh[record.PARTIAL],
        back_mounting_known_share=_known_share(rows, BACK_BIT, back),
        back_upside_down_epochs=back[record.UPSIDE_DOWN],
        back_oddly_mounted_epochs=back[record.ODDLY_MOUNTED],
        back_partial_epochs=back[record.PARTIAL],
    )


def _flag_counts(rows: DayRows, node: int) -> dict[int, int]:
    """Return how many of a node's worn epochs have each flag; PARTIAL also of those not worn."""
    flags = rows.table.thigh_flags if node == THIGH_BIT else rows.table.back_flags
    worn = flags[rows.worn_by(node)]
    mounted = (record.MOUNTING_KNOWN, record.UPSIDE_DOWN, record.INSIDE_OUT, record.ODDLY_MOUNTED)
    counts = {flag: int(((worn & flag) != 0).sum()) for flag in mounted}
    return {**counts, record.PARTIAL: int(((flags & record.PARTIAL) != 0).sum())}


def _known_share(rows: DayRows, node: int, counts: dict[int, int]) -> float:
    worn = int(rows.worn_by(node).sum())
    return counts[record.MOUNTING_KNOWN] / worn if worn else nan
