"""What statements over arrays are made of: names, places in memory, formulas of one element.

Arrays are named `x0`, `x1`, … (arguments), `w0`, … (room for what is computed between), `g0`, …
and `value` (results), sizes `n0`, …, indices `i0`, ….
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from ...graph.graph import REDUCTIONS, Node
from ...graph.rewrite import cut_off
from ...graph.shapes import Dimension, Shape
from ...program import Formulas, Loops
from ..sizes import spelled_size
from .dialect import Dialect
from .layout import indented
from .syntax import SYNTAX
from .translation import called_routine
from .views import View, of_contraction, of_part, row_by_row
from .written import Written

__all__ = ["ArrayWriter", "Names"]


class Names(NamedTuple):
    """What sizes, arguments and results are called.

    Attributes
    ----------
    sizes, arguments : mapping of str to str
    results : sequence of str
        Arrays that results are written to; "" for a value that is returned.
    shapes : sequence of Shape
        Of the results.
    """

    sizes: Mapping[str, str]
    arguments: Mapping[str, str]
    results: Sequence[str]
    shapes: Sequence[Shape]


class ArrayWriter:
    """Statements while they are written."""

    def __init__(
        self, loops: Loops, names: Names, dialect: Dialect, definite: Collection[str]
    ) -> None:
        self.loops, self.graph, self.names = loops, loops.graph, names
        self.dialect, self.syntax, self.definite = dialect, SYNTAX[dialect.name], definite
        self.written = Written(dialect)
        self.lines: list[str] = []
        self.rooms: dict[str, str] = {}
        self.routines: set[str] = set()
        #: numbers that have a name, arrays that are in memory, factors of matrices
        self.numbers: dict[Node, str] = {}
        self.memory: dict[Node, View] = {}
        self.factors: dict[Node, str] = {}
        self._views: dict[Node, View] = {}
        self._homes = self._find_homes()

    # -- names and sizes ------------------------------------------------------------------------

    def size(self, dimension: Dimension) -> str:
        """Return the text of a dimension."""
        return spelled_size(dimension, self.names.sizes)

    def count(self, shape: Shape) -> str:
        """Return how many elements there are in a shape."""
        return "*".join(map(self.size, shape)) or "1"

    def room(self, count: str) -> str:
        """Return the name of a new array between."""
        name = f"w{len(self.rooms)}"
        self.rooms[name] = count
        return name

    def target(self, node: Node) -> View:
        """Return where a node is kept, row by row: in a result, if it is one, or in new room."""
        if node not in self.memory:
            shape = self.graph.shape(node)
            base = self._homes.get(node) or self.room(self.count(shape))
            self.memory[node] = row_by_row(base, shape, self.size)
        return self.memory[node]

    def result(self, name: str, shape: Shape) -> View:
        """Return a result as it lies in memory."""
        return row_by_row(name, shape, self.size)

    def number(self, node: Node) -> str:
        """Return a new local name, under which a number is known from here on."""
        self.numbers[node] = self.written.fresh()
        return self.numbers[node]

    def element(self, view: View, indices: Sequence[str]) -> str:
        """Return the text of an element of an array."""
        return self.syntax.entry.format(view.base, view.place(indices))

    def _find_homes(self) -> dict[Node, str]:
        """Return the results that nodes are computed in, each once.

        What only a result reads, elementwise, is computed in its place first.
        """
        graph, stored, outputs = self.graph, self.loops.stored, self.loops.outputs
        uses = Counter(arg for node in graph.reachable(outputs) for arg in graph.args[node])
        homes: dict[Node, str] = {}
        for node, name in zip(outputs, self.names.results, strict=True):
            if node not in stored or name in homes.values() or node in homes:
                continue
            homes[node] = name
            while graph.kinds[node] not in REDUCTIONS:
                inner = [arg for arg in graph.args[node] if graph.shape(arg) and uses[arg] == 1]
                inner = [arg for arg in inner if arg not in outputs and graph.kinds[arg] != "var"]
                if len(inner) != 1:
                    break
                (node,) = inner
                if node in stored:
                    homes[node] = name
                    break
        return homes

    # -- reading --------------------------------------------------------------------------------

    def view(self, node: Node) -> View:
        """Return how a node lies in memory."""
        if node in self.memory:
            return self.memory[node]
        if node not in self._views:
            graph, data = self.graph, self.graph.data[node]
            kind, args, shape = graph.kinds[node], graph.args[node], graph.shape(node)
            if kind == "var":
                found = row_by_row(self.names.arguments[data], shape, self.size)
            elif kind == "take":
                found = of_part(self.view(args[0]), graph.shape(args[0]), data[1], self.size)
            elif kind == "reshape":
                found = row_by_row(self.view(args[0]).base, shape, self.size)
            else:
                found = of_contraction(self.view(args[0]), data)
            self._views[node] = found
        return self._views[node]

    def read(self, node: Node, indices: Sequence[str]) -> str:
        """Return the text of an element of an array, or of a number."""
        graph, kind = self.graph, self.graph.kinds[node]
        if node in self.numbers:
            return self.numbers[node]
        if kind == "dim":
            return self.syntax.real.format(self._bracketed(self.size(graph.data[node])))
        if kind == "size":
            count = self.count(graph.shape(graph.args[node][0]))
            return self.syntax.real.format(self._bracketed(count))
        if kind == "var" and not graph.shape(node):
            return self.names.arguments[graph.data[node]]
        if node not in self.memory and kind == "eye":
            return self.syntax.chosen.format(*indices, "1.0", "0.0")
        if node not in self.memory and kind == "ein":
            args = graph.args[node]
            if len(args) != 1 or not graph.shape(args[0]):
                return self._product(node, indices)
        return self.element(self.view(node), indices)

    def _product(self, node: Node, indices: Sequence[str]) -> str:
        """Return the text of a product of elements, where diagonals are, zero elsewhere."""
        data = self.graph.data[node]
        own = dict(zip(data.out, indices, strict=True))
        factors, equal = [], []
        for arg, labels in zip(self.graph.args[node], data.factors, strict=True):
            places = [own[label] for label in labels]
            if self.graph.kinds[arg] == "eye" and arg not in self.memory:
                equal.append(places)
            else:
                factors.append(self.read(arg, places))
        text = "*".join(factors) or "1.0"
        for places in equal:
            text = self.syntax.chosen.format(*places, text, "0.0")
        return f"({text})" if len(factors) > 1 and not equal else text

    @staticmethod
    def _bracketed(text: str) -> str:
        return f"({text})" if "*" in text else text

    # -- statements -------------------------------------------------------------------

    def formulas(
        self, roots: Sequence[Node], indices: Sequence[str]
    ) -> tuple[list[str], list[str]]:
        """Return statements for one element, and the texts of roots; what is known is read."""
        graph = self.graph
        leaves: dict[Node, str] = {}
        seen, waiting = set(roots), list(roots)
        while waiting:
            node = waiting.pop()
            kind = graph.kinds[node]
            if kind == "const":
                continue
            if node in self.numbers or node in self.memory or kind == "var" or kind in REDUCTIONS:
                leaves[node] = f"#{node}"
                continue
            waiting += [arg for arg in graph.args[node] if arg not in seen]
            seen.update(graph.args[node])
        known = {name: self.read(node, indices) for node, name in leaves.items()}
        return self.written.formulas(Formulas(*cut_off(graph, roots, leaves), []), known)

    def looped(self, indices: Sequence[str], sizes: Sequence[str], lines: list[str]) -> list[str]:
        """Return statements inside of loops, the first index the outermost."""
        begin, end = self.syntax.loop
        for index, size in reversed(list(zip(indices, sizes, strict=True))):
            head = begin.format(index, "0", size)
            lines = [head, *indented(lines), *([end.format()] if end else [])]
        return lines

    def filled(self, view: View, shape: Shape, text: str) -> list[str]:
        """Return the loops that set all elements of an array to a number."""
        indices = [f"i{axis}" for axis in range(len(shape))]
        line = self.written.assigned(self.element(view, indices), text)
        return self.looped(indices, [self.size(d) for d in shape], [line])

    def copied(self, source: Node, view: View, shape: Shape) -> list[str]:
        """Return the loops that set all elements of an array to those of a node, or to a number."""
        indices = [f"i{axis}" for axis in range(len(shape))]
        own = indices if self.graph.shape(source) else []
        lines, (text,) = self.formulas([source], own)
        lines.append(self.written.assigned(self.element(view, indices), text))
        return self.looped(indices, [self.size(d) for d in shape], lines)

    def called(self, name: str, *args: str) -> str:
        """Return the call of a routine."""
        self.routines.add(name)
        return called_routine(name, args, self.dialect)
