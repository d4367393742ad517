"""Rules from a TOML file: each by name, and one clear line for whatever is wrong."""

from dataclasses import fields, replace
from pathlib import Path

import pytest

from ambula.base.errors import InputError
from ambula.days.rules import DEFAULT, SETS, Rules
from ambula.days.rules_file import load_rules, rules_named


def load(folder: Path, text: str) -> Rules:
    path = folder / "rules.toml"
    path.write_text(text)
    return load_rules(path)


def test_an_empty_file_is_the_default(tmp_path: Path) -> None:
    assert load(tmp_path, "") == DEFAULT


@pytest.mark.parametrize("name", SETS)
def test_a_set_has_a_name_and_may_be_the_base_of_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    assert rules_named(name) == load(tmp_path, f'base = "{name}"') == SETS[name]
    assert load(tmp_path, f'base = "{name}"\nname = "ours"\nbend_least_s = 15') == replace(
        SETS[name], name="ours", bend_least_s=15
    )
    monkeypatch.chdir(tmp_path)
    Path(name).write_text('name = "a file"')
    assert (rules_named(name).name, rules_named(f"./{name}").name) == (SETS[name].name, "a file")


def test_a_name_that_is_neither_set_nor_file_is_told_the_sets(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"wakin: No such file, nor a set of rules \(ambula, hunt4, waking\)"):
        rules_named("wakin")
    with pytest.raises(InputError):
        rules_named(str(tmp_path))


def test_every_rule_can_be_given_by_its_name(tmp_path: Path) -> None:
    for part in fields(Rules):
        value = getattr(DEFAULT, part.name)
        if part.name in ("name", "met"):
            continue
        changed = value + (0.1 if isinstance(value, float) else 1)
        found = load(tmp_path, f'name = "mine"\n{part.name} = {changed}\n')
        assert getattr(found, part.name) == changed
        assert found.name == "mine"


def test_a_met_table_of_ones_own_is_no_placeholder(tmp_path: Path) -> None:
    met = load(tmp_path, 'name = "a"\n[met]\nname = "ours"\nslow = 3\nmoderate = 3.6\nbrisk = 4.6\n').met
    assert (met.name, met.slow, met.brisk, met.is_placeholder) == ("ours", 3, 4.6, False)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("slow_max = 4", "unknown rule slow_max. Known rules:"),
        ('slow_max_kmh = "4"', "slow_max_kmh must be a number, not '4'"),
        ("bend_least_s = 2.5", "bend_least_s must be a whole number"),
        ("bend_least_s = true", "bend_least_s must be a whole number"),
        ("valid_worn_h = -1", "valid_worn_h is -1: it must be 0 or more"),
        ("valid_worn_h = nan", "valid_worn_h is nan"),
        ("bend_from_deg = 40", "needs bend_until_deg < bend_from_deg"),
        ("slow_max_kmh = 6", "needs slow_max_kmh < brisk_min_kmh"),
        ("bed_lying_share = 50", "bed_lying_share is 50: it is a share"),
        ("name = 3", "name must be a text in quotes"),
        ('name = "two\\nlines"', "name must be a text in quotes, on one line"),
        ("slow_max_kmh = 1" + 400 * "0", "slow_max_kmh is too large"),
        ("valid_worn_h = 10", 'need a name of their own, as name = "my study"'),
        ('base = "hunt4"\nvalid_worn_h = 10', "need a name of their own, as name = \"my study\", not 'HUNT4'"),
        ('name = "HUNT4"', "need a name of their own"),
        ('base = "hunt"', "base must be one of ambula, hunt4, waking, in quotes, not 'hunt'"),
        ("base = [1]", "base must be one of"),
        ("valid_span_share = 24", "valid_span_share is 24: it is a share"),
        ("met = 3", "met must be a table"),
        ('[met]\nname = "x"', "[met] lacks brisk, moderate, slow"),
        ('[met]\nname = "x"\nslow = 3\nmoderate = 2\nbrisk = 4', "needs 0 < slow <= moderate <= brisk"),
        ("name = ", "Invalid value"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(InputError) as raised:
        load(tmp_path, text)
    line = str(raised.value)
    assert line.startswith(f"{tmp_path / 'rules.toml'}: ")
    assert told in line
    assert "\n" not in line


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        load_rules(tmp_path / "none.toml")
