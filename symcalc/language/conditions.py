"""Comparisons, `and`, `or`, `not` and `a if c else b`: everything that binds below a sum."""

from __future__ import annotations

from ..errors import ParseError
from ..graph.graph import COMPARISONS, Graph, Node
from .tokens import Tokens

__all__ = ["CONDITIONS", "LOW_OPERATORS", "Conditions", "links_of"]

#: Kinds of nodes that are true or false.
CONDITIONS = frozenset({"compare", "and", "or", "not"})

LOW_OPERATORS = frozenset({*COMPARISONS, "and", "or", "if", "else"})

_NEEDS_NUMBER = "A condition stands where a number is needed."
_NEEDS_CONDITION = "A condition such as x < 1 is needed here."


class Conditions:
    """The low operators of one bracket, collected from left to right.

    From tight to loose: a chain of comparisons, `not`, `and`, `or`, `a if c else b`. Chains are
    collected, so that `x and y and z` is one node and a ladder of choices one piecewise.
    """

    def __init__(self, graph: Graph, tokens: Tokens) -> None:
        self.graph, self.tokens = graph, tokens
        self._chain: list[tuple[Node, str]] = []
        self._denied = False
        self._ands: list[Node] = []
        self._ors: list[Node] = []
        self._pieces: list[tuple[Node, Node]] = []
        self._value: Node | None = None

    def negate(self, index: int) -> None:
        """Take a `not`, which may stand only in front of a whole condition."""
        if self._chain:
            raise self._error("`not` cannot stand behind a comparison.", index + 1)
        self._denied = not self._denied

    def take(self, operator: str, operand: Node, index: int) -> None:
        """Take an operator and the sum on its left."""
        if operator in COMPARISONS:
            self._need(operand, False, index)
            self._chain.append((operand, operator))
        elif operator == "and":
            self._ands.append(self._negated(operand, index, needed=True))
        elif operator == "or":
            self._ors.append(self._conjunction(operand, index, needed=True))
        elif operator == "if":
            if self._value is not None:
                raise self._error("`else` is missing before this `if`.", index + 1)
            self._value = self._disjunction(operand, index)
            self._need(self._value, False, index)
        else:
            if self._value is None:
                raise self._error("`else` without `if`.", index + 1)
            condition = self._disjunction(operand, index)
            self._need(condition, True, index)
            self._pieces.append((self._value, condition))
            self._value = None

    def finish(self, operand: Node, index: int) -> Node:
        """Return the node of everything taken, `operand` being the last sum."""
        if self._value is not None:
            hint = "Write a if condition else b."
            raise self.tokens.error("`if` without `else`.", index, hint)
        last = self._disjunction(operand, index)
        if not self._pieces:
            return last
        self._need(last, False, index)
        return self.graph.piecewise(self._pieces, last)

    def _disjunction(self, operand: Node, index: int) -> Node:
        """Close the `or` level."""
        node = self._conjunction(operand, index, needed=bool(self._ors))
        if not self._ors:
            return node
        alternatives, self._ors = [*self._ors, node], []
        return self.graph.node("or", tuple(alternatives))

    def _conjunction(self, operand: Node, index: int, *, needed: bool) -> Node:
        """Close the `and` level."""
        node = self._negated(operand, index, needed=needed or bool(self._ands))
        if not self._ands:
            return node
        parts, self._ands = [*self._ands, node], []
        return self.graph.node("and", tuple(parts))

    def _negated(self, operand: Node, index: int, *, needed: bool) -> Node:
        """Close the comparisons and the `not` in front of them."""
        node = self._compared(operand, index)
        if needed or self._denied:
            self._need(node, True, index)
        denied, self._denied = self._denied, False
        return self.graph.node("not", (node,)) if denied else node

    def _compared(self, operand: Node, index: int) -> Node:
        """Close a chain of comparisons: `a < b < c` is `a < b and b < c`."""
        if not self._chain:
            return operand
        self._need(operand, False, index)
        rights = [left for left, _ in self._chain[1:]] + [operand]
        links = [
            self.graph.compare(relation, left, right)
            for (left, relation), right in zip(self._chain, rights, strict=True)
        ]
        self._chain = []
        return links[0] if len(links) == 1 else self.graph.node("and", tuple(links))

    def _need(self, node: Node, condition: bool, index: int) -> None:
        """Raise an error unless the node is a condition, or a number."""
        if (self.graph.kinds[node] in CONDITIONS) is not condition:
            raise self._error(_NEEDS_CONDITION if condition else _NEEDS_NUMBER, index)

    def _error(self, message: str, index: int) -> ParseError:
        return self.tokens.error(message, max(index - 1, 0))


def links_of(graph: Graph, root: Node) -> list[tuple[Node, str, Node]] | None:
    """Return the comparisons that all hold where a condition holds, from left to right.

    None where the condition is no conjunction of comparisons, or one of them is `!=`.
    """
    links, stack = [], [root]
    while stack:
        node = stack.pop()
        if graph.kinds[node] == "and":
            stack += reversed(graph.args[node])
        elif graph.kinds[node] == "compare" and graph.data[node] != "!=":
            left, right = graph.args[node]
            links.append((left, str(graph.data[node]), right))
        else:
            return None
    return links
