"""The file of a bring-up: what it is of, and each figure with its value, limit, verdict and what it rests on.

docs/howto/first-board.md has the format for other programs.
"""

import json
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self, cast

from ambula.base.atomic_files import write_whole, writing
from ambula.base.errors import InputError
from ambula.base.version import SOFTWARE
from ambula.bringup.figures import FAILS, FIGURES, NOT_MEASURED, Value
from ambula.bringup.reading import Reading

FORMAT = "ambula-bringup"
VERSION = 1
ESP32 = "esp32"  # `sys.platform` of a board; of the simulated one it is the computer's


@dataclass(frozen=True)
class BoardFacts:
    """What a board says of itself: id (16 hex digits), sys.platform, machine, MicroPython's version, build, firmware.

    firmware_sha256: of the running firmware's files, path by path.
    """

    device_id: str
    platform: str
    machine: str
    micropython: str
    micropython_build: str
    firmware: str
    firmware_sha256: str

    @property
    def is_simulated(self) -> bool:
        """Whether this is no board at all: nothing of it counts as measured."""
        return self.platform != ESP32


@dataclass(frozen=True)
class Result:
    """One figure of one board: `with_` is what it was measured with, the firmware and MicroPython of that moment."""

    row: str
    figure: str
    value: Value | None
    verdict: str
    why: str
    evidence: Any
    utc: str
    with_: dict[str, str]

    @property
    def shown(self) -> str:
        """The value as a person reads it."""
        return FIGURES[self.figure].shown(self.value)

    def as_json(self) -> dict[str, Any]:
        """Return the entry of the file."""
        figure = FIGURES[self.figure]
        return {
            "row": self.row,
            "figure": self.figure,
            "what": figure.what,
            "value": self.value,
            "unit": figure.unit,
            "limit": figure.as_json(),
            "limit_source": figure.source,
            "verdict": self.verdict,
            "why": self.why or None,
            "evidence": self.evidence,
            "utc": self.utc,
            "with": self.with_,
        }


@dataclass
class Bringup:
    """All that is known of a board, in the order in which it was measured; `parts`: of rows that were broken off."""

    board: BoardFacts
    results: list[Result] = field(default_factory=list[Result])
    parts: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def with_(self) -> dict[str, str]:
        """What is measured with now."""
        board = self.board
        return {
            "micropython": f"{board.micropython} ({board.micropython_build})",
            "firmware": board.firmware,
            "firmware_sha256": board.firmware_sha256,
            "host": f"{SOFTWARE}, {platform.system()} {platform.machine()}",
        }

    def of_row(self, row: str) -> list[Result]:
        """Return a row's results."""
        return [r for r in self.results if r.row == row]

    def is_done(self, row: str) -> bool:
        """Whether a row was measured on this firmware and MicroPython, all of it."""
        known = self.of_row(row)
        return bool(known) and all(r.verdict != NOT_MEASURED and self.is_of_now(r) for r in known)

    def is_of_now(self, result: Result) -> bool:
        """Whether a result is of the firmware and the MicroPython that the board has now."""
        now = self.with_
        return all(result.with_.get(key) == now[key] for key in ("micropython", "firmware_sha256"))

    def take_board(self, board: BoardFacts) -> None:
        """Go on with what the board is now; parts of another firmware or MicroPython are no part of a row of these."""
        if board != self.board:
            self.parts = {}
        self.board = board

    def take(self, row: str, readings: Mapping[str, Reading]) -> list[Result]:
        """Put a row's readings in place of its older ones, and return them."""
        utc = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        new = [
            Result(row, name, r.value, _verdict(name, r), r.why, r.evidence, utc, self.with_)
            for name, r in readings.items()
        ]
        self.results = [r for r in self.results if r.row != row] + new
        return new

    def as_json(self) -> dict[str, Any]:
        """Return what the file holds."""
        return {
            "format": FORMAT,
            "version": VERSION,
            "simulated": self.board.is_simulated,
            "board": asdict(self.board),
            "results": [r.as_json() for r in self.results],
            "parts": self.parts,
        }

    def save(self, path: Path) -> None:
        """Write the file in one step; raises InputError where it cannot be written."""
        with writing(path):
            write_whole(path, json.dumps(self.as_json(), indent=1, allow_nan=False) + "\n")

    @classmethod
    def load(cls, path: Path) -> Self:
        """Return the bring-up in a file; raises InputError, with the file's name, if it is none.

        Verdicts are made anew from the values, by this version's limits. Figures that it does not know are left out.
        """
        try:
            told = cast("dict[str, Any]", json.loads(path.read_text(encoding="utf-8")))
            if told.get("format") != FORMAT or told.get("version") != VERSION:
                raise ValueError(f"its format is not {FORMAT} {VERSION}")
            results = [_result(entry) for entry in told["results"] if entry["figure"] in FIGURES]
            return cls(BoardFacts(**told["board"]), results, told.get("parts", {}))
        except (OSError, AttributeError, KeyError, TypeError, ValueError) as e:
            raise InputError(f"{path} is not the file of a bring-up: {e}") from e


def _verdict(name: str, reading: Reading) -> str:
    if reading.value is None:
        return FAILS if reading.failed else NOT_MEASURED
    return FIGURES[name].verdict(reading.value)


def _value(told: Any) -> Value | None:
    if told is None or isinstance(told, str):
        return told
    return [float(n) for n in cast("list[float]", told)] if isinstance(told, list) else float(told)


def _result(entry: dict[str, Any]) -> Result:
    value = _value(entry["value"])
    failed = value is None and entry["verdict"] == FAILS
    verdict = _verdict(entry["figure"], Reading(value, failed=failed))
    return Result(
        entry["row"], entry["figure"], value, verdict, entry.get("why") or "", entry["evidence"], entry["utc"],
        dict(entry["with"]),
    )  # fmt: skip
