"""How acceleration is sampled: the one rate, scale and epoch that all is written for, and what follows from them."""

from nodecore.compat import const

ODR_HZ = const(26)  # LSM6DS3TR-C low-power rate; twice it doubles the epoch's compute time, the largest power line
COUNTS_PER_G = const(4096)  # +-8 g full scale, 0.244 mg/LSB (LSM6DS3TR-C datasheet, table 3: 4098)

EPOCH_S = const(5)
EPOCH_MS = const(EPOCH_S * 1000)
EPOCHS_A_MINUTE = const(60 // EPOCH_S)
EPOCHS_AN_HOUR = const(60 * EPOCHS_A_MINUTE)
EPOCHS_A_DAY = const(24 * EPOCHS_AN_HOUR)

EPOCH_SAMPLES = const(ODR_HZ * EPOCH_S)
WHOLE_SAMPLES = const(EPOCH_SAMPLES * 9 // 10)  # from so many on an epoch is taken as filled
MAX_EPOCH_SAMPLES = const(160)  # an IMU oscillator may run fast: room for +23 %
