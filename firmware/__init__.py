"""The MicroPython firmware as package data, so that an installed Ambula can flash and simulate it."""
