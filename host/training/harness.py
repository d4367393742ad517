"""The figures of the whole road by the external evaluation harness: `OMP_NUM_THREADS=1 python -m training.harness`.

The harness and the recordings lie beside the project, in `shared`; without them one line says so. Names as arguments
choose tables (`classes transfer cadence turned mounted slow`), none means all. No forest scores whom it saw.
"""

import importlib
import sys
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from ambula.epochs.fusion import fuse_records
from ambula.epochs.table import EpochTable
from ambula.recordings.classify import records_of
from ambula.recordings.recording import Recording, resample
from nodecore import activity
from nodecore.roles import BACK, THIGH
from training.folds import Source, each_fold, fold_of, learn, wear
from training.mountings import MOUNTINGS, axes
from training.recordings import DATA, Floats, slowed
from training.tables import chosen
from training.traits import DATASETS

EVALUATION = DATA.parent / "evaluation"
ROLES = {"oxford_pocket_steps": THIGH, "ipol_lowback_steps": BACK}
SLOWER = (1.6, 2.0, 2.5)
SLOW_BINS = ((40, 60), (60, 80))
_FEWEST = 20  # epochs in a table's row

Stream = dict[str, Any]
Answer = dict[str, Any]


def external() -> tuple[Any, Any]:
    """Return the harness' modules `sets` and `score`; FileNotFoundError where they are not."""
    for needed in (EVALUATION / "score.py", DATA / DATASETS[0]):
        if not needed.exists():
            raise FileNotFoundError(f"{needed} is not here: the harness and the recordings lie beside the project")
    if str(EVALUATION) not in sys.path:
        sys.path.insert(0, str(EVALUATION))
    return importlib.import_module("sets"), importlib.import_module("score")


def external_or_exit() -> tuple[Any, Any]:
    """Return what `external` does; ends the program with one line where it is not there."""
    try:
        return external()
    except FileNotFoundError as error:
        sys.exit(str(error))


def table_of(acc_g: Floats, rate_hz: float, role: int) -> EpochTable:
    """Return the epochs of one node's recording, as `ambula classify` makes them."""
    records = records_of(resample(Recording.even(acc_g, rate_hz)), role)
    return fuse_records(records, None) if role == THIGH else fuse_records(None, records)


def answer(table: EpochTable) -> Answer:
    """Return a table as the harness wants it."""
    return {
        "epoch_start_s": table.start_s.astype(float),
        "activity": [activity.NAMES[code] for code in table.activity.tolist()],
        "cadence_spm": table.cadence_spm,
        "steps": table.steps,
    }


def streams(dataset: str, fold: int | None = None, order: str | None = None) -> list[Stream]:
    """Return the harness' streams of a labelled data set, people whose thigh node was worn as labelled.

    fold: whose people alone, None for all. order: how a person's recordings are joined, None for what suits the set.
    """
    sets, _ = external()
    bad = sets.flagged(dataset)
    people = [one for one in sets.subjects(dataset) if fold in (None, fold_of(one)) and one not in bad]
    return list(sets.recordings(dataset, people, order=order)) if people else []


def by_folds(source: Source, dataset: str) -> tuple[list[Stream], list[EpochTable]]:
    """Return every stream of a data set and its epochs by forests that did not see the person."""
    found: list[Stream] = []
    tables: list[EpochTable] = []
    for fold in each_fold(source):
        some = streams(dataset, fold)
        found += some
        tables += [table_of(one["data"][:, :3], one["fs"], THIGH) for one in some]
    return found, tables


def show(title: str, found: list[Stream], answers: Iterable[Answer]) -> None:
    """Print the harness' tables."""
    _, score = external()
    rows = score.rows(found, list(answers), "thigh")
    print(score.show(title, score.classify(rows, "thigh"), score.cadence(rows)), "\n", flush=True)


def classes(source: Source) -> None:
    """Print the classes of both labelled sets; of HuGaDB also without its one cyclist's cycling."""
    for dataset in DATASETS:
        found, tables = by_folds(source, dataset)
        show(f"{dataset}, folds by person", found, map(answer, tables))
        if any(epoch["raw"] == "cycling" for one in found for epoch in one["epochs"]):
            show(f"{dataset}, without cycling", [_without(one, "cycling") for one in found], map(answer, tables))


def _without(stream: Stream, label: str) -> Stream:
    return stream | {"epochs": [e | {"agree": e["agree"] * (e["raw"] != label)} for e in stream["epochs"]]}


def transfer(source: Source) -> None:
    """Print each labelled set by forests of the other."""
    for one, other in (DATASETS, DATASETS[::-1]):
        wear(*learn(Source.load((one,))))
        found = streams(other)
        show(f"{one} -> {other}", found, (answer(table_of(s["data"][:, :3], s["fs"], THIGH)) for s in found))


def cadence(source: Source) -> None:
    """Print cadence and steps of the sets whose people no forest learnt from."""
    wear(*learn(source))
    sets, _ = external()
    for dataset, role in ROLES.items():
        found = list(sets.recordings(dataset))
        show(dataset, found, (answer(table_of(s["data"][:, :3], s["fs"], role)) for s in found))


def turned(source: Source) -> None:
    """Print the pocket recordings, each turned at random."""
    wear(*learn(source))
    sets, _ = external()
    dice = np.random.default_rng(0)
    found = list(sets.recordings("oxford_pocket_steps"))
    frames = [np.linalg.qr(dice.standard_normal((3, 3)))[0] for _ in found]
    frames = [one * np.sign(np.linalg.det(one)) for one in frames]
    turns = (s["data"][:, :3] @ one.T for s, one in zip(found, frames, strict=True))
    tables = (table_of(acc_g, s["fs"], THIGH) for s, acc_g in zip(found, turns, strict=True))
    show("oxford_pocket_steps, each recording turned at random", found, map(answer, tables))


def mounted(source: Source) -> None:
    """Print macro-F1 of both labelled sets with the node put on in other ways, learnt on the way; folds by person."""
    _, score = external()
    found: dict[tuple[str, str], list[tuple[Stream, Answer]]] = {}
    for fold in each_fold(source):
        for dataset in DATASETS:
            for one in streams(dataset, fold):
                for name, turns in MOUNTINGS:
                    table = table_of(one["data"][:, :3] @ axes(turns).T, one["fs"], THIGH)
                    found.setdefault((dataset, name), []).append((one, answer(table)))
    for (dataset, name), pairs in sorted(found.items()):
        rows = score.rows([one for one, _ in pairs], [told for _, told in pairs], "thigh")
        figures = score.classify(rows, "thigh")
        print(
            f"{dataset}  {name:<24} accuracy {figures['accuracy']:.3f}  macro-F1 {figures['macro_f1']:.3f}", flush=True
        )


def slow(source: Source) -> None:
    """Print the walks slowed: time longer by a factor, movement smaller by its square."""
    wear(*learn(source))
    for dataset, role in ROLES.items():
        for factor in SLOWER:
            _show_slow(dataset, role, factor)


def _show_slow(dataset: str, role: int, factor: float) -> None:
    _, score = external()
    found = list(_slow_streams(dataset, factor))
    rows = score.rows(found, [answer(table_of(s["data"], s["fs"], role)) for s in found], "thigh")
    steps = score.cadence(rows)["steps"]
    for low, high in SLOW_BINS:
        some = [row for row in rows if low <= row[5] < high]
        if len(some) >= _FEWEST:
            bins = score.cadence(some)["all"]
            print(f"{dataset} x{factor} {low}-{high}/min: {bins}; steps of all: MAPE {steps['mape']}", flush=True)


def _slow_streams(dataset: str, factor: float) -> Iterable[Stream]:
    """Yield each recording slowed, with the truth of its steps."""
    sets, _ = external()
    for person in sets.subjects(dataset):
        with np.load(DATA / dataset / f"{person}.npz") as file:
            data = {key: file[key] for key in file.files}
        config, rate_hz = sets.SETS[dataset], float(data["fs"])
        for number in np.unique(data["seg"]).tolist():
            rows = np.flatnonzero(data["seg"] == number)
            acc_g = np.nan_to_num(data[config["site"]].astype(float))
            upright = acc_g[rows] @ sets.rotation(dataset, data, acc_g, rows, config["rot"]).T
            moved = slowed(upright, factor)
            steps_s = sets.step_times(dataset, data, number, rate_hz) * factor
            whole = int(len(moved) / rate_hz // 5)
            truth = [
                {"raw": "walking", "agree": 1.0, "real": 1.0, **sets._cad(steps_s, 5.0 * e, 5.0)} for e in range(whole)
            ]
            yield {"id": f"{person}/{number}", "subject": person, "fs": rate_hz, "data": moved, "epoch": 5.0} | {
                "epochs": [one | {"seg": str(number), "edge": False} for one in truth]
            }


TABLES: dict[str, Callable[[Source], None]] = {
    "classes": classes,
    "transfer": transfer,
    "cadence": cadence,
    "turned": turned,
    "mounted": mounted,
    "slow": slow,
}


def main(names: list[str]) -> None:
    """Print the chosen tables."""
    tables = chosen(names, TABLES)
    external_or_exit()
    source = Source.load()
    for table in tables:
        table(source)


if __name__ == "__main__":
    main(sys.argv[1:])
