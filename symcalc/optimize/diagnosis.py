"""What the numbers of a run show, in words: rates, bounds, kinks, directions without end."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..facts import ObjectiveFacts
from ..outcome import Outcome
from .bounds import Bounds, Vector
from .curvature import largest_eigenvalue
from .evaluator import Evaluator
from .objective import Point, StopRun
from .plain import count_of, describe_axis, place_of
from .probing import Fall
from .trace import Journal

__all__ = [
    "at_bounds",
    "describe_convexity",
    "describe_fall",
    "describe_lost",
    "describe_minima",
    "describe_rate",
    "describe_unbounded",
    "largest_curvature",
]


def largest_curvature(evaluator: Evaluator, x: Vector, seed: int, n_products: int = 20) -> float:
    """Return the largest eigenvalue of the Hessian in size, by power iteration on products."""
    return largest_eigenvalue(lambda v: evaluator.product(x, v), x.size, seed, n_products)


def describe_rate(
    evaluator: Evaluator, journal: Journal, outcome: Outcome, best: Point, seed: int,
    options: dict[str, Any],
) -> list[str]:  # fmt: skip
    """Return what to say of a fixed rate that was too large."""
    rate = options.get("rate")
    if rate is None or options.get("search") == "backtracking":
        return []
    values = np.array([row[1] for row in journal.rows[-40:]])
    rises = int(np.sum(np.diff(values) > 0.0))
    bad = outcome in (Outcome.DIVERGED, Outcome.NOT_FINITE)
    if not bad and not (outcome is Outcome.MAX_STEPS and rises >= 10):
        return []
    try:
        curvature = largest_curvature(evaluator, best.x, seed)
    except StopRun:
        curvature = np.nan
    happened = (
        f"The fixed rate {rate:g} is too large" if bad
        else f"The value rose in {rises} of the last {values.size - 1} steps: the fixed rate "
        f"{rate:g} makes it swing"
    )  # fmt: skip
    smaller = min(1.0 / curvature, rate / 2.0) if 0.0 < curvature < np.inf else rate / 10.0
    instead = "backtracking" if evaluator.objective.rows is None else "one from the curvature"
    return [f"{happened}; try rate={smaller:.2g}, or none for {instead}."]


def describe_lost(point: Point, names: tuple[str, ...]) -> list[str]:
    """Return where an objective without a formula has no value, or by what no derivative."""
    if point.is_finite:
        return []
    where = place_of(names, point.x)
    if not np.isfinite(point.value):
        what = "NaN" if np.isnan(point.value) else "infinite"
        return [f"The objective is {what} at {where}."]
    bad = [name for name, g in zip(names, point.gradient, strict=True) if not np.isfinite(g)]
    more = ", …" if len(bad) > 3 else ""
    return [f"The gradient by {', '.join(bad[:3])}{more} is not finite at {where}."]


def describe_unbounded(evaluator: Evaluator, start: Point, names: tuple[str, ...]) -> list[str]:
    """Return where, or along which direction, the objective falls without limit."""
    if evaluator.tail is not None:
        return [evaluator.tail.describe(names)]
    if evaluator.lowest is None:
        return []
    x, value = evaluator.lowest
    move = x - start.x
    if value == -np.inf or not (move.any() and np.isfinite(move).all()):
        return [f"The objective is {value:g} at {place_of(names, x)}; add a bound or a penalty."]
    where = describe_axis(move, names)
    return [f"The objective falls without limit along {where}; add a bound or a penalty."]


def describe_convexity(facts: ObjectiveFacts, outcome: Outcome, is_strict: bool) -> list[str]:
    """Return what a proof of convexity says of the end."""
    if not (facts.is_convex and outcome.is_good) or facts.is_quadratic:
        return []  # of a quadratic the Hessian has said as much
    if is_strict:
        return ["Convex: proven from the formula, so this is the global minimum."]
    return ["Convex: proven from the formula, so every local minimum is a global one."]


def describe_minima(evaluator: Evaluator, facts: ObjectiveFacts, n_runs: int) -> list[str]:
    """Return how many minima a global search found, and what that says of others."""
    n_found = len(evaluator.minima)
    if not n_found:
        return ["No local run came to rest at a minimum."]
    cut = ", cut off by a limit" if evaluator.is_over else ""
    runs = count_of(n_runs, "local run") + cut
    if facts.is_convex:
        return [f"{n_found} minim{'um' if n_found == 1 else 'a'} found in {runs}."]
    if n_found == 1:
        return [f"The only minimum found in {runs}; that proves nothing of others."]
    return [
        f"The lowest of {n_found} minima found in {runs}; the next has the value "
        f"{evaluator.minima[1].value:.6g}. Nothing proves that there is no lower one."
    ]


def describe_fall(
    fall: Fall, names: tuple[str, ...], what: str = "objective", factor: float = 1.0
) -> str:
    """Return where a lower value was found, `factor` times that of the probe, and what to do."""
    flat = f"The {what} is flat around this point, and" if fall.over_plateau else f"The {what}"
    return f"{flat} falls to {factor * fall.value:.6g} at {place_of(names, fall.x)}; start there."


def at_bounds(x: Vector, bounds: Bounds | None, names: tuple[str, ...]) -> list[str]:
    """Return which variables stand at a bound."""
    if bounds is None:
        return []
    held = [
        f"{name} = {value:.6g} ({'lower' if value <= low else 'upper'})"
        for name, value, low, high in zip(names, x, bounds.lower, bounds.upper, strict=True)
        if value <= low or value >= high
    ]
    more = f" and {len(held) - 6} more" if len(held) > 6 else ""
    return [f"At a bound: {', '.join(held[:6])}{more}."] if held else []
