"""Finds out the role of a node whose config.json cannot be read; loaded only then."""

from node import recovery
from nodecore import headers, protocol, roles, segment

_NEVER = 0xFFFFFFFF  # a start in the year 2106


def guess_role(config, scorer, folder):
    """Give settings that could not be read, and the scorer, the role in which the newest log in `folder` was recorded.

    If no log shows the role, the node answers its owner as a thigh would, but records nothing.
    """
    code = _role_of_log(folder)
    if code is None:
        code = roles.THIGH
        config.start = _NEVER
        config.meet = 0
        config.trouble += ": nothing is recorded"
    config.role_code = code
    config.role = protocol.ROLE_NAMES[code]
    scorer.__init__(code)


def _role_of_log(folder):
    try:
        for name in reversed(recovery.chunk_names(folder)):
            with open(folder + "/" + name, "rb") as f:
                header = headers.parse_header(f.read(segment.HEADER_SIZE))
            if header is not None and header.role < len(protocol.ROLE_NAMES):
                return header.role
    except OSError:
        pass  # no log, or none that can be read
    return None
