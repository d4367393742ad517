"""Many people's weeks as two tables, one row per person and day, and one row per person; see docs/cohort.md."""

from ambula.cohort.epoch_set import read_epoch_set, write_epoch_set
from ambula.cohort.job import Engine, Outcome, run_cohort

__all__ = ["Engine", "Outcome", "read_epoch_set", "run_cohort", "write_epoch_set"]
