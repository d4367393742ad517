"""A node's time: from what its own clock said of each record to true time, with a bound.

Assumed: a quartz is within 100 ppm, and within 25 of its own rate; a log is written in order; a node says each step of
its clock, but a boot may bring one that nobody saw; most laptops are right to half a second.

Estimated (`lives`, `fit`, `correction`): the log is cut into lives, in which one clock ran on. Each life has readings:
the set-up's, each sync's, steps to UTC, and what gait says (`gait_offset`, `realign`). Through them goes a piecewise
linear correction, in runs between steps.

Believed (`stories`): of readings that contradict each other the largest set that agrees, as NTP's survivors do. If
another set is nearly as good, both stories are told. A life that cannot lie where its readings put it has no place
(`place`).

Said (`correction`, `words`, `true_time`): for each record by how much its time may be off, what was left out and why,
what was skipped, what fell on what, and what is at an unknown time.
"""
