"""Operators of arrays: what `@`, `.T` and `[...]` make of their operands."""

from __future__ import annotations

from ..arrays.broadcasting import BroadcastingGraph
from ..arrays.indexing import take
from ..arrays.mismatch import ShapeError
from ..arrays.products import column_product, matmul, transpose
from ..arrays.row_vectors import RowVector
from ..graph.graph import Graph, Node
from .indices import read_index
from .messages import shorten
from .names import Scope, is_name
from .tokens import MATRIX_POWER, TRANSPOSED, Tokens

__all__ = ["combine", "is_strict", "read_postfix"]


def is_strict(graph: Graph) -> bool:
    """Whether vectors are columns or rows everywhere."""
    return isinstance(graph, BroadcastingGraph) and graph.strict


def combine(graph: Graph, operator: str, left: Node, right: Node) -> Node:
    """Return the node of an operator between arrays.

    Raises
    ------
    ShapeError
        The shapes do not fit.
    """
    if operator == "@":
        return (column_product if is_strict(graph) else matmul)(graph, left, right)
    is_power = operator == MATRIX_POWER
    if graph.shape(right) or (is_power and graph.shape(left)):
        sign = "^" if is_power else "/"
        raise ShapeError(f"`{sign}` is for scalars in this notation.", f"Write `.{sign}`.")
    return graph.pow(left, right) if is_power else graph.div(left, right)


def read_postfix(tokens: Tokens, scope: Scope, index: int, node: Node) -> tuple[Node, int]:
    """Return the transpose or the part of an array, and the last token of what names it.

    Raises
    ------
    ParseError
        The operand is a scalar, or does not have that part.
    """
    graph, is_index = scope.graph, tokens.texts[index] == "["
    if not graph.shape(node) and (is_index or not is_strict(graph)):
        name = tokens.texts[index - 1]
        what = f"`{shorten(name)}` is a scalar" if is_name(name) else "This is a scalar"
        has = "has no elements" if is_index else "has no transpose"
        hint = f'Declare its shape: shapes="{shorten(name) if is_name(name) else "x"}: n".'
        raise tokens.error(f"{what} and {has}.", index - 1, hint, last=index + (not is_index))
    if not is_index:
        return transpose(graph, node), index + (tokens.texts[index] != TRANSPOSED)
    entries, last = read_index(tokens, index, scope.dimensions)
    if type(node) is RowVector:
        hint = "Index the vector itself."
        raise tokens.error("A row stands beside `@` only.", index - 1, hint, last=last)
    try:
        return take(graph, int(node), entries), last
    except ShapeError as mismatch:
        raise tokens.error(mismatch.problem, index, mismatch.hint, last=last) from None
