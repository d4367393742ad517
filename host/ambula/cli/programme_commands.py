"""Commands about the walking programme: programme, note."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from ambula.base.errors import InputError
from ambula.cli.common import (
    JsonOption,
    ParticipantOption,
    StoreOption,
    ZoneOption,
    moment_there,
    store_path,
    warn_of_name,
    zones_of,
)
from ambula.cli.output import DIM, Table, err, out, print_json
from ambula.cli.result_commands import DISCLAIMER
from ambula.days.entry import EMPTY
from ambula.days.local_days import ZoneHistory, Zones, local_days
from ambula.epochs.table import EpochTable
from ambula.participant.epochs import choose_participant, load_wear
from ambula.programme import Programme, ProgrammeWeek, Stage, load_plan, plan, words
from ambula.programme.participant import plan_words, programme_of
from ambula.store import Note, Store
from nodecore.sampling import EPOCH_S

_MOST_WORDS = 500
_A_DAY_S = 86_400
_A_YEAR = timedelta(days=366)
_DAYS = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"]


def programme(
    plan_file: Annotated[
        Path | None, typer.Option("--plan", readable=False, metavar="TOML", help="Follow this plan from now on.")
    ] = None,
    start: Annotated[
        str | None, typer.Option(metavar="DATE", help="The plan's first day. Default: the first recorded day.")
    ] = None,
    template: Annotated[
        bool, typer.Option("--template", help="Print the default plan, as a start for your own.")
    ] = False,
    participant: ParticipantOption = None,
    zone: ZoneOption = None,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Show the walking programme: each week's goal and minutes walked, and the next goal with its reason."""
    if template:
        out.raw(plan.default_text())
        return
    text = load_plan(plan_file)[1] if plan_file is not None else None
    with Store(store_path(store), must_exist=True) as kept:
        who = warn_of_name(choose_participant(kept, participant))
        table, zones = load_wear(kept, who).table, zones_of(kept, who, zone)
        if text is not None or start is not None:
            _keep(kept, who, text, _first_date(start, table, zones) if start is not None else None)
        followed, unknown = programme_of(kept, who, table, zones), plan_words(kept, who)
    if followed is None:
        raise InputError(f"{who} has no epochs yet: sync the nodes first")
    for line in unknown:
        err.line(f"note: {line}")
    if json:
        print_json({"participant": who, **_as_json(followed)})
        return
    _print(who, followed)


def note(
    text: Annotated[str, typer.Argument(metavar="WORDS", help="A remark.")] = "",
    pain: Annotated[
        int | None, typer.Option(min=0, max=10, metavar="N", help="Pain: 0 none, 10 the worst imaginable.")
    ] = None,
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="Local time, such as 2026-03-04T12:00. Default: now.")
    ] = None,
    remove: Annotated[
        str | None, typer.Option(metavar="TIME", help="Remove the notes of this time, as the list shows it.")
    ] = None,
    participant: ParticipantOption = None,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Record pain or a remark. Without arguments, list them. The programme pauses in a week with more pain."""
    if len(text) > _MOST_WORDS or not text.isprintable():
        raise InputError(f"a note is one line of at most {_MOST_WORDS} characters")
    with Store(store_path(store), must_exist=True) as kept:
        who = choose_participant(kept, participant)
        zones = zones_of(kept, who, None)
        if remove is not None:
            if text or pain is not None or at:
                raise InputError("--remove cannot go with a new note. Remove first, then add the note")
            _remove(kept, who, remove, zones)
        elif text or pain is not None:
            when = _not_ahead(at, zones, kept, who) if at else int(datetime.now(UTC).timestamp())
            kept.add_note(who, Note(when, pain, text))
        elif at:
            raise InputError("--at needs a note: add --pain 3, or words")
        notes = kept.notes(who)
    if json:
        print_json({"participant": who, "notes": [{"utc_s": n.utc_s, "pain": n.pain, "words": n.words} for n in notes]})
        return
    rows = [(_to_the_minute(n.utc_s, zones), EMPTY if n.pain is None else str(n.pain), n.words) for n in notes]
    if rows:
        out.table(Table(rows, ("when", "pain", "words"), f"{who}: notes", frozenset({1})))
    else:
        out.line(f"{who}: no notes yet")
    if pain is not None:
        out.line(words.HELP_AT_ONCE)


def _to_the_minute(utc_s: int, zones: ZoneHistory) -> str:
    return f"{datetime.fromtimestamp(utc_s, zones.zone_at(utc_s)):%Y-%m-%d %H:%M}"


def _remove(store: Store, who: str, at: str, zones: ZoneHistory) -> None:
    """Remove the notes that the list shows at a time; raises InputError where it shows none."""
    minute = _to_the_minute(moment_there(at, zones, "--remove"), zones)
    meant = [n for n in store.notes(who) if _to_the_minute(n.utc_s, zones) == minute]
    if not meant:
        raise InputError(f"--remove {at}: {who} has no note at {minute}. `ambula note` lists the notes")
    for n in meant:
        store.remove_note(who, n.utc_s)


def _keep(store: Store, who: str, text: str | None, first: date | None) -> None:
    """Keep a plan with the data: what is not named stays as it was."""
    before = store.programme(who)
    start = first.isoformat() if first is not None else before[0] if before else ""
    store.set_programme(who, start, text or (before[1] if before else plan.default_text()))


def _first_date(start: str, table: EpochTable, zones: Zones) -> date:
    """Return the date that --start names; raises InputError for none, and for one that must be a slip of the pen."""
    try:
        first = date.fromisoformat(start)
    except ValueError as e:
        raise InputError(f"--start {start}: not a date. Write it as 2026-03-04") from e
    if len(table):
        days = local_days(int(table.epoch[0]), int(table.epoch[-1]), zones)
        if not days[0].date - _A_YEAR <= first <= days[-1].date + _A_YEAR:
            span = f"{days[0].date} to {days[-1].date}"
            raise InputError(f"--start {start}: more than a year from the recording ({span}). Correct the date")
    return first


def _not_ahead(at: str, zones: ZoneHistory, store: Store, who: str) -> int:
    """Return the time that --at names, in UTC s.

    Raises InputError for none, and for a day that neither the clock nor the recording has reached: a slip of the pen.
    """
    when = moment_there(at, zones, "--at")
    if when > datetime.now(UTC).timestamp() + _A_DAY_S:
        epoch = load_wear(store, who).table.epoch
        if not len(epoch) or when > int(epoch[-1]) * EPOCH_S + _A_DAY_S:
            raise InputError(f"--at {at}: is in the future. Correct the date")
    return when


def _print(who: str, followed: Programme) -> None:
    heads = ("week", "from", "goal", *_DAYS, "pain", "")
    rows = [
        (
            str(week.number),
            f"{week.first:%d %b}",
            words.goal_words(week.goal) if week.goal else EMPTY,
            *_by_weekday(week),
            EMPTY if week.worst_pain is None else str(week.worst_pain),
            words.verdict_words(week.verdict),
        )
        for week in followed.weeks
    ]
    figures = frozenset({0, *range(3, len(heads) - 1)})
    out.table(Table(rows, heads, f'{who}: walking plan "{followed.plan.name}"', figures))
    lines = (
        words.next_words(followed),
        words.reason_words(followed),
        words.tomorrow_words(followed),
        words.how_words(followed),
        words.HELP_AT_ONCE,
    )
    out.line("\n" + "\n".join(line for line in lines if line))
    out.line(DISCLAIMER, DIM)


def _by_weekday(week: ProgrammeWeek) -> list[str]:
    """Return the minutes of Monday to Sunday; weeks may begin on any day."""
    cells = [EMPTY] * 7
    for i, minutes in enumerate(week.walked_min):
        if minutes is not None:
            cells[(week.first.weekday() + i) % 7] = f"{minutes:.0f}"
    return cells


def _as_json(followed: Programme) -> dict[str, Any]:
    """Return a programme for scripts."""
    weeks = [
        {
            "week": w.number,
            "first_date": w.first.isoformat(),
            "goal_min": w.goal.minutes if w.goal else None,
            "goal_days": w.goal.days if w.goal else None,
            "walked_min": list(w.walked_min),
            "pain_by_day": list(w.pain_by_day),
            "seen_days": w.seen_days,
            "reached_days": w.reached_days,
            "share": w.share,
            "worst_pain": w.worst_pain,
            "verdict": w.verdict.value,
        }
        for w in followed.weeks
    ]
    goal = {"minutes": followed.goal.minutes, "days": followed.goal.days} if followed.stage is Stage.GOAL else None
    return {
        "plan": followed.plan.__dict__,
        "weeks": weeks,
        "goal": goal,
        "goal_first_date": followed.goal_first.isoformat(),
        "goal_last_date": followed.goal_last.isoformat(),
        "paused": followed.is_waiting,
        "next": words.next_words(followed),
        "reason": words.reason_words(followed),
        "tomorrow": words.tomorrow_words(followed),
    }
