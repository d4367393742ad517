"""The figures of one day, each group a function of that day's epochs; see dictionary.toml for every definition."""

from ambula.days.figures.day_rows import EPOCHS_A_MIN, DayRows, by_local_day, effective_activity, weighted_mean

__all__ = ["EPOCHS_A_MIN", "DayRows", "by_local_day", "effective_activity", "weighted_mean"]
