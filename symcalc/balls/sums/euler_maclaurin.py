"""What an end of a sum adds to the integral: Euler and Maclaurin's formula."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ...graph.graph import Graph, Node
from ..precision import to_ball, working_precision
from ..taylor import laurent

__all__ = ["EndCorrection", "end_correction"]

#: Derivatives used: those of odd orders up to 2*N_TERMS - 1.
N_TERMS = 16
BITS = 320


@dataclass(frozen=True, slots=True)
class EndCorrection:
    """What is added to the integral from an end, and the size of what is left out.

    `value` encloses the terms used; `error` is ten times the least term, an estimate.
    """

    value: Any
    error: Any


def end_correction(
    graph: Graph, root: Node, name: str, end: int, side: int = 1
) -> EndCorrection | None:
    """Return f(end)/2 - side * (f'(end)/12 - f'''(end)/720 + ...); None where f is not smooth.

    Parameters
    ----------
    graph, root, name
    end : int
    side : int
        1 for the lower end of a sum, -1 for the upper.

    Notes
    -----
    The sum of f(n) from N on is the integral from N plus f(N)/2 minus the sum of
    B(2k)/(2k)! times the derivative of order 2k - 1 at N (Abramowitz and Stegun 23.1.30). The
    series is asymptotic: it is cut before its least term.
    """
    import flint

    found = laurent(graph, root, name, Fraction(end), 2 * N_TERMS, BITS)
    if found is None or found[0] < 0:
        return None
    low, known = found
    with working_precision(BITS):
        coefficients = [to_ball(0)] * low + list(known)
        total = coefficients[0] / 2
        least: Any = None
        for k in range(1, N_TERMS + 1):
            bernoulli = flint.arb(flint.fmpq.bernoulli(2 * k))
            term = bernoulli * coefficients[2 * k - 1] / (2 * k)
            size = abs(term).abs_upper()
            if least is not None and size > least:
                break
            least = size
            total = total - side * term
        return EndCorrection(total, 10 * least)
