"""`ambula check`: are the nodes worn as they should be?"""

from dataclasses import asdict
from datetime import UTC, datetime
from math import isnan
from pathlib import Path
from typing import Annotated, Any

import typer

from ambula.classify import check_overlap
from ambula.cli.common import JsonOption, ParticipantOption, StoreOption, err, out, print_json, store_path
from ambula.donning import Donning, Windows, check_donning, windows_of_counts, windows_of_records
from ambula.donning.windows import Bools
from ambula.errors import InputError
from ambula.recording import Samples, read_samples
from ambula.store import Store
from ambula.wearer import choose_participant, role_records
from nodecore import protocol
from nodecore.sampling import EPOCH_S, EPOCH_SAMPLES

NO_GO = 8
_EPOCHS_A_MINUTE = 60 // EPOCH_S

ThighOption = Annotated[Path | None, typer.Option(metavar="CSV", help="Thigh recording: CSV with t,x,y,z (s, g).")]
BackOption = Annotated[Path | None, typer.Option(metavar="CSV", help="Lower-back recording, as the thigh's.")]
MinutesOption = Annotated[int, typer.Option(min=1, max=60, help="How much of the newest synced epochs to look at.")]


def check(
    thigh: ThighOption = None,
    back: BackOption = None,
    store: StoreOption = None,
    participant: ParticipantOption = None,
    minutes: MinutesOption = 5,
    json: JsonOption = False,
) -> None:
    """Check that the nodes are worn the right way: stand, sit and walk, thirty seconds each. Exit code 8: no-go."""
    if thigh is None and back is None:
        start_s, pair = _from_store(store, participant, minutes)
        err.print(f"looking at {minutes} min from {datetime.fromtimestamp(start_s, UTC):%Y-%m-%d %H:%M:%S} UTC")
    elif store is not None or participant is not None:
        raise InputError("give recordings (--thigh, --back) or a store (--store, --participant), not both")
    else:
        start_s, pair = _from_files(thigh, back)
    result = check_donning(*pair)
    if json:
        print_json(_as_json(result, start_s, next(w.length_s for w in pair if w is not None)))
    else:
        _say(result)
    if not result.go:
        raise typer.Exit(NO_GO)


def _from_files(thigh: Path | None, back: Path | None) -> tuple[int, tuple[Windows | None, Windows | None]]:
    """Return the second at which the common windows start, and each node's windows."""
    sides = [None if path is None else read_samples(path, role) for role, path in enumerate((thigh, back))]
    check_overlap(*([] if side is None else [side] for side in sides))
    given = [side for side in sides if side is not None]
    first = max(side.first_epoch for side in given)
    end = min(side.first_epoch + side.epochs for side in given)
    windows = [None if side is None else _cut(side, first, end) for side in sides]
    return first * EPOCH_S, (windows[0], windows[1])


def _cut(samples: Samples, first: int, end: int) -> Windows:
    start = samples.first_epoch
    return windows_of_counts(samples.counts[(first - start) * EPOCH_SAMPLES : (end - start) * EPOCH_SAMPLES])


def _from_store(
    store: Path | None, participant: str | None, minutes: int
) -> tuple[int, tuple[Windows | None, Windows | None]]:
    with Store(store_path(store), must_exist=True) as kept:
        who = choose_participant(kept, participant)
        sides = [role_records(kept, who, role) for role in (protocol.THIGH, protocol.BACK)]
    ends = [int(side.epoch[-1]) + 1 for side in sides if side is not None]
    if not ends:
        raise InputError(f"{who} has no epochs yet: sync the nodes first")
    epochs = minutes * _EPOCHS_A_MINUTE
    first = max(ends) - epochs
    windows = [None if side is None else windows_of_records(side, first, epochs) for side in sides]
    return first * EPOCH_S, (windows[0], windows[1])


def _say(result: Donning) -> None:
    for finding in result.findings:
        out.print(finding.text, highlight=False, markup=False, soft_wrap=True)
    verdict = "Go: the nodes are worn as they should be." if result.go else "No-go."
    out.print(verdict, highlight=False)


def _as_json(result: Donning, start_s: int, length_s: float) -> dict[str, Any]:
    phases = result.phases
    return {
        "go": result.go,
        "findings": [asdict(finding) for finding in result.findings],
        "worn_on": dict(zip(("thigh", "back"), result.worn_on, strict=True)),
        "turns": {
            name: None if turn is None else {k: _number(v) for k, v in asdict(turn).items()}
            for name, turn in zip(("thigh", "back"), result.turns, strict=True)
        },
        "seconds": {
            name: None if phases is None else _span(getattr(phases, name), start_s, length_s)
            for name in ("standing", "sitting", "walking")
        },
    }


def _number(value: bool | float) -> bool | float | None:
    if isinstance(value, bool):
        return value
    return None if isnan(value) else round(value, 1)


def _span(which: Bools, start_s: int, length_s: float) -> dict[str, float] | None:
    """Return from when to when a phase was found, and how many seconds of it in between."""
    at = which.nonzero()[0]
    if not len(at):
        return None
    first, end = (float(start_s + int(k) * length_s) for k in (at[0], at[-1] + 1))
    return {"from": first, "to": end, "held": float(which.sum()) * length_s}
