"""One epoch of samples to one record: the only path, on the node and on the host."""

from array import array

from nodecore import activity, cadence, classify, record, thresholds
from nodecore.features import MAD_MAG, MAD_X, MAD_Y, MAD_Z, MEAN_X, Features
from nodecore.mounting import Mounting, walks_for_sure
from nodecore.roles import BACK, THIGH
from nodecore.sampling import EPOCH_SAMPLES, MAX_EPOCH_SAMPLES, ODR_HZ, WHOLE_SAMPLES

MOUNTING_FLAGS = (  # by `Mounting.kind`
    record.MOUNTING_KNOWN,
    record.MOUNTING_KNOWN | record.UPSIDE_DOWN,
    record.MOUNTING_KNOWN | record.INSIDE_OUT,
    record.MOUNTING_KNOWN | record.UPSIDE_DOWN | record.INSIDE_OUT,
    record.MOUNTING_KNOWN | record.ODDLY_MOUNTED,
)


class EpochScorer:
    """Score consecutive epochs of one node; `role` is THIGH or BACK. Allocates nothing after `__init__`."""

    def __init__(self, role):
        self.role = role
        self.features = Features()
        self.tracker = cadence.Tracker(role)
        self.decision = Decision(role)

    def reset(self):
        """Forget the previous epoch: call it after a gap in the samples."""
        self.features.reset()
        self.tracker.reset()
        self.decision.reset()

    def score(self, buf, n, rec, flags=0):
        """Fill `rec` (`bytearray(record.SIZE)`) from the first `n` samples of `buf` (x, y, z interleaved, int16).

        n: 0..160, 130 nominal, taken to fill the epoch if at least 117; fewer set PARTIAL, fewer than 26 give OTHER.
        flags: further `record.FLAGS` bits, kept. Raises ValueError if `n` is out of range.
        """
        if not 0 <= n <= MAX_EPOCH_SAMPLES:
            raise ValueError("an epoch holds 0 to 160 samples")
        if n < WHOLE_SAMPLES:
            flags |= record.PARTIAL
        if n < ODR_HZ:  # below a second nothing is said
            self.reset()
            for i in range(record.SIZE):
                rec[i] = 0
            rec[record.FLAGS] = flags
            return
        features = self.features
        features.measure(buf, n)
        if classify.is_still(features.values):
            self.tracker.rest()
        else:
            features.compare()
            self.tracker.follow(features)
            self.tracker.count(features)
        self.decision.fill(rec, features, self.tracker, n, flags)


class Decision:
    """From the features of consecutive epochs to their records: what needs memory beyond one epoch."""

    def __init__(self, role):
        if role not in (THIGH, BACK):
            raise ValueError("role must be 0 (thigh) or 1 (back)")
        self.role = role
        self.classifier = classify.Classifier(role)
        self.mounting = Mounting()
        self._lead = array("i", [0, 0, 0, 0, 0])
        self._quiet = 0  # epochs without life
        self._stepped = False  # whether the epoch before had steps
        self._mean = [0, 0, 0]

    def reset(self):
        """Forget the neighbouring epochs; the mounting stays."""
        self.classifier.reset()
        self._quiet = 0

    def fill(self, rec, features, gait, n, flags):
        """Fill `rec` from `features` and `gait` (`cadence.Tracker`) of one epoch, `n` samples and flags."""
        mounting = self.mounting
        v = features.values
        if walks_for_sure(v, gait):
            level = self.classifier.is_level(v, gait)
            if level:
                features.lead(self._lead)
            mounting.learn(v, self._lead, level)
        mounting.turn(features, classify.is_still(v))
        self.classifier.classify(gait, mounting)
        if mounting.known:
            flags |= MOUNTING_FLAGS[mounting.kind]
        self.write(rec, mounting.shown, gait, n, flags)

    def write(self, rec, v, gait, n, flags):
        """Fill `rec` as `fill` does, once the classifier has decided."""
        act = self.classifier.activity
        confidence = self.classifier.confidence
        if self._lifeless(v):
            act = activity.NOT_WORN
            confidence = 8
            self.classifier.lay = False
        rec[record.ACTIVITY] = act | (confidence << 4)
        for axis in range(3):
            rec[record.MEAN_X + axis] = record.mean_code(v[MEAN_X + axis])
            rec[record.MAD_X + axis] = record.log_code(min(v[MAD_X + axis], 32767))
        rec[record.MAD_MAG] = record.log_code(min(2 * v[MAD_MAG], 32767))
        rec[record.CADENCE] = rec[record.STEPS] = 0
        steps = 0
        if gait.stride and activity.WALKING <= act <= activity.RUNNING:  # walking, stairs, running
            rec[record.CADENCE] = cadence.steps_per_minute(gait.stride, n if n >= WHOLE_SAMPLES else EPOCH_SAMPLES)
            steps = gait.steps if self._stepped else gait.steps + gait.earlier
        elif gait.known and self.role == BACK:
            steps = gait.steps  # the last ones of a walk
        self._stepped = steps > 0
        rec[record.STEPS] = min(255, (steps + 16) >> 5)
        rec[record.REGULARITY] = min(gait.likeness >> 2, 255)
        rec[record.FLAGS] = flags

    def _lifeless(self, v):
        """Return whether 45 minutes have passed without life; steps and known failures: `ambula.epochs.nonwear`."""
        still = max(v[MAD_X], v[MAD_Y], v[MAD_Z]) < thresholds.NOT_WORN_MAD
        for axis in range(3):
            still = still and abs(v[MEAN_X + axis] - self._mean[axis]) < thresholds.NOT_WORN_DRIFT
            self._mean[axis] = v[MEAN_X + axis]
        self._quiet = min(self._quiet + 1, 30000) if still else 0
        return self._quiet >= thresholds.NOT_WORN_EPOCHS
