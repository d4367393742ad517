"""Two clocks set against each other by gait: to within an epoch where both walk, and a refusal where they do not."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from ambula.clock.gait_offset import MOST_EPOCHS, ahead_words, align
from ambula.clock.track import track_of
from ambula.epochs.fusion import fuse_records
from ambula.epochs.table import Records
from ambula.evaluation.axes import signed
from ambula.nodes.segments import assemble
from ambula.participant.epochs import Wear, load_wear
from ambula.recordings.recording import Recording, resample
from ambula.store import Anchor, Store
from ambula.synthetic import Participant, default_day, simulate
from ambula.twin.score import score_stream
from nodecore import activity, record, segment
from nodecore.sampling import COUNTS_PER_G, EPOCH_S, EPOCH_SAMPLES, ODR_HZ

DATA = Path(__file__).parents[4] / "shared" / "data"
DAYS = [(1, 0), (2, 5), (3, 3)]
CLOCKS = [(0.0, 0.0), (2.5, 0.0), (-20.0, 400.0), (58.0, -150.0), (-31.7, -400.0)]  # s ahead at midnight, ppm
FIRST = 356_000_000


@cache
def day(seed: int, index: int) -> tuple[np.ndarray, np.ndarray]:
    made = simulate(default_day(seed, index), Participant(seed), day_index=index)
    thigh, back = (np.clip(np.rint(a * COUNTS_PER_G), -32767, 32767).astype(np.int16) for a in (made.thigh, made.back))
    return thigh, back


def scored(counts: np.ndarray, role: int) -> Records:
    data = score_stream(counts[: len(counts) // EPOCH_SAMPLES * EPOCH_SAMPLES], role)
    return Records(FIRST + np.arange(len(data), dtype=np.int64), data)


@cache
def scored_day(seed: int, index: int) -> tuple[Records, Records]:
    """A day by good clocks."""
    thigh, back = day(seed, index)
    return scored(thigh, 0), scored(back, 1)


def by_clock(counts: np.ndarray, ahead_s: float, ppm: float) -> np.ndarray:
    """The samples as a node sorts them whose clock is ahead of true time, and ever more so."""
    own_s = np.arange(len(counts)) / ODR_HZ
    true_s = (own_s - ahead_s) / (1 + ppm * 1e-6)
    return counts[np.clip(np.rint(true_s * ODR_HZ).astype(np.int64), 0, len(counts) - 1)]


def ahead_epochs(epoch: np.ndarray, ahead_s: float, ppm: float) -> np.ndarray:
    own_s = (epoch - FIRST) * EPOCH_S + 2.5
    return (own_s - (own_s - ahead_s) / (1 + ppm * 1e-6)) / EPOCH_S


@pytest.mark.parametrize("seed_index", DAYS, ids=str)
@pytest.mark.parametrize("clock", CLOCKS, ids=str)
def test_each_window_is_right_to_within_half_an_epoch(seed_index: tuple[int, int], clock: tuple[float, float]) -> None:
    first = scored_day(*seed_index)[0]
    second = scored(by_clock(day(*seed_index)[1], *clock), 1)
    found = align(first, second)
    assert found.refusal == ""
    assert len(found.epoch) >= 6
    assert np.abs(found.ahead - ahead_epochs(found.epoch + found.ahead, *clock)).max() < 0.5


def test_strangers_are_not_aligned() -> None:
    """Two people's nodes: both walk, at other times."""
    found = align(scored_day(1, 0)[0], scored_day(2, 5)[1])
    assert found.refusal == "the nodes' movements are not alike"


def test_where_one_node_lies_on_a_table_nothing_is_told() -> None:
    thigh, back = day(1, 0)
    table = np.tile(back[:1], (len(back), 1)) + np.random.default_rng(1).integers(-3, 4, back.shape).astype(np.int16)
    first, second = scored(thigh, 0), scored(table, 1)
    assert align(first, second).refusal == "only one node recorded enough walking"
    assert align(second, first).refusal == "only one node recorded enough walking"


def test_a_night_tells_nothing() -> None:
    thigh, back = day(1, 0)
    night = slice(0, 2 * 3600 * ODR_HZ)
    assert align(scored(thigh[night], 0), scored(back[night], 1)).refusal == "neither node recorded enough walking"


def test_a_clock_a_day_off_is_found_where_it_is_asked_for() -> None:
    thigh, back = (
        Records(
            FIRST + np.arange(3 * 17_280, dtype=np.int64),
            np.concatenate([scored_day(*which)[node].data[:17_280] for which in DAYS]),
        )
        for node in (0, 1)
    )
    off = Records(back.epoch + 17_280, back.data)
    assert align(thigh, off).refusal
    found = align(thigh, off, (0, -1, 1))
    assert len(found.ahead) >= 10
    assert np.abs(found.ahead - 17_280).max() < 1
    assert np.abs(align(thigh, back, (0, -1, 1)).ahead).max() < 1


def test_nodes_that_never_met_tell_nothing() -> None:
    first, second = scored_day(1, 0)
    late = Records(second.epoch + 10**6, second.data)
    assert align(first, late).refusal == "the nodes never recorded at the same time"
    none = Records(first.epoch[:0], first.data[:0])
    assert align(first, none).refusal == align(none, first).refusal == "the nodes never recorded at the same time"


@pytest.mark.parametrize("by", [24, -360, 720, 2000])
def test_hours_are_found_too(by: int) -> None:
    first, shifted = scored_day(1, 0)
    found = align(first, Records(shifted.epoch + by, shifted.data))
    assert np.abs(found.ahead - by).max() < 0.5


def test_beyond_three_hours_it_refuses_rather_than_guess() -> None:
    first, shifted = scored_day(1, 0)
    found = align(first, Records(shifted.epoch + MOST_EPOCHS + 800, shifted.data))
    assert found.refusal == "the nodes' movements are not alike"


def test_gaps_do_no_harm() -> None:
    first, second = scored_day(1, 0)[0], scored(by_clock(day(1, 0)[1], 30.0, 100.0), 1)
    hour = (second.epoch - FIRST) // 720
    holed = Records(second.epoch[hour % 3 != 1], second.data[hour % 3 != 1])
    found = align(first, holed)
    assert np.abs(found.ahead - ahead_epochs(found.epoch + found.ahead, 30.0, 100.0)).max() < 0.8


# ---- walks that repeat themselves


def walker(dice: np.random.Generator, walks: str) -> tuple[Records, Records]:
    """Both nodes' day of one who walks in sets (2 min and 2 min rest, 1 and 1), or for 5 min every half an hour."""
    gait = np.zeros(17_280, bool)
    if walks == "by a reminder":
        for start in range(5_040, 14_000, 360):
            gait[start + dice.integers(0, 3) :][:60] = True
    else:
        each = 24 if walks == "in sets" else 12
        for start in dice.integers(3_000, 14_000, 3).tolist():
            for k in range(8):
                gait[start + 2 * each * k :][:each] = True
    return _walked(dice, gait, 120), _walked(dice, gait, 105)


def _walked(dice: np.random.Generator, gait: np.ndarray, level: int) -> Records:
    data = np.zeros((len(gait), record.SIZE), np.uint8)
    data[:, record.MAD_MAG] = np.where(gait, level + dice.normal(0, 2, len(gait)), 40 + dice.normal(0, 4, len(gait)))
    data[:, record.ACTIVITY] = np.where(gait, activity.WALKING, activity.SITTING)
    return Records(FIRST + np.arange(len(gait), dtype=np.int64), data)


@pytest.mark.parametrize("walks", ["in sets", "in short sets", "by a reminder"])
def test_repeated_walks_are_never_believed_one_set_off(walks: str) -> None:
    for seed in range(30):
        dice = np.random.default_rng(seed)
        thigh, back = walker(dice, walks)
        by = int(dice.choice([5, 24, 30, 100, 360, 719, 760, 1000])) * int(dice.choice([-1, 1]))
        found = align(thigh, Records(back.epoch + by, back.data))
        assert np.abs(found.ahead - by).max(initial=0) < 1, (seed, by)


# ---- which clock gives way


Reads = dict[int, int]
"""Epochs by the node's clock at which a laptop read it, and how far its time was ahead, s."""


def stored(store: Store, role: int, records: Records, reads: Reads, boots: tuple[int, ...] = ()) -> None:
    """One node's log in the store, with its clock's readings; boots: epochs at which it started anew."""
    node = store.ensure_node(f"{role:02x}" * 8, 1, role, "P01", "0.1.0")
    writer = segment.SegmentWriter(role)
    log = bytearray()
    boot_of = np.searchsorted(np.array(boots), records.epoch, side="right") + 1
    for seq, at in enumerate(range(0, len(records) - 59, 60)):
        for i in range(at, at + 60):
            writer.add(int(records.epoch[i]), records.data[i].tobytes())
        log += bytes(writer.seal(seq, 0, int(boot_of[at]), 30, 200, segment.CLOCK_IS_SET))
    store.add_log(node.node_id, assemble(0, bytes(log), at_log_end=True).segments, [], len(log))
    for epoch, ahead_s in reads.items():
        boot = int(np.searchsorted(np.array(boots), epoch, side="right")) + 1
        store.add_anchor(node.node_id, Anchor((epoch * EPOCH_S + ahead_s) * 1000, epoch * EPOCH_S * 1000, 20, boot))


@pytest.fixture(scope="module")
def pair() -> tuple[Records, Records, Records, Records]:
    """Both nodes by a good clock, and by one 40 s ahead."""
    thigh, back = day(1, 0)
    return *scored_day(1, 0), scored(by_clock(thigh, 40, 0), 0), scored(by_clock(back, 40, 0), 1)


BY_LAPTOPS: Reads = {FIRST: 0, FIRST + 17_200: 0}
NOBODY: Reads = {}


def worn(
    folder: Path, thigh: Records, thigh_reads: Reads, back: Records, back_reads: Reads, boots: tuple[int, ...] = ()
) -> Wear:
    with Store(folder / "s.db") as store:
        store._db.execute("PRAGMA synchronous = OFF")
        stored(store, 0, thigh, thigh_reads)
        stored(store, 1, back, back_reads, boots)
        return load_wear(store, "P01")


def begins(wear: Wear) -> tuple[int, int]:
    """When the thigh's records begin, and the back's."""
    return int(wear.moved["thigh"].epoch[0]) - FIRST, int(wear.moved["back"].epoch[0]) - FIRST


def test_well_read_clocks_stay_as_they_are(pair: tuple[Records, ...], tmp_path: Path) -> None:
    """Also where one is wrong: computers' readings go before gait."""
    wear = worn(tmp_path, pair[0], BY_LAPTOPS, pair[3], BY_LAPTOPS)
    assert (begins(wear), wear.clocks) == ((0, 0), [])


def test_the_poor_clock_of_the_back_gives_way(pair: tuple[Records, ...], tmp_path: Path) -> None:
    wear = worn(tmp_path, pair[0], BY_LAPTOPS, pair[3], NOBODY)
    assert begins(wear) == (0, -8)
    assert wear.clocks == [
        "The back node's clock was aligned with the thigh's by gait: it was 40 s ahead, in 9 windows of two hours."
    ]


def test_the_poor_clock_of_the_thigh_gives_way(pair: tuple[Records, ...], tmp_path: Path) -> None:
    wear = worn(tmp_path, pair[2], NOBODY, pair[1], BY_LAPTOPS)
    assert begins(wear) == (-8, 0)
    assert wear.clocks[0].startswith("The thigh node's clock was aligned with the back's by gait: it was 40 s ahead")


def test_of_two_poor_clocks_the_backs_gives_way(pair: tuple[Records, ...], tmp_path: Path) -> None:
    wear = worn(tmp_path, pair[2], NOBODY, pair[1], NOBODY)
    assert begins(wear) == (0, 8)
    assert "it was 40 s behind" in wear.clocks[0]


def test_a_clock_that_is_right_is_said_to_agree(pair: tuple[Records, ...], tmp_path: Path) -> None:
    wear = worn(tmp_path, pair[0], BY_LAPTOPS, pair[1], NOBODY)
    assert wear.clocks == [
        "The back node's clock was compared with the thigh's by gait: they agree, in 9 windows of two hours."
    ]


def test_a_reading_counts_where_it_is_and_gait_finds_a_step_elsewhere(
    pair: tuple[Records, ...], tmp_path: Path
) -> None:
    """One reading in the morning; a step at a boot behind it, which gait finds where it was."""
    thigh, back, _, late_back = pair
    boot = FIRST + 9_000
    early, late = back.epoch < boot, late_back.epoch >= boot + 60
    both = Records(
        np.concatenate([back.epoch[early], late_back.epoch[late]]),
        np.concatenate([back.data[early], late_back.data[late]]),
    )
    wear = worn(tmp_path, thigh, BY_LAPTOPS, both, {FIRST + 6_000: 0}, (boot + 10,))
    placed = wear.moved["back"].epoch
    assert np.array_equal(placed[:9_000], both.epoch[:9_000])
    assert placed[-1] == both.epoch[len(both) // 60 * 60 - 1] - 8
    assert any("0 to 40 s ahead" in words for words in wear.clocks)
    assert any("At a restart it was off by 40 s" in words for words in wear.clocks)


def test_an_unread_node_puts_nothing_in_doubt_that_is_read(pair: tuple[Records, ...], tmp_path: Path) -> None:
    thigh, back, *_ = pair
    wear = worn(tmp_path, thigh, NOBODY, back, {FIRST + 6_000: 0}, (FIRST + 9_010,))
    doubt_s = track_of(list(wear.times.values())[1:]).doubt_ms / 1000  # type: ignore[union-attr]
    assert doubt_s[:9_000].max() < 10
    assert 10 < doubt_s[-1] < 20  # by way of the other node, which this reading vouches for in the morning
    assert wear.table.nodes_apart_s[-1] < 10


def test_where_gait_shows_nothing_it_is_said(pair: tuple[Records, ...], tmp_path: Path) -> None:
    thigh, back, *_ = pair
    still = back.data.copy()
    still[:, record.ACTIVITY] = activity.SITTING
    wear = worn(tmp_path, thigh, BY_LAPTOPS, Records(back.epoch, still), NOBODY)
    assert begins(wear) == (0, 0)
    assert wear.clocks == [
        "No sync confirms the back node's clock, and gait could not correct it: only one node recorded enough walking."
    ]


def test_words_for_how_far_a_clock_was_ahead() -> None:
    assert ahead_words(-2, 3, 9) == "10 s behind to 15 s ahead, in 9 windows of two hours"
    assert ahead_words(-8, -7, 1) == "35 to 40 s behind, in 1 window of two hours"
    assert ahead_words(0, 0, 2) == "right, in 2 windows of two hours"


def test_the_fused_day_is_that_of_good_clocks(pair: tuple[Records, ...], tmp_path: Path) -> None:
    thigh, back, _, late_back = pair
    wear = worn(tmp_path, thigh, BY_LAPTOPS, late_back, NOBODY)
    fused = fuse_records(thigh, back)
    with_both = np.intersect1d(wear.table.epoch[wear.table.nodes == 3], fused.epoch)
    seen, right = (t.back_inclination_deg[np.isin(t.epoch, with_both)] for t in (wear.table, fused))
    assert float((np.abs(seen - right) > 5).mean()) == 0


# ---- people


@pytest.mark.parametrize("subject", ["S01", "S02", "S06", "S07"])
@pytest.mark.parametrize("ahead_s", [0.0, 2.5, 17.5, -41.0])
def test_four_people_who_walked_with_both_nodes(subject: str, ahead_s: float) -> None:
    """Real, synchronous recordings (Daphnet, Parkinson gait), 11 to 42 minutes each; y up, x to the front."""
    path = DATA / "daphnet_part" / f"{subject}.npz"
    if not path.exists():
        pytest.skip("the Daphnet recordings are not beside the project")
    with np.load(path) as held:
        fs, thigh, back = float(held["fs"]), held["acc_thigh"].astype(float), held["acc_back"].astype(float)
    t = np.arange(len(thigh)) / fs
    both: list[Records] = []
    for role, (acc_g, out, offset_s) in enumerate(((thigh, 1, 0.0), (back, -1, ahead_s))):
        samples = resample(Recording(path, t + offset_s, acc_g @ signed(2, out).matrix.T, fs))
        epoch = FIRST + samples.first_epoch + np.arange(samples.epochs, dtype=np.int64)
        both.append(Records(epoch, score_stream(samples.counts, role)))
    found = align(*both)
    assert found.refusal == ""
    assert np.abs(found.ahead - ahead_s / EPOCH_S).max() < 0.6
