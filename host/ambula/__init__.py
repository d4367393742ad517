"""Ambula: two wearable nodes, from 5-second epochs to a daily summary of walking."""

__version__ = "0.1.0"
