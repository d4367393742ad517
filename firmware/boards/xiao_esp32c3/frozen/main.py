"""What a board with the firmware frozen in runs after power-up; see firmware/manifest.py."""

import start  # noqa: F401  it never returns
