"""A node's clock to true time: its lives, its readings, and gait where readings are missing."""
