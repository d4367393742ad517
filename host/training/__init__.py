"""Where the classifier's tables come from: recordings in, `firmware/nodecore/model.py` out. Development only."""
