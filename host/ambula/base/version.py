"""Which program made a figure, as outputs carry it: DESIGN.md, "Which program made a figure"."""

__version__ = "0.2.0"
# One more with every change of a figure that the same records give: CHANGELOG.md, "Figures changed", says what changed.
# tests/unit/days/test_golden_week.py goes red where a figure moved and this did not.
FIGURES = 23
PROGRAM = f"{__version__} figures {FIGURES}"
SOFTWARE = f"ambula {PROGRAM}"
