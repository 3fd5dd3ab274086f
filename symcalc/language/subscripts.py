"""`einsum("ij,kj->ik", A, B)` and `reshape(X, m, n)`: what no other notation can say."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..arrays.mismatch import ShapeError
from ..graph.contractions import contract
from ..graph.dimensions import product
from ..graph.graph import Graph, Node
from ..graph.shapes import Dimension, Shape, written
from .tokens import QUOTES, Tokens

if TYPE_CHECKING:
    from .calls import Call, Calls

__all__ = ["Subscripts", "einsum", "is_subscripts", "read_subscripts", "reshaped"]

_HINT = 'Write einsum("ij,jk->ik", A, B): letters for the axes of each array, and of the result.'


class Subscripts(NamedTuple):
    """The letters of the axes: of each factor, and of the result."""

    factors: tuple[str, ...]
    out: str


def is_subscripts(token: str) -> bool:
    """Whether a token is a text in quotes."""
    return token[:1] in QUOTES and len(token) > 1


def read_subscripts(tokens: Tokens, index: int, function: str) -> Subscripts:
    """Return what the text in quotes says that stands first in a call of `einsum`.

    Raises
    ------
    ParseError
        It stands elsewhere, or a letter of the result is in no factor, or twice there.
    """
    texts = tokens.texts
    if function != "einsum" or texts[index - 1] != "(" or texts[index + 1] not in {",", ")"}:
        raise tokens.error("Text in quotes is not part of a formula.", index)
    left, _, out = texts[index][1:-1].replace(" ", "").partition("->")
    factors = tuple(left.split(","))
    if len(set(out)) < len(out) or not set(out) <= set(left):
        message = "Each letter of the result stands there once, and belongs to an array."
        raise tokens.error(message, index, _HINT)
    return Subscripts(factors, out)


def einsum(calls: Calls, call: Call, last: int) -> Node:
    """Return the sum over all letters that the result does not have."""
    if not isinstance(call.args[0], Subscripts):
        raise calls.error("`einsum` needs its letters first.", call, last, _HINT)
    subscripts, *call.args = call.args
    nodes = calls.numbers(call, last)
    if len(nodes) != len(subscripts.factors):
        count = len(subscripts.factors)
        message = f"There are letters for {count} and not for {len(nodes)} arrays."
        raise calls.error(message, call, last, _HINT)
    _check_letters(calls.graph, nodes, subscripts.factors)
    pairs = [
        (node, tuple(map(ord, letters)))
        for node, letters in zip(nodes, subscripts.factors, strict=True)
    ]
    return contract(calls.graph, pairs, [ord(letter) for letter in subscripts.out])


def _check_letters(graph: Graph, nodes: list[Node], factors: tuple[str, ...]) -> None:
    """Raise an error unless each axis has one letter, and equal letters equal dimensions."""
    sizes: dict[str, Dimension] = {}
    for node, letters in zip(nodes, factors, strict=True):
        shape = graph.shape(node)
        if len(shape) != len(letters):
            raise ShapeError(f"`{letters}` does not fit an array of shape {written(shape)}.")
        for letter, size in zip(letters, shape, strict=True):
            known = sizes.setdefault(letter, size)
            if known != size:
                raise ShapeError(f"`{letter}` stands for the dimensions {known} and {size}.")


def reshaped(graph: Graph, node: Node, shape: Shape) -> Node:
    """Return the elements of an array, the last axis first, in another shape."""
    own = graph.shape(node)
    if product(own) != product(shape):
        raise ShapeError(f"Shape {written(own)} has not as many elements as {written(shape)}.")
    return node if own == shape else graph.node("reshape", (node,), shape)
