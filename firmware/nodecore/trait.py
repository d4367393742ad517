"""What the forests decide on, by name: where each trait of an epoch stands, for the node, its twin and the training.

A trained table names traits by these numbers, so another order needs another training. `classify.describe` and its
twin make them; each fits an int16.
"""

from nodecore.compat import const

UP = const(0)  # 1024ths, as in `features`; only where the walking direction is known
FRONT = const(1)
BEAT = const(2)  # counts: twice the mean absolute deviation of the magnitude
LIKENESS = const(3)  # 1024ths
STRIDE = const(4)  # 16ths of a sample
ECHO = const(5)  # four of them, 1024ths: see `cadence.Tracker`
MAD_X = const(9)  # counts, as in `features`
MAD_Y = const(10)
MAD_Z = const(11)
JERK_X = const(12)
JERK_Y = const(13)
JERK_Z = const(14)
LOW_X = const(15)
LOW_Y = const(16)
LOW_Z = const(17)
MAG = const(18)  # half counts
LOW_Z_TO_X = const(19)  # ratios, in 64ths
LOW_TO_MAD = const(20)  # of x and z together
MAD_X_TO_BEAT = const(21)
MAD_Z_TO_BEAT = const(22)
JERK_TO_MAD = const(23)  # of the three axes together
JERK_X_TO_Z = const(24)
JERK_TO_MAD_X = const(25)
JERK_TO_MAD_Z = const(26)
SIZE = const(27)
