"""Generated code for long arrays: one operation in a line, each into memory that is used again.

An expression `t2 = exp(-x0*x0)` allocates an array for every operation. Here it becomes

    multiply(x0, x0, out=w0)
    negative(w0, out=w0)
    exp(w0, out=w0)

Operations and their order are those of the expression, so that the bits are the same; equal ones
are done once. A kernel whose body is plain statements is written out, so that `softplus(x)` and
`sigmoid(x)` share an exponential. What has no place for its result, such as a choice, allocates.
"""

from __future__ import annotations

import ast
import functools
import importlib
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["InPlace", "in_place"]

KERNELS = "symcalc.backends.kernels"

#: Operators with the functions that write the result to a place.
_OPERATORS: dict[type[ast.AST], tuple[str, str]] = {
    ast.Add: ("+", "numpy.add"), ast.Sub: ("-", "numpy.subtract"),
    ast.Mult: ("*", "numpy.multiply"), ast.Div: ("/", "numpy.divide"),
    ast.BitAnd: ("&", ""), ast.BitOr: ("|", ""), ast.Lt: ("<", ""), ast.LtE: ("<=", ""),
    ast.Gt: (">", ""), ast.GtE: (">=", ""), ast.Eq: ("==", ""), ast.NotEq: ("!=", ""),
}  # fmt: skip

#: Kernels that are a function of two numbers, applied from left to right.
_FOLDS = {"hypot": "kernels.length", "maximum": "numpy.maximum", "minimum": "numpy.minimum"}

#: Functions whose two arguments may change places.
_SYMMETRIC = frozenset({"numpy.add", "numpy.multiply"})

#: What an operand is: the text of a number or an argument, or the place of an operation.
Operand = str | int


@dataclass(frozen=True)
class InPlace:
    """Statements with the number of arrays that they work in.

    Attributes
    ----------
    lines : list of str
        They read `x0, x1, …`, write the outputs to `o0, o1, …` and work in `w0, w1, …`.
    n_work : int
    n_names : int
        How many further arrays may be there at a time: results that have no place.
    """

    lines: list[str]
    n_work: int
    n_names: int


@dataclass(frozen=True)
class _Operation:
    """A call, or operators: its text with gaps for what it reads.

    Attributes
    ----------
    text : str
    args : tuple
    function : str
        The dotted path of the function that writes the result to a place; empty where none does.
    is_array : bool
    """

    text: str
    args: tuple[Operand, ...]
    function: str
    is_array: bool


def in_place(
    lines: Sequence[str],
    outputs: Sequence[str],
    functions: Mapping[str, str],
    name_of: Callable[[str], str],
    scalars: frozenset[str],
) -> InPlace:
    """Return the statements that write outputs into arrays.

    Parameters
    ----------
    lines, outputs : sequence of str
        Assignments, and expressions of the names that they assign.
    functions : mapping of str to str
        The dotted paths of the functions that they call.
    name_of : callable
        Returns the identifier under which the function at a path is called.
    scalars : frozenset of str
        The arguments that are single numbers.
    """
    straight = _StraightLine(functions, name_of, scalars)
    for line in lines:
        (statement,) = ast.parse(line).body
        straight.assign(statement)
    results = [straight.read(ast.parse(text, mode="eval").body) for text in outputs]
    return _Places(straight.operations, results, name_of).written()


class _StraightLine:
    """Expressions taken apart into operations, equal ones once."""

    def __init__(
        self,
        functions: Mapping[str, str],
        name_of: Callable[[str], str],
        scalars: frozenset[str],
    ) -> None:
        self.operations: list[_Operation] = []
        self.name_of = name_of
        self._functions, self._scalars = dict(functions), scalars
        self._known: dict[Any, int] = {}
        self._names: dict[str, Operand] = {}

    def assign(self, statement: ast.stmt) -> None:
        """Take in one assignment."""
        if not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], ast.Name):
            raise NotImplementedError(ast.unparse(statement))
        self._names[statement.targets[0].id] = self.read(statement.value)

    def read(self, tree: ast.expr) -> Operand:
        """Return the operand that an expression of generated code is."""
        if isinstance(tree, ast.Name):
            return self._names.get(tree.id, tree.id)
        if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name):
            path = self._functions[tree.func.id]
            return self.call(path, [self.read(arg) for arg in tree.args])
        return self.arithmetic(tree, self.read)

    def arithmetic(self, tree: ast.expr, read: Callable[[ast.expr], Operand]) -> Operand:
        """Return the operand that numbers, signs and comparisons make."""
        match tree:
            case ast.Constant():
                return repr(tree.value)
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=float() | int() as value)):
                return repr(-value)
            case ast.UnaryOp(op=ast.USub()):
                return self._operation("-{}", [read(tree.operand)], "numpy.negative")
            case ast.BinOp(op=op) if type(op) in _OPERATORS:
                sign, function = _OPERATORS[type(op)]
                args = [read(tree.left), read(tree.right)]
                return self._operation(f"{{}} {sign} {{}}", args, function)
            case ast.Compare(ops=[op], comparators=[right]):
                sign, _ = _OPERATORS[type(op)]
                return self._operation(f"{{}} {sign} {{}}", [read(tree.left), read(right)])
        raise NotImplementedError(ast.unparse(tree))

    def call(self, path: str, args: list[Operand]) -> Operand:
        """Return the operand that a function makes of others."""
        module, _, name = path.rpartition(".")
        if module == "kernels":
            if name in _FOLDS and len(args) > 1:
                step = functools.partial(self._folded, _FOLDS[name])
                return functools.reduce(step, args)
            written_out = _plain_body(name)
            if written_out is not None and not all(map(self._is_scalar, args)):
                return _Kernel(self, written_out, args).value()
        text = f"{self.name_of(path)}({', '.join(['{}'] * len(args))})"
        return self._operation(text, args, path if _has_place(path, len(args)) else "")

    def _folded(self, path: str, left: Operand, right: Operand) -> Operand:
        # of a length the legs may change places
        args = sorted([left, right], key=str) if path == "kernels.length" else [left, right]
        return self.call(path, args)

    def _operation(self, text: str, args: list[Operand], function: str = "") -> Operand:
        """Append an operation, or return the same one that was met before."""
        same = sorted(args, key=str) if function in _SYMMETRIC else args
        key = (text, *same)
        if key not in self._known:
            is_array = not all(map(self._is_scalar, args))
            self._known[key] = len(self.operations)
            self.operations.append(_Operation(text, tuple(args), function, is_array))
        return self._known[key]

    def _is_scalar(self, operand: Operand) -> bool:
        if isinstance(operand, int):
            return not self.operations[operand].is_array
        return not operand.startswith("x") or operand in self._scalars


class _Kernel:
    """A kernel's body with operands for its parameters."""

    def __init__(
        self, line: _StraightLine, function: Callable[..., Any], args: list[Operand]
    ) -> None:
        self._line, self._globals = line, function.__globals__
        self._body = _definition(function)
        parameters = self._body.args
        self._names = dict(zip([p.arg for p in parameters.args], args, strict=False))
        self._packs = {parameters.vararg.arg: args} if parameters.vararg else {}

    def value(self) -> Operand:
        """Return what the body returns."""
        for statement in self._body.body:
            if isinstance(statement, ast.Assign):
                (target,) = statement.targets
                assert isinstance(target, ast.Name)
                self._names[target.id] = self._read(statement.value)
            elif isinstance(statement, ast.Return) and statement.value is not None:
                return self._read(statement.value)
        raise NotImplementedError(self._body.name)

    def _read(self, tree: ast.expr) -> Operand:
        match tree:
            case ast.Name():
                known = self._names.get(tree.id)
                return repr(self._globals[tree.id]) if known is None else known
            case ast.Subscript(value=value, slice=ast.Tuple(elts=[])):
                return self._read(value)
            case ast.Subscript(value=ast.Name(id=pack), slice=ast.Constant(value=int() as place)):
                return self._packs[pack][place]
            case ast.Attribute(attr=name):
                return self._line.name_of(f"numpy.{name}")
            case ast.Call(func=ast.Attribute(attr=name), args=args):
                return self._line.call(f"numpy.{name}", self._all(args))
            case ast.Call(func=ast.Name(id=name), args=args):
                return self._line.call(f"kernels.{name}", self._all(args))
        return self._line.arithmetic(tree, self._read)

    def _all(self, trees: Sequence[ast.expr]) -> list[Operand]:
        found: list[Operand] = []
        for tree in trees:
            if isinstance(tree, ast.Starred) and isinstance(tree.value, ast.Name):
                found += self._packs[tree.value.id]
            else:
                found.append(self._read(tree))
        return found


class _Places:
    """Operations with a place for each result, used again when it is read for the last time."""

    def __init__(
        self,
        operations: Sequence[_Operation],
        results: Sequence[Operand],
        name_of: Callable[[str], str],
    ) -> None:
        self._operations, self._results, self._name_of = operations, results, name_of
        self._last = self._last_readers()
        #: the outputs that are computed in their own place
        self._targets: dict[int, str] = {}
        for place, result in enumerate(results):
            if isinstance(result, int) and self._is_placed(result):
                self._targets.setdefault(result, f"o{place}")
        self._texts: dict[int, str] = {}
        self._free: list[str] = []
        self._free_names: list[str] = []
        self._n_work = self._n_names = 0

    def written(self) -> InPlace:
        """Return the statements."""
        lines = [self._line(place) for place in sorted(self._last)]
        copy = self._name_of("numpy.copyto")
        for place, result in enumerate(self._results):
            text = self._text(result)
            if text != f"o{place}":
                lines.append(f"{copy}(o{place}, {text})")
        return InPlace(lines, self._n_work, self._n_names)

    def _last_readers(self) -> dict[int, int]:
        """Return the operations that outputs need, each with the last one that reads it."""
        last: dict[int, int] = {
            result: len(self._operations) for result in self._results if isinstance(result, int)
        }
        for place in range(len(self._operations) - 1, -1, -1):
            if place in last:
                for arg in self._operations[place].args:
                    if isinstance(arg, int):
                        last.setdefault(arg, place)
        return last

    def _is_placed(self, place: int) -> bool:
        operation = self._operations[place]
        return operation.is_array and bool(operation.function)

    def _line(self, place: int) -> str:
        """Return the statement of an operation; it may write over what it reads last."""
        operation = self._operations[place]
        texts = [self._text(arg) for arg in operation.args]
        for arg in dict.fromkeys(operation.args):
            if isinstance(arg, int) and self._last[arg] == place:
                if self._text(arg)[0] == "w":
                    self._free.append(self._text(arg))
                elif self._text(arg)[0] == "s":
                    self._free_names.append(self._text(arg))
        if not self._is_placed(place):
            # what the name stood for is freed with it
            if not self._free_names:
                self._free_names.append(f"s{self._n_names}")
                self._n_names += 1
            name = self._texts[place] = self._free_names.pop()
            return f"{name} = {operation.text.format(*texts)}"
        target = self._texts[place] = self._targets.get(place) or self._work()
        return f"{self._name_of(operation.function)}({', '.join(texts)}, out={target})"

    def _work(self) -> str:
        if not self._free:
            self._free.append(f"w{self._n_work}")
            self._n_work += 1
        return self._free.pop()

    def _text(self, operand: Operand) -> str:
        return self._texts[operand] if isinstance(operand, int) else operand


@functools.cache
def _has_place(path: str, n_args: int) -> bool:
    """Whether a function of numbers writes its one result where it is told."""
    module, _, name = path.rpartition(".")
    if module not in ("numpy", "scipy.special"):
        return False
    function = getattr(importlib.import_module(module), name)
    is_of_numbers = isinstance(function, np.ufunc) and f"{'d' * n_args}->d" in function.types
    return is_of_numbers and function.nin == n_args


#: What a body may be made of to be written out.
_PLAIN = (
    ast.Assign, ast.Return, ast.Name, ast.Load, ast.Store, ast.Constant, ast.BinOp, ast.UnaryOp,
    ast.USub, ast.Compare, ast.Starred, *_OPERATORS,
)  # fmt: skip


@functools.cache
def _plain_body(name: str) -> Callable[..., Any] | None:
    """Return a kernel whose body is plain statements of ufuncs and such kernels, else None."""
    function: Callable[..., Any] = getattr(importlib.import_module(KERNELS), name)
    known = function.__globals__
    try:
        statements = _definition(function).body[1:]
    except OSError:  # where the library is kept without its source
        return None
    for tree in (tree for statement in statements for tree in ast.walk(statement)):
        match tree:
            case (
                ast.Call(func=ast.Attribute(value=ast.Name(id="np")))
                | ast.Attribute(value=ast.Name(id="np"))
            ):
                continue
            case ast.Call(func=ast.Name(id=other)) if other in known["__all__"]:
                continue
            case ast.Subscript(slice=ast.Tuple(elts=[]) | ast.Constant()) | ast.Tuple(elts=[]):
                continue
            case ast.keyword() | ast.Call():
                return None
        if not isinstance(tree, _PLAIN):
            return None
    return function


@functools.cache
def _definition(function: Callable[..., Any]) -> ast.FunctionDef:
    """Return the syntax tree of a function."""
    (found,) = ast.parse(inspect.getsource(function)).body
    assert isinstance(found, ast.FunctionDef)
    return found
