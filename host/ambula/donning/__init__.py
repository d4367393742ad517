"""Are the nodes worn as they should be? Judged by half a minute each of sitting and walking, and what else there is."""

from ambula.donning.as_json import as_json
from ambula.donning.check import Donning, Plan, check_donning
from ambula.donning.windows import Windows, windows_of_counts, windows_of_records
from ambula.donning.words import Finding, Level

__all__ = [
    "Donning",
    "Finding",
    "Level",
    "Plan",
    "Windows",
    "as_json",
    "check_donning",
    "windows_of_counts",
    "windows_of_records",
]
