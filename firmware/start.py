"""Starts the node's program. `board` is the module of the board that the firmware was flashed for."""

import gc
import sys

gc.threshold(1024)  # collect often while modules load: what they leave behind would lie between what stays

import node.settings

settings = node.settings.load()
del node.settings, sys.modules["node.settings"]  # not needed again: room for what stays
gc.collect()

from nodecore.score import EpochScorer

scorer = EpochScorer(settings.role_code)  # its buffers want large pieces: before the rest of the heap is in use

import board

from node.app import FIRMWARE, App

app = App(board.Board(), settings, scorer)
print("ambula %d.%d.%d %s" % (FIRMWARE + (settings.role,)))  # what a laptop on USB waits for after flashing
gc.threshold(8192)  # a collection costs milliseconds on a board, so less often from now on
app.run()
