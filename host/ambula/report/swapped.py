"""The days on which the nodes look swapped, in the page's words."""

from collections.abc import Sequence

from ambula.days.summary import DaySummary
from ambula.report.language import Language


def swapped_words(language: Language, days: Sequence[DaySummary]) -> list[str]:
    """Return on which days the nodes look swapped, and what to do; nothing where they do not."""
    names = [language.day_name(d.date) for d in days if d.nodes_swapped]
    if not names:
        return []
    return [
        language.say_n(
            "{days} does not count: the nodes look swapped, because walking shook the back node more than the thigh's.",
            "{days} do not count: the nodes look swapped, because walking shook the back node more than the thigh's.",
            len(names),
            days=", ".join(names),
        ),
        language.say(
            "With swapped nodes all figures of postures, walking and steps are wrong. Put the thigh node on the thigh "
            "and the back node on the lower back."
        ),
    ]
