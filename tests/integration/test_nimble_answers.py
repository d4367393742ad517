"""The stand-in's `bluetooth` answers as the real NimBLE does: each call of the scripts in `nimble`, line by line.

`nimble/*.txt` is what the scripts printed in MicroPython's unix port with the real NimBLE; README.md there says which.
"""

import asyncio
from pathlib import Path

import pytest

from ambula.sim.air import Air
from tests.integration.nimble.peers import Laptop, be_asked
from tests.integration.radio_rig import Firmware

FOLDER = Path(__file__).with_name("nimble")
PATIENCE_S = 30.0
_INTERVAL_MS = 120  # a link this slow answers none of a few calls in a row, also on a busy machine

# Where the stand-in differs, and the real one's line; README.md says why.
DIFFERS = {
    "alone": {},
    "served": {
        "off while connected irqs []": "off while connected irqs [(2, 3, 1)]",
    },
    "asking": {},
}


async def answers(script: str) -> list[str]:
    """Run a script on the stand-in and be its peer; return what it printed, and what the peer heard."""
    async with Air(interval_ms=_INTERVAL_MS) as air:
        laptop = Laptop(await air.add_central())
        if script == "asking":
            await be_asked(await air.add_central("peripheral"))
        node = await air.add_node("node", "30:AE:A4:00:00:01")
        firmware = await Firmware.run(node, FOLDER / "on_stand_in.py", str(FOLDER / f"{script}.py"))
        if script == "served":
            await laptop.connect()
        done = 0
        async with asyncio.timeout(PATIENCE_S):
            while firmware.process.returncode is None:
                wanted = [line for line in firmware.lines if line.startswith("@")]
                for what in wanted[done:]:
                    await laptop.do(what)
                    done += 1
                await asyncio.sleep(0.005)
        await firmware.process.wait()
        await asyncio.sleep(0.05)
        return firmware.lines + laptop.heard


@pytest.mark.parametrize("script", ["alone", "served", "asking"])
def test_each_call_is_answered_as_by_the_real_nimble(script: str) -> None:
    real = (FOLDER / f"{script}.txt").read_text(encoding="utf-8").splitlines()
    own = asyncio.run(answers(script))
    assert own == [DIFFERS[script].get(line, line) for line in real]
