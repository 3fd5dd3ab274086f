"""`Expression`: the root of a formula in a graph, with its variables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from ..errors import ArgumentError
from ..graph.graph import Graph, Node
from .variable import Variable, in_order

if TYPE_CHECKING:
    import sympy

__all__ = ["Expression"]

#: A `repr` shows this many characters of the text.
REPR_LENGTH = 200


class Expression:
    """An immutable formula.

    Parameters
    ----------
    graph : Graph
        The arena that holds the formula; it may hold others too.
    root : int
        The node of the formula.
    variables : sequence of Variable, optional
        The variables in the order of a compiled function's arguments; by default those of the
        formula, sorted by name. Variables that the formula does not use may be among them.

    Attributes
    ----------
    text, latex : str
        The formula written in the language, and in LaTeX.
    sympy : sympy.Basic
        A view for SymPy, built on first use.
    names : tuple of str
        The names of the variables, in order.

    Notes
    -----
    Two expressions are equal when they are the same formula in the same variables, node by node:
    `x + y` is not `y + x`. How a decimal was typed, the order of `variables` and variables that
    the formula does not use make no difference, so that reading the text gives an equal
    expression. What depends on the order of arguments is a matter of `names` as well.
    """

    __slots__ = ("_known", "graph", "root", "variables")

    graph: Graph
    root: Node
    variables: tuple[Variable, ...]
    _known: dict[str, Any]

    def __init__(
        self, graph: Graph, root: Node, variables: Sequence[Variable] | None = None
    ) -> None:
        if not 0 <= root < len(graph):
            raise ArgumentError(f"The graph has no node {root}; it has {len(graph)}.")
        if variables is None:
            nodes = {graph.data[node]: node for node in graph.variables([root])}
            variables = [Variable(name, graph.shape(nodes[name])) for name in in_order(nodes)]
        for slot, value in (("graph", graph), ("root", root), ("variables", tuple(variables))):
            object.__setattr__(self, slot, value)
        object.__setattr__(self, "_known", {})

    @classmethod
    def from_sympy(
        cls, obj: Any, variables: Iterable[Variable] | None = None, *, decimals: bool = False
    ) -> Expression:
        """Return the formula that a SymPy expression is, its terms in an order made for reading.

        Parameters
        ----------
        obj : sympy.Basic or number
        variables : iterable of Variable, optional
            The variables in order; others that appear follow, sorted by name.
        decimals : bool
            Whether fractions with a short decimal expansion are written as decimals.

        Raises
        ------
        ArgumentError
            When the object has a part that symcalc has no node for; the message names it.
        """
        from .from_sympy import convert

        return cls(*convert(obj, tuple(variables or ()), decimals=decimals))

    # -- views --------------------------------------------------------------------------------

    @property
    def text(self) -> str:
        """The formula in the language of symcalc; reading it gives an equal expression."""
        if "text" not in self._known:
            from ..writing import to_text

            self._known["text"] = to_text(self.graph, self.root)
        return str(self._known["text"])

    @property
    def latex(self) -> str:
        """The formula in LaTeX, for math mode."""
        if "latex" not in self._known:
            from ..writing import to_latex

            self._known["latex"] = to_latex(self.graph, self.root)
        return str(self._known["latex"])

    @property
    def sympy(self) -> sympy.Basic:
        """The formula as a SymPy expression."""
        if "sympy" not in self._known:
            from .sympy_view import to_sympy

            self._known["sympy"] = to_sympy(self.graph, self.root, self.variables)
        return self._known["sympy"]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the variables, in order."""
        return tuple(variable.name for variable in self.variables)

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary: the text, the LaTeX, the names of the variables."""
        return {"text": self.text, "latex": self.latex, "variables": list(self.names)}

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        text = self.text
        if len(text) > REPR_LENGTH:
            text = text[: REPR_LENGTH - 1] + "…"
        return f"Expression({text!r})"

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex}$"

    # -- identity -----------------------------------------------------------------------------

    @property
    def _key(self) -> tuple[Any, ...]:
        """What the formula is, whatever the numbers of its nodes."""
        if "key" not in self._known:
            self._known["key"] = _linearized(self.graph, self.root, self.variables)
        return tuple(self._known["key"])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Expression):
            return NotImplemented
        if self is other or (self.graph is other.graph and self.root == other.root):
            return self is other or self.variables == other.variables or self._key == other._key
        return hash(self) == hash(other) and self._key == other._key

    def __hash__(self) -> int:
        if "hash" not in self._known:
            self._known["hash"] = hash(self._key)
        return int(self._known["hash"])

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"An Expression is immutable; cannot set {name!r}.")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"An Expression is immutable; cannot delete {name!r}.")

    def __reduce__(self) -> tuple[Any, ...]:
        graph, roots = self.graph.extract([self.root])
        return Expression, (graph, roots[0], self.variables)


def _linearized(graph: Graph, root: Node, variables: Sequence[Variable]) -> tuple[Any, ...]:
    """Return the nodes in the order of a walk from the root, each with its arguments' places."""
    declared = {variable.name: variable for variable in variables}
    place: dict[Node, int] = {}
    rows: list[tuple[Any, ...]] = []
    stack = [root]
    while stack:
        node = stack[-1]
        if node in place:
            stack.pop()
            continue
        args = graph.args[node]
        pending = [arg for arg in args if arg not in place]
        if pending:
            stack.extend(reversed(pending))
            continue
        stack.pop()
        kind, data = graph.kinds[node], graph.data[node]
        if kind == "var":
            data = declared.get(data) or Variable(data, graph.shape(node))
        place[node] = len(rows)
        rows.append((kind, data, *[place[arg] for arg in args]))
    return tuple(rows)
