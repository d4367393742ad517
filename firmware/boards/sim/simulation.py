"""The simulator's settings: one JSON file, read once by `boot`; `ambula.sim.node` writes it."""

time = None
settings = None
flash = None
clock = None
power = None


def clock_of(settings):
    """Return the model of the clock, which has kept time since somebody set it, or counts from 1970."""
    global clock
    from rv3028_model import Rv3028Model

    utc_ms = settings["power_on_ms"] + settings["clock_offset_ms"]
    clock = Rv3028Model(time, utc_ms, settings["clock_drift_ppm"], settings["clock_is_set"])
    return clock
