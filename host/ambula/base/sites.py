"""Where a node is worn, in words: what files, tables and people call it. The numbers are in `nodecore.roles`."""

from nodecore import protocol

SITES = protocol.ROLE_NAMES  # by role
THIGH_SITE, BACK_SITE = SITES
