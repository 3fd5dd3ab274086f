"""Integrals inside of integrals: ranges cut at places that move with the outer variables."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ...outcome import Outcome, Trust
from .batch import BatchEstimate, quadrature_batch
from .deadline import LATE, TimeIsOver, check_time
from .estimate import QuadratureEstimate
from .layers import Layer, View, lengths_of
from .panels import EPSILON, Array

__all__ = ["divergence", "nested_quadrature"]

#: What every layer further inside is integrated more accurately than the one around it.
INNER_TOLERANCE = 1e-12
#: Nodes and reach of the sum that carries the errors of inner integrals outwards.
N_ERROR, ERROR_REACH = 24, 3.0
#: Sets of an inner layer, and of the outermost one, that may be integrated alone.
ALONE_INSIDE, ALONE_OUTSIDE = 12, 1
#: Two rules agree when what they leave open is less than this part of the value.
AGREEMENT, CONVERGED = 1e-9, 1e-6
#: Distances below this are not put into formulas; the power there is measured up to BESIDE times
#: the distance.
DEEP, BESIDE = 1e-70, 1e8
#: Of distances whose logarithm is integrated over.
LEAST_DISTANCE = 1e-280
#: Where the usual size of inner integrals is measured, in parts of the range.
USUAL = (0.23, 0.51, 0.77, 0.95)
#: Sets at a time, so that arrays of nodes of three layers fit into memory.
CHUNK = 4096
#: Where the growth towards a place, and to infinity, is measured: exponents of ten.
NEAR, FAR = (-6.0, -9.0, -12.0, -24.0, -48.0), (4.0, 6.0, 8.0, 10.0)
#: So many of these must be known, and so many may be integrated alone.
LEAST, PROBED_ALONE = 3, 4
#: How near to the border an exponent may be, and the power of a logarithm that decides there.
BORDER, LOG_BORDER = 0.02, 1.05


@dataclass
class _Clock:
    """When to stop."""

    deadline: float
    n_evaluations: int = 0
    outcomes: set[Outcome] = field(default_factory=set)

    def check(self) -> None:
        """Raise once the time is over."""
        check_time(self.deadline)


def nested_quadrature(
    layer: Layer, *, seconds: float = math.inf, relative_tolerance: float = 1e-10
) -> QuadratureEstimate:
    """Integrate over the outermost layer, with all inner integrals at once.

    Parameters
    ----------
    layer : Layer
        The outermost; its places take no arguments.
    seconds : float
        After this time there is no value.
    relative_tolerance : float

    Returns
    -------
    QuadratureEstimate

    Notes
    -----
    Every layer is cut at its places, every piece in its middle, and each half is integrated in the
    distance from its place by two rules that must agree (`quadrature_batch`), so that what is
    singular at a place keeps its digits. The errors of the inner integrals are integrated too.
    """
    clock = _Clock(time.monotonic() + seconds)
    method = "iterated integrals: Gauss-Legendre, compared with double exponential sums"
    try:
        found = _integrate(layer, [], 1, relative_tolerance, ALONE_OUTSIDE, clock)
    except TimeIsOver:
        nan, undecided = math.nan, Outcome.UNDECIDED
        return QuadratureEstimate(nan, nan, method, Trust.UNCHECKED, undecided, LATE)
    value, error = float(found.value[0]), float(found.error[0])
    estimate = QuadratureEstimate(
        value, error, method, Trust.CHECKED, n_evaluations=clock.n_evaluations
    )
    refused = clock.outcomes & {Outcome.DIVERGENT, Outcome.NO_LIMIT, Outcome.UNDEFINED}
    if refused or not math.isfinite(value):
        outcome = refused.pop() if len(refused) == 1 else Outcome.UNDECIDED
        return replace(
            estimate, value=math.nan, error=math.nan, trust=Trust.ESTIMATED, outcome=outcome
        )
    if found.is_checked[0] and error <= AGREEMENT * abs(value):
        return estimate
    is_good = error <= CONVERGED * abs(value)
    return replace(
        estimate,
        trust=Trust.ESTIMATED if is_good else Trust.SUSPECT,
        outcome=Outcome.DONE if is_good else Outcome.UNDECIDED,
        note="the iterated rules do not agree to nine digits",
    )


def divergence(layer: Layer, *, seconds: float = 1.0) -> tuple[int, int, float] | None:
    """Return where the outermost integral diverges, by the measured growth of the inner ones.

    Returns
    -------
    tuple of (int, int, float), or None
        The place by its number, the side, and the exponent of the distance or, to infinity, of
        the variable; None where the growth is below the border everywhere, or not clear.
    """
    clock = _Clock(time.monotonic() + seconds)
    _, lengths = lengths_of(layer, [], 1)
    try:
        for view, (length,) in zip(layer.views, lengths, strict=True):
            inner = view.make() if length > 0.0 else None
            if isinstance(inner, Layer):
                found = _growth(inner, float(length), clock)
                if found is not None:
                    power, is_near = found
                    return view.place if is_near else -1, view.side, power
    except TimeIsOver:
        pass
    return None


def _growth(inner: Layer, length: float, clock: _Clock) -> tuple[float, bool] | None:
    """Return the exponent with which inner integrals grow too much, and whether it is nearby."""
    floor = _floor(inner, np.array([length]), [], clock) if math.isfinite(length) else 0.0
    for exponents, direction in ((NEAR, 1.0), (FAR, -1.0)):
        if direction > 0.0 or math.isinf(length):
            w = 10.0 ** np.array(exponents)
            found = _integrate(inner, [w], w.size, INNER_TOLERANCE, PROBED_ALONE, clock, floor)
            power = _border_power(w, found, direction)
            if power is not None:
                return power, direction > 0.0
    return None


def _border_power(w: Array, found: BatchEstimate, direction: float) -> float | None:
    """Return the exponent of values of one sign whose integral diverges, else None."""
    with np.errstate(invalid="ignore"):
        good = np.isfinite(found.value) & (found.error <= 1e-3 * np.abs(found.value))
    n = good.size if good.all() else int(np.argmin(good))
    w, value = w[:n], found.value[:n]
    if n < LEAST or not (value[0] * value > 0.0).all():
        return None
    x, y = np.log(w), np.log(np.abs(value))
    slopes = np.diff(y) / np.diff(x)
    if not np.ptp(slopes[1:]) <= BORDER:
        return None
    power = float(slopes[-1])
    beyond = -(power + 1.0) * direction
    if abs(beyond) > BORDER:
        return power if beyond > 0.0 else None
    # at the border the power of the logarithm decides: 1/(w*|log(w)|**p) has an integral for p > 1
    falls = -np.diff(y + x) / np.diff(np.log(np.abs(x)))
    return -1.0 if falls[-1] <= LOG_BORDER else None


def _integrate(
    layer: Layer,
    outer: Sequence[Array],
    n: int,
    tolerance: float,
    max_alone: int,
    clock: _Clock,
    floor: float = 0.0,
) -> BatchEstimate:
    """Return the integrals over a layer for n sets of outer variables."""
    sign, lengths = lengths_of(layer, outer, n)
    shape = (len(lengths), n)
    value, error, good = np.zeros(shape), np.zeros(shape), np.ones(shape, dtype=bool)

    def enter(index: int, rows: Any, max_alone: int, by_scale: bool = False) -> None:
        for start in range(0, rows.size, CHUNK):
            some = rows[start : start + CHUNK]
            inner = [o[some] for o in outer]
            along = _by_scale if by_scale else _along
            part = along(
                layer.views[index], lengths[index][some], inner, tolerance, max_alone, clock, floor
            )
            value[index, some], error[index, some] = part.value, part.error
            good[index, some] = part.is_checked

    for index, length in enumerate(lengths):
        enter(index, np.flatnonzero(length > 0.0), 0)
    # what is far below the rest needs no digits of its own
    goal = np.maximum(tolerance * np.nan_to_num(np.abs(value)).sum(axis=0), floor)
    good |= error <= goal
    for index in range(len(lengths)):
        rows = np.flatnonzero(~good[index] & np.isfinite(lengths[index]))
        if rows.size:
            enter(index, rows, 0, by_scale=True)
    good |= error <= goal
    for index in range(len(lengths)):
        rows = np.flatnonzero(~good[index])
        if max_alone and rows.size:
            enter(index, rows, max_alone)
    good |= error <= goal
    total = value.sum(axis=0)
    return BatchEstimate(
        sign * total,
        error.sum(axis=0) + 4.0 * EPSILON * np.abs(value).sum(axis=0),
        np.asarray(good.all(axis=0)),
        (),
        "",
        0,
    )


def _along(
    view: View,
    length: Array,
    outer: Sequence[Array],
    tolerance: float,
    max_alone: int,
    clock: _Clock,
    floor: float = 0.0,
) -> BatchEstimate:
    """Integrate in the distance from a place, for sets with lengths above zero."""
    return _sum_up(view, length, outer, length, tolerance, max_alone, clock, floor, None)


def _by_scale(
    view: View,
    length: Array,
    outer: Sequence[Array],
    tolerance: float,
    max_alone: int,
    clock: _Clock,
    floor: float = 0.0,
) -> BatchEstimate:
    """Integrate in the logarithm of the distance: what happens on many scales is even there."""
    whole = np.full(length.size, np.inf)
    return _sum_up(view, length, outer, whole, tolerance, max_alone, clock, floor, LEAST_DISTANCE)


def _sum_up(
    view: View,
    length: Array,
    outer: Sequence[Array],
    upper: Array,
    tolerance: float,
    max_alone: int,
    clock: _Clock,
    floor: float,
    least: float | None,
) -> BatchEstimate:
    """Integrate from 0 to `upper`, in the distance or, with a least one, in its logarithm."""
    inner = view.make()
    is_layer = isinstance(inner, Layer)
    if is_layer:
        floor_inside = _floor(inner, length, outer, clock)

    def at(w: Array, part: str, others: Sequence[Array]) -> Any:
        if not is_layer:
            clock.check()
            return inner(w, *others)
        places = [np.ravel(a) for a in np.broadcast_arrays(w, *others)]
        return _deep(inner, places, floor_inside, part, clock).reshape(np.shape(w))

    def values(part: str) -> Callable[..., Any]:
        def plain(w: Array, *others: Array) -> Any:
            shape = np.broadcast_shapes(np.shape(w), *(np.shape(o) for o in others))
            return at(np.broadcast_to(w, shape), part, others)

        def scaled(v: Array, *others: Array) -> Any:
            w = np.maximum(others[-1] * np.exp(-v), least or 0.0)
            return plain(w, *others[:-1]) * w

        return plain if least is None else scaled

    inside = clock.outcomes.copy()
    params = outer if least is None else [*outer, length]
    found = quadrature_batch(
        values("value"),
        0.0,
        upper,
        params,
        relative_tolerance=tolerance,
        absolute_tolerance=floor,
        max_alone=max_alone,
    )
    # what an inner integral at one place does is no verdict on the whole
    clock.outcomes = inside | (set(found.outcomes) - {Outcome.DONE, Outcome.UNDECIDED})
    if not is_layer:
        clock.n_evaluations += found.n_evaluations
        return found
    return replace(found, error=found.error + _carried(values("error"), upper, params))


def _floor(inner: Layer, length: Array, outer: Sequence[Array], clock: _Clock) -> float:
    """Return what an inner integral may be wrong by anywhere: a part of its usual size.

    Only along a single bounded range; elsewhere the usual size says nothing.
    """
    if length.size > 1 or np.isinf(length).any():
        return 0.0
    w = length[0] * np.array(USUAL)
    found = _integrate(inner, [w, *(np.repeat(o, w.size) for o in outer)], w.size, 1e-3, 0, clock)
    return INNER_TOLERANCE * float(np.nan_to_num(np.median(np.abs(found.value))))


def _deep(inner: Layer, places: list[Array], floor: float, part: str, clock: _Clock) -> Array:
    """Return inner integrals, or their errors; those nearest to the place follow a power.

    There, squares of distances are below the smallest double.
    """
    w = places[0]
    is_deep = w < DEEP
    n = int(is_deep.sum())
    at = [np.concatenate((np.maximum(w, DEEP), np.full(n, DEEP * BESIDE)))]
    at += [np.concatenate((p, p[is_deep])) for p in places[1:]]
    result = _integrate(inner, at, at[0].size, INNER_TOLERANCE, ALONE_INSIDE, clock, floor)
    found = np.asarray(getattr(result, part))
    values, beside = found[: w.size].copy(), found[w.size :]
    with np.errstate(all="ignore"):
        power = np.log(values[is_deep] / beside) / -math.log(BESIDE)
        grown = values[is_deep] * (np.maximum(w[is_deep], 1e-300) / DEEP) ** power
    values[is_deep] = np.where(np.isfinite(grown), grown, values[is_deep])
    return values


def _carried(errors: Callable[..., Array], length: Array, outer: Sequence[Array]) -> Array:
    """Return the integrals of inner errors by double exponential sums."""
    t, step = np.linspace(-ERROR_REACH, ERROR_REACH, N_ERROR, retstep=True)
    wave, slope = 0.5 * math.pi * np.sinh(t), 0.5 * math.pi * np.cosh(t)
    if np.isinf(length).any():
        w, weight = np.tile(np.exp(wave), (length.size, 1)), np.exp(wave) * slope * step
        scale = np.ones(length.size)
    else:
        share = 1.0 / (1.0 + np.exp(-2.0 * wave))
        w, weight = np.outer(length, share), 2.0 * slope * share * (1.0 - share) * step
        scale = length
    found = errors(w, *(np.broadcast_to(o[:, None], w.shape) for o in outer))
    return np.asarray(np.nan_to_num(np.abs(found) * weight, nan=0.0).sum(axis=1) * scale)
