"""Activity codes: four bits in the record, a word everywhere else."""

from nodecore.compat import const

OTHER = const(0)
LYING = const(1)
SITTING = const(2)
SEDENTARY = const(3)  # sitting or lying: one node alone cannot distinguish them
STANDING = const(4)
WALKING = const(5)
STAIRS = const(6)
RUNNING = const(7)
CYCLING = const(8)
NOT_WORN = const(9)

NAMES = (
    "other",
    "lying",
    "sitting",
    "sedentary",
    "standing",
    "walking",
    "stairs",
    "running",
    "cycling",
    "not_worn",
)
