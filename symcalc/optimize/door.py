"""The checks at the door: start, bounds, limits and options, before any work."""

from __future__ import annotations

import difflib
import math
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from ..errors import ArgumentError
from ..facts import ObjectiveFacts
from .bounds import Bounds, Vector
from .methods import METHODS, Method, OnTheLoop, Solver
from .objective import Objective
from .plain import count_of, place_of, show
from .proximal import PROXIMAL, Split

__all__ = [
    "check_bounds",
    "check_callback",
    "check_count",
    "check_inside",
    "check_method",
    "check_options",
    "check_positive",
    "check_resumable",
    "check_start",
    "move_inside",
    "move_onto_sets",
]


def check_start(x0: Any, names: Sequence[str]) -> Vector:
    """Return the start as a new vector of floats."""
    try:
        start = np.array(x0, dtype=float)
    except (TypeError, ValueError, OverflowError):
        raise ArgumentError(f"The start {show(x0)} is not a vector of real numbers.") from None
    if start.ndim != 1 or start.size != len(names) or start.size == 0:
        raise ArgumentError(
            f"The start has shape {start.shape}; it needs one number for each of the "
            f"{len(names)} variables."
        )
    if not all(map(math.isfinite, start.tolist())):
        bad = [f"{n} = {v}" for n, v in zip(names, start, strict=True) if not np.isfinite(v)]
        raise ArgumentError(f"The start is not finite: {', '.join(bad[:6])}. Give real numbers.")
    return start


def check_bounds(bounds: Any, start: Vector, names: Sequence[str]) -> Bounds | None:
    """Return the bounds as two vectors: a pair for each variable, None meaning no limit."""
    if bounds is None:
        return None
    pairs = list(bounds) if isinstance(bounds, Iterable) else []
    if len(pairs) != start.size:
        raise ArgumentError(
            f"{count_of(len(pairs), 'bound')} for {count_of(start.size, 'variable')}: give one "
            "pair (lower, upper) for each, with None where there is no limit."
        )
    lower, upper = np.empty(start.size), np.empty(start.size)
    for i, (name, pair) in enumerate(zip(names, pairs, strict=True)):
        lower[i], upper[i] = _check_pair(name, pair)
    return Bounds(lower, upper) if np.isfinite([lower, upper]).any() else None


def check_inside(bounds: Bounds | None, start: Vector, names: Sequence[str]) -> None:
    """Refuse a start outside of its bounds."""
    if bounds is None or bounds.contain(start):
        return
    i = int(np.argmax(~((bounds.lower <= start) & (start <= bounds.upper))))
    raise ArgumentError(
        f"The start {names[i]} = {start[i]:g} lies outside its bounds [{bounds.lower[i]:g}, "
        f"{bounds.upper[i]:g}]; start inside them."
    )


def move_inside(
    bounds: Bounds | None, start: Vector, names: Sequence[str]
) -> tuple[Vector, list[str]]:
    """Return the point inside the bounds that is nearest to a start, and what to say of it."""
    if bounds is None or bounds.contain(start):
        return start, []
    inside = np.clip(start, bounds.lower, bounds.upper)
    off = np.flatnonzero(inside != start)
    moved = place_of([names[int(i)] for i in off], inside[off])
    return inside, [f"The start lay outside of the bounds and was moved to {moved}."]


def move_onto_sets(split: Split, start: Vector, names: Sequence[str]) -> tuple[Vector, list[str]]:
    """Return the nearest point in the sets of a split objective, and what to say of it."""
    inside = split.penalty.prox(start, 0.0)
    off = np.flatnonzero(inside != start)
    if not off.size or np.isfinite(split.penalty.value(start)):
        return start, []
    moved = place_of([names[int(i)] for i in off], inside[off])
    return inside, [f"The start lay outside of the constraints and was moved to {moved}."]


def _check_pair(name: str, pair: Any) -> tuple[float, float]:
    """Return one pair of bounds as floats."""
    try:
        low, high = (-np.inf, np.inf) if pair is None else pair
        low = -np.inf if low is None else float(low)
        high = np.inf if high is None else float(high)
    except (TypeError, ValueError, OverflowError):
        raise ArgumentError(
            f"The bounds of {name} are {show(pair)}; give a pair (lower, upper) of numbers or None."
        ) from None
    if not low <= high or low == np.inf or high == -np.inf:
        raise ArgumentError(f"The bounds of {name} are [{low:g}, {high:g}]; lower <= upper holds.")
    return low, high


def check_count(name: str, value: Any, least: int = 1) -> int:
    """Return a limit that is a whole number."""
    whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if not whole or value < least:
        raise ArgumentError(
            f"`{name}` is {show(value)}; it must be a whole number, at least {least}."
        )
    return int(value)


def check_callback(callback: Any) -> None:
    """Refuse a callback that cannot be called."""
    if callback is not None and not callable(callback):
        raise ArgumentError(
            f"`callback` is {show(callback)}; give a function of the state of the run, or None."
        )


def check_positive(name: str, value: Any) -> float:
    """Return a limit that is a positive number."""
    real = isinstance(value, (int, float, np.floating, np.integer)) and not isinstance(value, bool)
    if not real or not 0 < value <= sys.float_info.max:
        raise ArgumentError(f"`{name}` is {show(value)}; it must be a positive number.")
    return float(value)


def check_options(method: Method, options: dict[str, Any], chosen_for: str | None = None) -> None:
    """Refuse an option that the method would not use; `chosen_for` is why "auto" took it."""
    for name in options:
        if name not in method.options:
            raise ArgumentError(_refusal(method, name, chosen_for))


def _refusal(method: Method, name: str, chosen_for: str | None) -> str:
    """Say that a method lacks an option, and which methods have it or one of a near name."""
    takers = [repr(row.name) for row in METHODS.values() if name in row.options]
    if takers:
        hint = f"It belongs to {', '.join(takers)}: name one of them as `method`."
    else:
        own = list(method.options) if chosen_for is None else []
        every = sorted({option for row in METHODS.values() for option in row.options})
        near = [n for names in (own, every) for n in difflib.get_close_matches(name, names, 1)]
        hint = f"Did you mean `{near[0]}`?" if near else "No method has it."
    if chosen_for is not None:
        return f"Method {method.name!r} (taken: {chosen_for}) has no option `{name}`. {hint}"
    allowed = ", ".join(f"`{option}`" for option in method.options) or "no options"
    return f"Method {method.name!r} has no option `{name}`. {hint} It takes {allowed}."


def check_resumable(method: Method, solver: Solver) -> None:
    """Refuse a checkpoint for a method that keeps its state to itself: SciPy's do."""
    if isinstance(solver, OnTheLoop):
        return
    raise ArgumentError(
        f"`checkpoint` is for methods of our own, which can be resumed; {method.name!r} runs "
        "inside SciPy, which keeps its state to itself. Leave `method` to 'auto', or name another, "
        "such as 'limited_memory' or 'trust_region'."
    )


def check_method(
    method: Method, objective: Objective, bounds: Bounds | None, facts: ObjectiveFacts
) -> None:
    """Refuse a method that lacks what it needs or cannot keep to the bounds."""
    missing = {
        "hessian": objective.hessian is None,
        "quadratic": objective.hessian is None or not facts.is_quadratic,
        "rows": objective.rows is None,
        "product": objective.hessian_product is None and objective.hessian is None,
        "residuals": objective.residuals is None or objective.residual_jacobian is None,
        "split": objective.split is None,
        "kinks": objective.kinked is None,
        "separable": objective.split is None or not objective.split.penalty.is_separable,
    }
    what = {"hessian": "a Hessian", "quadratic": "an objective of degree two or less",
            "product": "a Hessian or its products with vectors",
            "rows": "the rows of data",
            "residuals": "an objective that is a sum of squares",
            "kinks": "an objective with kinks of abs, relu, max or min that do not split off",
            "split": "an objective that is smooth but for terms with a known proximal map: L1, "
            "norms of groups, the largest entry", "separable": "an objective that is smooth but "
            "for kinks in single variables, as those of norm1"}  # fmt: skip
    if missing.get(method.needs, False):
        has_reason = facts.unsplit and method.needs in PROXIMAL
        why = f"; {facts.unsplit}" if has_reason else ""
        raise ArgumentError(f"Method {method.name!r} needs {what[method.needs]}{why}.")
    if objective.split is not None and method.needs in PROXIMAL:
        _check_bounded_blocks(method, objective.split, bounds)
    if method.needs_box and (bounds is None or not np.isfinite([bounds.lower, bounds.upper]).all()):
        raise ArgumentError(
            f"Method {method.name!r} samples a box: give `bounds` with a lower and an upper limit "
            "for every variable, such as {'x': (-10, 10)}, or use 'multistart'."
        )
    if bounds is not None and not method.takes_bounds:
        raise ArgumentError(
            f"Method {method.name!r} cannot keep to bounds. Use 'L-BFGS-B', 'TNC', 'SLSQP', "
            "'downhill_simplex' or 'Powell'."
        )


def _check_bounded_blocks(method: Method, split: Split, bounds: Bounds | None) -> None:
    """Refuse bounds on variables that a norm or a set ties together."""
    if not split.penalty.takes(bounds):
        raise ArgumentError(
            f"Method {method.name!r} keeps no bounds on variables of {split.words}; leave the "
            "bounds out, or name another method."
        )
