"""The client against a node that misbehaves on the wire."""

import asyncio
import struct

import pytest

from ambula.base.errors import AmbulaError, ProtocolError, TransportError
from ambula.nodes import client as client_module
from ambula.nodes.client import NodeClient
from ambula.nodes.session import NodeKey
from nodecore import blocks, protocol
from tests.support.spec_link import Script, SpecLink, Spoil, frame, reply
from tests.support.spec_session import DEVICE, KEY

INFO = blocks.pack_info(0, 1, DEVICE, 7, 0, 100, 1_800_000_000_000, 4000, 30, 3, (0, 1, 0))
OURS = NodeKey(DEVICE.hex(), 0, "P01", KEY)


class Puppet(SpecLink):
    """It tells its info by itself."""

    def __init__(self, script: Script, spoil: Spoil = lambda _, v: [v]) -> None:
        super().__init__(lambda c: [reply(c, 0, INFO)] if c[0] == protocol.INFO else script(c), spoil)


def read_log(script: Script, spoil: Spoil = lambda _, v: [v]) -> bytes:
    return log_of(Puppet(script, spoil))


def log_of(puppet: Puppet) -> bytes:
    async def go() -> bytes:
        client = NodeClient(puppet, [OURS])
        await client.open()
        into = bytearray()
        await client.read_log(100, 110, into)
        return bytes(into)

    return asyncio.run(go())


def test_frames_in_order_are_the_log() -> None:
    done = read_log(lambda c: [frame(b"abcd"), frame(b"efghij"), reply(c, 0, struct.pack("<I", 110))])
    assert done == b"abcdefghij"


def test_what_is_there_already_is_not_asked_for() -> None:
    asked: list[tuple[int, int]] = []

    def script(command: bytes) -> list[tuple[str, bytes]]:
        asked.append(struct.unpack_from("<II", command, protocol.COMMAND_HEADER))
        return [frame(b"efghij"), reply(command, 0, struct.pack("<I", 110))]

    async def go() -> bytes:
        client = NodeClient(Puppet(script), [OURS])
        await client.open()
        into = bytearray(b"abcd")
        await client.read_log(100, 110, into)
        return bytes(into)

    assert asyncio.run(go()) == b"abcdefghij"
    assert asked == [(104, 110)]


@pytest.mark.parametrize(
    ("script", "says"),
    [
        (lambda c: [frame(b"")], "empty data frame"),
        (lambda c: [frame(b"a" * 20)], "more than was requested"),
        (lambda c: [frame(b"a" * 10), reply(c, 0, b"xy")], "wrong length"),
        (lambda c: [frame(b"a" * 10), reply(c, 0, struct.pack("<I", 104))], "refused"),
    ],
    ids=["empty", "too much", "short reply", "false end"],
)
def test_a_node_that_breaks_the_protocol_is_told_off(script: Script, says: str) -> None:
    with pytest.raises(ProtocolError, match=says):
        read_log(script)


def test_a_refused_read_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "FRAME_TIMEOUT_S", 0.05)
    with pytest.raises(ProtocolError, match="out of range"):
        read_log(lambda c: [reply(c, protocol.OUT_OF_RANGE, bytes(8))])


def told_of(status_of: dict[int, int], work: str) -> tuple[str, list[int]]:
    """What a node's answers to some commands by a status come to in words, and the commands that it heard."""
    heard: list[int] = []

    def script(command: bytes) -> list[tuple[str, bytes]]:
        heard.append(command[0])
        return [reply(command, status_of.get(command[0], 0), bytes(4))]

    async def go() -> None:
        client = NodeClient(Puppet(script), [OURS])
        await client.open()
        await getattr(client, work)()

    with pytest.raises(ProtocolError) as refused:
        asyncio.run(go())
    return str(refused.value), heard


def test_a_refusal_says_which_side_is_old() -> None:
    words, _ = told_of({protocol.START: protocol.UNKNOWN_COMMAND}, "start")
    assert "the node's firmware is older than this Ambula and has no command 10: sync it, then" in words
    words, _ = told_of({protocol.SEAL: 77}, "seal")
    assert words == "the node refused command 3 with status 77, which is newer than this Ambula: update Ambula"


def test_a_node_without_a_start_is_not_stopped() -> None:
    """Firmware of before 2026-11-22 knows stop (7) but neither start (10) nor health (11)."""
    words, heard = told_of(dict.fromkeys((protocol.START, protocol.HEALTH), protocol.UNKNOWN_COMMAND), "stop")
    assert words.startswith("its firmware knows stop but no start, so it was not stopped: sync it, then")
    assert protocol.STOP not in heard


@pytest.mark.parametrize("more", [0, 1, 40])
def test_an_answer_may_grow_behind_its_end(more: int) -> None:
    blocks_of = {protocol.HEALTH: 17, protocol.NOW: 25, protocol.PLAN: 6}

    async def go() -> None:
        link = Puppet(lambda c: [reply(c, 0, bytes(blocks_of[c[0]] + more))])
        client = NodeClient(link, [OURS])
        await client.open()
        assert (await client.health()).free_bytes == (await client.now()).epoch == 0
        assert (await client.plan()).days is None

    asyncio.run(go())


def test_silence_in_the_middle_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "FRAME_TIMEOUT_S", 0.05)
    with pytest.raises(TransportError, match="stopped sending"):
        read_log(lambda c: [frame(b"abcd")])


def test_no_reply_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "REPLY_TIMEOUT_S", 0.05)

    async def go() -> None:
        client = NodeClient(Puppet(lambda c: []), [OURS])
        await client.open()
        await client.seal()

    with pytest.raises(TransportError, match="does not answer"):
        asyncio.run(go())


def test_replies_to_other_commands_are_passed_over() -> None:
    async def go() -> int:
        client = NodeClient(
            Puppet(lambda c: [reply(bytes((9, 9))), reply(c[:1] + bytes((c[1] ^ 1,))), reply(c, 0, bytes(4))]), [OURS]
        )
        await client.open()
        return await client.seal()

    assert asyncio.run(go()) == 0


def test_a_lost_link_is_noticed_at_once() -> None:
    async def go() -> None:
        puppet = Puppet(lambda c: [])
        client = NodeClient(puppet, [OURS])
        await client.open()
        asyncio.get_running_loop().call_later(0.01, puppet.lose)
        await asyncio.wait_for(client.seal(), 1.0)

    with pytest.raises(TransportError, match="link to the node was lost"):
        asyncio.run(go())


def test_the_anchor_is_the_reading_with_the_shortest_round_trip() -> None:
    clock = iter([0, 100, 200, 210, 300, 304, 400, 500, 600, 700])

    async def go() -> tuple[int, int, int]:
        client = NodeClient(Puppet(lambda c: [reply(c, 0, struct.pack("<Q", 5000))]), [OURS], lambda: next(clock))
        await client.open()
        anchor = await client.clock_anchor()
        return anchor.host_utc_ms, anchor.node_utc_ms, anchor.round_trip_ms

    assert asyncio.run(go()) == (302, 5000, 4)


@pytest.mark.parametrize("size", [0, 2, 3, 50])
def test_any_reply_ends_in_an_error_of_ours(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "REPLY_TIMEOUT_S", 0.05)

    async def go() -> None:
        client = NodeClient(Puppet(lambda c: [(protocol.CONTROL_UUID, bytes(c[:1]) * size)]), [OURS])
        await client.open()
        await client.acknowledge(1, 2)

    with pytest.raises(AmbulaError):
        asyncio.run(go())


# ---- what somebody on the way can do to messages


def whole(c: bytes) -> list[tuple[str, bytes]]:
    return [frame(b"abcd"), frame(b"efghij"), reply(c, 0, struct.pack("<I", 110))]


def test_a_message_that_comes_twice_counts_once() -> None:
    assert read_log(whole, lambda _, v: [v, v]) == b"abcdefghij"


def flipped(value: bytes, at: int) -> bytes:
    return value[:at] + bytes((value[at] ^ 1,)) + value[at + 1 :]


@pytest.mark.parametrize("at", [0, 4, -1], ids=["counter", "body", "tag"])
def test_a_changed_message_is_noticed(at: int) -> None:
    with pytest.raises(TransportError, match="damaged, twice or not at all"):
        read_log(whole, lambda uuid, v: [flipped(v, at % len(v)) if uuid == protocol.DATA_UUID else v])


def test_a_missing_message_is_noticed() -> None:
    frames = iter([[], None])

    def lose_the_first(uuid: str, value: bytes) -> list[bytes]:
        lost = next(frames, None) if uuid == protocol.DATA_UUID else None
        return [value] if lost is None else lost

    with pytest.raises(TransportError, match="damaged, twice or not at all"):
        read_log(whole, lose_the_first)


def test_messages_in_the_wrong_order_are_noticed() -> None:
    held: list[bytes] = []

    def swap(uuid: str, value: bytes) -> list[bytes]:
        if uuid != protocol.DATA_UUID:
            return [value]
        held.append(value)
        return [] if len(held) == 1 else held[::-1]

    with pytest.raises(TransportError, match="damaged, twice or not at all"):
        read_log(whole, swap)


class Early(Puppet):
    """Somebody says more before the proof is done: late values of an earlier link, or a forger's."""

    said: tuple[tuple[str, bytes], ...] = ()

    async def write(self, char_uuid: str, data: bytes, response: bool = True) -> None:
        await super().write(char_uuid, data, response)
        if data[0] == protocol.PROVE:
            for uuid, value in self.said:
                self.say(uuid, value)


def test_log_bytes_that_come_before_the_proof_are_nobody_s() -> None:
    class Late(Early):
        said = (frame(b"forged"), frame(b"late"))

    assert log_of(Late(whole)) == b"abcdefghij"


def test_a_reply_that_comes_before_the_proof_answers_nothing_after_it() -> None:
    forged = blocks.pack_info(0, 1, DEVICE, 7, 0, 666, 1_800_000_000_000, 4000, 30, 3, (0, 1, 0))

    class Forger(Early):
        said = (reply(bytes((protocol.INFO, 3)), 0, forged),)

    assert asyncio.run(NodeClient(Forger(whole), [OURS]).open()).log_end == 100


def test_chatter_buys_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "REPLY_TIMEOUT_S", 0.2)

    class Chatterer(Puppet):
        async def write(self, char_uuid: str, data: bytes, response: bool = True) -> None:
            self.chatter = asyncio.create_task(self.go_on())

        async def go_on(self) -> None:
            while True:
                self.say(*reply(bytes((9, 9))))
                await asyncio.sleep(0.05)

    async def go() -> None:
        puppet = Chatterer(whole)
        try:
            await asyncio.wait_for(NodeClient(puppet, [OURS]).open(), 5)
        finally:
            puppet.chatter.cancel()

    with pytest.raises(TransportError, match="does not answer"):
        asyncio.run(go())


def test_a_node_with_another_key_is_not_spoken_to() -> None:
    async def go() -> None:
        await NodeClient(Puppet(whole), [NodeKey(OURS.device_id, 0, "P01", b"x" * 32)]).open()

    with pytest.raises(ProtocolError, match="not set up on this computer"):
        asyncio.run(go())


def test_a_node_without_a_key_is_told() -> None:
    class Bare(Puppet):
        async def read(self, char_uuid: str) -> bytes:
            return b"\x02\x00"

    with pytest.raises(ProtocolError, match="never set up"):
        asyncio.run(NodeClient(Bare(whole), [OURS]).open())


def test_the_right_key_is_found_among_many() -> None:
    async def go() -> NodeKey:
        others = [NodeKey(f"{i:016x}", i & 1, "P02", bytes((i,)) * 32) for i in range(20)]
        client = NodeClient(Puppet(whole), [*others, OURS])
        await client.open()
        return client.key

    assert asyncio.run(go()) == OURS


@pytest.mark.parametrize("turn", range(4))
def test_ctrl_c_is_heard_while_frames_pour_in(turn: int) -> None:
    """A cancellation at any turn of the loop between a frame's coming and its taking ends the client's wait."""

    async def go() -> None:
        client = NodeClient(Puppet(lambda _: []), [OURS])

        async def take() -> None:
            while True:
                await client._next(client._frames, 5)

        taking = asyncio.create_task(take())
        for count in range(20):
            client._frames.put_nowait(b"frame")
            for _ in range(turn):
                await asyncio.sleep(0)
            if count == 10:
                taking.cancel()
        await asyncio.sleep(0)
        assert taking.done()
        await asyncio.gather(taking, return_exceptions=True)

    asyncio.run(go())
