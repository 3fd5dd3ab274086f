"""The methods of our own that need gradients, and those that need curvature."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from ...errors import ArgumentError
from ..schedules import CONSTANT
from .clipping import UNLIMITED
from .conjugate import ConjugateGradient
from .coordinates import CoordinateDescent
from .directions import (
    Clipped,
    Direction,
    GaussNewton,
    GradientDescent,
    Momentum,
    Newton,
    TruncatedNewton,
)
from .line_steps import LineSteps
from .method import Method, Options, Solver, number_option, on_the_loop
from .quasi_newton import BFGS, LimitedMemory
from .rate_options import RATE_OPTIONS, positive_option, read_clipping, read_rate, schedule_of
from .searches import Backtracking, FixedRate, Search
from .spectral import SpectralGradient
from .trust_steps import TrustRegion
from .wolfe import StrongWolfe

__all__ = ["LINE_METHODS"]

_RATE = {"rate": "the learning rate; with search='backtracking' the first length tried"}
_DESCENT = _RATE | RATE_OPTIONS | {
    "search": "'fixed' (the default when a rate is given), 'backtracking', 'strong_wolfe' or "
    "'barzilai_borwein'",
}  # fmt: skip
_MOMENTUM = _RATE | RATE_OPTIONS | {
    "search": "'fixed' (the default when a rate is given) or 'backtracking'",
    "momentum": "the share of the last step kept, in [0, 1); 0.9",
}  # fmt: skip


def _make_search(options: Options, allowed: tuple[str, ...]) -> Search | None:
    """Build the search that the options name; None for steps that are not along a line."""
    rate, schedule = read_rate(options), schedule_of(options)
    search = options.get("search", "backtracking" if rate is None else "fixed")
    if search not in allowed:
        listed = ", ".join(map(repr, allowed))
        raise ArgumentError(f"`search` is {search!r}; it must be one of {listed}.")
    if search == "fixed":
        if rate is None:
            raise ArgumentError("search='fixed' needs a rate: give `rate`, such as rate=0.01.")
        return FixedRate(rate, schedule)
    if schedule is not CONSTANT or read_clipping(options) != UNLIMITED:
        raise ArgumentError(
            "`schedule`, `clip_norm` and `clip_value` are for fixed rates, but "
            f"search={search!r} finds its lengths itself. Give a `rate`, or leave them out."
        )
    if search == "backtracking":
        return Backtracking(first=rate)
    if rate is not None:
        raise ArgumentError(f"search={search!r} finds its lengths itself; leave out `rate`.")
    return StrongWolfe() if search == "strong_wolfe" else None


def _make_descent(options: Options) -> Solver:
    """Return gradient descent with the search asked for."""
    allowed = ("fixed", "backtracking", "strong_wolfe", "barzilai_borwein")
    search = _make_search(options, allowed)
    if search is None:
        stepper = SpectralGradient()
        return on_the_loop(stepper, stepper.words)
    return _joined(_clipped(GradientDescent(), options), search)


def _make_momentum(options: Options) -> Solver:
    """Return the heavy ball with its share of the last step."""
    beta = number_option(options, "momentum", 0.9, 0.0, 1.0, "0.9")
    search = _make_search(options, ("fixed", "backtracking"))
    assert search is not None
    return _joined(_clipped(Momentum(beta), options), search)


def _clipped(direction: Direction, options: Options) -> Direction:
    """Return a direction with its gradients kept within limits, where there are any."""
    clipping = read_clipping(options)
    return direction if clipping == UNLIMITED else Clipped(direction, clipping)


def _joined(direction: Direction, search: Search) -> Solver:
    """Return a direction and a search on the one loop."""
    steps = LineSteps(direction, search)
    return on_the_loop(steps, steps.words)


_SEARCHES = {"search": "'strong_wolfe' (the default) or 'backtracking'"}


def _make_secant(make: Callable[[Options], Direction], flatness: float, options: Options) -> Solver:
    """Return a direction from differences of gradients, with its search."""
    search = options.get("search", "strong_wolfe")
    if search == "strong_wolfe":
        return _joined(make(options), StrongWolfe(flatness=flatness))
    if search == "backtracking":
        return _joined(make(options), Backtracking())
    raise ArgumentError(
        f"`search` is {search!r}; it must be one of 'strong_wolfe', 'backtracking'."
    )


def _make_conjugate(options: Options) -> Direction:
    """Return conjugate gradients with the update asked for."""
    update = options.get("update", "hager_zhang")
    if update not in ("hager_zhang", "polak_ribiere"):
        raise ArgumentError(
            f"`update` is {update!r}; it must be one of 'hager_zhang', 'polak_ribiere'."
        )
    return ConjugateGradient(update)


def _make_limited(options: Options) -> Direction:
    """Return L-BFGS with as many moves as asked for."""
    n_pairs = options.get("memory", 10)
    if not isinstance(n_pairs, int) or isinstance(n_pairs, bool) or not 1 <= n_pairs <= 1000:
        raise ArgumentError(f"`memory` is {n_pairs!r}; it must be a whole number from 1 to 1000.")
    return LimitedMemory(n_pairs)


def _make_plain(direction: Direction, options: Options) -> Solver:
    """Return a direction with a length of its own, and backtracking."""
    return _joined(direction, Backtracking())


def _make_trust(options: Options) -> Solver:
    """Return Newton's method within a trust region."""
    stepper = TrustRegion(positive_option(options, "first_radius", "1"))
    return on_the_loop(stepper, stepper.words)


LINE_METHODS = (
    Method(
        "gradient_descent", "straight down the gradient, by a fixed rate or with a search",
        "gradient", _make_descent, _DESCENT, aliases=("gd", "steepest_descent"),
    ),
    Method(
        "momentum", "the heavy ball: gradient descent that keeps a share of its last step",
        "gradient", _make_momentum, _MOMENTUM, aliases=("heavy_ball",),
    ),
    Method(
        "conjugate_gradient", "nonlinear conjugate gradients", "gradient",
        partial(_make_secant, _make_conjugate, 0.1),
        _SEARCHES | {"update": "'hager_zhang' (the default) or 'polak_ribiere'"},
        aliases=("nonlinear_cg",),
    ),
    Method(
        "quasi_newton", "BFGS with a dense inverse Hessian", "gradient",
        partial(_make_secant, lambda _: BFGS(), 0.9), _SEARCHES,
    ),
    Method(
        "limited_memory", "L-BFGS of our own; for many variables", "gradient",
        partial(_make_secant, _make_limited, 0.9),
        _SEARCHES | {"memory": "how many of the last moves count; 10"}, aliases=("own_lbfgs",),
    ),
    Method(
        "newton", "Newton's step, the Hessian made positive definite, with backtracking",
        "product", partial(_make_plain, Newton()),
    ),
    Method(
        "truncated_newton", "Newton's step by conjugate gradients on Hessian-vector products",
        "product", partial(_make_plain, TruncatedNewton()),
    ),
    Method(
        "trust_region", "Newton's step within a trust region", "product", _make_trust,
        {"first_radius": "the first radius; by default the length of the start, at least 1"},
    ),
    Method(
        "gauss_newton", "Gauss-Newton steps on the residuals, with backtracking", "residuals",
        partial(_make_plain, GaussNewton()),
    ),
    Method(
        "coordinate_descent", "one axis after the other", "product",
        lambda _: on_the_loop(CoordinateDescent(), CoordinateDescent.words),
    ),
)  # fmt: skip
