"""Small firmwares that boot as the real one does, from the real main.py."""

from ambula.firmware_build.files import MAIN, ROOT

START = """
import time
import part
import lib.same
print("ambula", part.VERSION, "toy")
while True:
    time.sleep_ms(20)
"""


def toy(version: str) -> dict[str, bytes]:
    """A firmware of four files, two of which are of a version; each larger than a write."""
    padding = f"# {version}\n".encode() * 400
    return {
        MAIN: (ROOT / MAIN).read_bytes(),
        "start.py": START.encode(),
        "part.py": padding + f"VERSION = {version!r}\n".encode(),
        f"lib/only_{version}.py": padding,
        "lib/same.py": b"# the same in all\n" * 100,
    }
