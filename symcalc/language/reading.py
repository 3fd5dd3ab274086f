"""One text on its way to an expression: declarations, tokens, nodes, checks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import cached_property

from ..arrays.broadcasting import BroadcastingGraph
from ..arrays.row_vectors import Everywhere, RowVector
from ..errors import ArgumentError
from ..expression import Expression, Variable, in_order
from ..graph.graph import Graph, Node, Shape
from .array_syntax import is_strict
from .assumptions import read_assumptions
from .constants import first_out_of_range
from .declarations import (
    ShapesLike,
    check_properties,
    read_properties,
    read_shapes,
    read_variables,
)
from .definitions import DEFINITIONS, Definitions
from .grammar import Parser
from .limits import Limits, check_limits
from .messages import shorten
from .names import Scope
from .options import join_options
from .parts import read_formula
from .places import constant_span
from .tokens import Tokens, tokenize

__all__ = ["Reading"]

SYNTAXES = ("symcalc", "latex", "matrixcalculus")

#: Functions that make arrays of dimensions alone.
_MAKERS = frozenset({"eye", "ones", "zeros"})


class Reading:
    """One text on its way to an expression."""

    def __init__(
        self,
        text: str,
        variables: str | Iterable[str] | None,
        declared: Iterable[str],
        shapes: ShapesLike | None,
        assume: str | Mapping[str, str] | None,
        syntax: str,
        limits: Limits | None,
        definitions: Definitions | None,
    ) -> None:
        self.limits = check_limits(limits)
        declared = tuple(declared)
        self.names = read_variables(variables)
        self.assumed = read_assumptions(assume)
        known = {*(self.names or ()), *declared}
        self.tokens = _cut(text, syntax, self.limits, known)
        arrays = read_shapes(shapes)
        self._assume_properties(shapes, arrays)
        self.graph = _arena(self.tokens, arrays, syntax)
        self.scope = Scope(
            self.graph,
            variables=self.names,
            declared=[*declared, *self.assumed],
            shapes=arrays,
        )
        self.parser = Parser(
            self.graph,
            self.tokens,
            self.scope,
            self.limits,
            DEFINITIONS if definitions is None else definitions,
        )

    def formula(self) -> Node:
        """Return the node of the whole text, its size and its constants checked."""
        root = self._standing(read_formula(self.parser, self.tokens, self.scope))
        self.limits.check_nodes(len(self.graph))
        self.check_constants(root)
        return root

    def _standing(self, root: Node) -> Node:
        """Return the node of the whole text, which cannot be a row, or of unknown shape."""
        if type(root) is RowVector and not is_strict(self.graph):
            hint = "A vector that stands alone has no orientation: leave out the transpose."
            last = len(self.tokens.texts) - 2
            message = "The transpose of a vector stands beside `@` only."
            raise self.tokens.error(message, 0, hint, last=last)
        if isinstance(root, Everywhere):
            raise self.tokens.error("The shape of this constant is not known.", 0)
        return int(root)

    def _assume_properties(self, shapes: ShapesLike | None, arrays: Mapping[str, Shape]) -> None:
        """Add the properties that stand behind shapes to what is assumed, and check them."""
        for name, text in read_properties(shapes).items():
            self.assumed[name] = ", ".join(filter(None, [self.assumed.get(name), text]))
        for name, text in self.assumed.items():
            for first, *words in [item.split() for item in text.split(",")]:
                if first == name:
                    check_properties(name, arrays.get(name, ()), words)

    def check_constants(self, root: Node) -> None:
        """Raise an error where a constant part has left the range of a double."""
        node = first_out_of_range(self.graph, root)
        if node is None:
            return
        first, last = constant_span(self.parser, self.tokens, node)
        if _divides_by_zero(self.graph, node):
            raise self.tokens.error("This divides by zero.", first, last=last)
        message = "This constant is outside the range of a double."
        raise self.tokens.error(message, first, "Doubles reach to 1.8e308.", last=last)

    def expression(self, root: Node) -> Expression:
        """Return the expression of a node of this text."""
        met = set(self.scope.variables)
        if self.scope.bound:  # a part behind `where` may speak of a variable of integration
            used = {self.graph.data[node] for node in self.graph.variables([root])}
            met -= self.scope.bound.keys() - used
        order = self.names if self.names is not None else in_order(met)
        return Expression(self._plain, root, [self._variable(name) for name in order])

    @cached_property
    def _plain(self) -> Graph:
        """The arena without the broadcasting, which is a matter of texts."""
        return self.graph.copy() if isinstance(self.graph, BroadcastingGraph) else self.graph

    def _variable(self, name: str) -> Variable:
        assumption = self.assumed.get(name, "")
        kind = "complex" if "complex" in assumption.split() else "real"
        return Variable(name, self.scope.shapes.get(name, ()), kind, assumption)


def _divides_by_zero(graph: Graph, node: Node) -> bool:
    """Whether the node is a negative power of zero."""
    return graph.kinds[node] == "pow" and graph.value(graph.args[node][0]) == 0


def _cut(text: str, syntax: str, limits: Limits, known: Collection[str]) -> Tokens:
    """Return the tokens of a text, its length checked first."""
    if not isinstance(text, str):
        raise ArgumentError(f"A formula is a string, not {type(text).__name__}.")
    if syntax not in SYNTAXES:
        allowed = " or ".join(f'"{name}"' for name in SYNTAXES)
        raise ArgumentError(f"Unknown syntax {shorten(repr(syntax))}; allowed is {allowed}.")
    limits.check_length(text)
    if syntax == "latex":
        from .latex_reader import tokenize_latex

        return tokenize_latex(text, known)
    if syntax == "matrixcalculus":
        from .matrixcalculus import tokenize_matrixcalculus

        return tokenize_matrixcalculus(text)
    return join_options(tokenize(text))


def _arena(tokens: Tokens, shapes: Mapping[str, Shape], syntax: str) -> Graph:
    """Return the arena that a text is read into: one that broadcasts where arrays can occur."""
    strict = syntax == "matrixcalculus"
    if not (strict or shapes or not _MAKERS.isdisjoint(tokens.texts)):
        return Graph()
    columns_only = all(len(shape) < 2 for shape in shapes.values())
    return BroadcastingGraph(strict=strict, columns_only=columns_only)
