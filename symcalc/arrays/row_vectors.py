"""Vectors that stand as rows, and constants that take the shape of what is beside them."""

from __future__ import annotations

from ..graph.graph import Node

__all__ = ["Everywhere", "EverywhereMatrix", "EverywhereRow", "RowProduct", "RowVector"]


class RowVector(Node):
    """The node of a vector that a text has transposed. In the graph it is the vector itself."""

    __slots__ = ()


class RowProduct(RowVector):
    """A vector that is a row by what it was made of, `x.T@A`; elementwise it is a vector."""

    __slots__ = ()


class Everywhere(Node):
    """A scalar that stands for a column of unknown length: `vector(1)` of matrixcalculus.org."""

    __slots__ = ()


class EverywhereRow(Everywhere):
    """The transpose of such a column."""

    __slots__ = ()


class EverywhereMatrix(Everywhere):
    """A scalar that stands for a matrix of unknown shape: `matrix(1)`."""

    __slots__ = ()
