"""Epochs as tables: records of two nodes fused into one line of epochs, pace, bouts, non-wear, their CSV file."""
