"""The integrand as a curve to draw: its axis, its values, its special places and panels."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import ArgumentError
from ..facts import IntegrandFacts, SpecialPoint
from ..numeric.quadrature import quadrature
from .integral import Integral
from .integral_value import compiled_integrand, end_ball
from .integrand_axis import Axis, make_axis
from .integration_ranges import RangedIntegral, read_problem

__all__ = ["IntegrandCurve", "drawable_problem", "integrand_curve"]

#: Places along the axis; around special places on both sides, in powers of ten; over a peak.
N_PLACES, N_NEAR, NEAREST, N_PEAK = 1201, 60, -12.0, 241
#: A peak narrower than this part of what is shown is drawn again, this many widths to each side.
NARROW, AROUND = 1.0 / 60.0, 12.0
#: Where the integrand is unbounded, these quantiles of its values decide what is shown.
SHOWN, BEYOND = (0.1, 0.9), 1.5

Array = Any


@dataclass(frozen=True, eq=False)
class IntegrandCurve:
    """An integrand in one variable as a curve.

    Attributes
    ----------
    name : str
        The variable.
    axis : Axis
        What of the range is shown, and how it is mapped.
    x, t, y : tuple of float
        Places, where they stand on the axis, and values; NaN where the curve breaks.
    limits : (float, float)
        The least and the greatest value shown.
    points : tuple of SpecialPoint
        Those inside what is shown.
    panels : tuple of float
        Edges of the panels of the quadrature, where there are any.
    zoom : SpecialPoint or None
        A peak too narrow to be seen.
    """

    name: str
    axis: Axis
    x: tuple[float, ...]
    t: tuple[float, ...]
    y: tuple[float, ...]
    limits: tuple[float, float]
    points: tuple[SpecialPoint, ...]
    panels: tuple[float, ...]
    zoom: SpecialPoint | None

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return {
            "name": self.name,
            "x": list(self.x),
            "y": [None if math.isnan(value) else value for value in self.y],
            "points": [{"at": point.at, "kind": point.kind} for point in self.points],
            "panels": list(self.panels),
        }


def drawable_problem(integral: Integral) -> RangedIntegral:
    """Return the problem of an integral that can be drawn.

    Raises
    ------
    ArgumentError
        It is indefinite, parameters are free, or there are more than two ranges.
    """
    if not integral.is_definite:
        raise ArgumentError("An antiderivative has no range to draw; integrate from x = a to b.")
    problem = read_problem(integral.expression, integral.ranges)
    if problem.parameters:
        names = ", ".join(problem.parameters)
        raise ArgumentError(
            f"The integrand depends on {names}; give values (`parameters=`, on the command line "
            "--at) for a plot."
        )
    if len(problem.ranges) > 2:
        raise ArgumentError(f"{len(problem.ranges)} ranges cannot be drawn; one or two can.")
    return problem


def integrand_curve(integral: Integral) -> IntegrandCurve:
    """Return the curve of an integral in one variable.

    Where the value was proven without panels, they are those that quadrature takes.
    """
    problem = drawable_problem(integral)
    (only,) = problem.ranges
    ends = [float(end_ball(problem, end)) for end in (only.lower, only.upper)]
    lower, upper = min(ends), max(ends)
    if not lower < upper:
        raise ArgumentError("The range is empty; there is nothing to draw.")
    f = _quiet(compiled_integrand(problem, problem.names))
    facts = integral.facts or IntegrandFacts()
    axis = make_axis(f, lower, upper, facts)
    points = tuple(p for p in facts.points if axis.first <= p.at <= axis.last)
    x, y = _sampled(f, axis, points)
    panels = integral.places
    if not panels and integral.outcome.is_good and not integral.is_principal_value:
        panels = quadrature(f, lower, upper, facts=integral.facts).places
    return IntegrandCurve(
        only.name,
        axis,
        tuple(x.tolist()),
        tuple(axis.position(x).tolist()),
        tuple(y.tolist()),
        _shown(f, axis, y, facts),
        points,
        tuple(edge for edge in sorted(panels) if axis.first <= edge <= axis.last),
        _narrow(axis, points),
    )


def _quiet(f: Callable[..., Any]) -> Callable[[Array], Array]:
    def values(x: Array) -> Array:
        with np.errstate(all="ignore"):
            found = np.broadcast_to(np.asarray(f(x), dtype=float), np.shape(x))
        return np.where(np.isfinite(found), found, np.nan)

    return values


def _sampled(
    f: Callable[[Array], Array], axis: Axis, points: tuple[SpecialPoint, ...]
) -> tuple[Array, Array]:
    """Return places and values, dense beside special places; the curve breaks at jumps."""
    extent = axis.width
    near = extent * 10.0 ** np.linspace(NEAREST, -1.5, N_NEAR)
    parts = [axis.places(N_PLACES)]
    for point in points:
        parts += [point.at - near, point.at + near]
        if point.kind == "peak":
            parts.append(point.at + point.width * np.linspace(-AROUND, AROUND, N_PEAK))
    x = np.unique(np.concatenate(parts))
    breaks = np.array([p.at for p in points if p.kind in ("jump", "singular")])
    inside = (axis.first + near[0], axis.last - near[0])  # at an end it may jump
    x = np.unique(np.clip(x, *inside))
    x = x[~np.isin(x, breaks)]
    y = f(x)
    x, y = np.concatenate((x, breaks)), np.concatenate((y, np.full(breaks.size, np.nan)))
    order = np.argsort(x, kind="stable")
    return x[order], y[order]


def _shown(
    f: Callable[[Array], Array], axis: Axis, y: Array, facts: IntegrandFacts
) -> tuple[float, float]:
    """Return the least and the greatest value to show, 0 among them."""
    values = y[np.isfinite(y)]
    if _is_unbounded(facts):
        even = f(axis.places(N_PLACES))
        low, high = (
            np.quantile(even[np.isfinite(even)], SHOWN) if np.isfinite(even).any() else (0, 1)
        )
        values = np.clip(values, BEYOND * min(low, 0.0), BEYOND * max(high, 0.0))
    low, high = (float(values.min()), float(values.max())) if values.size else (0.0, 1.0)
    low, high = min(low, 0.0), max(high, 0.0)
    pad = 0.06 * (high - low) or 1.0
    return (low - pad if low < 0.0 else 0.0), (high + pad if high > 0.0 else 0.0)


def _is_unbounded(facts: IntegrandFacts) -> bool:
    """Whether the integrand grows without bound at a place of the range."""
    sides = [side for point in facts.points for side in (point.left, point.right)]
    return any(
        side is not None and (side.power < 0.0 or (side.power == 0.0 and side.log_power > 0.0))
        for side in sides
    )


def _narrow(axis: Axis, points: tuple[SpecialPoint, ...]) -> SpecialPoint | None:
    """Return the first peak that is too narrow to be seen."""
    found = (p for p in points if p.kind == "peak" and 0.0 < p.width < NARROW * axis.width)
    return next(found, None)
