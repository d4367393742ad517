"""The two roles of a node: a number on the wire and in the log, and a bit in a set of nodes.

The words of config.json are `protocol.ROLE_NAMES`: they would keep this module on the heap, where nothing of it is.
"""

from nodecore.compat import const

THIGH = const(0)
BACK = const(1)

THIGH_BIT = const(1)  # 1 << THIGH
BACK_BIT = const(2)
BOTH_BITS = const(3)
