"""The ten worst recordings of the folds, a picture each: `OMP_NUM_THREADS=1 python -m training.worst [FOLDER]`.

One recording is all that a person's one node recorded, as the external harness joins it. FOLDER: where the pictures go,
`build/worst` beside `host` if not given. A picture shows true and found classes of every scored epoch and one value an
epoch of four features: no trace. They stay out of the repository.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ambula.recordings.recording import Recording, resample
from ambula.twin.features import measure_stream
from ambula.twin.mounting import learnt, mounted
from ambula.twin.score import followed, score_stream
from nodecore import activity
from nodecore.cadence import steps_per_minute
from nodecore.features import FRONT, MAD_MAG
from nodecore.roles import THIGH
from nodecore.sampling import EPOCH_SAMPLES
from training.folds import Source, each_fold
from training.harness import Stream, external, external_or_exit, streams
from training.recordings import Floats
from training.traits import DATASETS

FOLDER = Path(__file__).resolve().parents[2] / "build" / "worst"
MOST = 10
_COLOURS = {
    "sedentary": "#9aa5b1",
    "standing": "#e0b040",
    "walking": "#2f7fd0",
    "stairs": "#8a4fbf",
    "running": "#d0402f",
    "cycling": "#2f9f60",
}
_WIDTH, _LEFT, _STRIP, _PANEL, _GAP = 1100.0, 150.0, 26.0, 90.0, 26.0


@dataclass(frozen=True)
class Told:
    """A recording's scored epochs, (n,) each: recording number, true and found class, and the features by name."""

    name: str
    part: NDArray[np.str_]
    truth: NDArray[np.str_]
    found: NDArray[np.str_]
    values: dict[str, Floats]

    @property
    def right(self) -> float:
        """Share of epochs that are right."""
        return float((self.truth == self.found).mean())


def tell(stream: Stream) -> Told:
    """Return what the node's present forests say of a stream of the harness, beside the truth."""
    sets, score = external()
    rate_hz, acc_g = stream["fs"], stream["data"][:, :3]
    samples = resample(Recording.even(acc_g, rate_hz)).counts
    says = [score.fold(activity.NAMES[code & 15], "thigh") for code in score_stream(samples, THIGH)[:, 0].tolist()]
    truth = [_truth(epoch, sets.LABELS, score.fold) for epoch in stream["epochs"]]
    scored = np.array([name != "" for name in truth], np.bool_)
    values = {name: row[scored] for name, row in _values(samples).items()}
    part = np.array([str(epoch["seg"]) for epoch in stream["epochs"]])
    name = f"{stream['set']} {stream['subject']}"
    return Told(name, part[scored], np.array(truth)[scored], np.array(says)[scored], values)


def _truth(epoch: Stream, labels: dict[str, str], fold) -> str:
    label = labels.get(epoch["raw"])
    return fold(label, "thigh") if label and epoch["real"] >= 0.9 and epoch["agree"] >= 0.8 else ""


def _values(samples: NDArray[np.int16]) -> dict[str, Floats]:
    """Return what the classifier goes by, one value an epoch."""
    measured = measure_stream(samples)
    gait = followed(measured, THIGH)
    was = learnt(measured, gait, THIGH)
    turned = mounted(samples, measured, was)[1]
    cadence = [steps_per_minute(stride, EPOCH_SAMPLES) if stride else 0 for stride in gait.stride.tolist()]
    return {
        "thigh forward, degrees": np.degrees(np.arcsin(np.clip(turned[:, FRONT] / 1024, -1, 1))),
        "beat, mg": measured.values[:, MAD_MAG] / 2.048,
        "steps/min": np.array(cadence, float),
        "likeness, %": gait.likeness / 10.24,
        "own axes, epochs": was.own.astype(float),
    }


def svg(told: Told) -> str:
    """Return the picture."""
    count = len(told.truth)
    step = (_WIDTH - _LEFT - 10) / count
    out = [_text(8, 18, f"{told.name}: {count} epochs, {told.right:.3f} right", 15)]
    y = 34.0
    for name, row in (("true", told.truth), ("found", told.found)):
        out.append(_text(8, y + 17, name))
        out += [
            _box(_LEFT + i * step, y, step, _STRIP, _COLOURS.get(one, "#000")) for i, one in enumerate(row.tolist())
        ]
        y += _STRIP + 4
    wrong = np.flatnonzero(told.truth != told.found).tolist()
    out += [_box(_LEFT + i * step, y, max(step, 1), 6, "#000") for i in wrong]
    y += 20
    for name, values in told.values.items():
        out += _panel(name, values, told, y, step)
        y += _PANEL + _GAP
    for i, (name, colour) in enumerate(_COLOURS.items()):
        out += [_box(_LEFT + 150 * i, y, 14, 14, colour), _text(_LEFT + 150 * i + 20, y + 12, name)]
    size = f'width="{_WIDTH:.0f}" height="{y + 24:.0f}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif">' + "".join(out) + "</svg>\n"


def _panel(name: str, values: Floats, told: Told, y: float, step: float) -> list[str]:
    """Return one dot an epoch, in the colour of the truth, ringed where the answer is wrong."""
    low, high = min(0.0, float(values.min())), max(1.0, float(values.max()))
    out = [
        _text(8, y + 50, name),
        _text(_LEFT - 40, y + 10, f"{high:.0f}"),
        _text(_LEFT - 40, y + _PANEL, f"{low:.0f}"),
    ]
    out.append(_box(_LEFT, y + _PANEL, _WIDTH - _LEFT - 10, 1, "#ccc"))
    for i, (value, truth, found) in enumerate(
        zip(values.tolist(), told.truth.tolist(), told.found.tolist(), strict=True)
    ):
        at = (_LEFT + (i + 0.5) * step, y + _PANEL * (high - value) / (high - low))
        ring = "" if truth == found else ' stroke="#000" stroke-width="1.4"'
        out.append(f'<circle cx="{at[0]:.1f}" cy="{at[1]:.1f}" r="3.2" fill="{_COLOURS[truth]}"{ring}/>')
    parts = np.flatnonzero(told.part[1:] != told.part[:-1]).tolist()
    return out + [_box(_LEFT + (i + 1) * step, y, 0.6, _PANEL, "#bbb") for i in parts]


def _box(x: float, y: float, width: float, height: float, colour: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{colour}"/>'


def _text(x: float, y: float, text: str, size: int = 12) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}">{text}</text>'


def worst(every: Sequence[Told], most: int = MOST) -> list[Told]:
    """Return the recordings with the smallest share of right epochs, the worst first."""
    return sorted((one for one in every if len(one.truth)), key=lambda one: one.right)[:most]


def main(folder: Path) -> None:
    """Draw the pictures and print one line each."""
    external_or_exit()
    source = Source.load()
    every: list[Told] = []
    for fold in each_fold(source):
        for dataset in DATASETS:
            every += map(tell, streams(dataset, fold))
    folder.mkdir(parents=True, exist_ok=True)
    for number, one in enumerate(worst(every), 1):
        (folder / f"{number:02}_{one.name.replace(' ', '_')}.svg").write_text(svg(one), "utf-8")
        wrong = [f"{a} as {b}" for a, b in zip(one.truth.tolist(), one.found.tolist(), strict=True) if a != b]
        told = ", ".join(f"{n} {name}" for n, name in sorted(((wrong.count(k), k) for k in set(wrong)), reverse=True))
        print(f"{one.name}: {len(one.truth)} epochs, {one.right:.3f} right; {told}")
    print(f"pictures: {folder}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
