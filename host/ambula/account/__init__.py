"""What became of every 5-second slot: the ledger, the nodes' faults, the timeline of what happened."""
