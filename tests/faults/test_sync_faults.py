"""Trouble at every value that passes and every statement of the store: a sample here, thousands in `make soak`.

After each series of troubled syncs one undisturbed sync must bring the store to what an undisturbed one holds, with
receipts for all of it; and after each single visit nothing may be gone from the node that no laptop holds.
"""

import asyncio
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ambula.base.errors import StoreError, TransportError
from ambula.nodes.client import NodeClient
from ambula.nodes.sync import sync_node
from ambula.sim.node import find_micropython
from ambula.store import Store
from tests.faults import worn_small
from tests.faults.bed import Bed, Trouble, settings_for
from tests.faults.series import KINDS, impatient, run_series
from tests.faults.troubles import Stall

PATIENCE_S = 0.3  # of each limit: long enough for an answer on a busy machine
IN_TIME_S = 9.0  # a few of them in a row, on a busy machine; less than one of the usual 10 s
# The values of a visit: read, 2 x subscribe, hello, its reply, prove, its reply, info, 5 x clock, seal, frames of the
# log, their end, receipt, acknowledgement.
PLACES = (1, 2, 4, 5, 6, 7, 9, 11, 20, 22, 30, 41, 42, 43, 44, 45)


@pytest.fixture(scope="session")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    find_micropython()
    return worn_small.make(tmp_path_factory.mktemp("worn"))


def a_bed(folder: Path, image: Path) -> Bed:
    return Bed(folder, settings_for(folder, image, worn_small.DEVICE, worn_small.NOW_MS))


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_lost_doubled_or_changed_by(kind: str, image: Path, tmp_path: Path) -> None:
    outcome = run_series(tmp_path, image, kind, 1)
    assert outcome.is_good, outcome
    assert outcome.faults > 0, "the trouble never came"


def test_a_node_that_stalls_anywhere_is_given_up_in_time(image: Path, tmp_path: Path) -> None:
    """Each read, subscription, command, reply and frame, and the closing: the laptop waits long for none."""

    async def visit(bed: Bed, at: int, store: Store) -> None:
        link = await bed.connect()
        bed.trouble = stall = Stall(bed, at, random.Random(at))
        began_s = time.monotonic()
        with pytest.raises(TransportError):
            await sync_node(NodeClient(link, [worn_small.KEY]), store)
        await link.close()
        assert stall.happened, at
        assert time.monotonic() - began_s < IN_TIME_S, at
        bed.trouble = Trouble()
        bed.lose_link()

    async def go() -> None:
        async with a_bed(tmp_path, image) as bed:
            with impatient(PATIENCE_S):
                for at in PLACES:
                    with Store(tmp_path / f"{at}.db") as store:
                        await visit(bed, at, store)

    asyncio.run(go())


def test_connecting_to_a_node_that_stalls_ends_in_time(image: Path, tmp_path: Path) -> None:
    async def go() -> float:
        async with a_bed(tmp_path, image) as bed:
            bed.trouble = Stall(bed, 1, random.Random(0))
            began_s = time.monotonic()
            with pytest.raises(TransportError, match="cannot connect"):
                await bed.connect(0.5)
            return time.monotonic() - began_s

    assert asyncio.run(go()) < 0.5 + IN_TIME_S


HOLD = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""


def test_a_store_that_another_process_holds_frees_nothing(
    image: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ambula.store.connection._LOCK_TIMEOUT_S", 0.1)

    async def go() -> int:
        path = tmp_path / "s.db"
        async with a_bed(tmp_path, image) as bed:
            with Store(path) as store:
                other = subprocess.Popen(
                    [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
                )
                with other:
                    assert other.stdout is not None
                    assert other.stdin is not None
                    assert other.stdout.readline() == b"held\n"
                    link = await bed.connect()
                    with pytest.raises(StoreError, match="in use by another Ambula"):
                        await sync_node(NodeClient(link, [worn_small.KEY]), store)
                    await link.close()
                    assert worn_small.first_kept(bed.settings.flash) == 0
                    other.stdin.close()
                link = await bed.connect()
                result = await sync_node(NodeClient(link, [worn_small.KEY]), store)
                await link.close()
                return result.epochs

    assert asyncio.run(go()) == worn_small.EPOCHS
