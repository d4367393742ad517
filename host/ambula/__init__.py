"""Ambula: two wearable nodes, from 5-second epochs to a daily summary of walking.

What a script or a notebook needs stands here, and is meant to be called; any deeper path may move without a word.
Nothing is loaded before it is used.
"""

import importlib
from typing import TYPE_CHECKING, Any

from ambula.base.version import __version__ as __version__

if TYPE_CHECKING:
    from ambula.base.errors import (
        AmbulaError,
        BoardError,
        InputError,
        MissingPart,
        ProtocolError,
        SimulatorError,
        StoreError,
        TransportError,
    )
    from ambula.cohort import read_epoch_set, run_cohort, write_epoch_set
    from ambula.days.csv_file import write_daily_csv
    from ambula.days.local_days import ZoneHistory
    from ambula.days.rules import Rules
    from ambula.days.rules_file import load_rules
    from ambula.days.summary import DaySummary, WeekSummary, summarise_days, summarise_week
    from ambula.epochs.csv_file import write_epochs_csv
    from ambula.epochs.table import EpochTable
    from ambula.nodes.sync import sync_nodes
    from ambula.participant.epochs import load_epochs
    from ambula.participant.results import Results, results
    from ambula.recordings.classify import classify
    from ambula.report.make import make_report
    from ambula.store import Store

_HOMES = {
    "ambula.base.errors": (
        "AmbulaError",
        "BoardError",
        "InputError",
        "MissingPart",
        "ProtocolError",
        "SimulatorError",
        "StoreError",
        "TransportError",
    ),
    "ambula.cohort": ("read_epoch_set", "run_cohort", "write_epoch_set"),
    "ambula.days.csv_file": ("write_daily_csv",),
    "ambula.days.local_days": ("ZoneHistory",),
    "ambula.days.rules": ("Rules",),
    "ambula.days.rules_file": ("load_rules",),
    "ambula.days.summary": ("DaySummary", "WeekSummary", "summarise_days", "summarise_week"),
    "ambula.epochs.csv_file": ("write_epochs_csv",),
    "ambula.epochs.table": ("EpochTable",),
    "ambula.nodes.sync": ("sync_nodes",),
    "ambula.participant.epochs": ("load_epochs",),
    "ambula.participant.results": ("Results", "results"),
    "ambula.recordings.classify": ("classify",),
    "ambula.report.make": ("make_report",),
    "ambula.store": ("Store",),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}
__all__ = [
    "AmbulaError",
    "BoardError",
    "DaySummary",
    "EpochTable",
    "InputError",
    "MissingPart",
    "ProtocolError",
    "Results",
    "Rules",
    "SimulatorError",
    "Store",
    "StoreError",
    "TransportError",
    "WeekSummary",
    "ZoneHistory",
    "classify",
    "load_epochs",
    "load_rules",
    "make_report",
    "read_epoch_set",
    "results",
    "run_cohort",
    "summarise_days",
    "summarise_week",
    "sync_nodes",
    "write_daily_csv",
    "write_epoch_set",
    "write_epochs_csv",
]


def __getattr__(name: str) -> Any:
    """Load what is asked for (PEP 562): `import ambula` alone loads neither numpy nor a room."""
    if name not in _HOME:
        raise AttributeError(f"module 'ambula' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
