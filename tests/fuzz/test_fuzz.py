"""Parsers of bytes from outside: a sample of damaged inputs here, a million in `make soak`.

No exception but the declared ones, no hang, no allocation bomb (the node's heap and the host's address space are
bounded), and nothing damaged is taken for good.
"""

import ast
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from node import settings as node_settings
from tests.fuzz import host_targets, in_micropython, on_the_host

LIMIT_S = 100.0
ON_THE_NODE = {"strangers": 4000, "owners": 3000, "opening": 4000, "segments": 4000, "recovery": 400, "settings": 800}
ON_THE_HOST = {
    "stores": 400,
    "commands": 50,
    "npz": 300,
    "recordings": 300,
    "harth": 200,
    "settings": 300,
    "replies": 60,
}
IN_MEMORY = ("blocks", "messages", "logs", "keys", "advertised")


def test_no_target_is_forgotten() -> None:
    (on_the_node,) = [
        node.value
        for node in ast.parse(in_micropython.SCRIPT.read_text("utf-8")).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "TARGETS"
    ]
    assert isinstance(on_the_node, ast.Dict)
    assert set(ON_THE_NODE) == {ast.literal_eval(key) for key in on_the_node.keys if key is not None}
    assert {*ON_THE_HOST, *IN_MEMORY} == set(host_targets.TARGETS)


@pytest.mark.parametrize("target", ON_THE_NODE)
def test_the_node_survives_what_it_reads(target: str) -> None:
    assert in_micropython.fuzz(target, 1, ON_THE_NODE[target], LIMIT_S) == ""


@pytest.mark.parametrize("target", ON_THE_HOST)
def test_the_host_survives_what_it_reads(target: str) -> None:
    assert on_the_host.fuzz(target, 1, ON_THE_HOST[target], LIMIT_S) == ""


@pytest.mark.parametrize("name", IN_MEMORY)
def test_any_bytes_at_all(name: str, tmp_path: Path) -> None:
    target = host_targets.TARGETS[name](tmp_path)
    parts = st.one_of(
        st.binary(max_size=300), st.sampled_from(target.good), st.integers(0, 255).map(lambda i: b"%c" % i)
    )

    @settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.lists(parts, max_size=4).map(b"".join))
    def feed(data: bytes) -> None:
        target(data)

    feed()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[]", "unreadable, not an object"),
        ("7", "unreadable, not an object"),
        ('{"role": 1}', "unreadable, role cannot be 1"),
        ('{"role": "arm"}', "role cannot be 'arm'"),
        ('{"days": 1.5}', "days cannot be 1.5"),
        ('{"start": []}', "start cannot be"),
        ('{"window_ms": "long"}', "window_ms cannot be 'long', taken as 2300"),
        ('{"window_every_s": 0}', "window_every_s cannot be 0"),
        ('{"window_every_s": -5}', "window_every_s cannot be -5"),
        ('{"link_idle_ms": 1e9}', "link_idle_ms cannot be"),
        ('{"tap_window_ms": true}', "tap_window_ms cannot be True"),
    ],
)
def test_a_node_s_settings_are_of_the_right_kind(text: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(text)
    found: Any = node_settings.load(str(tmp_path / "config.json"))
    assert told in found.trouble
