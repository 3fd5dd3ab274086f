"""The spelling as NumPy source: what `to_python` writes, `eval` with `np` in scope computes."""

from __future__ import annotations

import keyword
import re
import sys
from collections.abc import Sequence
from typing import NamedTuple

from ..functions import TABLE
from ..graph.graph import Graph, Node
from .layout import Layout, Level, Piece, Slot
from .numpy_formulas import numpy_formula
from .numpy_matrices import NamedLengths, NumpyMatrices
from .text import TextRenderer, separated

__all__ = ["PythonLines", "python_imports", "python_name", "to_python", "to_python_lines"]

#: Beyond this length a source names its shared parts.
SOURCE_LENGTH = 2000

#: The same for formulas of arrays.
ARRAY_LENGTH = 300

#: The lines that a source may need, by the first word of the names that need them.
IMPORTS = {
    "np": "import numpy as np",
    "scipy": "import scipy.special",
    "scipy.integrate": "import scipy.integrate",
    "symcalc": "import symcalc.backends.kernels",
}

_CONSTANTS = {"oo": "np.inf", "nan": "np.nan", "I": "1j"}
_LOGIC = {"and": "np.logical_and", "or": "np.logical_or"}


def python_name(name: str) -> str:
    """Return a variable's name in the source: words of Python and of its imports get a `_`."""
    is_taken = keyword.iskeyword(name) or name.rstrip("_") in IMPORTS
    return f"{name}_" if is_taken else name


def to_python(graph: Graph, root: Node) -> str:
    """Write a formula as one Python expression on NumPy arrays or floats.

    Returns
    -------
    str
        An expression; `python_imports` says which imports it needs. A variable whose name is a
        keyword of Python, or `np`, gets an underscore at the end. Shared parts of long formulas are
        assigned first, inside a tuple of which the expression is the last item.
    """
    renderer = PythonRenderer(graph, root)
    # A part that contains a bound variable could not be assigned outside of its integral.
    has_integrals = any(renderer.kind(node) == "integral" for node in renderer.nodes)
    length = ARRAY_LENGTH if renderer.arrays.is_used else SOURCE_LENGTH
    return renderer.render(sys.maxsize if has_integrals else length)


class PythonLines(NamedTuple):
    """Formulas as Python source that follows assignments.

    Attributes
    ----------
    formulas : list of str
    parts : list of (str, str)
        The names and sources of what is shared, in order.
    lengths : list of str
        The names of lengths of axes that occur.
    """

    formulas: list[str]
    parts: list[tuple[str, str]]
    lengths: list[str]


def to_python_lines(graph: Graph, roots: Sequence[Node]) -> PythonLines:
    """Write formulas for the body of a function; those over arrays share long parts."""
    has_integrals = any(graph.kinds[node] == "integral" for node in graph.reachable(roots))
    renderer = _BodyRenderer(graph, *roots)
    if has_integrals or not renderer.arrays.is_used:
        return PythonLines([to_python(graph, root) for root in roots], [], [])
    formulas, parts = renderer.render_all(0)
    return PythonLines(formulas, parts, list(renderer.arrays.written))


def python_imports(graph: Graph, root: Node) -> tuple[str, ...]:
    """Return the import lines that the source of a formula needs, NumPy's always first."""
    used = {"np", *re.findall(r"\b(scipy\.integrate|scipy|symcalc)\.", to_python(graph, root))}
    return tuple(line for word, line in IMPORTS.items() if word in used)


class PythonRenderer(TextRenderer):
    """NumPy's functions in place of the language's own words."""

    keeps_groups = False
    notation = NumpyMatrices

    def __init__(self, graph: Graph, *roots: Node) -> None:
        super().__init__(graph, *roots)
        graph = self.graph
        self.varying: set[Node] = set()
        for node in self.nodes:
            args = graph.args[node]
            if graph.kinds[node] == "var" or not self.varying.isdisjoint(args):
                self.varying.add(node)
        self.safe_names: dict[str, str] = {}
        taken = {*IMPORTS, *self.variables}
        for name in self.variables:
            safe = python_name(name)
            while keyword.iskeyword(name) and safe in taken:
                safe += "_"
            taken.add(safe)
            self.safe_names[name] = safe

    def taken_names(self) -> set[str]:
        dims = {d for node in self.nodes for d in self.graph.shape(node) if isinstance(d, str)}
        return {*super().taken_names(), *self.safe_names.values(), *dims}

    def join(self, main: str, parts: Sequence[tuple[str, str]]) -> str:
        lines = [f"    {name} := {text},\n" for name, text in parts]
        return "(\n" + "".join(lines) + f"    {main},\n)[-1]"

    def variable(self, name: str) -> str:
        return self.safe_names[name]

    def named_constant(self, name: str) -> Layout:
        row = TABLE.get(name)
        text = _CONSTANTS.get(name) or (row.array if row is not None else "")
        if not text and row is not None and row.constant is not None:
            text = repr(row.constant)
        return Layout(Level.ATOM, (text.replace("numpy.", "np.") or f"np.{name}",))

    def call(self, name: str, args: Sequence[Node]) -> Layout:
        if name == "integral":
            body, variable, lower, upper = (Slot(arg) for arg in args)
            head = ("scipy.integrate.quad(lambda ", variable, ": ", body)
            return Layout(Level.ATOM, (*head, ", ", lower, ", ", upper, ")[0]"))
        template = numpy_formula(name, len(args))
        pieces: list[Piece] = []
        for part in re.split(r"(\{[^}]*\})", template):
            if part == "{*}":
                pieces += separated(args)
            elif part.startswith("{"):
                beside_operator = Level.POWER if part.endswith(":p}") else Level.SUM
                pieces.append(Slot(args[int(part[1])], beside_operator))
            else:
                pieces.append(part)
        return Layout(Level.PRODUCT if template.startswith("1/") else Level.ATOM, tuple(pieces))

    def logic(self, kind: str, args: Sequence[Node]) -> Layout:
        if kind == "not":
            return Layout(Level.ATOM, ("np.logical_not(", Slot(args[0]), ")"))
        if len(args) > 2:
            head = f"{_LOGIC[kind]}.reduce(np.broadcast_arrays("
            return Layout(Level.ATOM, (head, *separated(args), "))"))
        return Layout(Level.ATOM, (f"{_LOGIC[kind]}(", *separated(args), ")"))

    def choice(self, args: Sequence[Node]) -> Layout:
        if len(args) == 3:
            value, condition, otherwise = (Slot(arg) for arg in args)
            pieces = ("np.where(", condition, ", ", value, ", ", otherwise, ")")
            return Layout(Level.ATOM, pieces)
        values, conditions = separated(args[0:-1:2]), separated(args[1::2])
        last = Slot(args[-1])
        select = ("np.select([", *conditions, "], [", *values, "], ", last, ")")
        return Layout(Level.ATOM, select)

    def power(self, base: Node, exponent: Node) -> Layout:
        value = self.constant(exponent)
        if value is not None and value < -1 and value.denominator == 1:
            return Layout(Level.PRODUCT, ("1/", *self.base(base), f"**{-value}"))
        return super().power(base, exponent)

    def base(self, node: Node) -> tuple[Piece, ...]:
        """Return the base; a number becomes a float of NumPy's: no complex powers, no errors."""
        value = self.constant(node)
        if value is not None and value < 0:
            return (f"np.float64({float(value)!r})",)
        if isinstance(value, int) and value not in self.decimals:
            return (f"{value}.0",)
        if self.kind(node) in {"add", "mul"} and node not in self.varying:
            return ("np.float64(", Slot(node), ")")
        return super().base(node)

    def root_of(self, base: Node) -> Layout:
        return Layout(Level.ATOM, ("np.sqrt(", Slot(base), ")"))


class _BodyRenderer(PythonRenderer):
    """Source for the body of a function, in which lengths have names."""

    notation = NamedLengths
    arrays: NamedLengths
