"""Labelled recordings against what Ambula, and a peer, make of them: figures, tables and one page."""
