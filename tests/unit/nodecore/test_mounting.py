"""The mounting learnt from walking: upside down, inside out, tilted, at any angle; and that sitting teaches nothing."""

from array import array

import numpy as np
import pytest
from numpy.typing import NDArray

from ambula.twin.score import score_stream
from nodecore import activity, record
from nodecore.features import SIZE, UP
from nodecore.mounting import INSIDE_OUT, NEEDED, ODD, UPSIDE_DOWN, Mounting
from nodecore.sampling import EPOCH_SAMPLES, ODR_HZ

Counts = NDArray[np.int16]
Floats = NDArray[np.float64]
Direction = tuple[int, int, int]

STRAIGHT = (1024, 0, 0)
BEHIND, BEFORE, LEFT = (0, 0, -9000, 1, 9000), (0, 0, 9000, 1, 9000), (0, -9000, 0, 1, 9000)  # of `kernels.lead`
FAINT = (0, 0, 3000, 9000, 90000)


def direction(up: int, side: int, front: int) -> array:
    values = array("i", [0] * SIZE)
    values[UP], values[UP + 1], values[UP + 2] = up, side, front
    return values


def walked(*directions: Direction, lead: tuple[int, ...] = BEHIND, level: bool = False) -> Mounting:
    mounting = Mounting()
    for one in directions:
        mounting.learn(direction(*one), lead, level)
    return mounting


def learnt(*directions: Direction) -> tuple[int, int]:
    mounting = walked(*directions)
    return mounting.kind, mounting.known


def test_three_agreeing_walks_decide() -> None:
    assert learnt(*[(1000, 100, 200)] * 2) == (0, 0)
    assert learnt(*[(1000, 100, 200)] * 3) == (0, 1)
    assert learnt(*[(-1000, 100, 200)] * 2) == (0, 0)
    assert learnt(*[(-1000, 100, 200)] * 3) == (UPSIDE_DOWN, 1)
    assert learnt(*[(100, 1000, 200)] * 3) == (ODD, 1)


def test_a_walk_as_meant_or_another_way_starts_anew() -> None:
    down, up, across = (-1000, 0, 200), (1000, 0, 200), (0, 1000, 200)
    assert learnt(down, down, up, down, down) == (0, 0)
    assert learnt(down, down, across, down, across) == (0, 0)


def test_the_own_direction_counts_from_the_third_level_walk() -> None:
    leaning = (990, 0, 262)  # 15 degrees forward
    assert walked(*[leaning] * 9).own == 0
    assert walked(*[leaning] * (NEEDED - 1), level=True).own == 0
    assert walked(*[leaning] * NEEDED, level=True).own == NEEDED
    frame = np.array(walked(*[leaning] * 60, level=True).frame, int).reshape(3, 3)
    assert frame[0] == pytest.approx(leaning, abs=6)
    assert frame @ frame.T == pytest.approx(1024**2 * np.eye(3), abs=0.004 * 1024**2)
    assert np.linalg.det(frame) > 0


@pytest.mark.parametrize(("lead", "kind"), [(BEHIND, 0), (BEFORE, INSIDE_OUT), (LEFT, ODD)])
def test_the_lead_tells_the_front(lead: tuple[int, ...], kind: int) -> None:
    mounting = walked(*[STRAIGHT] * 4, lead=lead, level=True)
    assert (mounting.kind, mounting.odd) == (kind, 0)
    assert np.array(mounting.frame[6:]) == pytest.approx(-1024 * np.array(lead[:3]) / 9000, abs=3)


def test_a_faint_lead_tells_nothing() -> None:
    assert walked(*[STRAIGHT] * 9, lead=FAINT, level=True).kind == 0
    across = walked(*[(0, 1024, 0)] * 9, lead=FAINT, level=True)
    assert (across.kind, across.odd, across.own) == (ODD, 1, 0)


def test_a_new_way_up_forgets_the_own_direction() -> None:
    mounting = walked(*[STRAIGHT] * 5, *[(-1024, 0, 0)] * 3, level=True)
    assert (mounting.kind, mounting.own) == (UPSIDE_DOWN, 0)


def thigh(epochs: int) -> Floats:
    """A thigh at 105 steps/min that swings, is struck at each step and pulled back after its own one, in counts."""
    step = 105 / 60 * np.arange(epochs * EPOCH_SAMPLES) / ODR_HZ % 2  # 0..2 is a stride
    own, other = (np.exp(-(((step - at) / 0.12) ** 2)) for at in (0.4, 1.4))
    later = np.exp(-(((step - 0.4 - 0.27) / 0.15) ** 2))
    x = 3400 + 3400 * own + 2600 * other
    z = 900 * np.sin(np.pi * step + 0.4) - 2600 * later
    return np.stack([x, 300 * np.sin(np.pi * step), z - z.mean()], axis=1)


def day(turn: Floats) -> Counts:
    """Walking, then sitting, then standing, in a node turned by a matrix."""
    sit, stand = (np.tile(toward, (10 * EPOCH_SAMPLES, 1)) for toward in ([200.0, 0, 4080], [4080.0, 0, 200]))
    made = np.concatenate([thigh(10), sit, stand])
    return np.rint((made + np.random.default_rng(4).normal(0, 30, made.shape)) @ turn.T).astype(np.int16)


def rotation(degrees: float, about: int) -> Floats:
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    out = np.eye(3)
    a, b = [k for k in range(3) if k != about]
    out[a, a], out[a, b], out[b, a], out[b, b] = c, -s, s, c
    return out


TURNS = {
    "as meant": np.eye(3),
    "upside down": rotation(180, 2),
    "inside out": rotation(180, 0),
    "both": rotation(180, 1),
    "sideways": rotation(90, 2),
    "backward": rotation(-90, 1),
    "mostly down": rotation(120, 2),
    "forward 25": rotation(25, 1),
    "sideways 30": rotation(30, 2),
    "about x 90": rotation(90, 0),
}


@pytest.mark.parametrize("name", TURNS)
def test_any_mounting_gives_the_same_day_once_learnt(name: str) -> None:
    says = score_stream(day(TURNS[name]), 0)[:, record.ACTIVITY] & 15
    assert set(says[4:10].tolist()) <= {activity.WALKING, activity.STAIRS}  # no forest has seen a thigh like this one
    assert (says[11:20] == activity.SEDENTARY).all()
    assert (says[21:] == activity.STANDING).all()


@pytest.mark.parametrize(
    ("name", "flags"),
    [
        ("as meant", 0),
        ("forward 25", 0),
        ("upside down", record.UPSIDE_DOWN),
        ("inside out", record.INSIDE_OUT),
        ("both", record.UPSIDE_DOWN | record.INSIDE_OUT),
        ("sideways", record.ODDLY_MOUNTED),
        ("about x 90", record.ODDLY_MOUNTED),
    ],
)
def test_the_record_says_what_was_learnt(name: str, flags: int) -> None:
    records = score_stream(day(TURNS[name]), 0)
    assert records[0, record.FLAGS] == 0
    assert records[-1, record.FLAGS] == record.MOUNTING_KNOWN | flags


@pytest.mark.parametrize("name", ["upside down", "inside out", "both", "sideways", "backward", "about x 90"])
def test_the_means_of_a_record_are_those_of_a_node_as_meant(name: str) -> None:
    means = score_stream(day(TURNS[name]), 0)[:, record.MEAN_X : record.MEAN_Z + 1].view(np.int8)
    assert means[-1] == pytest.approx([100, 0, 5], abs=12)
    assert means[15] == pytest.approx([5, 0, 100], abs=12)


def test_a_small_lean_stays_in_the_record() -> None:
    means = score_stream(day(TURNS["forward 25"]), 0)[:, record.MEAN_X : record.MEAN_Z + 1].view(np.int8)
    assert np.degrees(np.arctan2(means[-1, 2], means[-1, 0])) == pytest.approx(28, abs=2)


def rested(mounting: Mounting, *directions: Direction) -> Mounting:
    for one in directions:
        mounting.rest(direction(*one))
    return mounting


@pytest.mark.parametrize(
    ("seated", "kind"),
    [((100, 0, 1015), 0), ((100, 0, -1015), INSIDE_OUT), ((1015, 0, 100), INSIDE_OUT), ((100, 1015, 50), INSIDE_OUT)],
    ids=["z up", "z down", "upright", "on the side"],
)
def test_a_thigh_that_rests_with_z_up_is_not_inside_out(seated: Direction, kind: int) -> None:
    mounting = rested(Mounting(), seated)
    for _ in range(NEEDED):
        mounting.learn(direction(*STRAIGHT), BEFORE, True)
    assert mounting.kind == kind


def test_a_night_on_the_stomach_is_outweighed_by_three_minutes_of_sitting() -> None:
    mounting = rested(Mounting(), *[(100, 0, -1015)] * 5000, *[(100, 0, 1015)] * 33)
    for _ in range(NEEDED):
        mounting.learn(direction(*STRAIGHT), BEFORE, True)
    assert mounting.kind == 0


def test_a_sure_front_counts_for_the_frame_even_where_z_is_taken_as_meant() -> None:
    half_left = (0, -6400, -6400, 1, 9000)  # a front 45 degrees from z: nearer than FACE
    mounting = walked(*[STRAIGHT] * NEEDED, lead=half_left, level=True)
    assert mounting.kind == 0
    assert mounting.frame.tolist()[6:] == pytest.approx([0, 724, 724], abs=3)


@pytest.mark.parametrize("lead", [BEFORE, LEFT], ids=["opposite", "to the side"])
def test_a_front_against_what_rest_has_shown_is_not_believed(lead: tuple[int, ...]) -> None:
    mounting = rested(Mounting(), (100, 0, 1015))
    for _ in range(NEEDED):
        mounting.learn(direction(*STRAIGHT), lead, True)
    assert mounting.kind == 0
    assert mounting.frame.tolist() == [1024, 0, 0, 0, 1024, 0, 0, 0, 1024]
