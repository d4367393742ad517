"""How the host reaches a node: the one room that knows bleak, and its stand-in over the virtual air."""
