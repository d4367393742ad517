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
CYCLE_JERK = const(1500)  # counts from sample to sample, three axes together: steps strike harder
WALK_LIKENESS = const(600)  # 1024ths; the WALK_ ones together: walking for sure, in any mounting
WALK_BEAT = const(300)  # counts
WALK_ECHO = const(-60)  # 1024ths
WALK_STRIDE = const(832)  # 16ths of a sample: 60 steps/min
AS_WORN = const(784)  # 1024ths: cosine of 40 degrees
SAME_WAY = const(887)  # 30 degrees
FACE = const(512)  # 60 degrees: a front further from z and from its opposite is to the side
FACE_AGAIN = const(724)  # 45 degrees: one that was to the side and no longer is
COAST_FRONT = const(270)  # 15 degrees: on a saddle without pedalling, just after pedalling
COAST_EPOCHS = const(4)
RUN_STRIDE = const(400)  # 16ths of a sample: 125 steps/min
BACK_RUN = const(2000)  # counts
BACK_LYING = const(587)  # 1024ths: cosine of 55 degrees, the middle of the two below: how clear a posture is
TRUNK_LIES_CG = const(50)  # 0.01 g, as in a record: a trunk more than 60 degrees from upright lies
TRUNK_RISES_CG = const(64)  # and lies on until it is within 50: people at rest sway by 2 degrees between epochs
NOT_WORN_MAD = const(20)  # counts (5 mg): a sleeper's breath moves a node by more now and then, a table does not
NOT_WORN_DRIFT = const(41)  # counts (10 mg) between neighbouring epochs
NOT_WORN_EPOCHS = const(540)  # 45 min
