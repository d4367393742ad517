"""Thresholds and tables of the classifier, each in the units of `features`."""

from nodecore.compat import const

STILL_MAD = const(82)  # counts (20 mg): below it on every axis nothing is looked for
UPRIGHT = const(724)  # 1024ths: cosine of 45 degrees
GAIT_UPRIGHT = const(512)  # 60 degrees: a thigh more level than this does not walk
RUN_MAD_MAG = const(1000)  # half counts: 0.49 g
CYCLE_FRONT = const(430)  # 1024ths: thigh direction of 25 degrees
STAIRS_FRONT = const(300)
GAIT_REGULARITY = const(300)  # 1024ths
BACK_LYING = const(587)  # 1024ths: cosine of 55 degrees
NOT_WORN_MAD = const(20)  # counts (5 mg)
NOT_WORN_DRIFT = const(41)  # counts (10 mg) between neighbouring epochs
NOT_WORN_EPOCHS = const(540)  # 45 min
