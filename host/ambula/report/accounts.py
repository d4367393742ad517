"""The recording log: each node's ledger as a bar through the whole recording, and as a table that adds up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ambula.account.ledger import Ledger, State
from ambula.base.sites import BACK_SITE, THIGH_SITE
from ambula.base.translation import N_
from ambula.days.local_days import LocalDay
from ambula.report.language import Language
from ambula.report.strips import Layer, Strip
from nodecore.sampling import EPOCH_S

_SAID = {
    State.RECORDED: (N_("recorded"), N_("worn and recorded")),
    State.NOT_WORN: (N_("not worn"), N_("recorded, but the node lay still, off the body")),
    State.STOOD_IN: (
        N_("stood in"),
        N_("skipped by a slow clock: the record before it stands for it too"),
    ),
    State.REBOOTING: (N_("rebooting"), N_("no power, or starting up")),
    State.SENSOR_FAULT: (N_("sensor fault"), N_("the motion sensor gave no data")),
    State.STORAGE_FULL: (N_("storage full"), N_("the node's memory was full")),
    State.CLOCK_UNKNOWN: (
        N_("clock unknown"),
        N_("recorded at an unknown time: the node had lost its clock setting"),
    ),
    State.LOST: (N_("lost"), N_("missing, for an unknown reason")),
}
_ROLES = {THIGH_SITE: N_("thigh"), BACK_SITE: N_("back")}
_HEIGHT = 10
_MOST_TICKS = 15
_NBSP = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True)
class AccountRow:
    """One state, or the sum of all (state None), one cell per node: how many slots, and in words how long."""

    state: State | None
    name: str
    meaning: str
    cells: list[tuple[int, str]]


def accounts(language: Language, ledgers: Mapping[str, Ledger], days: Sequence[LocalDay]) -> dict[str, Any]:
    """Return what the page shows of the nodes' ledgers; nothing to show, no strips."""
    known = {_node(language, name): ledger for name, ledger in ledgers.items() if ledger.runs}
    if not known:
        return {f"account_{part}": [] for part in ("strips", "used", "rows", "names", "ticks")}
    start = min(ledger.runs[0].start for ledger in known.values())
    end = max(ledger.runs[-1].end for ledger in known.values())
    return {
        "account_strips": [_strip(language, name, ledger, start, end) for name, ledger in known.items()],
        "account_used": _used(language, list(known.values()), end - start),
        "account_rows": _rows(language, list(known.values())),
        "account_names": list(known),
        "account_ticks": _ticks(language, days, start, end),
    }


def kind_of(state: State) -> str:
    """Return the colour's name of a state."""
    return "slot-" + state.value.replace(" ", "-")


def exact(language: Language, slots: int) -> str:
    """Return a number of slots as a time without rounding: "166 h 12 min 35 s", "none"."""
    minutes, seconds = divmod(slots * EPOCH_S, 60)
    hours, minutes = divmod(minutes, 60)
    parts = [language.say("{n} h", n=hours)] if hours else []
    parts += [language.say("{n} min", n=minutes)] if minutes else []
    parts += [language.say("{n} s", n=seconds)] if seconds else []
    return " ".join(part.replace(" ", _NBSP) for part in parts) or language.say("none")


def _node(language: Language, name: str) -> str:
    """Return a node's name: its role, and which one where there are several."""
    role, _, nth = name.partition(" ")
    return " ".join((language.say(_ROLES[role]), nth)).strip()


def _used(language: Language, ledgers: Sequence[Ledger], width: int) -> list[tuple[str, str]]:
    """Return the states that the bars show, as colour and word."""
    shown = [state for state in State if any(ledger.slots[state] for ledger in ledgers)]
    used = [(kind_of(state), language.say(_SAID[state][0])) for state in shown]
    bare = any(ledger.duration_slots < width for ledger in ledgers)
    return [*used, ("nothing", language.say("not started, or stopped"))] if bare else used


def _strip(language: Language, name: str, ledger: Ledger, start: int, end: int) -> Strip:
    slots = ledger.slots
    layers = [Layer(kind_of(state), _path(ledger, state, start)) for state in State]
    said = ", ".join(
        f"{language.say(_SAID[state][0])} {exact(language, count)}" for state, count in slots.items() if count
    )
    thousandths = 1000 * (slots[State.RECORDED] + slots[State.NOT_WORN]) // ledger.duration_slots  # 100% is all of it
    share = language.say("{n}%", n=language.shortest(thousandths / 10))
    return Strip(name, share, end - start, layers, f"{name}: {said}")


def _path(ledger: Ledger, state: State, start: int) -> str:
    blocks = [(run.start - start, run.end - start) for run in ledger.runs if run.state is state]
    return "".join(f"M{a} 0H{b}v{_HEIGHT}H{a}z" for a, b in blocks)


def _rows(language: Language, ledgers: Sequence[Ledger]) -> list[AccountRow]:
    slots = [ledger.slots for ledger in ledgers]
    rows = [
        AccountRow(
            state, language.say(name), language.say(meaning), [(n[state], exact(language, n[state])) for n in slots]
        )
        for state, (name, meaning) in _SAID.items()
    ]
    total = [(ledger.duration_slots, exact(language, ledger.duration_slots)) for ledger in ledgers]
    together, meaning = language.say("total"), language.say("from first start to last contact")
    return [*rows, AccountRow(None, together, meaning, total)]


def _ticks(language: Language, days: Sequence[LocalDay], start: int, end: int) -> list[tuple[int, str, float]]:
    """Return the days that begin in the recording: day of the month, the month where it is new, and where (%)."""
    inside = [day for day in days if start <= day.start < end] if end - start > 0 else []
    step = -(-len(inside) // _MOST_TICKS) if inside else 1
    ticks: list[tuple[int, str, float]] = []
    month = 0
    for day in inside[::step]:
        name = language.month(day.date, "abbreviated") if day.date.month != month else ""
        month = day.date.month
        ticks.append((day.date.day, name, 100 * (day.start - start) / (end - start)))
    return ticks
