"""How acceleration is sampled: the one rate and scale that features, classifier and cadence are written for."""

from nodecore.compat import const

ODR_HZ = const(26)  # LSM6DS3TR-C low-power rate; twice it doubles the epoch's compute time, the largest power line
EPOCH_S = const(5)
EPOCH_SAMPLES = const(130)  # ODR_HZ * EPOCH_S
MAX_EPOCH_SAMPLES = const(160)  # an IMU oscillator may run fast: room for +23 %
COUNTS_PER_G = const(4096)  # +-8 g full scale, 0.244 mg/LSB (LSM6DS3TR-C datasheet, table 3: 4098)
