"""From features to an activity: posture by angle, gait by movement, the kind of gait by a small forest."""

from array import array

from nodecore import activity, forest, record, thresholds, trait
from nodecore.cadence import SURE
from nodecore.compat import const
from nodecore.features import (
    FRONT,
    JERK_X,
    JERK_Y,
    JERK_Z,
    LOW_X,
    LOW_Y,
    LOW_Z,
    MAD_MAG,
    MAD_X,
    MAD_Y,
    MAD_Z,
    MAG,
    MEAN_X,
    UP,
)
from nodecore.mounting import walks_for_sure
from nodecore.roles import BACK, THIGH

UNTOLD = const(1024)  # stands for an angle: upright and leaning back as no thigh can at once
SOME = const(20)  # counts: keeps ratios of small movements calm


def is_still(v):
    """Return whether nothing moved enough to look for a rhythm."""
    return max(v[MAD_X], v[MAD_Y], v[MAD_Z]) < thresholds.STILL_MAD


def is_gait(v, gait):
    """Return whether an epoch moves like gait: the magnitude beats hard, or softly but regularly, or still does so."""
    beat = 2 * v[MAD_MAG]
    if beat > thresholds.BEAT:
        return True
    return beat > thresholds.SOFT_BEAT and gait.likeness > (thresholds.FAINT if gait.known else thresholds.REGULAR)


def lies(x_cg, lay):
    """Return whether a trunk lies, by its mean x (0.01 g) in the record, and by whether it `lay` the epoch before."""
    return x_cg < (thresholds.TRUNK_RISES_CG if lay else thresholds.TRUNK_LIES_CG)


def ratio(a, b):
    """Return a / b in 64ths for movements in counts (0..65535), at most 32767."""
    return min(32767, (a << 6) // (b + SOME))


def describe(v, gait, own, traits):
    """Write what the forest decides on to `traits`, by the numbers of `trait`.

    own: whether `v` is turned by the own walking direction; if not, the forest does not get the angles of the limb.
    """
    beat = min(32767, 2 * v[MAD_MAG])
    dx = min(32767, v[MAD_X])
    dy = min(32767, v[MAD_Y])
    dz = min(32767, v[MAD_Z])
    jx = min(32767, v[JERK_X])
    jy = min(32767, v[JERK_Y])
    jz = min(32767, v[JERK_Z])
    lx = min(32767, v[LOW_X])
    lz = min(32767, v[LOW_Z])
    traits[trait.UP] = v[UP] if own else UNTOLD
    traits[trait.FRONT] = v[FRONT] if own else -UNTOLD
    traits[trait.BEAT] = beat
    traits[trait.LIKENESS] = gait.likeness
    traits[trait.STRIDE] = gait.stride
    for i in range(4):
        traits[trait.ECHO + i] = gait.echo[i]
    traits[trait.MAD_X] = dx
    traits[trait.MAD_Y] = dy
    traits[trait.MAD_Z] = dz
    traits[trait.JERK_X] = jx
    traits[trait.JERK_Y] = jy
    traits[trait.JERK_Z] = jz
    traits[trait.LOW_X] = lx
    traits[trait.LOW_Y] = min(32767, v[LOW_Y])
    traits[trait.LOW_Z] = lz
    traits[trait.MAG] = v[MAG]
    traits[trait.LOW_Z_TO_X] = ratio(lz, lx)
    traits[trait.LOW_TO_MAD] = ratio(lx + lz, dx + dz)
    traits[trait.MAD_X_TO_BEAT] = ratio(dx, beat)
    traits[trait.MAD_Z_TO_BEAT] = ratio(dz, beat)
    traits[trait.JERK_TO_MAD] = ratio(jx + jy + jz, dx + dy + dz)
    traits[trait.JERK_X_TO_Z] = ratio(jx, jz)
    traits[trait.JERK_TO_MAD_X] = ratio(jx, dx)
    traits[trait.JERK_TO_MAD_Z] = ratio(jz, dz)


class Classifier:
    """Classify epochs of one site; `role`: THIGH or BACK. After `classify`: `activity` and `confidence` (0..15)."""

    def __init__(self, role):
        self.role = role
        self.activity = activity.OTHER
        self.confidence = 0
        self.lay = False  # whether the trunk lay, see `lies`
        self._ride = 0  # epochs for which a bicycle ride may go on without pedalling
        self._traits = array("h", [0] * trait.SIZE)
        self._votes = array("i", [0] * forest.CLASSES)

    def reset(self):
        """Forget the epochs before."""
        self.lay = False
        self._ride = 0

    def is_level(self, v, gait):
        """Return whether sure gait, `v` in any mounting, is surely level walking of a thigh."""
        if self.role != THIGH or gait.echo[3] < thresholds.CYCLE_ECHO:
            return False
        describe(v, gait, 0, self._traits)
        return forest.is_level(self._traits)

    def classify(self, gait, mounting):
        """Decide from `gait` (`cadence.Tracker`) and the turned epoch of `mounting`."""
        v = mounting.turned
        odd = mounting.odd
        if not odd and asks(v, gait, self.role):
            describe(v, gait, mounting.own, self._traits)
            forest.vote(self._traits, self._votes)
        self.decide(v, gait, self._votes, odd)

    def decide(self, v, gait, votes, odd):
        """Decide, `votes` being the forest's, needed only where `asks` says so; `odd`: axes that show no front."""
        self.lay = lies(record.mean_cg(record.mean_code(v[MEAN_X])), self.lay)
        ride = self.role == THIGH and self._ride
        self._ride = max(0, self._ride - 1)
        if ride and v[FRONT] > thresholds.COAST_FRONT and v[UP] > thresholds.GAIT_UPRIGHT and is_stepless(v, gait):
            self.activity = activity.CYCLING  # coasting, or out of the rhythm for a moment
            self.confidence = 6
        elif not is_gait(v, gait) or not might_walk(v, gait):
            self.activity = self._posture(v)
            self.confidence = clarity(v[UP], self.role)
        elif self.role == BACK or odd or v[UP] < thresholds.GAIT_UPRIGHT:
            self.activity = activity.RUNNING if 2 * v[MAD_MAG] > thresholds.BACK_RUN else activity.WALKING
            self.confidence = 8 + min(7, gait.likeness >> 7)
        elif is_cycling(v, gait):
            self.activity = activity.CYCLING
            self._ride = thresholds.COAST_EPOCHS
            self.confidence = min(15, 4 + ((v[FRONT] - thresholds.CYCLE_FRONT) >> 4))
        else:
            winner = forest.winner(votes, gait.likeness >= SURE, might_run(gait))
            self.activity = forest.ACTIVITIES[winner]
            self.confidence = forest.confidence(votes, winner)

    def _posture(self, v):
        """Return the activity of an epoch without gait."""
        if self.role == THIGH:
            return activity.STANDING if v[UP] > thresholds.UPRIGHT else activity.SEDENTARY
        return activity.LYING if self.lay else activity.STANDING


def asks(v, gait, role):
    """Return whether the forest is needed to decide."""
    return role == THIGH and is_gait(v, gait) and v[UP] >= thresholds.GAIT_UPRIGHT and not is_cycling(v, gait)


def might_walk(v, gait):
    """Return whether an epoch of gait is upright enough, or walks so surely that the node must be mounted otherwise."""
    return v[UP] >= thresholds.GAIT_UPRIGHT or walks_for_sure(v, gait)


def might_run(gait):
    """Return whether an epoch of gait may be running: not if its steps are surely slow."""
    return gait.likeness < SURE or gait.stride < thresholds.RUN_STRIDE


def is_cycling(v, gait):
    """Return whether a moving thigh points forward as on a saddle and takes no steps."""
    return v[FRONT] > thresholds.CYCLE_FRONT and is_stepless(v, gait)


def is_stepless(v, gait):
    """Return whether nothing strikes the ground: no hard impacts, and no beat at half a turn as of two feet."""
    if 2 * v[MAD_MAG] >= thresholds.CYCLE_BEAT:
        return False
    if gait.likeness > thresholds.REGULAR:
        return gait.echo[3] < thresholds.CYCLE_ECHO
    return v[JERK_X] + v[JERK_Y] + v[JERK_Z] < thresholds.CYCLE_JERK


def clarity(up, role):
    """Return how far a posture lies from its border, 4..15."""
    away = abs(up - (thresholds.UPRIGHT if role == THIGH else thresholds.BACK_LYING))
    return min(15, 4 + (away >> 5))
