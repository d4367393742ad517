"""One visit to the nodes, from the air to the store: keys, session, client, sync, receipts, live view."""
