"""What a node runs after power-up. `board` is the folder of the board that the firmware was flashed for."""

import gc

gc.threshold(1024)  # collect often while modules load: what they leave behind would lie between what stays

from node import config
from nodecore.score import EpochScorer

settings = config.load()
scorer = EpochScorer(settings.role_code)  # its buffers want large pieces: before the rest of the heap is in use

import board

from node.app import App

app = App(board.Board(), settings, scorer)
gc.threshold(8192)  # a collection costs milliseconds on a board, so less often from now on
app.run()
