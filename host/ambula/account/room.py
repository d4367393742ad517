"""What a full flash cost since the visit before the last one."""

from dataclasses import dataclass

from ambula.account.ledger import State, ledger_from
from ambula.clock.true_time import NodeTime


@dataclass(frozen=True)
class FullFlash:
    """Slots that were not recorded for want of room: the first of them, and how many (0: none)."""

    since_epoch: int
    slots: int


def full_flash(log: NodeTime) -> FullFlash:
    """Return what the last visit, or the log that it brought, told of a full flash."""
    before = sorted(visit.epoch for visit in log.visits)[-2:-1]
    runs = [run for run in ledger_from(log).runs if run.state is State.STORAGE_FULL]
    cut = [(max([run.start, *before]), run.end) for run in runs if run.end > max([run.start, *before])]
    return FullFlash(cut[0][0] if cut else 0, sum(end - start for start, end in cut))
