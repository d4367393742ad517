"""The numpy twins of nodecore: a whole recording scored at once, equal to the node's code byte for byte."""
