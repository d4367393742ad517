"""The device files compile for the reference board. Whether they fit, test_flash_room.py says."""

from pathlib import Path

import pytest

from ambula.base.errors import SimulatorError
from ambula.firmware_build import compile as mpy
from ambula.firmware_build.files import device_files

_MPY_VERSION = 6
_RV32IMC = 11  # py/persistentcode.h, MP_NATIVE_ARCH_RV32IMC


@pytest.mark.parametrize("architecture", [mpy.ESP32_C3, ""])
def test_every_device_file_compiles(architecture: str) -> None:
    compiled = mpy.compile_files(device_files(), architecture)
    for name, data in compiled.items():
        print(f"{len(data):7d}  {name}")
    print(f"{sum(map(len, compiled.values())):7d}  total, {architecture or 'bytecode'}")
    native = {"nodecore/kernels_viper.py"}
    sources = {name for name, _ in device_files()} - (set() if architecture else native)
    assert {name.replace(".mpy", ".py") for name in compiled} == sources
    assert native <= {name for name, _ in device_files()}


def test_what_is_compiled_is_for_the_board() -> None:
    header = mpy.compile_files(device_files(), mpy.ESP32_C3)["nodecore/kernels_viper.mpy"][:3]
    assert (header[0:1], header[1], header[2] >> 2) == (b"M", _MPY_VERSION, _RV32IMC)
    bytecode = mpy.compile_files(device_files(), "")["nodecore/kernels.mpy"][:3]
    assert (bytecode[0:1], bytecode[1], bytecode[2] >> 2) == (b"M", _MPY_VERSION, 0)


def test_a_file_that_does_not_compile_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text("def f(:\n")
    with pytest.raises(SimulatorError, match=r"node/bad\.py does not compile for rv32imc: .*SyntaxError"):
        mpy.compile_files([("node/bad.py", tmp_path / "bad.py")], mpy.ESP32_C3)


def test_what_is_no_micropython_is_told() -> None:
    with pytest.raises(SimulatorError, match="does not run as a MicroPython"):
        mpy.architecture_of("/no/such/micropython")


def test_the_build_prints_a_line_a_module(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mpy.main(tmp_path)
    *modules, total = capsys.readouterr().out.splitlines()
    sizes = {line.split()[1]: int(line.split()[0]) for line in modules}
    assert sizes == {p.relative_to(tmp_path).as_posix(): p.stat().st_size for p in tmp_path.rglob("*.*") if p.is_file()}
    assert total.split() == [str(sum(sizes.values())), "total,", "rv32imc"]
