"""Renames private names and arguments to short ones, before mpy-cross sees the source.

MicroPython keeps each name once, however often it is used, for as long as the node runs, and doubles the table of them
when it is full. The names of positional arguments, of private attributes, methods, functions and variables serve
readers of the source only; a traceback still names the file, and what is public in it.
"""

import ast
import itertools
import string
from collections.abc import Iterable, Iterator, Mapping, Sequence

_Function = ast.FunctionDef | ast.Lambda


def shorten_names(sources: Mapping[str, str], callers: Iterable[str] = ()) -> dict[str, str]:
    """Return the sources (file name -> text) with short names for arguments and for what is private.

    An argument keeps its name if any call in the sources, or in the `callers` (texts), gives one of that name by
    keyword; so does an attribute or method `_x` that is asked for elsewhere than at one class's `self`, or whose name
    is in the text as a string, and a module's function or variable `_f` that others import. What is public keeps its
    name, and so do classes. Raises SyntaxError.
    """
    trees = {name: ast.parse(text) for name, text in sources.items()}
    keywords = {
        n.arg
        for tree in (*trees.values(), *map(ast.parse, callers))
        for n in ast.walk(tree)
        if isinstance(n, ast.keyword)
    }
    fixed = _fixed_attributes(trees.values())
    imported = {
        a.name for tree in trees.values() for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) for a in n.names
    }
    for tree in trees.values():
        _shorten_globals(tree, fixed | imported)
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                _shorten_attributes(node, fixed)
            elif isinstance(node, _Function):
                _shorten_arguments(node, keywords)
    return {name: ast.unparse(tree) for name, tree in trees.items()}


def _short_names() -> Iterator[str]:
    """Yield `_a` to `_z`, `_A` to `_Z`, then `_aa` and so on."""
    for length in itertools.count(1):
        for letters in itertools.product(string.ascii_letters, repeat=length):
            yield "_" + "".join(letters)


# ---- attributes


def _fixed_attributes(trees: Iterable[ast.Module]) -> set[str]:
    """Return the attributes that are known outside the one class whose `self` holds them."""
    fixed: set[str] = set()
    for tree in trees:
        held: set[ast.AST] = set()
        for node in ast.walk(tree):
            match node:
                case ast.ClassDef(body=body, bases=bases):
                    of_self = _of_self(node)
                    held.update(of_self)
                    if bases:
                        fixed.update(a.attr for a in of_self)
                    for statement in body:
                        fixed.update(_bound_by(statement, is_private_free=not bases))
                case ast.Constant(value=str(text)):
                    fixed.add(text)
                case ast.Attribute(attr=name) if node not in held:
                    fixed.add(name)
                case _:
                    pass
    return fixed


def _bound_by(statement: ast.stmt, is_private_free: bool) -> set[str]:
    """Return the names that a statement of a class's body binds in the class for good: private methods may be freed."""
    if isinstance(statement, ast.FunctionDef):
        return set() if is_private_free and _is_private(statement.name) else {statement.name}
    if isinstance(statement, ast.ClassDef):
        return {statement.name}
    return {n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def _of_self(node: ast.ClassDef) -> list[ast.Attribute]:
    return [
        n
        for n in ast.walk(node)
        if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name) and n.value.id == "self"
    ]


def _shorten_attributes(node: ast.ClassDef, fixed: set[str]) -> None:
    methods = [m for m in node.body if isinstance(m, ast.FunctionDef)]
    known = [*(a.attr for a in _of_self(node)), *(m.name for m in methods)]
    taken = {*known, *fixed}
    names = (name for name in _short_names() if name not in taken)
    short = {name: next(names) for name in dict.fromkeys(known) if _is_private(name) and name not in fixed}
    for attribute in _of_self(node):
        attribute.attr = short.get(attribute.attr, attribute.attr)
    for method in methods:
        method.name = short.get(method.name, method.name)


def _shorten_globals(tree: ast.Module, fixed: set[str]) -> None:
    """Rename a module's private functions and variables, unless something else in it has the name."""
    functions = [f for f in tree.body if isinstance(f, ast.FunctionDef) and _is_private(f.name) and f.name not in fixed]
    stored = _names_in(tree, only_stored=True)
    arguments = {n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)}
    bound = _bound_otherwise(tree, functions)
    variables = {
        n.id
        for statement in tree.body
        if isinstance(statement, ast.Assign) and not _is_constant(statement.value)
        for n in ast.walk(statement)
        if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store) and _is_private(n.id)
    } - (fixed | bound | arguments)
    taken = _names_in(tree) | bound | fixed
    names = (name for name in _short_names() if name not in taken)
    short = {f.name: next(names) for f in functions if f.name not in bound | stored}
    short |= {name: next(names) for name in sorted(variables - {f.name for f in functions})}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            node.id = short.get(node.id, node.id)
    for function in functions:
        function.name = short.get(function.name, function.name)


def _is_constant(value: ast.expr) -> bool:
    """Whether mpy-cross puts the value where the name is, in every function that has such a name."""
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "const"


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


# ---- arguments


def _shorten_arguments(function: _Function, keywords: set[str | None]) -> None:
    """Rename the positional arguments of a function all through it, whatever else in it has their names."""
    taken = _names_in(function)
    names = (name for name in _short_names() if name not in taken)
    kept = keywords | _bound_otherwise(function, [function]) | {"self"}
    arguments = [*function.args.posonlyargs, *function.args.args]
    short = {a.arg: next(names) for a in arguments if a.arg not in kept}
    body = function.body if isinstance(function.body, list) else [function.body]  # defaults belong to the scope outside
    for node in itertools.chain(arguments, *map(ast.walk, body)):
        if isinstance(node, ast.Name):
            node.id = short.get(node.id, node.id)
        elif isinstance(node, ast.arg):
            node.arg = short.get(node.arg, node.arg)


def _names_in(tree: ast.AST, only_stored: bool = False) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, ast.Name) and not (only_stored and isinstance(node.ctx, ast.Load)):
            names.add(node.id)
    return names


def _bound_otherwise(tree: ast.AST, functions: Sequence[ast.AST]) -> set[str]:
    """Return the names that a text has elsewhere than in names, in arguments and at the heads of these functions."""
    bound: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                bound.update(names)
            case ast.ExceptHandler(name=str(name)):
                bound.add(name)
            case ast.alias(name=name, asname=asname):
                bound.add(asname or name.partition(".")[0])
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) if node not in functions:
                bound.add(name)
            case _:
                pass
    return bound
