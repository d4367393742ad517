"""The first evening with a board: what it, a cable and a laptop can settle of hardware/UNPROVEN.md, into one file."""
