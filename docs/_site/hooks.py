"""MkDocs hooks: documents of the repository's root become pages, the code fills in what it knows best."""

from pathlib import Path

from generated import FILLED
from links import INCLUDED, ROOT, for_site, in_site, map_links, target_of
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

_LANGUAGES = {".py": "python", ".toml": "toml", ".json": "json"}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the documents of the root, and what documents link to in the code."""
    for path, uri in INCLUDED.items():
        files.append(File.generated(config, uri, abs_src_path=str(ROOT / path)))
    waiting = [(path, (ROOT / path).read_text("utf-8")) for path in INCLUDED]
    waiting += [(f"docs/{f.src_uri}", f.content_string) for f in files.documentation_pages() if not f.generated_by]
    while waiting:
        path, text = waiting.pop()
        for target in _targets(path, text):
            uri = in_site(target)
            if uri is None or not uri.startswith("source/") or files.get_file_from_path(uri):
                continue
            there = ROOT / target
            if there.is_file() and not uri.endswith(".md"):
                files.append(File.generated(config, uri, abs_src_path=str(there)))
                continue
            shown = _folder(target, there) if there.is_dir() else _text(target, there)
            files.append(File.generated(config, uri, content=shown))
            if there.is_dir():
                waiting.append((f"{target}/index.md", shown))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Fill in what is made from the code, then turn the repository's links into the site's."""
    uri = page.file.src_uri
    if uri.startswith("source/") and not uri.endswith("/index.md"):
        return markdown
    if uri == "index.md":
        page.meta["hide"] = ["navigation"]  # there is nothing beside the first page
    for mark, make in FILLED.items():
        if mark in markdown:
            markdown = markdown.replace(mark, make())
    return for_site(markdown, uri)


def _targets(path: str, text: str) -> list[str]:
    found: list[str] = []

    def note(link: str) -> str:
        target = target_of(link, path)
        found.extend([target] if target else [])
        return link

    map_links(text, note)
    return found


def _text(path: str, there: Path) -> str:
    language = _LANGUAGES.get(there.suffix, "text")
    return f"{_HEAD}# {path}\n\n`````{language}\n{there.read_text('utf-8')}\n`````\n"


def _folder(path: str, there: Path) -> str:
    names = sorted(p.name for p in there.iterdir() if p.is_file() and p.suffix in (".py", ".md", ".toml"))
    return "\n".join([f"{_HEAD}# {path}", "", *(f"- [{n}]({n})" for n in names), ""])


_HEAD = "---\nsearch:\n  exclude: true\n---\n"
