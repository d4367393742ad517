"""The simulated world of a node: the air between radios, its radio stack, its process, its flash image."""
