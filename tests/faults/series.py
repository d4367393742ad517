"""Syncs of one node into fresh stores, troubled again and again in one way, then left in peace: was anything lost?"""

import asyncio
import contextlib
import os
import random
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ambula.base.errors import AmbulaError, StoreError
from ambula.nodes import client, receipts, sync
from ambula.nodes.client import NodeClient
from ambula.nodes.sync import sync_node
from ambula.store import Segment, Store
from ambula.store import connection as store_module
from ambula.transport import radio
from nodecore import headers, segment
from tests.faults import worn_small
from tests.faults.bed import Bed, Trouble, settings_for
from tests.faults.mishaps import IN_THE_STORE, Kill, Killed, Ledger
from tests.faults.troubles import ON_THE_WAY, Late, Single, Stall

LATE, TWO_LAPTOPS, MIXED = "late", "two laptops", "mixed"
KINDS = (*ON_THE_WAY, LATE, *IN_THE_STORE, TWO_LAPTOPS, MIXED)
VISITS = 10
_READ_SIZE = 4096  # instead of 32 KiB: more acknowledgements a visit
_PATIENCE_S = 0.12  # instead of 10 s
_LONGEST_VISIT_S = 30.0


@dataclass
class Outcome:
    """What came of it: faults that happened; segments missing, twice or different in the final stores."""

    faults: int = 0
    lost: int = 0
    duplicated: int = 0
    wrong: int = 0

    @property
    def is_good(self) -> bool:
        return not (self.lost or self.duplicated or self.wrong)

    def is_wrong(self, why: str) -> None:
        self.wrong += 1
        print(f"wrong: {why}", file=sys.stderr)


@contextlib.contextmanager
def impatient(patience_s: float = _PATIENCE_S) -> Iterator[None]:
    """Shorten every limit of the laptop, so that a stall costs a moment; a busy machine may overrun a short one."""
    places = (
        (client, "REPLY_TIMEOUT_S", patience_s),
        (client, "FRAME_TIMEOUT_S", patience_s),
        (radio, "CALL_TIMEOUT_S", patience_s),
        (radio, "CLOSE_TIMEOUT_S", patience_s),
        (store_module, "_LOCK_TIMEOUT_S", patience_s),
        (sync, "READ_SIZE", _READ_SIZE),
    )
    usual = [getattr(module, name) for module, name, _ in places]
    try:
        for module, name, value in places:
            setattr(module, name, value)
        yield
    finally:
        for (module, name, _), value in zip(places, usual, strict=True):
            setattr(module, name, value)


class Series:
    """One node, one or two laptops, one kind of trouble; `run` it once."""

    def __init__(self, folder: Path, image: Path, kind: str, seed: int) -> None:
        self.outcome = Outcome()
        self._folder = folder
        self._kind = kind
        self._dice = random.Random(f"{kind} {seed}")
        self._recorded = worn_small.recorded(image)
        self._settings = settings_for(folder, image, worn_small.DEVICE, worn_small.NOW_MS)
        self._paths = [folder / f"{i}.db" for i in range(2 if kind == TWO_LAPTOPS else 1)]
        self._said: list[tuple[str, str, bytes]] = []

    async def run(self) -> Outcome:
        """Make trouble in `VISITS` visits, then let each laptop finish, and count what is not as it should be."""
        asyncio.get_running_loop().set_exception_handler(
            lambda _, told: self.outcome.is_wrong(f"{self._kind}: {told['message']}: {told.get('exception')}")
        )
        async with Bed(self._folder, self._settings) as bed:
            for _ in range(VISITS):
                with impatient():
                    await self._troubled(bed)
                self._check_nowhere()
            for path in self._paths:
                await self._in_peace(bed, path)
        self._check_nowhere()
        for path in self._paths:
            with Store(path) as store:
                self._check(store)
        return self.outcome

    # ---- visits

    async def _troubled(self, bed: Bed) -> None:
        which = self._dice.randrange(len(self._paths))
        path = self._paths[which]
        store = Store(path)
        kind = self._dice.choice(KINDS[:-2]) if self._kind in (MIXED, TWO_LAPTOPS) else self._kind
        at = self._dice.randint(1, self._dice.choice((8, 30, 120)))
        mishap: Ledger | Single
        if kind in IN_THE_STORE:
            mishap = IN_THE_STORE[kind](store, at, self._dice)
        elif kind == LATE:
            mishap = bed.trouble = Late(bed, at, self._dice, self._said)
        else:
            mishap = bed.trouble = ON_THE_WAY[kind](bed, at, self._dice)
        try:
            async with asyncio.timeout(_LONGEST_VISIT_S):
                await self._visit(bed, store)
        except AmbulaError:
            pass  # a failure that is told in a line: the next visit is to make it good
        except Killed:
            assert isinstance(mishap, Kill)
            self._paths[which] = self._as_left_behind(mishap.left_behind)
        except Exception as e:  # what else comes out is a fault of the host's
            self.outcome.is_wrong(f"{kind} at {at}: {type(e).__name__}: {e}")
        finally:
            store.__exit__()
            await self._settle(bed)
        self.outcome.faults += mishap.happened

    def _as_left_behind(self, copy: Path) -> Path:
        """Return the store that a killed laptop left: under another name, since this process still held the first."""
        path = self._folder / f"{self._dice.randbytes(4).hex()}.db"
        for tail in ("", "-journal"):
            source = copy.with_name(copy.name + tail)
            if source.exists():
                shutil.move(source, path.with_name(path.name + tail))
        return path

    async def _visit(self, bed: Bed, store: Store) -> None:
        link = await (bed.connect(3 * _PATIENCE_S) if isinstance(bed.trouble, Stall) else bed.connect())
        try:
            await sync_node(NodeClient(link, [worn_small.KEY], lambda: worn_small.NOW_MS), store)
        finally:
            await link.close()

    async def _settle(self, bed: Bed) -> None:
        rebooting = getattr(bed.trouble, "rebooting", None)
        bed.trouble = Trouble()
        if rebooting is not None:
            await rebooting
        bed.lose_link()

    async def _in_peace(self, bed: Bed, path: Path) -> None:
        with Store(path) as store:
            try:
                await self._visit(bed, store)
            except AmbulaError as e:
                self.outcome.is_wrong(f"{self._kind}: the last sync failed: {e}")

    # ---- checks

    def _check_nowhere(self) -> None:
        """What the node has freed, some laptop holds."""
        first = worn_small.first_kept(self._settings.flash)
        held: dict[int, bytes] = {}
        for path in self._paths:
            with Store(path) as store:
                for node in store.nodes():
                    held |= dict(store.log_bytes(node.node_id, 0))
        gone = [at for at, s in self._recorded.items() if at < first and held.get(at) != s.data]
        if gone:
            self.outcome.lost += len(gone)
            print(f"{self._kind}: neither on the node nor in a store: {gone}", file=sys.stderr)

    def _check(self, store: Store) -> None:
        """The store holds what was recorded, once and in order; the rest of its log is told as missing."""
        if not store.nodes():
            self.outcome.lost += len(self._recorded)
            return
        (node,) = store.nodes()
        rows = store.log_bytes(node.node_id, 0)
        stored = dict(rows)
        freed = self._check_damage(store.damage(node.node_id))
        missing = [at for at in self._recorded if at not in stored and at not in freed]
        self.outcome.lost += len(missing)
        self.outcome.duplicated += len(rows) - len({data for _, data in rows})
        self.outcome.wrong += sum(stored[at] != s.data for at, s in self._recorded.items() if at in stored)
        self._check_chain(rows)
        proved = receipts.check(store, node, [worn_small.KEY])
        if proved.changed or (self._kind != TWO_LAPTOPS and proved.proved_bytes != proved.stored_bytes):
            self.outcome.is_wrong(f"{self._kind}: receipts: {proved}")

    def _check_damage(self, damage: list[tuple[int, int, str]]) -> set[int]:
        freed: set[int] = set()
        for start, length, reason in damage:
            if reason == "freed before this sync" and self._kind == TWO_LAPTOPS:
                freed |= set(range(start, start + length))
            elif start <= max(self._recorded):  # behind it only a boot that the power cut can be torn
                self.outcome.is_wrong(f"{self._kind}: damage {reason} at {start}, {length} bytes")
        return freed

    def _check_chain(self, rows: list[tuple[int, bytes]]) -> None:
        """Each segment names the one before it, also behind what was recorded at first."""
        before: Segment | None = None
        for at, data in rows:
            header = headers.parse_header(data)
            if header is None or not headers.is_sealed(data, 0, header):
                self.outcome.is_wrong(f"{self._kind}: no segment at {at}")
                return
            if before is not None and before.offset + len(before.data) == at:
                expected = (before.header.seq + 1, segment.stored_crc(before.data, 0, len(before.data)))
                if (header.seq, header.prev_crc) != expected:
                    self.outcome.is_wrong(f"{self._kind}: the chain breaks at {at}")
            before = Segment(at, header, data, None)


def run_series(folder: Path, image: Path, kind: str, seed: int) -> Outcome:
    """Run one series in a folder of its own and remove it."""
    place = folder / f"s{os.getpid()}"
    place.mkdir()
    try:
        return asyncio.run(Series(place, image, kind, seed).run())
    except StoreError as e:
        broken = Outcome()
        broken.is_wrong(f"{kind} {seed}: {e}")
        return broken
    finally:
        shutil.rmtree(place)
