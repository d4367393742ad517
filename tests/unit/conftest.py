"""Lets host Python import the part of the node's program that needs no MicroPython, the log, and `tests.bench`."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / "firmware"))
sys.path.insert(0, str(Path(__file__).parents[2]))
