"""What a node runs after power-up. `board` is the folder of the board that the firmware was flashed for."""

import gc

gc.threshold(4096)  # collect often: a heap that fills up before the first collection is a fragmented heap

import board

from node import config
from node.app import App

App(board.Board(), config.load()).run()
