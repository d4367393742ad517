"""Renames names in the simulated board's stand-ins to names that the firmware has anyway.

MicroPython keeps each name once, on the node's heap, and doubles the table of them when it is full. What stands in for
a board's chips and for modules that a board has in ROM must not take of the heap that the firmware is measured in.
"""

import ast
import select
import socket
from collections.abc import Iterable, Iterator, Mapping

_KEPT = {"ioctl", "writeblocks", "operations"}  # MicroPython calls two of them, who cuts the power asks for the third
_OF_BUILTINS = {
    name
    for kind in (bytearray, bytes, dict, int, list, memoryview, set, str, tuple, socket.socket, select.poll, open)
    for name in dir(kind)
} | {"ipoll", "readinto", "write", "readline", "flush"}


def borrow_names(stand_ins: Mapping[str, str], firmware: Iterable[str]) -> dict[str, str]:
    """Return the stand-ins (file name -> text) with their own names replaced, everywhere alike, by the firmware's.

    A name is a stand-in's own if it is bound there (function, class, global, attribute of `self`) and the firmware
    (texts) does not know it, no string spells it, and nothing built in or imported has it. Raises SyntaxError.
    """
    trees = {name: ast.parse(text) for name, text in stand_ins.items()}
    firm = [ast.parse(text) for text in firmware]
    foreign = {*(n for tree in firm for n in _names(tree)), *_KEPT, *_OF_BUILTINS}
    foreign |= {n for tree in trees.values() for n in (*_of_imports(tree, trees), *_strings(tree), *_locals(tree))}
    own = sorted({n for tree in trees.values() for n in _bound(tree)} - foreign)
    used = {n for tree in trees.values() for n in _names(tree)}
    lasting = dict.fromkeys(n for tree in firm for n in _lasting(tree))
    free = (n for n in lasting if n not in used and not n.startswith("__") and n not in _OF_BUILTINS)
    borrowed = dict(zip(own, free, strict=False))
    for tree in trees.values():
        for node in ast.walk(tree):
            _rename(node, borrowed)
    return {name: ast.unparse(tree) for name, tree in trees.items()}


def _rename(node: ast.AST, borrowed: Mapping[str, str]) -> None:
    match node:
        case ast.Name(id=name):
            node.id = borrowed.get(name, name)
        case ast.Attribute(attr=name):
            node.attr = borrowed.get(name, name)
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            node.name = borrowed.get(name, name)
        case ast.Global(names=names):
            node.names = [borrowed.get(name, name) for name in names]
        case ast.ImportFrom(names=aliases):
            for alias in aliases:
                alias.name = borrowed.get(alias.name, alias.name)
        case _:
            pass


def _names(tree: ast.AST) -> Iterator[str]:
    """Yield every name in a file that MicroPython may keep, in the order of the file."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
                yield name
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.keyword(arg=str(name)):
                yield name
            case ast.alias(name=name, asname=asname):
                yield from (*name.split("."), asname or name)
            case _:
                pass


def _lasting(tree: ast.Module) -> Iterator[str]:
    """Yield the names that stay on the heap for what they name: functions and attributes, not local variables."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.Attribute(attr=name):
                yield name
            case _:
                pass


def _bound(tree: ast.Module) -> Iterator[str]:
    """Yield what a stand-in binds where others can see it."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) if not name.startswith("__"):
                yield name
            case ast.Attribute(value=ast.Name(id="self"), attr=name, ctx=ast.Store()):
                yield name
            case _:
                pass
    for node in tree.body:
        if isinstance(node, ast.Assign):
            yield from (n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))


def _locals(tree: ast.Module) -> Iterator[str]:
    """Yield arguments and keywords: they are shortened by scope, or are part of somebody's interface."""
    for node in ast.walk(tree):
        match node:
            case ast.arg(arg=name) | ast.keyword(arg=str(name)):
                yield name
            case _:
                pass


def _of_imports(tree: ast.Module, ours: Mapping[str, ast.Module]) -> Iterator[str]:
    """Yield imported modules' names, and what is asked of those that are not stand-ins."""
    modules = {a.asname or a.name: a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    yield from (*modules, *modules.values(), *(name.removesuffix(".py") for name in ours))
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module=str(module), names=aliases) if f"{module}.py" not in ours:
                yield from (module, *(a.name for a in aliases))
            case ast.Attribute(value=ast.Name(id=name), attr=attribute):
                if name in modules and f"{modules[name]}.py" not in ours:
                    yield attribute
            case _:
                pass


def _strings(tree: ast.Module) -> Iterator[str]:
    yield from (n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str))
