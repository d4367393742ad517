"""Runs the viper kernels as mpy-cross compiles them for the ESP32-C3, instruction by instruction, and counts.

What MicroPython's runtime does for them (converting arguments, floor division) is done here and counted as calls.
Needs `unicorn` (PyPI), which emulates the instruction set, not the chip: cycles are the business of `c3_model`.
"""

import ast
import contextlib
import struct
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any

from unicorn import UC_ARCH_RISCV, UC_HOOK_BLOCK, UC_HOOK_CODE, UC_MODE_RISCV32, Uc
from unicorn import riscv_const as rv

from ambula.firmware_build.compile import ESP32_C3, compile_files
from ambula.firmware_build.files import device_files
from nodecore import cadence, features, forest, mounting
from tests.bench.mpy_native import viper_functions

_CODE, _TRAP, _SELF, _STACK_TOP, _HEAP, _END = 0x10000, 0x40000, 0x50000, 0x80000, 0x100000, 0x4F000
_RET = b"\x82\x80\x01\x00"  # c.jr ra; c.nop
# Where things stand in mp_fun_table (py/nativeglue.h).
_TO_NATIVE, _TO_OBJECT, _ARG_CHECK, _FLOOR_DIVIDE, _MODULO = 3, 4, 44, 46, 47


@dataclass
class Ran:
    """What a kernel ran: machine code of each basic block and how often, branches and jumps taken, runtime calls."""

    blocks: Counter[bytes] = field(default_factory=Counter)
    taken: int = 0
    runtime: int = 0


class Kernels:
    """Stands in for `nodecore.kernels`: the same functions, run as rv32imc code. `ran` counts, by kernel."""

    def __init__(self) -> None:
        source = next((name, path) for name, path in device_files() if name.endswith("kernels_viper.py"))
        names = [n.name for n in ast.parse(source[1].read_text()).body if isinstance(n, ast.FunctionDef)]
        codes = viper_functions(compile_files([source], ESP32_C3)[source[0].removesuffix(".py") + ".mpy"])
        if len(names) != len(codes):
            raise ValueError("not every kernel is a viper function")
        self.ran: defaultdict[str, Ran] = defaultdict(Ran)
        self.calls: Counter[str] = Counter()
        self._now = Ran()
        self._blocks: Counter[tuple[int, int]] = Counter()  # of one call: address and size
        self._next = 0
        for name, code in zip(names, codes, strict=True):
            setattr(self, name, self._function(name, code))

    @contextlib.contextmanager
    def installed(self) -> Generator[None]:
        """Put these kernels in the place of the plain ones for a while."""
        users = [m for m in (cadence, features, forest, mounting) if hasattr(m, "kernels")]
        plain = features.kernels
        for name in vars(plain):  # constants
            if not hasattr(self, name):
                setattr(self, name, getattr(plain, name))
        for user in users:
            user.kernels = self  # type: ignore[attr-defined]
        try:
            yield
        finally:
            for user in users:
                user.kernels = plain  # type: ignore[attr-defined]

    def _function(self, name: str, code: bytes) -> Callable[..., int]:
        def run(*args: Any) -> int:
            self.calls[name] += 1
            self._now = self.ran[name]
            return self._run(code, args)

        return run

    def _run(self, code: bytes, args: tuple[Any, ...]) -> int:
        machine = Uc(UC_ARCH_RISCV, UC_MODE_RISCV32)
        machine.mem_map(_CODE, 0x10000)
        machine.mem_map(_TRAP, 0x10000)
        machine.mem_map(_SELF, _STACK_TOP - _SELF)
        machine.mem_map(_HEAP, 0x20000)
        machine.mem_write(_CODE, code)
        machine.mem_write(_TRAP, _RET * 128)
        _write_function_object(machine)
        words, buffers = _place(machine, args)
        machine.mem_write(_SELF + 0x800, struct.pack(f"<{len(words)}I", *words))
        machine.hook_add(UC_HOOK_CODE, self._serve, begin=_TRAP, end=_TRAP + 512)
        machine.hook_add(UC_HOOK_BLOCK, self._count, begin=_CODE, end=_CODE + len(code))
        for register, value in (
            (rv.UC_RISCV_REG_A0, _SELF),
            (rv.UC_RISCV_REG_A1, len(words)),
            (rv.UC_RISCV_REG_A2, 0),
            (rv.UC_RISCV_REG_A3, _SELF + 0x800),
            (rv.UC_RISCV_REG_SP, _STACK_TOP - 64),
            (rv.UC_RISCV_REG_RA, _END),
        ):
            machine.reg_write(register, value)
        machine.emu_start(_CODE, _END)
        for (at, size), times in self._blocks.items():
            self._now.blocks[code[at - _CODE : at - _CODE + size]] += times
        self._blocks.clear()
        _fetch(machine, buffers)
        return _signed(machine.reg_read(rv.UC_RISCV_REG_A0))

    def _count(self, _machine: Uc, address: int, size: int, _data: object) -> None:
        self._blocks[address, size] += 1
        self._now.taken += address != self._next
        self._next = address + size

    def _serve(self, machine: Uc, address: int, _size: int, _data: object) -> None:
        if address % 4:
            return
        entry = (address - _TRAP) // 4
        self._now.runtime += 1
        if entry in (_TO_NATIVE, _TO_OBJECT, _ARG_CHECK):
            return  # values are passed as they are
        a, b = (_signed(machine.reg_read(r)) for r in (rv.UC_RISCV_REG_A0, rv.UC_RISCV_REG_A1))
        if entry not in (_FLOOR_DIVIDE, _MODULO):
            raise NotImplementedError(f"entry {entry} of mp_fun_table")
        machine.reg_write(rv.UC_RISCV_REG_A0, (a // b if entry == _FLOOR_DIVIDE else a % b) & 0xFFFFFFFF)


def _write_function_object(machine: Uc) -> None:
    """mp_obj_fun_bc_t -> context -> table of objects, whose first is mp_fun_table."""
    context, objects, table = _SELF + 0x100, _SELF + 0x200, _SELF + 0x300
    machine.mem_write(_SELF, struct.pack("<4I", 0, context, 0, _CODE))
    machine.mem_write(context, struct.pack("<4I", 0, 0, 0, objects))
    machine.mem_write(objects, struct.pack("<I", table))
    machine.mem_write(table, struct.pack("<128I", *(_TRAP + 4 * i for i in range(128))))


def _place(machine: Uc, args: tuple[Any, ...]) -> tuple[list[int], dict[int, tuple[int, Any]]]:
    """Put buffers into memory; return the argument words, and address and object of each buffer by identity."""
    words: list[int] = []
    buffers: dict[int, tuple[int, Any]] = {}
    free = _HEAP
    for arg in args:
        if isinstance(arg, int):
            words.append(arg & 0xFFFFFFFF)
            continue
        if id(arg) not in buffers:
            data = bytes(memoryview(arg).cast("B"))
            machine.mem_write(free, data)
            buffers[id(arg)] = (free, arg)
            free += (len(data) + 15) & ~15
        words.append(buffers[id(arg)][0])
    return words, buffers


def _fetch(machine: Uc, buffers: dict[int, tuple[int, Any]]) -> None:
    for address, buffer in buffers.values():
        if isinstance(buffer, array):
            view = memoryview(buffer).cast("B")
            view[:] = machine.mem_read(address, len(view))


def _signed(value: int) -> int:
    return value - (1 << 32) if value & 0x80000000 else value
