"""Are the nodes worn as they should be? Judged by half a minute each of standing, sitting and walking."""

from ambula.donning.check import Donning, check_donning
from ambula.donning.windows import Windows, windows_of_counts, windows_of_records
from ambula.donning.words import Finding, Level

__all__ = ["Donning", "Finding", "Level", "Windows", "check_donning", "windows_of_counts", "windows_of_records"]
