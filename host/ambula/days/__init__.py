"""Epochs to days and weeks: rules, figures, summaries, the dictionary that defines them, their files."""
