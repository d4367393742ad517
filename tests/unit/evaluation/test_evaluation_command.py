"""`ambula evaluate` as a user sees it: tables in 80 columns, JSON, the page; and equal figures elsewhere."""

import importlib
import json
import re
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from typer.testing import CliRunner

from ambula.base.errors import InputError, MissingPart
from ambula.cli import evaluation_tables
from ambula.cli.app import app
from ambula.evaluation import compare, programs
from ambula.evaluation.compare import Evaluation, evaluate
from ambula.evaluation.loaders import open_set
from ambula.evaluation.metrics import Fold
from ambula.evaluation.page import render_page
from ambula.evaluation.parts import Request
from ambula.evaluation.programs import Answer
from ambula.evaluation.streams import Stream
from tests.support.command import look_like_a_terminal
from tests.support.made_sets import LYING, SITTING, STANDING, write_harth, write_npz
from tests.support.report_page import Page

POSTURES = [STANDING, SITTING, LYING]
HARNESS = Path(__file__).parents[4] / "shared" / "evaluation"


def wrong(stream: Stream) -> Answer:
    """A peer that says the same of everything."""
    count = len(stream.truth)
    return Answer(np.full(count, "<b>row</b>"), np.full(count, np.nan), np.zeros(count))


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Evaluation:
    folder = tmp_path_factory.mktemp("sets") / "made [1]"
    folder.mkdir()
    events = np.column_stack([np.arange(20, 1400, 25), np.zeros((56, 2), int)])
    for name in "ABC":
        write_npz(folder / f"{name}.npz", POSTURES, step_events=events)
    data = open_set(folder, Request())
    return evaluate(data, {"ambula": programs.ambula, "peer": wrong}, Fold.FULL)


def test_postures_of_two_nodes_are_told_apart(found: Evaluation) -> None:
    ours, peer = (found.programs[name].classes for name in ("ambula", "peer"))
    assert ours is not None
    assert peer is not None
    assert ours.accuracy == 1
    assert peer.accuracy == 0
    assert (found.people, found.recordings, found.epochs) == (3, 9, 54)
    steps = found.programs["peer"].cadence
    assert steps is not None
    assert steps.steps is not None
    assert steps.steps.mape == 1


def test_plain_form_is_json(found: Evaluation) -> None:
    plain = json.loads(json.dumps(found.plain(), allow_nan=False))
    assert plain["programs"]["peer"]["cadence"]["groups"]["all"]["mae"] is None
    assert plain["programs"]["ambula"]["classes"]["confusion"] == [[18, 0, 0], [0, 18, 0], [0, 0, 18]]


def test_page_is_whole_and_needs_nothing(found: Evaluation) -> None:
    html = render_page(found)
    page = Page(re.sub(r"<(rect|circle)([^>]*)/>", r"<\1\2></\1>", html))
    assert "<script" not in html
    assert not re.search(r"(src|href)=|url\(|https?:", html)
    assert "<b>row</b>" not in html  # what files say is never markup
    pictures = [drawn for drawn in page.drawn if drawn.get("role") == "img"]
    assert len(pictures) == 5
    assert all(len(str(drawn["aria-label"])) > 30 for drawn in pictures)
    assert html == render_page(found)
    assert not re.search(r"\bnan\b", html)


def test_figures_in_the_table_are_those_of_the_evaluation(
    found: Evaluation, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    look_like_a_terminal(monkeypatch)
    evaluation_tables.show(found)
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= 80
    assert re.search(r"lying +18 +3 +ambula +1\.000 +1\.000 +1\.000 +1\.000", text)
    assert "made [1], thigh and back: 3 people" in text


def run(*args: str) -> tuple[int, str, BaseException | None]:
    done = CliRunner().invoke(app, ["evaluate", *args])
    return done.exit_code, done.stdout, done.exception


def test_command_on_harth(tmp_path: Path) -> None:
    folder = tmp_path / "harth"
    folder.mkdir()
    write_harth(folder / "S006.csv", POSTURES, gap_at=2000)
    code, out, _ = run(str(folder), "--json", "--html", str(tmp_path / "page.html"))
    plain = json.loads(out)
    assert code == 0
    assert plain["sites"] == ["thigh", "back"]
    assert plain["programs"]["ambula"]["classes"]["accuracy"] == 1
    assert "The right class in 100.0%" in (tmp_path / "page.html").read_text("utf-8")
    code, out, _ = run(str(folder), "--site", "thigh")
    assert code == 0
    assert "sedentary" in out
    code, out, _ = run(str(folder), "--site", "back")
    assert "upright" in out


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["--subjects", "Z"], "has no subject 'Z'"),
        (["--html", "/nowhere/at/all.html"], "there is no such folder"),
        (["--site", "back", "--peer", "actimotus"], "ActiMotus needs a thigh recording"),
    ],
)
def test_bad_input_is_an_input_error(
    tmp_path: Path, args: list[str], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("actimotus", "pandas"):  # whether they are here or not
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    write_npz(tmp_path / "A.npz", POSTURES)
    _, _, error = run(str(tmp_path), *args)
    assert isinstance(error, InputError)
    assert says in str(error)


def test_without_the_peer_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_npz(tmp_path / "A.npz", POSTURES)
    monkeypatch.setitem(sys.modules, "actimotus", None)
    _, _, error = run(str(tmp_path), "--peer", "actimotus")
    assert isinstance(error, MissingPart)
    assert str(error).endswith("-m pip install acti-motus==2.4.0")


def test_nothing_to_score_is_said(tmp_path: Path) -> None:
    write_npz(tmp_path / "A.npz", [STANDING], label=np.full(1500, "unlabelled"))
    _, _, error = run(str(tmp_path))
    assert "nothing to score" in str(error)
    write_npz(tmp_path / "A.npz", [STANDING], seconds=2)
    _, _, error = run(str(tmp_path))
    assert "no recording is as long as an epoch" in str(error)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.skipif(not HARNESS.is_dir(), reason="the external scoring harness is not beside the project")
@pytest.mark.parametrize(
    ("name", "subjects"), [("pdiot_2023", ["s12", "s30"]), ("oxford_pocket_steps", []), ("ipol_lowback_steps", ["S01"])]
)
def test_figures_agree_with_the_external_harness(
    name: str, subjects: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = HARNESS.parent / "data" / name
    if not folder.is_dir():
        pytest.skip("the data are not here")
    monkeypatch.syspath_prepend(str(HARNESS))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    sets, score = importlib.import_module("sets"), importlib.import_module("score")
    kept: list[Answer] = []

    def keep(stream: Stream) -> Answer:
        kept.append(programs.ambula(stream))
        return kept[-1]

    ours = evaluate(open_set(folder, Request(subjects=subjects)), {"ambula": keep}, Fold.THIGH)
    answers = [
        {
            "epoch_start_s": np.arange(len(a.activity)) * 5.0,
            "activity": a.activity.tolist(),
            "cadence_spm": a.cadence_spm,
            "steps": a.steps,
        }
        for a in kept
    ]
    rows = score.rows(list(sets.recordings(name, sorted(subjects))), answers, "thigh")
    classes, cadence = score.classify(rows, "thigh"), score.cadence(rows)
    scores = ours.programs["ambula"]
    assert scores.classes is not None
    assert ours.excluded == classes["excluded"]
    assert scores.classes.accuracy == pytest.approx(classes["accuracy"])
    assert scores.classes.macro_f1 == pytest.approx(classes["macro_f1"])
    assert scores.classes.mean_macro_f1 == pytest.approx(classes["macro_f1_participant"])
    if cadence is not None:
        assert scores.cadence is not None
        assert scores.cadence.steps is not None
        assert scores.cadence.groups["all"].mae == pytest.approx(cadence["all"]["mae"], abs=6e-4)
        assert scores.cadence.groups["steady"].within_5 == pytest.approx(cadence["bins"]["steady"]["within5"], abs=6e-4)
        assert scores.cadence.steps.mape == pytest.approx(cadence["steps"]["mape"], abs=6e-5)


def test_a_set_the_classifier_learnt_from_is_named_so(found: Evaluation, tmp_path: Path) -> None:
    assert not any("learnt from" in note for note in found.notes)
    folder = tmp_path / "hugadb_v1"
    folder.mkdir()
    write_npz(folder / "A.npz", POSTURES)
    notes = evaluate(open_set(folder, Request(("thigh",))), {"ambula": programs.ambula}, Fold.THIGH).notes
    assert notes[0] == compare._LEARNT
