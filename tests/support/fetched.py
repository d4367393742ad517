"""What a test needs of Debian and nobody installs: fetched by a script, once, into the build folder."""

import subprocess
from pathlib import Path


def why_not_fetched(script: Path, timeout_s: float) -> str:
    """Run a `fetch` script; return "" where what it fetches is there, else the last line that it said."""
    try:
        fetched = subprocess.run([script], capture_output=True, text=True, timeout=timeout_s, check=False)
    except (OSError, subprocess.TimeoutExpired) as e:
        return f"{script.parent.name}/{script.name}: {e}"
    if not fetched.returncode:
        return ""
    return (fetched.stderr.strip().splitlines() or [f"{script.parent.name}/{script.name} failed without a word"])[-1]
