"""Go or no-go, by one rule for all that `ambula check` looks at.

Go only if each node that the plan needs was heard and read, will last, and if the records of the last minutes show that
it records, is worn and sits the right way. What was not seen is named and is no Go. A person who knows better may go
against what is unknown, never against a fault, and the store keeps who did.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ambula.donning import Donning
from ambula.donning.words import Finding, Level
from ambula.readiness.rules import NodeState


class Verdict(StrEnum):
    """go: all was seen and is right. ready: what was looked at is, and the rest was not looked at. accepted: what is
    unknown was accepted by a person. no_go: something is wrong, or unknown."""

    GO = "go"
    READY = "ready"
    ACCEPTED = "accepted"
    NO_GO = "no-go"


@dataclass(frozen=True)
class Judged:
    """The verdict, and what it rests on: the findings, the gravest first."""

    verdict: Verdict
    findings: list[Finding]

    @property
    def words(self) -> str:
        """The verdict in a line for people."""
        as_far = " as far as could be seen" if any(f.code == "face_unknown" for f in self.findings) else ""
        return {
            Verdict.GO: f"Go: the nodes are ready, and worn as they should be{as_far}.",
            Verdict.READY: "Ready. This is no Go yet: put the nodes on, and check again.",
            Verdict.ACCEPTED: "Go, against what is unknown: that is kept with the week.",
            Verdict.NO_GO: "No-go.",
        }[self.verdict]


def judge(findings: Sequence[Finding], all_was_seen: bool, accepted: bool) -> Judged:
    """Return the verdict on findings; all_was_seen: it was also looked at how the nodes are worn."""
    ordered = sorted(findings, key=lambda finding: list(Level).index(finding.level))
    levels = {finding.level for finding in findings}
    if Level.FAULT in levels or (Level.UNKNOWN in levels and not accepted):
        return Judged(Verdict.NO_GO, ordered)
    if Level.UNKNOWN in levels:
        return Judged(Verdict.ACCEPTED, ordered)
    return Judged(Verdict.GO if all_was_seen else Verdict.READY, ordered)


def worn_findings(
    states: Sequence[NodeState],
    recorded: Sequence[str],
    donning: Donning | None,
    minutes: int,
    faults: Mapping[str, str],
) -> list[Finding]:
    """Return what the records of the last minutes show, and what they cannot.

    states: of the nodes that were read. recorded: roles of which there are such records; donning: what they show, None
    where there are none at all. faults: what nodes have logged, by role.
    """
    findings: list[Finding] = []
    for state in states:
        if state.role in recorded:
            continue
        if state.is_recording:
            findings.append(recorded_nothing(state.role, minutes, faults.get(state.role)))
        elif state.is_waiting:
            text = f"How the {state.role} node is worn cannot be seen before it records."
            findings.append(Finding("not_seen", state.role, Level.UNKNOWN, text))
    return findings + (donning.findings if donning else [])


def recorded_nothing(role: str, minutes: int, fault: str | None) -> Finding:
    """Return the finding for a node that should record, and of which there are no records; `fault`: what it logged."""
    why = f" Its log says: {fault}." if fault else ""
    text = f"The {role} node has recorded nothing in the last {minutes} min.{why} Restart it, or use another node."
    return Finding("no_records", role, Level.FAULT, text)
