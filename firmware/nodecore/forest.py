"""A small forest of boosted trees over integers, which separates walking, stairs and running (tables: `model`)."""

from nodecore import activity, model
from nodecore.compat import const
from nodecore.features import kernels

ACTIVITIES = (activity.RUNNING, activity.STAIRS, activity.STANDING, activity.WALKING)  # in the model's class order
CLASSES = const(4)
PIECES = const(2)  # of the trees of a class: a heap in pieces has room for these
_SURE = const(24)  # votes of lead a step of confidence


def vote(traits, votes):
    """Write each class' votes, in the model's units, to `votes[0..CLASSES - 1]`; `traits`: see `describe`."""
    for i in range(CLASSES):
        votes[i] = model.START[i]
    for i in range(CLASSES * PIECES):
        votes[i // PIECES] += kernels.votes(traits, model.TREES[i], model.ROUNDS // PIECES)


def is_level(traits):
    """Return whether sure gait is surely level walking, by the traits that no mounting changes."""
    return kernels.votes(traits, model.LEVEL_TREES, model.LEVEL_COUNT) + model.LEVEL_START > 0


def winner(votes, rhythmic, runs):
    """Return the class with most votes, the first of equals; a sure rhythm does not stand; `runs`: it may."""
    first = -1
    for i in range(CLASSES):
        if rhythmic and ACTIVITIES[i] == activity.STANDING:
            continue
        if not runs and ACTIVITIES[i] == activity.RUNNING:
            continue
        if first < 0 or votes[i] > votes[first]:
            first = i
    return first


def confidence(votes, first):
    """Return the winner's lead over the next as 0..15."""
    second = -1073741824
    for i in range(CLASSES):
        if i != first and votes[i] > second:
            second = votes[i]
    return max(0, min(15, (votes[first] - second) // _SURE))
