"""The methods that are a direction and a search."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial

from ...errors import ArgumentError
from ..plain import show
from .directions import Direction, GradientDescent, Momentum, Newton
from .line_steps import LineSteps
from .method import Method, Options, Solver, number_option, on_the_loop
from .searches import Backtracking, FixedRate, Search

__all__ = ["LINE_METHODS"]

_SEARCH_OPTIONS = {
    "rate": "the learning rate; with search='backtracking' the first length tried",
    "search": "'fixed' (the default when a rate is given) or 'backtracking'",
}


def _make_search(options: Options) -> Search:
    """Build the search that the options `rate` and `search` name."""
    rate = options.get("rate")
    real = isinstance(rate, (int, float)) and not isinstance(rate, bool)
    if rate is not None and not (real and 0.0 < rate <= sys.float_info.max):
        raise ArgumentError(f"`rate` is {show(rate)}; it must be a positive number, such as 0.01.")
    search = options.get("search", "backtracking" if rate is None else "fixed")
    if search == "backtracking":
        return Backtracking(first=rate)
    if search == "fixed" and rate is not None:
        return FixedRate(float(rate))
    if search == "fixed":
        raise ArgumentError("search='fixed' needs a rate: give `rate`, such as rate=0.01.")
    raise ArgumentError(f"`search` is {search!r}; it must be 'fixed' or 'backtracking'.")


def _make_momentum(options: Options) -> Direction:
    """Build the heavy ball with its share of the last step."""
    return Momentum(number_option(options, "momentum", 0.9, 0.0, 1.0, "0.9"))


def _make_steps(make_direction: Callable[[Options], Direction], options: Options) -> Solver:
    """Return a method of our own: a direction and a search on the one loop."""
    return on_the_loop(LineSteps(make_direction(options), _make_search(options)))


LINE_METHODS = (
    Method(
        "gradient_descent", "straight down the gradient, by a fixed rate or with backtracking",
        "gradient", partial(_make_steps, lambda _: GradientDescent()), _SEARCH_OPTIONS,
        aliases=("gd", "steepest_descent"),
    ),
    Method(
        "momentum", "the heavy ball: gradient descent that keeps a share of its last step",
        "gradient", partial(_make_steps, _make_momentum),
        _SEARCH_OPTIONS | {"momentum": "the share of the last step kept, in [0, 1); 0.9"},
        aliases=("heavy_ball",),
    ),
    Method(
        "newton", "Newton's step, the Hessian made positive definite, with backtracking",
        "product", partial(_make_steps, lambda _: Newton()),
    ),
)  # fmt: skip
