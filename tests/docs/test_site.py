"""The site: built strictly, whole without a network, and as the code has it."""

import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
import typer

from ambula.base import errors
from ambula.cli.app import app
from ambula.cli.common import Stopped
from tests.docs.blocks import ROOT

COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site; a build that warns fails."""
    folder = tmp_path_factory.mktemp("site")
    # A build that fetched anything would ask this proxy, which is not there.
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "https_proxy": "http://127.0.0.1:9"}
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert (built.returncode, built.stdout) == (0, ""), built.stdout + built.stderr
    return folder


class Fetched(HTMLParser):
    """Notes what a browser would fetch for a page by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag in ("script", "img", "iframe", "source"):
            self.found.append(told.get("src") or "")
        if tag == "link" and told.get("rel") in ("stylesheet", "icon", "preload", "preconnect"):
            self.found.append(told.get("href") or "")


def text_of(page: Path) -> str:
    return re.sub(r"<[^>]+>", "", page.read_text("utf-8"))


def test_nothing_is_fetched_from_elsewhere(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert len(pages) > 40
    for page in pages:
        parser = Fetched()
        parser.feed(page.read_text("utf-8"))
        assert parser.found
        for link in filter(None, parser.found):
            assert "//" not in link, (page, link)
            assert (page.parent / link.partition("?")[0]).exists() or page.name == "404.html", (page, link)
    for style in site.rglob("*.css"):
        assert not re.search(r"(url\(|@import)[^;)]*//", style.read_text("utf-8")), style


def test_the_search_knows_the_pages_and_not_the_code(site: Path) -> None:
    index = json.loads((site / "search" / "search_index.json").read_text("utf-8"))
    found = {entry["location"].partition("#")[0] for entry in index["docs"]}
    assert {"index.html", "howto/sync.html", "reference/commands.html", "hardware/wear.html"} <= found
    assert not any(where.startswith("source/") for where in found)
    assert (site / "search" / "search_index.js").exists()  # for pages opened from the disk


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_the_reference_has_every_command_and_option(site: Path, name: str) -> None:
    page = (site / "reference" / "commands.html").read_text("utf-8")
    section = page[page.index(f'id="{name}"') :].partition("<h2")[0]
    for p in COMMANDS[name].params:
        if not getattr(p, "hidden", False) and p.param_type_name == "option":
            assert f"<code>{p.opts[0]}</code>" in section or f"<code>{', '.join(p.opts)}</code>" in section, p.opts


def test_the_reference_has_every_exit_code(site: Path) -> None:
    told = (site / "reference" / "commands.html").read_text("utf-8").partition('id="exit-codes"')[2]
    for code in {0, 2, 8} | {kind.exit_code for kind in (*errors.AmbulaError.__subclasses__(), Stopped)}:
        assert f"<td>{code}</td>" in told, code


def test_lists_and_tables_became_lists_and_tables(site: Path) -> None:
    """GitHub needs no empty line before them, the site's Markdown does."""
    for page in site.rglob("*.html"):
        if "source" not in page.relative_to(site).parts:
            for paragraph in re.findall(r"<p>(.*?)</p>", page.read_text("utf-8"), re.DOTALL):
                assert not re.search(r"^(- |\d+\. |\|.*\|$)", paragraph, re.MULTILINE), (page, paragraph[:200])


def test_a_link_to_code_shows_the_code(site: Path) -> None:
    shown = text_of(site / "source" / "host" / "ambula" / "days" / "figures" / "trunk.py.html")
    assert "bend_from_deg" in shown


def test_the_plan_on_the_site_is_the_default(site: Path) -> None:
    shown = text_of(site / "reference" / "programme-file.html")
    assert "step_min = 2" in " ".join(shown.split())
