"""All messages of the report, from code, templates and dictionary; `make texts` brings the catalogues up to date."""

import sys
from collections.abc import Iterator, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from io import BytesIO

from babel.messages import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from ambula.base.atomic_files import write_whole
from ambula.base.translation import CODES, SOURCE
from ambula.days import study
from ambula.days.dictionary import entries
from ambula.report.language import catalogue_path

Message = str | tuple[str, str]
_KEYWORDS = {"say": None, "N_": None, "say_n": (1, 2), "NN_": (1, 2)}
_READERS = {".py": "python", ".html": "jinja2.ext:babel_extract"}


def messages() -> list[Message]:
    """Return every message once, in a steady order; with a plural a pair."""
    texts = [*_in_sources(), *_in_dictionary(), study.WHOM, study.CAVEAT, study.INTENSITY_CAVEAT]
    return list(dict.fromkeys(texts))


def updated(text: bytes, code: str) -> bytes:
    """Return a catalogue (.po) with exactly the messages of today: what is new is empty, what is gone is left out."""
    template = Catalog(fuzzy=False)
    for message in messages():
        template.add(message)
    catalogue = read_po(BytesIO(text), locale=code)
    template.creation_date = catalogue.creation_date  # the same messages give the same bytes
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    written = BytesIO()
    write_po(written, catalogue, width=120, no_location=True)
    return _without_version(written.getvalue())


def _without_version(text: bytes) -> bytes:
    """Return a catalogue without Babel's own version in it: another one writes the same."""
    return b"".join(line for line in text.splitlines(keepends=True) if not line.startswith(b'"Generated-By: '))


def untranslated(text: bytes, code: str) -> list[Message]:
    """Return the messages of today that a catalogue (.po) has no words for: the report says them in English."""
    catalogue = read_po(BytesIO(text), locale=code)
    whole = {
        m.id if isinstance(m.id, str) else m.id[0] for m in catalogue if m.id and not m.fuzzy and _is_whole(m.string)
    }
    return [m for m in messages() if (m if isinstance(m, str) else m[0]) not in whole]


def main() -> int:
    """Bring each catalogue up to date and list what has no translation; `--missing`: list only, 1 if there is any."""
    only_list, count = sys.argv[1:] == ["--missing"], 0
    for code in CODES:
        if code == SOURCE:
            continue
        path = catalogue_path(code)
        text = path.read_bytes() if path.exists() else b""
        if not only_list:
            text = updated(text, code)
            write_whole(path, text.decode("utf-8"))
        empty = untranslated(text, code)
        count += len(empty)
        sys.stdout.write(f"{path}: {len(empty)} without a translation\n" + "".join(f"  {each}\n" for each in empty))
    return int(only_list and count > 0)


def _is_whole(said: str | Sequence[str] | None) -> bool:
    """Return whether a translation, or each of its plural forms, has words."""
    return all([said] if said is None or isinstance(said, str) else said)


def _in_sources() -> Iterator[Message]:
    report, programme = files("ambula.report"), files("ambula.programme")
    for source in sorted((*report.iterdir(), *programme.iterdir()), key=lambda each: each.name):
        yield from _in_source(source)


def _in_source(source: Traversable) -> Iterator[Message]:
    reader = next((reader for ending, reader in _READERS.items() if source.name.endswith(ending)), None)
    if reader is None:
        return
    options = {"trimmed": "false", "silent": "false"}
    for _, message, _, _ in extract(reader, BytesIO(source.read_bytes()), keywords=_KEYWORDS, options=options):
        yield message if isinstance(message, str) else (message[0], message[1])


def _in_dictionary() -> Iterator[str]:
    for each in (*entries("day"), *entries("week")):
        yield each.label
        if each.unit.heading:
            yield each.unit.heading
    for each in entries("day"):
        yield each.group
        yield each.definition


if __name__ == "__main__":
    sys.exit(main())
