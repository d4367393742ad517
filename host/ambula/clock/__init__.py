"""A node's clock to true time: its lives, its readings, and what gait tells where they are missing."""
