"""The checks in which a person went on though something was unknown, in the page's words."""

from collections.abc import Sequence

from ambula.base.sites import BACK_SITE, SITES, THIGH_SITE
from ambula.base.translation import N_
from ambula.report.language import Language
from ambula.store import Check

_NODES = {THIGH_SITE: N_("thigh"), BACK_SITE: N_("back")}
_UNKNOWN = {
    "missing_walking": N_("walking"),
    "missing_sitting": N_("sitting"),
    "site_unknown": N_("which node is on the thigh"),
    "face_unknown": N_("which way the {node} node faces"),
    "not_seen": N_("how the {node} node is worn"),
    "ends_soon": N_("whether the {node} node records long enough"),
}


def accepted_words(language: Language, checks: Sequence[Check]) -> list[str]:
    """Return a sentence for each check: who went on, and what had not been seen."""
    message = N_("{who} went on though this had not been seen: {what}.")
    return [language.say(message, who=check.accepted_by, what=_what(language, check)) for check in checks]


def _what(language: Language, check: Check) -> str:
    said: list[str] = []
    for found in check.found.split(", "):
        code, _, node = found.partition(" ")
        words = _UNKNOWN.get(code, code)
        said.append(language.say(words, node=language.say(_NODES[node])) if node in SITES else language.say(words))
    return ", ".join(said)
