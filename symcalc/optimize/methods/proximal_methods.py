"""The methods for objectives that are smooth but for a penalty with a known proximal map."""

from __future__ import annotations

import sys

from ...errors import ArgumentError
from ..plain import show
from ..proximal import FISTA, ISTA, ProximalNewton
from .method import Method, Options, Solver, on_the_loop

__all__ = ["PROXIMAL_METHODS"]


def _make_ista(options: Options) -> Solver:
    """Build proximal gradient descent with its length."""
    rate = options.get("rate")
    real = isinstance(rate, (int, float)) and not isinstance(rate, bool)
    if rate is not None and not (real and 0.0 < rate <= sys.float_info.max):
        raise ArgumentError(f"`rate` is {show(rate)}; it must be a positive number, such as 0.01.")
    how = "lengths by backtracking" if rate is None else f"a fixed length of {rate:g}"
    return on_the_loop(ISTA(rate), f"a gradient step, then the proximal map; {how}")


PROXIMAL_METHODS = (
    Method(
        "proximal_newton", "the minimum of a quadratic model and kinks of single variables, by "
        "coordinate descent and linear solves", "separable",
        lambda _: on_the_loop(
            ProximalNewton(),
            "a quadratic model with the kinks, minimized by coordinate descent and linear solves",
        ), takes_bounds=True, max_steps=1000,
    ),
    Method(
        "fista", "accelerated proximal gradient steps with restarts", "split",
        lambda _: on_the_loop(
            FISTA(), "accelerated gradient steps, then the proximal map; restarts, backtracking"
        ), takes_bounds=True, aliases=("accelerated_proximal_gradient",), max_steps=50_000,
    ),
    Method(
        "ista", "gradient steps, each followed by the proximal map of the penalty", "split",
        _make_ista, {"rate": "the fixed length of steps; none: by backtracking"},
        takes_bounds=True, aliases=("proximal_gradient", "projected_gradient"), max_steps=20_000,
    ),
)  # fmt: skip
