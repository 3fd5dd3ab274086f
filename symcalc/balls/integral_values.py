"""Balls of the integrals inside of a formula; importing this module makes them known."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from ..graph.graph import Graph, Node
from ..graph.integrand import BOUND, Integrand, parameter_name
from .continued import ContinuedProgram
from .enclosure import enclose_integral
from .values import OPERATIONS, NoBall, Operation

__all__ = ["integral_operation"]

#: Seconds for one enclosure, and for all those that fail; nothing is tried any more after that.
SECONDS, WASTED_SECONDS = 0.25, 0.6


def integral_operation(graph: Graph, node: Node) -> Operation:
    """Return what encloses an integral from the balls of its ends and parameters.

    Raises
    ------
    NoBall
        The integrand has a function, or an integral of its own, that is not integrated in balls.
    """
    integrand: Integrand = graph.data[node]
    inside, root = integrand.graph, integrand.root
    if "integral" in {inside.kinds[part] for part in inside.reachable([root])}:
        raise NoBall(["integral"])
    ContinuedProgram(inside, root, BOUND, {})
    wasted = 0.0

    def apply(args: Sequence[Any]) -> Any:
        import flint

        nonlocal wasted
        lower, upper, *parameters = map(_exact, args)
        if wasted > WASTED_SECONDS or any(one is None for one in (lower, upper, *parameters)):
            return flint.arb("nan")
        point = {parameter_name(index): value for index, value in enumerate(parameters)}
        digits = max(int(flint.ctx.prec * math.log10(2)) - 2, 5)
        started = time.thread_time()
        found = enclose_integral(
            inside, root, BOUND, lower, upper, point, digits=digits, seconds=SECONDS
        )
        if found.ball is not None:
            return found.ball
        wasted += time.thread_time() - started
        return flint.arb("nan")

    return apply


def _exact(ball: Any) -> Any:
    """Return an exact ball as the number it is, an infinity as a float, None for a NaN."""
    if ball.is_nan():
        return None
    if not ball.is_exact():
        return ball
    if not ball.is_finite():
        return math.inf if ball > 0 else -math.inf
    mantissa, exponent = ball.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


OPERATIONS["integral"] = integral_operation
