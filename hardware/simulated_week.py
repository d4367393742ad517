"""A week of a synthetic participant who wears both virtual nodes, as the power model wants it: the thigh's.

    python hardware/simulated_week.py [--days 7] [--out week.json]

The thigh visits the back at each window, so it draws more than the back does. The states' times are those that the real
firmware counts (firmware/node/power.py), in virtual time. Bus and flash take virtual time; computing takes
none: it is counted in epochs, still and moving, and priced by the model.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from power_model import HERE, Week

from ambula.nodes.sync import sync_each
from ambula.nodes.visit import find_nodes
from ambula.sim.rig import SETTLE_MS, Rig, VirtualWearer
from ambula.store import Store
from ambula.synthetic import Participant, default_day, simulate
from nodecore import record, roles, thresholds
from nodecore.sampling import COUNTS_PER_G

_START_MS = round(datetime(2026, 3, 2, tzinfo=UTC).timestamp()) * 1000
_FULL_SCALE = 32767
_SYNCS = (1, 4, 7)  # days after which a laptop comes by: at set-up, in the middle, at the end


async def simulated_week(folder: Path, days: int, seed: int = 1) -> Week:
    """Return what the node did."""
    samples = [folder / "thigh.samples", folder / "back.samples"]
    participant = Participant(seed)
    for day in range(days):
        made = simulate(default_day(seed, day), participant, day_index=day)
        for path, acc_g in zip(samples, (made.thigh, made.back), strict=True):
            with path.open("ab") as file:
                file.write(np.clip(np.rint(acc_g * COUNTS_PER_G), -_FULL_SCALE, _FULL_SCALE).astype("<i2").tobytes())
    wearers = [VirtualWearer(role, path, _START_MS) for role, path in enumerate(samples)]
    async with Rig(folder, wearers, peers=True) as rig:
        with Store(folder / "s.db") as store:
            for day in range(1, days + 1):
                await rig.run_until(_START_MS + day * 86_400_000 - 5000 + SETTLE_MS)
                if day in _SYNCS or day == days:
                    rig.laptop_near()
                    report = await sync_each(rig.radio, store, await find_nodes(rig.radio, rig.keys), rig.utc_ms)
                    for _, error in report.failed:
                        raise error
                    await rig.run_until(rig.utc_ms())
            thigh = rig.nodes["thigh"]
            states = await thigh.power()
            (node,) = store.nodes("role = ?", (roles.THIGH,))
            records = store.records(node.node_id)
    moved = records.data[:, [record.MAD_X, record.MAD_Y, record.MAD_Z]].max(axis=1)
    moving = int((moved >= record.log_code(thresholds.STILL_MAD)).sum())
    return Week(
        days=days,
        spent_s=states.spent_s,
        entered=states.entered,
        bus_bytes=states.bus_bytes,
        moving_epochs=moving,
        still_epochs=len(records) - moving,
        led_s=thigh.signalled_s(by_motor=False),
        motor_s=thigh.signalled_s(by_motor=True),
    )


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description="Simulate a week for the power model.")
    parser.add_argument("--days", type=int, default=7, choices=range(1, 15))
    parser.add_argument("--out", type=Path, default=HERE / "week.json")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ambula-week-") as folder:
        week = asyncio.run(simulated_week(Path(folder), options.days))
    options.out.write_text(json.dumps(asdict(week), indent=1) + "\n", encoding="utf-8")
    print(f"{options.out}: {week.days} days, {week.radio_s:.0f} s of radio, {week.moving_epochs} moving epochs")
    return 0


if __name__ == "__main__":
    sys.exit(main())
