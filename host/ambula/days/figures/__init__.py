"""The figures of one day and of a week: each group declares what they are, beside the function that takes them."""

from ambula.days.figures.day_rows import DayRows, by_local_day, effective_activity

__all__ = ["DayRows", "by_local_day", "effective_activity"]
