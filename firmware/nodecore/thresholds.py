"""Thresholds of the classifier, each in the units of `features`: set by physics and by eye, not learnt (`model` is)."""

from nodecore.compat import const

STILL_MAD = const(60)  # counts (15 mg): below it on every axis no rhythm is looked for
BEAT = const(230)  # counts (56 mg): a magnitude that varies by more is a body in motion
SOFT_BEAT = const(60)  # counts (15 mg): enough for gait if it is regular
REGULAR = const(450)  # 1024ths
FAINT = const(150)  # enough of it to go on, once a stride was sure
UPRIGHT = const(724)  # 1024ths: cosine of 45 degrees
GAIT_UPRIGHT = const(400)  # 67 degrees: a thigh or back more level than this does not walk
CYCLE_FRONT = const(370)  # 1024ths: a thigh 21 degrees forward on average sits on a saddle (stairs: up to 19)
CYCLE_BEAT = const(1700)  # counts: more is not a saddle
CYCLE_ECHO = const(100)  # 1024ths: both feet's steps make the magnitude repeat after half a stride
CYCLE_JERK = const(700)  # counts from sample to sample: steps strike harder
COAST_FRONT = const(270)  # 15 degrees: on a saddle without pedalling, just after pedalling
COAST_EPOCHS = const(4)
BACK_RUN = const(2000)  # counts
BACK_LYING = const(587)  # 1024ths: cosine of 55 degrees
NOT_WORN_MAD = const(20)  # counts (5 mg)
NOT_WORN_DRIFT = const(41)  # counts (10 mg) between neighbouring epochs
NOT_WORN_EPOCHS = const(540)  # 45 min
