"""The device's files: which there are, made small, compiled, packed."""
