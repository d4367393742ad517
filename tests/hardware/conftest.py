"""Lets the tests import the programs in hardware/, which are not part of the package."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / "hardware"))
