"""Many people's weeks as two tables, a row a person-day and a row a person; docs/cohort.md says how and how fast."""

from ambula.cohort.epoch_set import read_epoch_set, write_epoch_set
from ambula.cohort.job import Engine, Outcome, run_cohort

__all__ = ["Engine", "Outcome", "read_epoch_set", "run_cohort", "write_epoch_set"]
