"""Builds what the guest's kernel starts from: busybox, a few modules in the order of their needs, and `init`."""

import gzip
import re
from collections.abc import Iterable
from pathlib import Path

# The host's files and the sockets; random numbers, without which there is no ECDH; ciphers of pairing; Bluetooth.
_MODULES = (
    *("virtio_pci", "virtio_console", "9pnet_virtio", "9p", "overlay"),
    *("sha3_generic", "sha512_generic", "hmac", "ctr", "jitterentropy_rng", "drbg"),
    *("ecdh_generic", "cmac", "ecb", "algif_hash", "algif_skcipher", "bluetooth", "hci_vhci"),
)
_DIRECTORY = 0o040755
_PROGRAM = 0o100755


def build(unpacked: Path, init: str, to: Path) -> None:
    """Write the initramfs with `init` as its first program; `unpacked` holds the packages that `fetch` unpacked.

    Raises FileNotFoundError with the name of a module that the kernel does not have.
    """
    files: list[tuple[str, int, bytes]] = [(name, _DIRECTORY, b"") for name in ("bin", "modules")]
    files.append(("bin/busybox", _PROGRAM, (unpacked / "bin" / "busybox").read_bytes()))
    for number, path in enumerate(_in_order(unpacked / "lib" / "modules", _MODULES)):
        files.append((f"modules/{number:02d}-{path.name}", _PROGRAM, path.read_bytes()))
    files.append(("init", _PROGRAM, init.encode()))
    to.write_bytes(gzip.compress(_cpio(files), 1))


def _in_order(folder: Path, wanted: Iterable[str]) -> list[Path]:
    """Return the files of the modules and of all that they need, each after its needs."""
    files = {path.stem.replace("-", "_"): path for path in folder.rglob("*.ko")}
    lines = [line for f in folder.glob("*/modules.builtin") for line in f.read_text().splitlines()]
    builtin = {Path(line).stem.replace("-", "_") for line in lines}
    order: dict[str, Path] = {}

    def add(name: str) -> None:
        name = name.replace("-", "_")
        if name in order or name in builtin:
            return
        if name not in files:
            raise FileNotFoundError(f"the kernel has no module {name}")
        found = re.search(rb"\0depends=([^\0]*)\0", files[name].read_bytes())
        for need in (found[1].decode() if found else "").split(","):
            if need:
                add(need)
        order[name] = files[name]

    for name in wanted:
        add(name)
    return list(order.values())


def _cpio(files: Iterable[tuple[str, int, bytes]]) -> bytes:
    """Return an archive in the `newc` format that the kernel unpacks (its buffer-format.rst)."""
    out = bytearray()
    for number, (name, mode, data) in enumerate([*files, ("TRAILER!!!", 0, b"")], start=1):
        raw = name.encode() + b"\0"
        numbers = (number, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(raw), 0)
        out += b"070701" + b"".join(b"%08X" % n for n in numbers) + raw
        out += bytes(-len(out) % 4) + data
        out += bytes(-len(out) % 4)
    return bytes(out)
