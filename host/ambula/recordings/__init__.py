"""Recordings of other devices: reading them, finding their axes, classifying and calibrating them."""
