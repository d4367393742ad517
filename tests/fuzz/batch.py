"""One batch of damaged inputs in a process of its own."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def run(command: list[str], target: str, seed: int, count: int, limit_s: float) -> str:
    """Run `command` TARGET SEED COUNT; return what went wrong, or nothing. A hang ends after `limit_s`.

    It has to end with exit code 0 and `ok COUNT`.
    """
    words = [*command, target, str(seed), str(count)]
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=limit_s, errors="replace", cwd=ROOT)
    except subprocess.TimeoutExpired:
        return f"{target} seed {seed}: not done within {limit_s:g} s"
    if done.returncode == 0 and done.stdout.endswith(f"ok {count}\n"):
        return ""
    return f"{target} seed {seed}: exit code {done.returncode}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
