"""What a board runs after power-up: the firmware in the folder that the file `firmware` names.

The same in every version, so that an upgrade is one step, the renaming of that file: SPEC.md, "Firmware on flash".
"""

import sys

with open("firmware") as f:
    sys.path.insert(0, f.read())

del f
import start  # noqa: F401  it never returns
