"""`ambula check` as a user and a script meet it: on recordings, and on what was synced."""

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ambula.store import Segment, Store
from ambula.synthetic import Kind, Mount, Participant, Stretch, simulate
from ambula.twin.score import score_stream
from nodecore import headers, segment
from tests.support.command import Ambula

FIRST_EPOCH = 356_000_000
PLAN = [Stretch(0, 30, Kind.STANDING), Stretch(30, 30, Kind.RECLINED), Stretch(60, 30, Kind.WALKING)]
UPSIDE_DOWN = Participant(3, thigh_mount=Mount(roll_deg=180))


def recordings(folder: Path, person: Participant) -> list[Path]:
    """CSV files of a thigh and a back node at 26 Hz."""
    made = simulate(PLAN, person)
    paths = [folder / "thigh.csv", folder / "back.csv"]
    for path, acc_g in zip(paths, (made.thigh, made.back), strict=True):
        table = np.column_stack([np.arange(len(acc_g)) / made.fs_hz, acc_g])
        np.savetxt(path, table, delimiter=",", header="t,x,y,z", comments="", fmt="%.5f")
    return paths


def stored(path: Path, person: Participant) -> Path:
    """A store with the same, as two nodes would have recorded it."""
    made = simulate(PLAN, person)
    with Store(path) as store:
        for role, acc_g in enumerate((made.thigh, made.back)):
            counts = np.rint(acc_g * 4096).clip(-32768, 32767).astype(np.int16)
            node = store.ensure_node(f"{role:016x}", role, role, "P01", "0.1.0")
            store.add_log(node.node_id, [_segment(score_stream(counts, role))], [], 100)
    return path


def _segment(records: NDArray[np.uint8]) -> Segment:
    header = headers.Header()
    header.kind, header.epoch, header.count, header.flags = segment.EPOCHS, FIRST_EPOCH, len(records), 1
    for name in ("seq", "boot", "temperature_c", "battery_20mv"):
        setattr(header, name, 0)
    return Segment(0, header, b"\0" * 100, records.tobytes())


def test_recordings_of_nodes_worn_right_are_a_go(ambula: Ambula, tmp_path: Path) -> None:
    thigh, back = recordings(tmp_path, Participant(3))
    ran = ambula("check", "--thigh", thigh, "--back", back)
    assert (ran.code, ran.out, ran.err) == (0, "Worn as they should be.\n", "")


def test_a_node_upside_down_is_a_no_go_in_words(ambula: Ambula, tmp_path: Path) -> None:
    thigh, back = recordings(tmp_path, UPSIDE_DOWN)
    ran = ambula("check", "--thigh", thigh, "--back", back)
    said = "The thigh node is upside down: turn it so that the arrow points to the hip.\nNo-go.\n"
    assert (ran.code, ran.out, ran.err) == (8, said, "")


def test_json_tells_the_same_to_a_script(ambula: Ambula, tmp_path: Path) -> None:
    thigh, back = recordings(tmp_path, UPSIDE_DOWN)
    ran = ambula("check", "--thigh", thigh, "--back", back, "--json")
    found = json.loads(ran.out)
    assert (ran.code, ran.err, found["worn_right"]) == (8, "", False)
    assert [(f["code"], f["node"], f["level"]) for f in found["findings"]] == [("upside_down", "thigh", "fault")]
    assert found["turns"]["thigh"]["upside_down"] is True
    assert found["seconds"]["sitting"]["from"] >= 30
    assert found["seconds"]["sitting"]["to"] <= 62


def test_offline_the_store_is_asked(ambula: Ambula, tmp_path: Path) -> None:
    path = stored(tmp_path / "a.db", UPSIDE_DOWN)
    ran = ambula("check", "--offline", "--store", path, "--participant", "P01")
    assert ran.code == 8
    assert ran.out.startswith("The thigh node is upside down:")
    assert "5 min from 2026-" in ran.err
    assert ambula("check", "--offline", "--store", stored(tmp_path / "b.db", Participant(3))).code == 0


def test_what_cannot_be_asked_is_said(ambula: Ambula, tmp_path: Path) -> None:
    thigh, _ = recordings(tmp_path, Participant(3))
    assert "go only with" in ambula("check", "--thigh", thigh, "--store", tmp_path / "a.db").failed_with(3)
    assert "leave out --live" in ambula("check", "--nodes-only", "--live").failed_with(3)
    for who in (" ", "x" * 41, "a\nb"):
        assert "say who goes against it" in ambula("check", "--accept", who).failed_with(3)
    assert "leave out --nodes-only" in ambula("check", "--offline", "--accept", "me").failed_with(3)
    assert "no store" in ambula("check", "--offline", "--store", tmp_path / "none.db").failed_with(4)
