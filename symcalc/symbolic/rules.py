"""The rules of differentiation as formulas in letters: `(u*v)' = u'*v + u*v'`.

Those of functions are made from the rows of the function table, so that a rule shown is the rule
used.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import DerivativeError
from ..functions import CONSTANTS, TABLE
from ..graph.graph import Graph, Node
from ..graph.terms import Term, Terms
from ..writing import to_latex, to_text

__all__ = ["Board", "Rule", "local_slope"]

_INNER = "uvwpqrstyz"
_FIXED = "cabkmn"

#: Operators, whose spelling needs brackets before a prime.
_OPERATORS = frozenset({"add", "mul", "pow", "piecewise"})


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of differentiation.

    Attributes
    ----------
    names : tuple of str
        What a textbook calls it: ("power rule", "chain rule").
    text, latex : str
        The rule as a formula; a prime is the derivative.
    """

    names: tuple[str, ...]
    text: str
    latex: str

    @property
    def title(self) -> str:
        """The names in one line."""
        return ", ".join(self.names)


class Board:
    """A blackboard on which one rule is written; its letters are none of the formula's names."""

    def __init__(self, taken: Collection[str]) -> None:
        self.graph = Graph()
        self.terms = Terms(self.graph, CONSTANTS)
        self._inner = [letter for letter in _INNER if letter not in taken]
        self._fixed = [letter for letter in _FIXED if letter not in taken]
        self._n_extra = 0

    def letter(self, *, moves: bool) -> str:
        """Return a fresh letter: u, v, w for what depends on the variable, c, a, b otherwise."""
        letters = self._inner if moves else self._fixed
        if letters:
            return letters.pop(0)
        self._n_extra += 1
        return f"{'u' if moves else 'c'}_{self._n_extra}"

    def var(self, letter: str) -> Node:
        """Return the node of a letter."""
        return self.graph.var(letter)

    def slope(self, letter: str) -> Node:
        """Return the node that stands for a letter's derivative."""
        return self.graph.var(f"{letter}'")

    def times(self, *factors: Node) -> Node:
        """Return a product in one row: ones are left out, divisors stand last."""
        graph, flat = self.graph, list[Node]()
        for factor in factors:
            flat += graph.args[factor] if graph.kinds[factor] == "mul" else (factor,)
        flat = [factor for factor in flat if graph.value(factor) != 1] or flat[:1]
        return graph.mul(sorted(flat, key=self._is_divisor))

    def _is_divisor(self, node: Node) -> bool:
        is_power = self.graph.kinds[node] == "pow"
        return is_power and self.graph.value(self.graph.args[node][1]) == -1

    def rule(self, names: Sequence[str], left: Node, right: Node) -> Rule:
        """Return the rule `left' = right`."""
        graph = self.graph
        head, body = to_text(graph, left), to_text(graph, right)
        bare = graph.kinds[left] not in _OPERATORS and bool(graph.args[left])
        text = f"{head}' = {body}" if bare else f"({head})' = {body}"
        latex = rf"\left({to_latex(graph, left)}\right)' = {to_latex(graph, right)}"
        return Rule(tuple(names), text, re.sub(r"\\mathrm\{([^{}]*')\}", r"\1", latex))


def local_slope(graph: Graph, node: Node, index: int) -> Node:
    """Append the derivative of a function's value in its argument number `index`.

    Raises
    ------
    DerivativeError
        The table has no rule for it.
    """
    kind, args = graph.kinds[node], graph.args[node]
    row = TABLE[kind]
    terms = Terms(graph, CONSTANTS)
    inputs = [Term(graph, arg) for arg in args]
    found: Any = None
    if row.arity[1] == -1:
        if row.derivatives and row.derivatives[0] is not None:
            found = row.derivatives[0](terms, Term(graph, node), *inputs, k=index)
    elif index < len(row.derivatives):
        rule = row.derivatives[index]
        found = None if rule is None else rule(terms, Term(graph, node), *inputs)
    if found is None:
        raise DerivativeError(
            f"`{kind}` has no derivative in its argument number {index + 1} in closed form."
        )
    slope: Node = terms(found).node
    return slope
