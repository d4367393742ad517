"""A radio over bumble: what bumble logs does not reach a terminal."""

import asyncio
import subprocess
import sys

import pytest

from ambula.base.errors import InputError
from ambula.transport.source import open_radio

LOGS = """
import asyncio, contextlib, logging
from ambula.base.errors import TransportError
from ambula.transport.source import open_radio

async def go():
    async with open_radio("bumble:tcp-client:127.0.0.1:1"):
        pass

with contextlib.suppress(TransportError):
    asyncio.run(go())
logging.getLogger("bumble.transport.common").error("a packet that came too late")
"""


def test_what_bumble_logs_is_not_written_to_the_terminal() -> None:
    # A process of its own: pytest has a handler of its own for all that is logged.
    ran = subprocess.run([sys.executable, "-c", LOGS], capture_output=True, text=True, timeout=60)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")


def test_another_radio_is_refused() -> None:
    async def go() -> None:
        async with open_radio("usb:0"):
            pass

    with pytest.raises(InputError, match="radio 'usb:0'"):
        asyncio.run(go())
