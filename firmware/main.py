"""What a node runs after power-up. `board` is the folder of the board that the firmware was flashed for."""

import gc

gc.threshold(1024)  # collect often while modules load: what they leave behind would lie between what stays

import board

from node import config
from node.app import App

app = App(board.Board(), config.load())
gc.threshold(8192)  # a collection costs milliseconds on a board, so less often from now on
app.run()
