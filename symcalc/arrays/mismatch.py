"""What is raised where arrays do not fit together."""

from __future__ import annotations

from ..errors import ArgumentError
from ..graph.shapes import Shape

__all__ = ["ShapeError", "check_shape"]

#: Axes of an array, and characters of a dimension made of others, as in products of sums.
MAX_RANK, MAX_WRITTEN = 4, 200


class ShapeError(ArgumentError):
    """Arrays do not fit together; a reader of text says where, and what to write instead.

    Attributes
    ----------
    problem, hint : str
    kind : str
        The kind of the node that could not be built, "@" for a product; "" if unknown.
    """

    def __init__(self, problem: str, hint: str = "") -> None:
        super().__init__(f"{problem}\n{hint}" if hint else problem)
        self.problem, self.hint, self.kind = problem, hint, ""


def check_shape(shape: Shape) -> None:
    """Raise an error for a shape that only a mistake, or malice, makes.

    Raises
    ------
    ShapeError
        It has too many axes, or a dimension is too long to write.
    """
    if len(shape) > MAX_RANK:
        raise ShapeError(f"An array has at most {MAX_RANK} axes.")
    if any(len(str(dimension)) > MAX_WRITTEN for dimension in shape):
        raise ShapeError("A dimension of this array is made of too many others.")
