"""A start where objective and constraints have values, where the one given has none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..bounds import Vector
from ..objective import StopRun
from ..plain import place_of
from ..starts import further_starts
from .polish import restore
from .problem import Run

__all__ = ["from_defined_start"]

#: So many points are looked at, and no more once so many of them have values.
N_TRIED, N_ENOUGH = 200, 12

#: How far off they lie, in units of 1 + |start|, taken in turn.
SPREADS = (1.0, 0.3, 3.0, 10.0, 100.0)


def from_defined_start(run: Run) -> tuple[Run, list[str]]:
    """Return the run from a start where everything has a value, and what to say of it.

    Of the points that have values the one that violates the constraints least is taken, or the
    nearest of those that violate none. Where none is found the run is returned as it is.
    """
    if _is_defined(run, run.start):
        return run, []
    what = "objective" if not run.evaluator.point(run.start).is_finite else "constraints"
    where = f"The {what} had no value at the start, {place_of(run.names, run.start)}"
    found: list[tuple[float, float, Vector]] = []
    try:
        for x in further_starts(run.start, run.evaluator.bounds, N_TRIED, run.seed, SPREADS):
            x = run.evaluator.settled(x)
            if _is_defined(run, x):
                found.append(_ranked(run, x))
                nearer = restore(run.evaluator, x, 12)
                found += [_ranked(run, nearer)] if _is_defined(run, nearer) else []
            if len(found) >= N_ENOUGH:
                break
    except StopRun:
        pass
    if not found:
        return run, [f"{where}, nor at any of {N_TRIED} points around it."]
    best = min(found, key=lambda ranked: ranked[:2])[2]
    return replace(run, start=best), [f"{where}; the run began at {place_of(run.names, best)}."]


def _ranked(run: Run, x: Vector) -> tuple[float, float, Vector]:
    """Return a point behind its violation and its distance from the start."""
    return run.evaluator.stack(x).violation, float(np.linalg.norm(x - run.start)), x


def _is_defined(run: Run, x: Vector) -> bool:
    """Whether objective, gradient and constraints have values."""
    return run.evaluator.point(x).is_finite and not np.isnan(run.evaluator.stack(x).values).any()
