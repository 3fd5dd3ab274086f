"""The methods of our own for sums of squares and for quadratics."""

from __future__ import annotations

from functools import partial

from ...outcome import Outcome
from ..bounds import Bounds
from ..evaluator import Evaluator
from ..objective import Point
from ..trace import Journal
from .levenberg import LevenbergMarquardt
from .method import Method, Options, Solver, on_the_loop
from .quadratic import QuadraticSolve

__all__ = ["SQUARE_METHODS", "with_fallback"]


def with_fallback(first: Method, second: Method) -> Method:
    """Return a method that goes on with a second one, of values only, where the first is stuck.

    For objectives with kinks: away from them derivatives are worth having, at one they are not.
    """

    def make(options: Options) -> Solver:
        return partial(_one_by_one, first.make(options), second.make({}))

    return Method(
        f"{first.name}, {second.name}", f"{first.summary}; at kinks {second.summary}",
        first.needs, make, first.options,
    )  # fmt: skip


def _one_by_one(
    first: Solver,
    second: Solver,
    evaluator: Evaluator,
    start: Point,
    journal: Journal,
    bounds: Bounds | None,
) -> Outcome | None:
    """Run the first solver, and the second one from where the first found no way down."""
    outcome = first(evaluator, start, journal, bounds)
    if outcome is not Outcome.LINE_SEARCH_FAILED or evaluator.best_x is None:
        return outcome
    best = evaluator.point(evaluator.best_x)
    return second(evaluator, best, journal, bounds) or Outcome.CONVERGED_STEP


SQUARE_METHODS = (
    Method(
        "linear_solve", "the minimum of a quadratic objective in one step", "quadratic",
        lambda _: on_the_loop(QuadraticSolve(), "one linear solve"),
    ),
    Method(
        "levenberg_marquardt", "steps within a trust region, bent along valleys", "residuals",
        lambda _: on_the_loop(
            LevenbergMarquardt(), "Gauss-Newton step within a trust region, bent along the valley"
        ),
    ),
)  # fmt: skip
