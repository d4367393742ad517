"""Links of the repository as links of the site: to a page, to a picture, or to a page that shows the file's text."""

import posixpath
import re
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
INCLUDED = {
    "README.md": "index.md",
    "SPEC.md": "reference/specification.md",
    "DESIGN.md": "explanation/design.md",
    "SECURITY.md": "explanation/security.md",
    "CITATIONS.md": "explanation/sources.md",
    "CHANGELOG.md": "reference/changelog.md",
    "CONTRIBUTING.md": "howto/contribute.md",
    "host/training/RESULTS.md": "explanation/results.md",
    "hardware/README.md": "hardware/index.md",
    "hardware/BUILD.md": "hardware/build.md",
    "hardware/WEAR.md": "hardware/wear.md",
    "hardware/UNPROVEN.md": "hardware/unproven.md",
    "firmware/boards/README.md": "hardware/boards.md",
    "firmware/boards/sim/README.md": "hardware/stand-ins.md",
}
_PICTURES = {".png", ".svg", ".jpg"}
_PARTS = re.compile(r"(^```.*?^```|`[^`\n]*`)", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(\]\()([^)\s]+)(\))")


def in_repository(page: str) -> str:
    """Return the path in the repository of a page of the site."""
    own = page.removeprefix("source/") if page.startswith("source/") else f"docs/{page}"
    return next((path for path, uri in INCLUDED.items() if uri == page), own)


def in_site(path: str) -> str | None:
    """Return the page or picture of the site that shows a path of the repository; None where there is no such path."""
    if path in INCLUDED:
        return INCLUDED[path]
    if path.startswith("docs/"):
        return path.removeprefix("docs/")
    there = ROOT / path
    if there.is_dir():
        return f"source/{path}/index.md"
    if not there.is_file():
        return None
    return f"source/{path}" if there.suffix in _PICTURES else f"source/{path}.md"


def map_links(text: str, change: Callable[[str], str]) -> str:
    """Return Markdown with every link's target changed, but not in code."""

    def outside(part: str) -> str:
        return _LINK.sub(lambda m: m[1] + change(m[2]) + m[3], part)

    return "".join(p if i % 2 else outside(p) for i, p in enumerate(_PARTS.split(text)))


def target_of(link: str, path: str) -> str | None:
    """Return the path in the repository to which a link in the file `path` leads; None for one that leads elsewhere."""
    if "://" in link or link.startswith(("#", "mailto:")):
        return None
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), link.partition("#")[0]))


def for_site(text: str, page: str) -> str:
    """Return a page's Markdown with the links that it has in the repository turned into those of the site."""

    def change(link: str) -> str:
        target = target_of(link, in_repository(page))
        uri = in_site(target) if target else None
        if uri is None:
            return link
        anchor = link.partition("#")[2]
        return posixpath.relpath(uri, posixpath.dirname(page) or ".") + (f"#{anchor}" if anchor else "")

    return map_links(text, change)
