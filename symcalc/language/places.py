"""Where in the text a node was built."""

from __future__ import annotations

from bisect import bisect_right

from ..graph.graph import Node
from .conditions import LOW_OPERATORS
from .grammar import Parser
from .tokens import Tokens

__all__ = ["constant_span"]

#: Operators that end a subexpression on its left, by the kind of its node.
_STOPS = {
    "pow": frozenset("+-*/") | LOW_OPERATORS,
    "mul": frozenset("+-") | LOW_OPERATORS,
    "const": frozenset("+-") | LOW_OPERATORS,
}


def constant_span(parser: Parser, tokens: Tokens, node: Node) -> tuple[int, int]:
    """Return the first and the last token of the subexpression that became a node."""
    for token, leaf in parser.scope.leaves.items():
        if leaf == node:
            index = tokens.texts.index(token)
            return index, index
    place = bisect_right(parser.marks, node) - 1
    if place < 0:
        return 0, 0
    built = parser.marked[place]
    texts, kind = tokens.texts, parser.graph.kinds[node]
    last = (
        built
        if texts[built] in {")", "!"} and kind not in {"pow", "mul", "add", "const"}
        else built - 1
    )
    last = max(last, 0)
    stops, depth, first = _STOPS.get(kind, LOW_OPERATORS), 0, last
    for index in range(last, -1, -1):
        token = texts[index]
        depth += (token == ")") - (token == "(")
        if depth < 0:
            break
        if depth == 0 and token in stops and not _is_sign(texts, index):
            break
        if depth == 0 and token == ",":
            break
        first = index
    return first, last


def _is_sign(texts: list[str], index: int) -> bool:
    """Whether a minus belongs to an exponent."""
    return texts[index] in {"+", "-"} and index > 0 and texts[index - 1] in {"**", "^"}
