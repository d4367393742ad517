"""What the commands share: options, running and stopping."""

import asyncio
import functools
import sys
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo

import typer

from ambula.base.config import Config, load_config, zone_info
from ambula.base.errors import AmbulaError, InputError
from ambula.cli.output import YELLOW, err
from ambula.days.local_days import ZoneHistory
from ambula.days.rules import DEFAULT, SETS, Rules
from ambula.days.rules_file import rules_named
from ambula.participant.code_check import doubt_about
from ambula.participant.zones import zone_of as zone_of
from ambula.participant.zones import zones_of as zones_of

_T = TypeVar("_T")
_LONGEST_CODE = 64


def known_zone(name: str | None) -> str | None:
    """Return a zone that the user named as the tables call it; raises InputError where there is none."""
    return zone_info(name).key if name else name


# readable=False here and below: Ambula itself reports an unreadable file, in its own words and with its own exit code.
StoreOption = Annotated[Path | None, typer.Option("--store", readable=False, metavar="FILE", help="The store to use.")]
ParticipantOption = Annotated[str | None, typer.Option(metavar="CODE", help="The participant's code.")]
ZoneOption = Annotated[
    str | None,
    typer.Option(metavar="ZONE", help="Time zone of the days (IANA, such as Europe/Oslo).", callback=known_zone),
]
RulesOption = Annotated[
    str | None,
    typer.Option(
        "--rules",
        metavar="SET|FILE",
        help=f"A set of rules ({', '.join(SETS)}), or rules in TOML; see docs/dictionary.md.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]


class Stopped(AmbulaError):
    """Ctrl-C."""

    exit_code = 130


def stoppable(command: Callable[..., _T]) -> Callable[..., _T]:
    """Return a command that Ctrl-C ends with one line, Stopped, instead of a traceback."""

    @functools.wraps(command)
    def stopped_well(*args: Any, **named: Any) -> _T:
        try:
            return command(*args, **named)
        except KeyboardInterrupt:
            raise Stopped("stopped. Nothing is lost: run the same command again") from None

    return stopped_well


def run(work: Coroutine[Any, Any, _T]) -> _T:
    """Run a coroutine to its end; Ctrl-C ends it cleanly and raises KeyboardInterrupt."""
    return asyncio.run(work)


def is_asked() -> bool:
    """Return whether a person is at the terminal."""
    return sys.stdin.isatty()


def store_path(named: Path | None, config: Config | None = None) -> Path:
    """Return the store that the user named, or the configured one."""
    return named if named is not None else (config or load_config()).store


def rules_of(named: str | None) -> Rules:
    """Return the set or the rules of the file that the user named, or the default."""
    return DEFAULT if named is None else rules_named(named)


def new_code(text: str, where: str) -> str:
    """Return a participant's code that is to be kept, without spaces around it; `where` names it to the user.

    Raises InputError for one that is empty, longer than 64 characters or has some that cannot be printed.
    """
    code = text.strip()
    if not code:
        raise InputError(f"{where}: a code cannot be empty")
    if not code.isprintable() or len(code) > _LONGEST_CODE:
        raise InputError(
            f"{where}: a code is one line of at most {_LONGEST_CODE} characters such as P01, not {code[:20]!a}"
        )
    return code


def warn_of_name(code: str) -> str:
    """Return a participant's code, after a word on standard error if it looks like a name rather than a code."""
    doubt = doubt_about(code)
    if doubt:
        err.line(f"ambula: {doubt}", YELLOW)
    return code


def moment_there(text: str, zones: ZoneHistory, option: str) -> int:
    """Return the time given to an option as UTC s; without an offset it is local where the participant was then."""
    seconds = moment(text, zones.changes[-1][1].key, option)
    return moment(text, zones.zone_at(seconds).key, option)


def moment(text: str, zone: str, option: str) -> int:
    """Return the time given to an option as UTC s; without an offset it is local time in the zone.

    Raises InputError for what is no time, and for a local time that the zone skips or has twice.
    """
    try:
        read = datetime.fromisoformat(text)
        local = read if read.tzinfo else _once(read, zone_info(zone), f"{option} {text}")
        seconds = int(local.timestamp())
    except (ValueError, OverflowError) as e:
        raise InputError(f"{option} {text}: not a time. Write it as 2026-03-04T12:00 or 2026-03-04T12:00+09:00") from e
    if seconds <= 0:
        raise InputError(f"{option} {text}: before 1970. Leave {option} out for always")
    return seconds


def _once(wall: datetime, zone: ZoneInfo, given: str) -> datetime:
    """Return a wall clock's time in a zone; raises InputError unless that wall clock shows it once (PEP 495)."""
    first, second = (wall.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return first
    either = [time.astimezone(UTC).astimezone(zone) for time in (first, second)]
    if wall == either[0].replace(tzinfo=None, fold=0):
        choices = " or ".join(time.isoformat(timespec="minutes") for time in (first, second))
        raise InputError(f"{given}: the clocks go back then, so {zone.key} has that time twice. Write {choices}")
    choices = " or ".join(f"{time.replace(tzinfo=None):%Y-%m-%dT%H:%M}" for time in reversed(either))
    raise InputError(f"{given}: the clocks go forward then, so {zone.key} has no such time. Write {choices}")
