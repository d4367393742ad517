"""What keeps a participant from starting, and what is only a note. Each is a finding, as in the donning check."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from math import ceil
from typing import Any

from ambula.base.sites import BACK_SITE
from ambula.donning.words import Finding, Level
from ambula.nodes.laptop_clock import Opinion
from ambula.readiness.battery import Budget, battery_days
from nodecore import protocol

# A restless wearer's day: 17,280 epochs, of which a typical one stores 5.9 bytes (13 simulated days took 1.32 MB), and
# half as much again. A node that never rested would need 245,000.
FLASH_BYTES_A_DAY = 150_000
_CLOCK_NOTE_MS = 2_000  # the two nodes and the host line up epochs of 5 s: up to here nothing needs correction
CLOCK_FAULT_MS = 60_000
_QUIET_MG = 8.0  # a sensor at rest in its low-power mode shows some 2 mg
_LOUD_MG = 40.0


_DAY_S = 86_400
_USUAL_DAYS = 7


@dataclass(frozen=True)
class Needs:
    """What is planned: days to record from now or from the planned start on (None: as the node's plan says, or 7), the
    rated charge of the cells, mAh, and the time now, UTC s."""

    days: int | None = None
    cell_mah: float = 400.0
    now_s: float = 0.0


@dataclass(frozen=True)
class NodeState:
    """What a node reported at a visit; None where it did not.

    clock_offset_ms: its clock minus this computer's. noise_mg: standard deviation of the quietest stretch, x, y, z.
    self_test_mg: by how much its own test moved the sensor's mass, x, y, z. start_utc_s, plan_days: those of
    `nodes.info.CapturePlan`. firmware, node_id: as the store has them. opinion: what its clock says of this
    computer's.
    """

    role: str
    battery_mv: int
    clock_is_set: bool
    clock_offset_ms: int
    is_recording: bool
    is_full: bool
    free_bytes: int | None = None
    self_test_passed: bool | None = None
    self_test_mg: tuple[int, int, int] | None = None
    noise_mg: tuple[float, float, float] | None = None
    is_waiting: bool = False
    start_utc_s: int | None = None
    plan_days: int | None = None
    firmware: str = ""
    node_id: int = 0
    opinion: Opinion | None = None

    def waits_days(self, needs: Needs) -> float:
        """Return for how many days it waits for its planned start; 0 where that is not known."""
        return max(0.0, ((self.start_utc_s or 0) - needs.now_s) / _DAY_S) if self.is_waiting else 0.0

    def days_to_record(self, needs: Needs) -> float:
        """Return for how many days it is still to record, by what was asked, else by its own plan, else for 7."""
        if needs.days is not None or self.plan_days is None:
            return needs.days or _USUAL_DAYS
        since_s = needs.now_s - self.start_utc_s if self.is_recording and self.start_utc_s else 0.0
        return max(0.0, self.plan_days - max(0.0, since_s) / _DAY_S)


def check_readiness(nodes: Sequence[NodeState], set_up: Sequence[str], needs: Needs, budget: Budget) -> list[Finding]:
    """Return what was found, in the order in which to act; nothing but notes means go.

    set_up: roles of the participant's nodes that this computer has keys of.
    """
    findings = _pair([n.role for n in nodes], set_up)
    for node in nodes:
        findings += [
            *_battery(node, needs, budget),
            *_flash(node, needs),
            *_clock(node),
            *_sensor(node),
            *_running(node, needs),
        ]
    return sorted(findings, key=lambda f: f.level is Level.NOTE)


def _pair(heard: Sequence[str], set_up: Sequence[str]) -> list[Finding]:
    findings = [
        Finding("not_heard", role, Level.FAULT, f"The {role} node was not heard: double-tap it and check again.")
        for role in set_up
        if role not in heard
    ]
    for role in protocol.ROLE_NAMES:
        if role not in set_up:
            no_back = role == BACK_SITE
            text = f"No {role} node was set up for this participant: " + (
                "sitting cannot be distinguished from lying." if no_back else "posture comes from the trunk alone."
            )
            findings.append(Finding("alone", role, Level.NOTE, text))
    return findings


def _battery(node: NodeState, needs: Needs, budget: Budget) -> list[Finding]:
    sure = battery_days(node.battery_mv, needs.cell_mah, budget.pessimistic_ma)
    likely = battery_days(node.battery_mv, needs.cell_mah, budget.base_ma)
    waits, records = node.waits_days(needs), node.days_to_record(needs)
    state = f"The {node.role} node's cell ({node.battery_mv / 1000:.2f} V) lasts"
    wanted = f"{_days(waits + records)}" + (
        f" ({_days(waits)} until it starts, then {_days(records)})" if waits else ""
    )
    if likely < waits + records:
        text = f"{state} about {likely:.0f} days, not {wanted}: charge it first."
        return [Finding("battery", node.role, Level.FAULT, text)]
    if sure < waits + records:
        text = f"{state} between {sure:.0f} and {likely:.0f} days: charge it, to be sure of {wanted}."
        return [Finding("battery", node.role, Level.NOTE, text)]
    return []


def _days(days: float) -> str:
    """Return days rounded up: what is to last must not be understated."""
    return f"{ceil(days - 0.01)}"


def _flash(node: NodeState, needs: Needs) -> list[Finding]:
    if node.is_full:
        text = f"The {node.role} node's flash is full: sync it, then it records again."
        return [Finding("flash", node.role, Level.FAULT, text)]
    records = node.days_to_record(needs)
    if node.free_bytes is not None and node.free_bytes < records * FLASH_BYTES_A_DAY:
        days = node.free_bytes // FLASH_BYTES_A_DAY
        text = f"The {node.role} node's flash has room for {days} days, not {_days(records)}: sync it before then."
        return [Finding("flash", node.role, Level.FAULT if days < 1 else Level.NOTE, text)]
    return []


def _clock(node: NodeState) -> list[Finding]:
    off_s = node.clock_offset_ms / 1000
    if not node.clock_is_set:
        return [Finding("clock", node.role, Level.FAULT, f"The {node.role} node's clock is not set: sync it.")]
    if abs(node.clock_offset_ms) > CLOCK_FAULT_MS:
        text = (
            f"The {node.role} node's clock is {off_s:+.0f} s off. If this computer's clock is right, sync the node, "
            "then run `ambula setup` for it again: that ends its recording and begins a new one with the clock set."
        )
        return [Finding("clock", node.role, Level.FAULT, text)]
    if abs(node.clock_offset_ms) > _CLOCK_NOTE_MS:
        text = f"The {node.role} node's clock is {off_s:+.1f} s off: the sync corrects it."
        return [Finding("clock", node.role, Level.NOTE, text)]
    return []


def _sensor(node: NodeState) -> list[Finding]:
    findings: list[Finding] = []
    if node.self_test_passed is False:
        moved = ", ".join(str(mg) for mg in node.self_test_mg or ())
        text = f"The {node.role} node's sensor fails its own test ({moved} mg): use another node."
        findings.append(Finding("self_test", node.role, Level.FAULT, text))
    if node.noise_mg is not None:
        loudest = max(node.noise_mg)
        if loudest > _LOUD_MG:
            text = f"The {node.role} node moved while its sensor was tested ({loudest:.0f} mg): restart it lying down."
            findings.append(Finding("noise", node.role, Level.NOTE, text))
        elif loudest > _QUIET_MG:
            text = f"The {node.role} node's sensor is noisy at rest ({loudest:.0f} mg; about 2 is usual)."
            findings.append(Finding("noise", node.role, Level.NOTE, text))
    return findings


def _running(node: NodeState, needs: Needs) -> list[Finding]:
    if node.is_recording:
        left_h = 24 * node.days_to_record(needs)
        if node.plan_days is None or needs.days is not None or left_h >= 24:
            return []
        text = (
            f"The {node.role} node's recording ends in {left_h:.0f} h, as it was set up. For a longer one set it up "
            "again, once it is synced."
        )
        return [Finding("ends_soon", node.role, Level.UNKNOWN, text)]
    if node.is_waiting:
        text = f"The {node.role} node does not record yet: it waits {_start(node)}. `ambula start` starts it now."
        return [Finding("waiting", node.role, Level.NOTE, text)]
    text = f"The {node.role} node's recording is over or was stopped: `ambula start` starts it."
    return [Finding("not_recording", node.role, Level.FAULT, text)]


def _start(node: NodeState) -> str:
    if node.start_utc_s is None:
        return "for a double tap"
    return f"until {datetime.fromtimestamp(node.start_utc_s).astimezone():%Y-%m-%d %H:%M} (this computer's clock)"


def facts_of(node: NodeState, needs: Needs, budget: Budget) -> dict[str, Any]:
    """Return what a node reported: values for a script, and a line for people (`words`)."""
    currents_ma = budget.pessimistic_ma, budget.base_ma
    days = [round(battery_days(node.battery_mv, needs.cell_mah, ma), 1) for ma in currents_ma]
    free = 0 if node.is_full else node.free_bytes
    flash_days = None if free is None else round(free / FLASH_BYTES_A_DAY, 1)
    words = [
        f"{node.role}: {node.battery_mv / 1000:.2f} V, good for {days[0]:.0f} to {days[1]:.0f} days",
        *([] if flash_days is None else [f"room for {flash_days:.0f} days"]),
        *([f"records for {_days(node.days_to_record(needs))} days"] if node.plan_days else []),
        f"clock {node.clock_offset_ms / 1000:+.1f} s",
        *([] if node.self_test_passed is None else [f"self-test {'passed' if node.self_test_passed else 'failed'}"]),
        *([] if node.noise_mg is None else [f"noise {max(node.noise_mg):.1f} mg"]),
    ]
    return {
        **asdict(node),
        "battery_days_pessimistic": days[0],
        "battery_days_base": days[1],
        "flash_days": flash_days,
        "waits_days": round(node.waits_days(needs), 1),
        "days_to_record": round(node.days_to_record(needs), 1),
        "words": ", ".join(words),
    }
