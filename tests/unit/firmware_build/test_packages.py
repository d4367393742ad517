"""package.json and manifest.py list the whole firmware of the board, and nothing else.

MicroPython's own tools/manifestfile.py is on no package index. `Manifest` below is what its documentation says of the
functions that we use ("MicroPython manifest files": include, module, package), and no more: that its build freezes
this is unproved.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from ambula.firmware_build import mip_package
from ambula.firmware_build.files import MAIN, ROOT, SLOTS, device_files

MANIFEST = ROOT / "manifest.py"


class Manifest:
    """Runs a manifest: `frozen` maps a file's name in the image to the file; base paths count from the manifest."""

    def __init__(self, path: Path) -> None:
        self.frozen: dict[str, Path] = {}
        self.included: list[str] = []
        self._folder = path.parent
        functions = {"include": self.include, "module": self.module, "package": self.package}
        exec(compile(path.read_text("utf-8"), str(path), "exec"), functions)

    def include(self, path: str) -> None:
        """Another manifest, here only noted: it is of the port."""
        self.included.append(path)

    def module(self, path: str, base_path: str = ".") -> None:
        """One file under its own name."""
        self._add(path, self._folder / base_path / path)

    def package(self, name: str, base_path: str = ".") -> None:
        """A folder, with the folders in it."""
        folder = self._folder / base_path / name
        assert folder.is_dir(), folder
        for path in sorted(folder.rglob("*.py")):
            self._add(f"{name}/{path.relative_to(folder).as_posix()}", path)

    def _add(self, name: str, path: Path) -> None:
        assert path.is_file(), path
        assert name not in self.frozen, name
        self.frozen[name] = path


def sources() -> Iterator[str]:
    return (name for name, _ in device_files(mip_package.REFERENCE_BOARD))


def test_the_package_on_file_is_the_one_that_is_built(tmp_path: Path) -> None:
    files = mip_package.package_files()
    path = mip_package.write_package(files, tmp_path)
    assert (ROOT / "package.json").read_text("utf-8") == path.read_text("utf-8"), (
        "run make mpy, copy build/mip/package.json"
    )
    urls = json.loads(path.read_text("utf-8"))["urls"]
    assert [tmp_path.joinpath(url).read_bytes() for _, url in urls] == list(files.values())
    assert urls[-2:] == [["firmware", "firmware"], [MAIN, MAIN]]  # cut off before, nothing boots


def test_the_package_has_every_file_of_the_board() -> None:
    listed = {target for target, _ in json.loads((ROOT / "package.json").read_text("utf-8"))["urls"]}
    slot = SLOTS[0]
    wanted = {MAIN if name == MAIN else f"{slot}/{name.removesuffix('.py')}.mpy" for name in sources()}
    assert listed == wanted | {"firmware"}
    assert f"{slot}/board.mpy" in listed


def test_the_manifest_freezes_every_file_of_the_board() -> None:
    manifest = Manifest(MANIFEST)
    assert set(manifest.frozen) == set(sources())
    own = {name: path for name, path in device_files(mip_package.REFERENCE_BOARD) if name != MAIN}
    assert {name: path.read_bytes() for name, path in manifest.frozen.items() if name != MAIN} == {
        name: path.read_bytes() for name, path in own.items()
    }
    assert manifest.included == ["$(PORT_DIR)/boards/manifest.py"]


def test_a_file_that_is_missing_is_seen(tmp_path: Path) -> None:
    (tmp_path / "manifest.py").write_text('module("none.py")\n')
    with pytest.raises(AssertionError, match=r"none\.py"):
        Manifest(tmp_path / "manifest.py")
