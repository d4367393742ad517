"""Who may talk to a node: the real firmware against an owner, strangers, and somebody in between."""

import asyncio
import hmac
import struct
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from ambula.base.errors import AmbulaError, ProtocolError, TransportError
from ambula.nodes.client import NodeClient
from ambula.nodes.segments import assemble
from ambula.nodes.session import NodeKey, Session, new_key
from ambula.nodes.sync import sync_node
from ambula.nodes.visit import find_nodes
from ambula.sim.image import build_image, log_chunks
from ambula.sim.nimble import NodeRadio
from ambula.sim.rig import Rig, VirtualWearer
from ambula.store import Segment, Store
from ambula.transport.radio import Found, Link
from nodecore import protocol, segment
from tests.integration.between import Between
from tests.support import worn
from tests.support.worn import heard

PATIENCE_S = 15.0


class Talk:
    """A stranger's raw talk with a node."""

    def __init__(self, link: Link) -> None:
        self.link = link
        self.replies: asyncio.Queue[bytes] = asyncio.Queue()
        self.frames: list[bytes] = []

    async def start(self) -> "Talk":
        await self.link.subscribe(protocol.CONTROL_UUID, self.replies.put_nowait)
        await self.link.subscribe(protocol.DATA_UUID, self.frames.append)
        return self

    async def ask(self, message: bytes) -> bytes:
        await self.link.write(protocol.CONTROL_UUID, message)
        return await asyncio.wait_for(self.replies.get(), PATIENCE_S)

    async def is_ignored(self, message: bytes) -> bool:
        await self.link.write(protocol.CONTROL_UUID, message)
        await asyncio.sleep(0.3)
        return self.replies.empty() and not self.frames


def at_a_node(recorded: Path, tmp_path: Path, play: Callable[[Rig, Talk], Any]) -> None:
    async def go() -> None:
        async with worn.worn_again(recorded, tmp_path / "rig") as rig:
            rig.laptop_near()
            link = await rig.radio.connect(await heard(rig))
            try:
                await play(rig, await Talk(link).start())
            finally:
                await link.close()

    asyncio.run(go())


COMMANDS = {
    protocol.TIME_GET: b"",
    protocol.TIME_SET: struct.pack("<Q", 1),
    protocol.SEAL: b"",
    protocol.READ: struct.pack("<II", 0, 1000),
    protocol.ACK: struct.pack("<II", 0, 0),
    protocol.CANCEL: b"",
    protocol.STOP: b"",
    protocol.INFO: b"",
    protocol.RECEIPT: struct.pack("<II", 0, 1000),
    protocol.START: b"",
    protocol.HEALTH: b"",
    protocol.NOW: b"",
    protocol.PLAN: b"",
    99: b"",
}
PEER_MAY = {protocol.TIME_GET, protocol.READ, protocol.CANCEL, protocol.INFO}


def test_a_stranger_gets_a_refusal_to_everything(recorded: Path, tmp_path: Path) -> None:
    before = log_chunks(recorded / "thigh.img")

    async def play(rig: Rig, talk: Talk) -> None:
        assert await talk.link.read(protocol.PUBLIC_UUID) == bytes((protocol.VERSION, protocol.HAS_KEY))
        for command, arguments in COMMANDS.items():
            reply = await talk.ask(bytes((command, 7)) + arguments)
            assert reply == bytes((command | 0x80, 7, protocol.DENIED))
        assert talk.frames == []

    at_a_node(recorded, tmp_path, play)
    after = log_chunks(tmp_path / "rig" / "thigh.img")
    assert all(after[at].startswith(data) for at, data in before.items())  # nothing was freed or changed


@pytest.mark.parametrize(
    "message",
    [
        bytes((protocol.HELLO, 1)) + bytes(15),
        bytes((protocol.HELLO, 1)) + bytes(17),
        bytes((protocol.PROVE, 1)) + bytes(16),
        bytes((protocol.PROVE, 1)),
    ],
    ids=["short hello", "long hello", "prove before hello", "empty prove"],
)
def test_a_wrong_step_of_the_proof_is_denied(recorded: Path, tmp_path: Path, message: bytes) -> None:
    async def play(rig: Rig, talk: Talk) -> None:
        assert (await talk.ask(message))[2:] == bytes((protocol.DENIED,))

    at_a_node(recorded, tmp_path, play)


async def shake_hands(talk: Talk, key: NodeKey, answer: Callable[[NodeKey, bytes, bytes], bytes]) -> tuple[int, bytes]:
    """Say hello and prove with what `answer` makes of it; return the status and the transcript."""
    host_nonce = b"h" * protocol.NONCE_SIZE
    reply = await talk.ask(bytes((protocol.HELLO, 1)) + host_nonce)
    node_nonce, node_proof = reply[3:19], reply[19:]
    transcript = key.transcript(host_nonce, node_nonce)
    assert key.is_proved_by(transcript, node_proof)
    reply = await talk.ask(bytes((protocol.PROVE, 2)) + answer(key, transcript, node_proof))
    return reply[2], transcript


@pytest.mark.parametrize(
    "answer",
    [
        lambda key, t, proof: proof,
        lambda key, t, proof: bytes(16),
        lambda key, t, proof: key.host_proof(t)[:15],
        lambda key, t, proof: key.host_proof(t) + b"x",
        lambda key, t, proof: key.host_proof(t[:10] + b"old nonces......" * 2),
        lambda key, t, proof: NodeKey(key.device_id, key.role, "", new_key()).host_proof(t),
    ],
    ids=["the node's own", "zeros", "short", "long", "of another time", "of another key"],
)
def test_a_wrong_proof_opens_nothing(recorded: Path, tmp_path: Path, answer: Any) -> None:
    async def play(rig: Rig, talk: Talk) -> None:
        key = rig.keys[0]
        status, transcript = await shake_hands(talk, key, answer)
        assert status == protocol.DENIED
        # One try a hello: not even the right proof opens it now.
        reply = await talk.ask(bytes((protocol.PROVE, 3)) + key.host_proof(transcript))
        assert reply[2] == protocol.DENIED

    at_a_node(recorded, tmp_path, play)


def test_an_owner_s_messages_count_once_in_order_and_unchanged(recorded: Path, tmp_path: Path) -> None:
    async def play(rig: Rig, talk: Talk) -> None:
        key = rig.keys[0]
        status, transcript = await shake_hands(talk, key, lambda k, t, _: k.host_proof(t))
        assert status == protocol.OK
        session = key.session(transcript)
        first, second, third = (session.seal(bytes((protocol.TIME_GET, tag))) for tag in (1, 2, 3))
        assert session.open(protocol.REPLIES, await talk.ask(first)) is not None
        assert await talk.is_ignored(first)  # heard before
        assert await talk.is_ignored(third)  # out of order
        for at in (0, 4, 5, len(second) - 1):
            assert await talk.is_ignored(second[:at] + bytes((second[at] ^ 0x80,)) + second[at + 1 :])
        for size in (0, 1, 4, 11, 12, 13, 31):
            assert await talk.is_ignored(bytes(size))
        assert await talk.is_ignored(bytes((protocol.HELLO, 1)) + bytes(16))  # nobody can start anew in between
        assert await talk.is_ignored(bytes((protocol.STOP, 1)))
        reply = session.open(protocol.REPLIES, await talk.ask(second))
        assert reply is not None
        assert reply[:3] == bytes((protocol.TIME_GET | 0x80, 2, protocol.OK))

    at_a_node(recorded, tmp_path, play)


def test_a_recorded_session_can_not_be_played_again(recorded: Path, tmp_path: Path) -> None:
    said: list[bytes] = []

    def listen(way: str, _: str, value: bytes) -> bytes:
        if way == "up":
            said.append(value)
        return value

    async def go() -> None:
        async with worn.worn_again(recorded, tmp_path / "rig") as rig:
            rig.laptop_near()
            link = await rig.radio.connect(await heard(rig))
            await NodeClient(Between(link, listen), rig.keys, rig.utc_ms).open()
            await link.close()
            link = await rig.radio.connect(await heard(rig))
            talk = await Talk(link).start()
            assert (await talk.ask(said[0]))[2] == protocol.OK
            assert (await talk.ask(said[1]))[2] == protocol.DENIED
            for message in said[2:]:
                reply = await talk.ask(message)
                assert (reply[2], len(reply)) == (protocol.DENIED, 3)
            await link.close()

    asyncio.run(go())
    assert len(said) == 3


def without_counters(messages: list[bytes]) -> list[bytes]:
    """What a channel of a session carried, without the counters, once these are seen to be but 0, 1, 2 ..."""
    assert [message[:4] for message in messages] == [struct.pack("<I", n) for n in range(len(messages))]
    return [message[4:] for message in messages]


def test_nothing_that_passes_in_clear_tells_of_a_person(recorded: Path, tmp_path: Path) -> None:
    passed: dict[tuple[str, str], list[bytes]] = {}

    def listen(way: str, uuid: str, value: bytes) -> bytes:
        passed.setdefault((way, uuid), []).append(value)
        return value

    async def go() -> tuple[bytes, bytes]:
        with Store(tmp_path / "s.db") as store:
            async with worn.worn_again(recorded, tmp_path / "rig") as rig:
                rig.laptop_near()
                found = await heard(rig)
                link = await rig.radio.connect(found)
                await sync_node(NodeClient(Between(link, listen), rig.keys, rig.utc_ms), store)
                await link.close()
                (advertised,) = found.manufacturer_data.values()
                assert found.name is None
            key = rig.keys[0]
            stored = b"".join(worn.stored_data(store, 0))
            return advertised, key.key + bytes.fromhex(key.device_id) + stored

    advertised, secret = asyncio.run(go())
    said, replied = passed.pop(("up", protocol.CONTROL_UUID)), passed.pop(("down", protocol.CONTROL_UUID))
    data = passed.pop(("down", protocol.DATA_UUID))
    (public,) = passed.values()
    clear = [advertised, *public, *said[:2], *replied[:2]]  # hello and prove
    # A log holds counters too: 4 bytes that are alike and 2 random ones beside them would meet in one run of a hundred.
    for channel in (said[2:], replied[2:], data):
        clear += without_counters(channel)
    assert sum(map(len, clear)) > 50_000
    runs = {secret[i : i + 6] for i in range(len(secret) - 5)} - {bytes(6)}
    assert not any(message[i : i + 6] in runs for message in clear for i in range(len(message) - 5))


def test_a_node_shows_no_face_twice(recorded: Path, tmp_path: Path) -> None:
    async def go() -> list[tuple[str, bytes]]:
        seen: list[tuple[str, bytes]] = []
        async with worn.worn_again(recorded, tmp_path / "rig") as rig:
            for _ in range(3):
                rig.laptop_near()
                found = await heard(rig)
                seen.append((found.address, found.manufacturer_data[protocol.COMPANY]))
                await rig.run_until(rig.utc_ms() + 120_000)  # the window closes
                assert not await rig.radio.scan(protocol.SERVICE_UUID, 0.5)
        return seen

    addresses, hints = zip(*asyncio.run(go()), strict=True)
    assert len(set(addresses)) == len(set(hints)) == 3


async def time_as_stranger(rig: Rig, found: Found, talks: bool) -> float:
    """Connect to a node and prove nothing; return after how many seconds it ends the link."""
    link = await rig.radio.connect(found)
    gone = asyncio.Event()
    link.on_lost(gone.set)
    began_s = time.monotonic()
    talk = await Talk(link).start()
    while not gone.is_set() and time.monotonic() - began_s < PATIENCE_S:
        if talks:  # asking again and again does not buy time
            try:
                await talk.ask(bytes((protocol.HELLO, 1)) + bytes(16))
            except (AmbulaError, TimeoutError):
                break
        await asyncio.sleep(0.05)
    await asyncio.wait_for(gone.wait(), PATIENCE_S)
    lasted_s = time.monotonic() - began_s
    await link.close()
    return lasted_s


def test_who_does_not_prove_the_key_is_sent_away(recorded: Path, tmp_path: Path) -> None:
    async def go() -> list[float]:
        async with worn.worn_again(recorded, tmp_path / "rig") as rig:
            rig.laptop_near()
            found = [await heard(rig, name) for name in worn.ROLES]
            lasted = await asyncio.gather(
                *(time_as_stranger(rig, one, talks) for one, talks in zip(found, (False, True), strict=True))
            )
            for key in rig.keys:  # the owner still gets in
                link = await rig.radio.connect(await heard(rig, key.role_name))
                await NodeClient(link, [key], rig.utc_ms).open()
                await link.close()
        return lasted

    assert all(4 < seconds < 8 for seconds in asyncio.run(go()))


def test_a_node_that_was_never_set_up_serves_nobody(recorded: Path, tmp_path: Path) -> None:
    async def go() -> None:
        folder = tmp_path / "rig"
        async with worn.worn_again(recorded, folder) as rig:
            await rig.nodes["thigh"].kill()
            build_image(rig.flash_path("thigh"), {"role": "thigh"})
            await rig.restart("thigh")
            (bare,) = [n for n in await find_nodes(rig.radio, rig.keys, 2.0) if n.key is None]
            link = await rig.radio.connect(bare.found)
            with pytest.raises(ProtocolError, match="never set up"):
                await NodeClient(link, rig.keys, rig.utc_ms).open()
            talk = await Talk(link).start()
            assert (await talk.ask(bytes((protocol.HELLO, 1)) + bytes(16)))[2:] == bytes((protocol.NO_KEY,))
            await link.close()

    asyncio.run(go())


def test_a_stranger_in_between_can_only_end_the_visit(recorded: Path, tmp_path: Path) -> None:
    def forge(_: str, uuid: str, value: bytes) -> bytes:
        """Blank one byte of each log message."""
        return value[:-20] + bytes(1) + value[-19:] if uuid == protocol.DATA_UUID else value

    async def go() -> None:
        with Store(tmp_path / "s.db") as store:
            async with worn.worn_again(recorded, tmp_path / "rig") as rig:
                rig.laptop_near()
                link = await rig.radio.connect(await heard(rig))
                with pytest.raises(TransportError, match="damaged"):
                    await sync_node(NodeClient(Between(link, forge), rig.keys, rig.utc_ms), store)
                await link.close()
            (node,) = store.nodes()
            assert (node.next_offset, store.damage(node.node_id)) == (0, [])

    asyncio.run(go())


async def next_window(rig: Rig, radio: NodeRadio) -> None:
    """Pass time till the node has opened a window, second by second where it is due."""
    windows = radio.windows
    while radio.windows == windows:
        to_due_ms = (898_000 - rig.utc_ms()) % 900_000
        await rig.run_until(rig.utc_ms() + (to_due_ms if 0 < to_due_ms < 896_000 else 1000))


def test_windows_that_serve_strangers_become_rarer(recorded: Path, tmp_path: Path) -> None:
    """Windows that open by themselves, every 15 minutes: rarer after two of strangers, as before after the owner's."""

    async def go() -> list[int]:
        opened_s: list[int] = []
        # With samples: a node whose sensor is silent for an hour starts anew, and its windows with it.
        async with worn.worn_again(recorded, tmp_path / "rig", samples=worn.restless(9)) as rig:
            radio = rig.radios["thigh"]
            await rig.run_until(rig.utc_ms() + 890_000)  # the first minute's window is over; the next opens at 900 s
            for visitor in ("stranger", "stranger", "owner", "nobody", "nobody"):
                await next_window(rig, radio)
                opened_s.append(rig.utc_ms() // 1000)
                if visitor != "nobody":
                    rig.laptop_near(tap=False)
                    link = await rig.radio.connect(await heard(rig))
                    if visitor == "owner":
                        await NodeClient(link, rig.keys, rig.utc_ms).open()
                    await link.close()
                    while radio.connections:
                        await asyncio.sleep(0.01)
                    while radio.is_on:
                        await rig.run_until(rig.utc_ms() + 1000)
        return opened_s

    opened_s = asyncio.run(go())
    assert [round((b - a) / 60) for a, b in pairwise(opened_s)] == [15, 30, 60, 15]


# ---- the wearer's other node


def segments_of(image: Path) -> list[Segment]:
    return assemble(0, b"".join(data for _, data in sorted(log_chunks(image).items())), at_log_end=True).segments


def mac(key: bytes, *parts: bytes) -> bytes:
    return hmac.digest(key, b"".join(parts), "sha256")


def at_a_back(folder: Path, play: Callable[[Rig, Talk], Any], name: str = "back") -> None:
    """A back node, and a thigh, with a pair's key and a few minutes of log."""

    async def go() -> None:
        wearers = [VirtualWearer(i, worn.restless(i)[:13000], worn.START_MS, config={"meet": 0}) for i in range(2)]
        async with Rig(folder, wearers, peers=True) as rig:
            await rig.run_until(worn.START_MS + 500_000)
            rig.laptop_near()
            link = await rig.radio.connect(await heard(rig, name))
            try:
                await play(rig, await Talk(link).start())
            finally:
                await link.close()

    asyncio.run(go())


async def meet(talk: Talk, pair: bytes, hello: int = 18, prove: int = 19, role: int = 1) -> tuple[int, Session | None]:
    """Shake hands as SPEC.md has it for the wearer's other node; return the last status and the session."""
    nonce = b"t" * 16
    reply = await talk.ask(bytes((hello, 1)) + nonce)
    if reply[2] != protocol.OK:
        return reply[2], None
    transcript = bytes((2, role)) + nonce + reply[3:19]
    if hello == 18:
        assert reply[19:] == mac(pair, b"peer node", transcript)[:16]
    reply = await talk.ask(bytes((prove, 2)) + mac(pair, b"peer host", transcript)[:16])
    return reply[2], Session(mac(pair, b"peer encrypt", transcript), mac(pair, b"peer authenticate", transcript))


def test_the_other_node_s_key_opens_reading_and_nothing_else(tmp_path: Path) -> None:
    async def play(rig: Rig, talk: Talk) -> None:
        status, session = await meet(talk, rig.keys[1].pair)
        assert status == protocol.OK
        assert session is not None
        for command, arguments in COMMANDS.items():
            reply = session.open(protocol.REPLIES, await talk.ask(session.seal(bytes((command, 7)) + arguments)))
            assert reply is not None
            assert reply[2] == (protocol.OK if command in PEER_MAY else protocol.DENIED), command
        log = b"".join(session.open(protocol.LOG, frame) or b"" for frame in talk.frames)
        assert len(log) == 1000
        assert log[:2] == b"AM"

    at_a_back(tmp_path, play)
    events = [s.header.count for s in segments_of(tmp_path / "back.img") if s.header.kind == segment.EVENT]
    assert events == [segment.BOOT, segment.STARTED]  # neither stopped nor set


def test_one_key_s_proof_is_nothing_to_the_other(tmp_path: Path) -> None:
    async def play(rig: Rig, talk: Talk) -> None:
        back = rig.keys[1]
        for key, hello, prove in ((back.pair, 16, 17), (back.pair, 16, 19), (back.pair, 18, 17)):
            assert (await meet(talk, key, hello, prove))[0] == protocol.DENIED
        reply = await talk.ask(bytes((18, 1)) + bytes(16))
        transcript = back.transcript(bytes(16), reply[3:19])  # an owner's proof for the other node's hello
        for prove in (17, 19):
            assert (await talk.ask(bytes((prove, 2)) + back.host_proof(transcript)))[2] == protocol.DENIED
        assert (await meet(talk, back.pair))[0] == protocol.OK

    at_a_back(tmp_path, play)


def test_nobody_comes_to_the_thigh_with_the_other_node_s_key(tmp_path: Path) -> None:
    async def play(rig: Rig, talk: Talk) -> None:
        assert await meet(talk, rig.keys[0].pair, role=0) == (protocol.DENIED, None)

    at_a_back(tmp_path, play, "thigh")


def test_what_the_other_node_is_found_by_is_new_in_each_window(tmp_path: Path) -> None:
    seen: list[bytes] = []

    async def play(rig: Rig, talk: Talk) -> None:
        await talk.link.close()
        for _ in range(2):
            rig.laptop_near()
            (hint,) = (await heard(rig, "back")).service_data.values()
            assert mac(rig.keys[1].pair, b"peer hint", hint[:3])[:3] == hint[3:]
            assert (await heard(rig, "thigh")).service_data == {}
            seen.append(hint)
            await rig.run_until(rig.utc_ms() + 120_000)

    at_a_back(tmp_path, play)
    assert len(set(seen)) == 2
