"""Scores Ambula, and a peer, on labelled recordings: figures, tables and one page."""
