"""What is left after a reset: its cause, and the words that wait in RTC memory."""

from ambula.bringup.bench import Bench
from ambula.bringup.detached import NOTICE, run_detached
from ambula.bringup.reading import Measured, NotMeasured, Reading
from ambula.bringup.row import Row

_WORDS = "bring-up"

_RESTART = f"""
def work(stage):
    import board
    if stage == 0:
        try:
            machine.RTC().memory(b'')
        except AttributeError:
            pass
        board.restart({_WORDS!r})
    b = board.Board()
    return [b.reset_cause(), b.last_words()]
"""

# The board's own watchdog, armed by `Board()`, and nobody feeds it. 90 s later there is none.
_HANG = f"""
def work(stage):
    import board
    if stage == 0:
        board.Board()
        machine.RTC().memory({_WORDS!r})
        import time
        began = time.ticks_ms()
        while time.ticks_diff(time.ticks_ms(), began) < 90000:
            pass
        return 'alive'
    memory = machine.RTC().memory().decode()
    machine.RTC().memory(b'')
    return [board.Board().reset_cause(), memory]
"""


def _check_power(cause: str, memory: str) -> None:
    """Raise NotMeasured where the power went in the middle: that is no answer to what a reset leaves."""
    if cause == "power on" and not memory:
        raise NotMeasured("the board was powered up anew in the middle of it")


def _measure_restart(bench: Bench) -> Measured:
    bench.hardware()
    _, (cause, words) = run_detached(bench, _RESTART, 2, 15, "restarting")
    _check_power(cause, words)
    told = f"{cause}, {'words' if words == _WORDS else 'no words'}"
    return {"restart_words": Reading(told, {"cause": cause, "last_words": words})}


def _measure_hang(bench: Bench) -> Measured:
    bench.must_have("machine.WDT", "machine.WDT")
    bench.must_have("machine.RTC", "machine.RTC")
    hung, (cause, memory) = run_detached(bench, _HANG, 2, 75, "hanging, until the watchdog resets it")
    evidence = {"cause": cause, "memory": memory}
    _check_power(cause, memory)
    if hung == "alive":
        return {"watchdog_words": Reading(None, evidence, "the watchdog let a hang go on for 90 s", failed=True)}
    return {"watchdog_words": Reading(f"{cause}, {'kept' if memory == _WORDS else 'lost'}", evidence)}


RESTART = Row(
    "restart",
    "the program restarts the board",
    20,
    ("restart_words",),
    _measure_restart,
    notice=NOTICE,
    advice="send the file in: after a restart the program will not know why it came",
)
WATCHDOG = Row(
    "watchdog",
    "hangs until the watchdog resets the board",
    80,
    ("watchdog_words",),
    _measure_hang,
    notice=NOTICE,
    advice="send the file in: after a restart the program will not know why it came",
)
