"""How a conversation begins: hints in advertisements, and the mutual proof of a key. SPEC.md, "Session"."""

import os

from node.session import same
from nodecore import protocol
from nodecore.compat import const

_KEPT = const(3)  # of an advertisement's hint: what the key makes of its salt


def hint(session):
    """Return a new hint for the advertisement; a random one if there is no key."""
    salt = os.urandom(protocol.HINT_SALT)
    return salt + (session.own(b"hint", salt) if session.has_key else os.urandom(_KEPT))[:_KEPT]


def peer_hint(session):
    """Return a new hint that the other node can recognise."""
    salt = os.urandom(protocol.HINT_SALT)
    return salt + session.pair(b"peer hint", salt)[:_KEPT]


def answer(session, message):
    """Answer a stranger's message with (status, result): only the two steps of the proof get more than a status.

    OK without a result: the session is open.
    """
    if not session.has_key:
        return protocol.NO_KEY, b""
    op = message[0]
    argument = message[protocol.COMMAND_HEADER :]
    is_peer = op in (protocol.PEER_HELLO, protocol.PEER_PROVE)
    if session.serves_peer or not is_peer:
        if op in (protocol.HELLO, protocol.PEER_HELLO) and len(argument) == protocol.NONCE_SIZE:
            return protocol.OK, hello(session, argument, is_peer)
        if op in (protocol.PROVE, protocol.PEER_PROVE) and prove(session, argument, is_peer):
            return protocol.OK, b""
    return protocol.DENIED, b""


def hello(session, nonce, is_peer):
    """Return the node's nonce and its proof, for who says hello."""
    node_nonce = os.urandom(protocol.NONCE_SIZE)
    session.is_peer = is_peer
    if is_peer:
        transcript = session.identity[:2] + nonce + node_nonce
        proof = session.pair(b"peer node", transcript)
    else:
        transcript = session.identity + nonce + node_nonce
        proof = session.own(b"node", transcript)
    session.transcript = transcript
    return node_nonce + proof[: protocol.PROOF_SIZE]


def prove(session, proof, is_peer):
    """Open the session if the proof is right and return whether it is; one try a hello, of the same kind."""
    transcript, session.transcript = session.transcript, None
    if transcript is None or is_peer != session.is_peer:
        return False
    key, label = (session.pair, b"peer ") if is_peer else (session.own, b"")
    if not same(proof, key(label, b"host", transcript)[: protocol.PROOF_SIZE]):
        return False
    session.start(key(label, b"encrypt", transcript), key(label, b"authenticate", transcript))
    return True
