"""What is raised where arrays do not fit together."""

from __future__ import annotations

from ..errors import ArgumentError

__all__ = ["ShapeError"]


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
