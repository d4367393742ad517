"""Reads what a virtual node did with its time: the states of firmware/node/power.py."""

from collections.abc import Sequence
from dataclasses import dataclass

from ambula.base.errors import SimulatorError

STATES = ("starting", "waiting", "asleep", "sampling", "flash", "window", "connected", "meeting")
RADIO_STATES = ("window", "connected", "meeting")


@dataclass(frozen=True)
class StateTimes:
    """Since the node's start, by state: seconds spent, times entered; and bytes that crossed its sensor's bus.

    Computing takes no virtual time; bytes on the bus, and writes and erases of the flash, do. radio_s: how long the
    radio was on by the simulated radio itself, whatever the firmware says.
    """

    spent_s: dict[str, float]
    entered: dict[str, int]
    bus_bytes: int
    radio_s: float

    def together_s(self, states: Sequence[str]) -> float:
        """Return the seconds in all of these."""
        return sum(self.spent_s[name] for name in states)


def read_states(numbers: Sequence[int]) -> StateTimes:
    """Return what the simulated board's `power` line says: bus bytes, ms of radio, ms by state, times by state."""
    if len(numbers) != 2 + 2 * len(STATES):
        raise SimulatorError("the simulated board's states are others than the simulator knows")
    bus_bytes, radio_ms, *rest = numbers
    spent, entered = rest[: len(STATES)], rest[len(STATES) :]
    return StateTimes(
        {name: ms / 1000 for name, ms in zip(STATES, spent, strict=True)},
        dict(zip(STATES, entered, strict=True)),
        bus_bytes,
        radio_ms / 1000,
    )
