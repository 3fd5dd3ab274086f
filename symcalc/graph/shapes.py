"""The shapes of nodes: one rule for each kind that is not elementwise.

A shape is a tuple of dimensions, each a name ("m") or a number. Nodes without a shape are scalars,
and a scalar stands beside any shape. Elementwise nodes ask for one shape among their arguments:
broadcasting is written out, as a contraction with a free label (see `contractions`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..errors import ArgumentError

__all__ = ["SHAPE_RULES", "Dimension", "Shape", "elementwise_shape", "written"]

Dimension = str | int
Shape = tuple[Dimension, ...]

#: `rule(shapes of the arguments, data)` returns the shape of a node.
Rule = Callable[[Sequence[Shape], Any], Shape]


def elementwise_shape(shapes: Sequence[Shape]) -> Shape:
    """Return the one shape among arguments; scalars stand beside it."""
    found = {shape for shape in shapes if shape}
    if len(found) > 1:
        first, second = sorted(map(written, found))[:2]
        raise ArgumentError(
            f"Shapes {first} and {second} cannot stand together elementwise; "
            "both must be equal, or one a scalar."
        )
    return found.pop() if found else ()


def written(shape: Shape) -> str:
    """Return a shape as people write it: "(m, n)"."""
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


def _scalar(shapes: Sequence[Shape], data: Any) -> Shape:
    return ()


def _contracted(shapes: Sequence[Shape], data: Any) -> Shape:
    """Return the dimensions of the labels that the output of a contraction has."""
    return tuple(data.dims[label] for label in data.out)


def _same(shapes: Sequence[Shape], data: Any) -> Shape:
    return shapes[0]


def _without_axis(shapes: Sequence[Shape], data: Any) -> Shape:
    """Return the shape without the axis that is reduced; all axes for None."""
    if data is None:
        return ()
    return shapes[0][:data] + shapes[0][data + 1 :]


def _given(shapes: Sequence[Shape], data: Any) -> Shape:
    """Return the shape that the data of the node say first."""
    shape: Shape = data[0]
    return shape


SHAPE_RULES: Mapping[str, Rule] = {
    "sum": _scalar,
    "size": _scalar,
    "dim": _scalar,
    "ein": _contracted,
    "eye": lambda shapes, data: (data, data),
    "inv": _same,
    "det": _scalar,
    "logdet": _scalar,
    "signdet": _scalar,
    "exactdet": _scalar,
    "cofactors": _same,
    "cofactors_along": lambda shapes, data: shapes[1],
    "amax": _without_axis,
    "amin": _without_axis,
    "lse": _without_axis,
    "prod": _without_axis,
    "exactprod": _without_axis,
    "others": _same,
    "length": _without_axis,
    "unit": _same,
    "take": _given,
    "put": _given,
    "concat": _given,
    "reshape": lambda shapes, data: tuple(data),
}
