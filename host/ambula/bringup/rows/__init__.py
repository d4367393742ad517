"""The rows of the bring-up, one concept a file: what runs on the board as text, and what is made of its answer."""
