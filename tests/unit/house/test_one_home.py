"""One home for each fact: what a number or a word means is written down once, and other files import it."""

import ast
from collections.abc import Iterator
from pathlib import Path

from ambula.base.sites import BACK_SITE, SITES, THIGH_SITE
from nodecore import roles, sampling, thresholds

ROOT = Path(__file__).parents[3]
PRODUCT = [p for top in ("firmware", "host") for p in sorted((ROOT / top).rglob("*.py"))]


def literals_named(path: Path) -> Iterator[tuple[str, object]]:
    """The names that a file binds to plain values: `A = 1`, `A, B = 1, 2`, `A = const(1)`."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                names = target.elts if isinstance(target, ast.Tuple) else [target]
                values = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
                for name, value in zip(names, values, strict=False):
                    inner = value.args[0] if isinstance(value, ast.Call) and len(value.args) == 1 else value
                    if isinstance(name, ast.Name) and isinstance(inner, ast.Constant):
                        yield name.id.lstrip("_"), inner.value


def test_a_role_has_a_number_a_bit_and_a_word() -> None:
    assert (roles.THIGH, roles.BACK) == (0, 1)  # SPEC.md, "Segment"
    assert (roles.THIGH_BIT, roles.BACK_BIT, roles.BOTH_BITS) == (1, 2, 3)  # SPEC.md, "Epoch files"
    assert (SITES[roles.THIGH], SITES[roles.BACK]) == (THIGH_SITE, BACK_SITE) == ("thigh", "back")


def test_no_other_file_says_what_a_role_is() -> None:
    ours = {"THIGH", "BACK", "BOTH", "THIGH_BIT", "BACK_BIT", "BOTH_BITS", "BOTH_NODES", "ROLE"}
    homes = {p.relative_to(ROOT).as_posix() for p in PRODUCT for name, _ in literals_named(p) if name in ours}
    assert homes == {"firmware/nodecore/roles.py"}


def test_what_follows_from_rate_and_epoch() -> None:
    assert (sampling.EPOCHS_A_MINUTE, sampling.EPOCHS_AN_HOUR, sampling.EPOCHS_A_DAY) == (12, 720, 17_280)
    assert (sampling.EPOCH_MS, sampling.EPOCH_SAMPLES, sampling.WHOLE_SAMPLES) == (5000, 130, 117)
    assert thresholds.NOT_WORN_EPOCHS == 45 * sampling.EPOCHS_A_MINUTE  # which MicroPython does not fold across files


def test_no_other_file_counts_the_epochs_of_a_day() -> None:
    for path in PRODUCT:
        numbers = [
            node.value for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Constant)
        ]
        assert 17_280 not in numbers, f"{path}: EPOCHS_A_DAY"
    words = ("EPOCHS_A_", "EPOCHS_AN_", "EPOCH_MS", "WHOLE", "PARTIAL_BELOW")
    homes = {p.name for p in PRODUCT for name, _ in literals_named(p) if name.startswith(words)}
    assert homes == set()  # in `sampling` they are computed
