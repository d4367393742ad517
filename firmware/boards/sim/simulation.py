"""What the simulator was told: one JSON file, read once by `boot`; see ambula.sim.node for who writes it."""

time = None
settings = None
flash = None
clock = None
power = None
