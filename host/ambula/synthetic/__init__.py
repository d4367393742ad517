"""The synthetic participant: seeded thigh and lower-back acceleration for a planned day, with its truth.

It shows that the road works end to end; it proves nothing about accuracy on people.
"""

from ambula.synthetic.body import Mount, Participant
from ambula.synthetic.days import default_day
from ambula.synthetic.plan import Kind, Stretch
from ambula.synthetic.recording import Synthetic, simulate
from ambula.synthetic.truth import Truth, truth_table

SYNTHETIC_LABEL = "SYNTHETIC - made by a computer model, not recorded from a person"

__all__ = [
    "SYNTHETIC_LABEL",
    "Kind",
    "Mount",
    "Participant",
    "Stretch",
    "Synthetic",
    "Truth",
    "default_day",
    "simulate",
    "truth_table",
]
