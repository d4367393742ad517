"""Lets host Python import the part of the node's program that needs no MicroPython: the log."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / "firmware"))
