"""Terms of a sum and their partial sums, each enclosed."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from ...graph.graph import Graph, Node
from ..precision import to_ball, working_precision
from ..values import BallProgram

__all__ = ["PartialSums", "UndefinedTermError", "partial_sum"]


class UndefinedTermError(ArithmeticError):
    """A term has no finite real value; `index` says which."""

    def __init__(self, index: int) -> None:
        super().__init__(f"the term at {index} has no value")
        self.index = index


class PartialSums:
    """The terms of a formula at whole numbers from `first` on, and their sums.

    Parameters
    ----------
    graph, root, name
        The formula and its variable.
    first : int
    bits : int
        The working precision.
    """

    def __init__(self, graph: Graph, root: Node, name: str, first: int, bits: int = 256) -> None:
        self.program = BallProgram(graph, [root])
        self.name, self.first, self.bits = name, first, bits
        self.terms: list[Any] = []
        self.totals: list[Any] = [to_ball(0)]

    def term(self, index: int) -> Any:
        """Return the ball of the term at a whole number, summed or not.

        Raises
        ------
        UndefinedTermError
        """
        place = index - self.first
        if place < len(self.terms):
            return self.terms[place]
        ball = self.program.evaluate({self.name: Fraction(index)}, self.bits)[0]
        if not ball.is_finite():
            raise UndefinedTermError(index)
        return ball

    def up_to(self, end: int) -> Any:
        """Return the ball of the sum of the terms before `end`."""
        with working_precision(self.bits):
            while self.first + len(self.terms) < end:
                ball = self.term(self.first + len(self.terms))
                self.terms.append(ball)
                self.totals.append(self.totals[-1] + ball)
        return self.totals[end - self.first]


def partial_sum(graph: Graph, root: Node, name: str, first: int, last: int, bits: int = 256) -> Any:
    """Return a ball that encloses the sum from `first` to `last`, both included."""
    return PartialSums(graph, root, name, first, bits).up_to(last + 1)
