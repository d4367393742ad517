"""Puts the firmware's public constants where they are used, as a C compiler would, before mpy-cross sees the source.

MicroPython folds `_X = const(1)` within a module; a constant that another module uses costs a name, a slot in the
dictionary of each of the two, and a look-up at each use. The firmware has some 200 of them: 8 KiB of a node's heap.
"""

import ast
import collections
from collections.abc import Iterable, Mapping

_OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.FloorDiv, ast.LShift, ast.RShift, ast.BitOr, ast.BitAnd, ast.BitXor)


def fold_constants(sources: Mapping[str, str]) -> dict[str, str]:
    """Return the sources (file name such as `nodecore/record.py` -> text) with every shared constant in its place.

    A constant is `NAME = const(integer expression)` at the top of a module. Imports among the sources that nothing
    needs any more are dropped, and with them whole modules of constants. Raises SyntaxError.
    """
    trees = {name: ast.parse(text) for name, text in sources.items()}
    known: dict[str, dict[str, int]] = {}
    while True:
        constants = {_module(name): _constants(tree, known) for name, tree in trees.items()}
        if constants == known:
            break
        known = constants
    folded = {name: _Folder(_module(name), known).visit(tree) for name, tree in trees.items()}
    passed_on = _passed_on(folded.values())
    return {name: ast.unparse(_tidied(tree, passed_on[_module(name)], known)) for name, tree in folded.items()}


def _tidied(tree: ast.Module, passed_on: set[str], known: Mapping[str, Mapping[str, int]]) -> ast.Module:
    used = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    return _Tidier(used | passed_on, known).visit(tree)


def _passed_on(trees: Iterable[ast.Module]) -> dict[str, set[str]]:
    """Return what others take from each module, by import or as an attribute of whatever they have imported."""
    attributes: set[str] = set()
    taken: dict[str, set[str]] = {}
    for tree in trees:
        imports = [n for n in ast.walk(tree) if isinstance(n, (ast.Import, ast.ImportFrom))]
        imported = {(a.asname or a.name).partition(".")[0] for n in imports for a in n.names}
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and _root(node) in imported:
                attributes.add(node.attr)
            elif isinstance(node, ast.ImportFrom) and node.module is not None:
                taken.setdefault(node.module, set()).update(a.name for a in node.names)
    return collections.defaultdict(lambda: attributes, {m: names | attributes for m, names in taken.items()})


def _root(node: ast.expr) -> str | None:
    """Return the name that a chain of attributes begins with."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def _module(file: str) -> str:
    return file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _constants(tree: ast.Module, known: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    """Return the constants that a module defines, as far as those of the others are known."""
    names = _Names(tree, known)
    values: dict[str, int] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            value = _const_argument(node.value)
            number = None if value is None else _evaluate(value, values, names)
            if number is not None:
                values[node.targets[0].id] = number
    return values


def _const_argument(value: ast.expr) -> ast.expr | None:
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "const":
        return value.args[0]
    return None


class _Names:
    """What a module's imports make of other modules' names."""

    def __init__(self, tree: ast.Module, known: Mapping[str, Mapping[str, int]]) -> None:
        self.modules: dict[str, str] = {}  # local name -> module
        self.values: dict[str, int] = {}  # local name -> constant
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                self.modules |= {a.asname or a.name: a.name for a in node.names if a.name in known}
            elif isinstance(node, ast.ImportFrom) and node.module is not None:
                for alias in node.names:
                    full = f"{node.module}.{alias.name}"
                    if full in known:
                        self.modules[alias.asname or alias.name] = full
                    elif alias.name in known.get(node.module, {}):
                        self.values[alias.asname or alias.name] = known[node.module][alias.name]
        self._known = known

    def attribute(self, node: ast.Attribute) -> int | None:
        """Return the constant that `module.NAME` is, or None."""
        if not isinstance(node.value, ast.Name):
            return None
        return self._known.get(self.modules.get(node.value.id, ""), {}).get(node.attr)


def _evaluate(node: ast.expr, own: Mapping[str, int], names: _Names) -> int | None:
    """Return the value of an integer expression of constants, or None if it is something else."""
    match node:
        case ast.Constant(value=int(number)) if not isinstance(number, bool):
            return number
        case ast.Name(id=name):
            return own.get(name, names.values.get(name))
        case ast.Attribute():
            return names.attribute(node)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            value = _evaluate(operand, own, names)
            return None if value is None else -value
        case ast.BinOp(left=left, op=operator, right=right) if isinstance(operator, _OPERATORS):
            a, b = _evaluate(left, own, names), _evaluate(right, own, names)
            if a is None or b is None:
                return None
            expression = ast.Expression(ast.BinOp(_number(a), operator, _number(b)))
            return eval(compile(ast.fix_missing_locations(expression), "const", "eval"))  # two integers, one operator
        case _:
            return None


def _number(value: int) -> ast.expr:
    return ast.Constant(value) if value >= 0 else ast.UnaryOp(ast.USub(), ast.Constant(-value))


class _Folder(ast.NodeTransformer):
    """Replaces uses by values, and drops the definitions."""

    def __init__(self, module: str, known: Mapping[str, Mapping[str, int]]) -> None:
        self._own = known[module]
        self._known = known
        self._names: _Names

    def visit_Module(self, node: ast.Module) -> ast.Module:
        self._names = _Names(node, self._known)
        bound = _bound(node)
        self._values = {k: v for k, v in self._names.values.items() if k not in bound}
        self._values |= {k: v for k, v in self._own.items() if bound[k] == 1}
        self.generic_visit(node)
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.AST | None:
        target = node.targets[0]
        if isinstance(target, ast.Name) and target.id in self._values and _const_argument(node.value) is not None:
            return None
        self.generic_visit(node)
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        value = self._names.attribute(node) if isinstance(node.ctx, ast.Load) else None
        if value is not None:
            return _number(value)
        self.generic_visit(node)
        return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if isinstance(node.ctx, ast.Load) and node.id in self._values:
            return _number(self._values[node.id])
        return node


class _Tidier(ast.NodeTransformer):
    """Drops imports that nobody uses, of the sources' own modules only: others may be wanted for what they do."""

    def __init__(self, used: set[str], known: Mapping[str, Mapping[str, int]]) -> None:
        self._used = used
        self._known = known

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        if isinstance(node, (ast.stmt, ast.ExceptHandler)) and getattr(node, "body", None) == []:
            node.body = [ast.Pass()]  # pyright: ignore[reportAttributeAccessIssue]
        return node

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST | None:
        ours = node.module in self._known or all(f"{node.module}.{a.name}" in self._known for a in node.names)
        if ours:
            node.names = [a for a in node.names if a.name == "*" or (a.asname or a.name) in self._used]
        return node if node.names else None


def _bound(tree: ast.Module) -> collections.Counter[str]:
    """Return in how many places each name is bound, function arguments included."""
    bound: collections.Counter[str] = collections.Counter()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            bound[node.id] += 1
        elif isinstance(node, ast.arg):
            bound[node.arg] += 1
    return bound
