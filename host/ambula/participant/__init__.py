"""A participant as a whole: epochs and results from the store, zones, renaming, forgetting."""
