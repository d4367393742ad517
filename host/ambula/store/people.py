"""What the store keeps besides the logs: settings, and each participant's zones, height, notes and programme."""

from ambula.store import checks
from ambula.store.rows import Check, Note, ZoneChange
from ambula.store.soundness import Soundness


class People(Soundness):
    """The tables that a person fills, not a node."""

    # ---- settings of the whole store

    def set(self, key: str, value: str) -> None:
        """Keep a text under a key, replacing what was there."""
        with self._transaction():
            self._db.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (key, value))

    def get(self, key: str, default: str = "") -> str:
        """Return the text under a key."""
        rows = self._rows("SELECT value FROM setting WHERE key = ?", (key,), (str,))
        return rows[0][0] if rows else default

    # ---- zones

    def set_zone(self, participant: str, change: ZoneChange) -> None:
        """Keep that a participant's days are cut by a zone from a moment on, replacing what was said of that moment."""
        with self._transaction():
            self._db.execute(
                "INSERT OR REPLACE INTO zone_change (participant, from_utc_s, zone) VALUES (?, ?, ?)",
                (participant, change.from_utc_s, change.zone),
            )

    def clear_zones(self, participant: str) -> int:
        """Forget a participant's zones, so that the set-up's counts; return how many there were."""
        with self._transaction():
            return self._db.execute("DELETE FROM zone_change WHERE participant = ?", (participant,)).rowcount

    def zone_changes(self, participant: str) -> list[ZoneChange]:
        """Return a participant's zones in time order; empty where none is kept."""
        rows = self._rows(
            "SELECT from_utc_s, zone FROM zone_change WHERE participant = ? ORDER BY from_utc_s",
            (participant,),
            (checks.UTC_MS, str),
        )
        return [ZoneChange(*row) for row in rows]

    def set_height(self, participant: str, height_m: float) -> None:
        """Keep how tall a participant is."""
        with self._transaction():
            self._db.execute(
                "INSERT OR REPLACE INTO person (participant, height_m) VALUES (?, ?)", (participant, height_m)
            )

    def height_m(self, participant: str) -> float | None:
        """Return how tall a participant is, in metres, or None where it is not set."""
        rows = self._rows("SELECT height_m FROM person WHERE participant = ?", (participant,), (float,))
        return rows[0][0] if rows else None

    # ---- checks

    def add_check(self, participant: str, check: Check) -> None:
        """Keep what a check came to."""
        with self._transaction():
            self._db.execute(
                "INSERT INTO checked (participant, utc_s, verdict, accepted_by, found) VALUES (?, ?, ?, ?, ?)",
                (participant, check.utc_s, check.verdict, check.accepted_by, check.found),
            )

    def checks(self, participant: str) -> list[Check]:
        """Return a participant's checks in the order in which they were kept."""
        rows = self._rows(
            "SELECT utc_s, verdict, accepted_by, found FROM checked WHERE participant = ? ORDER BY check_id",
            (participant,),
            (checks.UTC_MS, str, str, str),
        )
        return [Check(*row) for row in rows]

    # ---- notes and the walking programme

    def add_note(self, participant: str, note: Note) -> None:
        """Keep what a participant noted, replacing what was noted at the same second."""
        with self._transaction():
            self._db.execute(
                "INSERT OR REPLACE INTO note (participant, utc_s, pain, words) VALUES (?, ?, ?, ?)",
                (participant, note.utc_s, note.pain, note.words),
            )

    def remove_note(self, participant: str, utc_s: int) -> None:
        """Remove what a participant noted at a second; nothing where nothing was."""
        with self._transaction():
            self._db.execute("DELETE FROM note WHERE participant = ? AND utc_s = ?", (participant, utc_s))

    def notes(self, participant: str) -> list[Note]:
        """Return a participant's notes in time order."""
        rows = self._rows(
            "SELECT utc_s, pain, words FROM note WHERE participant = ? ORDER BY utc_s",
            (participant,),
            (checks.UTC_MS, (int, type(None)), str),
        )
        return [Note(*row) for row in rows]

    def set_programme(self, participant: str, first_date: str, plan: str) -> None:
        """Keep a participant's walking plan (TOML) and its first date (ISO; "": the first recorded)."""
        with self._transaction():
            self._db.execute(
                "INSERT OR REPLACE INTO programme (participant, first_date, plan) VALUES (?, ?, ?)",
                (participant, first_date, plan),
            )

    def programme(self, participant: str) -> tuple[str, str] | None:
        """Return a participant's plan as `set_programme` took it, the date first; None where none was kept."""
        rows = self._rows("SELECT first_date, plan FROM programme WHERE participant = ?", (participant,), (str, str))
        return (rows[0][0], rows[0][1]) if rows else None
