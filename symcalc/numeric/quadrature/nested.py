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
from .estimate import QuadratureEstimate
from .panels import EPSILON, Array

__all__ = ["Layer", "View", "divergence", "nested_quadrature"]

#: What every layer further inside is integrated more accurately than the one around it.
INNER_TOLERANCE = 1e-12
#: Nodes and reach of the sum that carries the errors of inner integrals outwards.
N_ERROR, ERROR_REACH = 24, 3.0
#: Sets of an inner layer, and of the outermost one, that may be integrated alone.
ALONE_INSIDE, ALONE_OUTSIDE = 12, 1
#: Two rules agree when what they leave open is less than this part of the value.
AGREEMENT, CONVERGED = 1e-9, 1e-6
#: Places that differ by this part are one.
SAME = 16.0 * EPSILON
#: Distances below this are not put into formulas; the power there is measured up to BESIDE times
#: the distance.
DEEP, BESIDE = 1e-70, 1e8
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


@dataclass(frozen=True)
class View:
    """The integrand, or the layer inside, as seen from a place in one direction.

    Attributes
    ----------
    place : int
        Which of the places of the layer.
    side : int
        1 upwards, -1 downwards.
    make : callable
        Returns, without arguments, the callable `f(w, *outer)` at the distance w from the place,
        or the layer inside, which takes the same as its outer variables.
    """

    place: int
    side: int
    make: Callable[[], Any]


@dataclass(frozen=True)
class Layer:
    """The integral over one variable, as a function of the outer ones.

    Attributes
    ----------
    places : sequence of callable
        Of the outer variables: the lower end, the upper end, and places to cut at; those without
        a finite value between the ends are passed over.
    views : sequence of View
    """

    places: Sequence[Callable[..., Any]]
    views: Sequence[View]


@dataclass
class _Clock:
    """When to stop; afterwards integrands have no values."""

    deadline: float
    n_evaluations: int = 0
    outcomes: set[Outcome] = field(default_factory=set)

    @property
    def is_late(self) -> bool:
        """Whether the time is over."""
        return time.monotonic() > self.deadline


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
    found = _integrate(layer, [], 1, relative_tolerance, ALONE_OUTSIDE, clock)
    value, error = float(found.value[0]), float(found.error[0])
    method = "iterated integrals: Gauss-Legendre, compared with double exponential sums"
    estimate = QuadratureEstimate(
        value, error, method, Trust.CHECKED, n_evaluations=clock.n_evaluations
    )
    if clock.is_late:
        note = "the time was over before the iterated rules agreed"
        return replace(
            estimate,
            value=math.nan,
            error=math.nan,
            trust=Trust.UNCHECKED,
            outcome=Outcome.UNDECIDED,
            note=note,
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
    _, lengths = _lengths(layer, [], 1)
    for view, (length,) in zip(layer.views, lengths, strict=True):
        inner = view.make() if length > 0.0 else None
        if not isinstance(inner, Layer):
            continue
        directions = [(NEAR, 1.0)] + ([(FAR, -1.0)] if math.isinf(length) else [])
        for exponents, direction in directions:
            w = 10.0 ** np.array(exponents)
            floor = _floor(inner, np.array([length]), [], clock) if np.isfinite(length) else 0.0
            found = _integrate(inner, [w], w.size, INNER_TOLERANCE, PROBED_ALONE, clock, floor)
            if clock.is_late:
                return None
            power = _border_power(w, found, direction)
            if power is not None:
                place = view.place if direction > 0.0 else -1
                return place, view.side, power
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
    sign, lengths = _lengths(layer, outer, n)
    shape = (len(lengths), n)
    value, error, good = np.zeros(shape), np.zeros(shape), np.ones(shape, dtype=bool)

    def enter(index: int, rows: Any, max_alone: int) -> None:
        for start in range(0, rows.size, CHUNK):
            some = rows[start : start + CHUNK]
            inner = [o[some] for o in outer]
            part = _along(
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
        rows = np.flatnonzero(~good[index])
        if max_alone and rows.size and not clock.is_late:
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
    inner = view.make()
    if not isinstance(inner, Layer):
        found = quadrature_batch(
            _timed(inner, clock),
            0.0,
            length,
            outer,
            relative_tolerance=tolerance,
            absolute_tolerance=floor,
            max_alone=max_alone,
        )
        clock.n_evaluations += found.n_evaluations
        clock.outcomes |= set(found.outcomes) - {Outcome.DONE, Outcome.UNDECIDED}
        return found

    def layered(part: str) -> Callable[..., Array]:
        def values(w: Array, *others: Array) -> Array:
            places = [np.ravel(a) for a in np.broadcast_arrays(w, *others)]
            shape = np.broadcast_shapes(np.shape(w), *(np.shape(o) for o in others))
            if clock.is_late:
                return np.full(shape, np.nan)
            found = _deep(inner, places, floor, part, clock)
            return np.asarray(found.reshape(shape))

        return values

    inside = clock.outcomes.copy()
    floor = _floor(inner, length, outer, clock)
    found = quadrature_batch(
        layered("value"), 0.0, length, outer, relative_tolerance=tolerance, max_alone=max_alone
    )
    # what an inner integral at one place does is no verdict on the whole
    clock.outcomes = inside | (set(found.outcomes) - {Outcome.DONE, Outcome.UNDECIDED})
    return replace(found, error=found.error + _carried(layered("error"), length, outer))


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


def _timed(f: Callable[..., Any], clock: _Clock) -> Callable[..., Any]:
    """Return a function that has no values once the time is over."""

    def values(w: Array, *outer: Array) -> Any:
        return np.full(np.shape(w), np.nan) if clock.is_late else f(w, *outer)

    return values


def _lengths(layer: Layer, outer: Sequence[Array], n: int) -> tuple[Array, list[Array]]:
    """Return the sign of the range and, for each view, how far it reaches: halfway to the next."""
    with np.errstate(all="ignore"):
        places = np.array(
            [np.broadcast_to(np.asarray(p(*outer), dtype=float), (n,)) for p in layer.places]
        )
    lower, upper = np.minimum(places[0], places[1]), np.maximum(places[0], places[1])
    sign = np.where(places[1] < places[0], -1.0, 1.0)
    inside = (places > lower) & (places < upper) & np.isfinite(places)
    known = np.where(inside, places, np.nan)
    known[:2] = lower, upper
    own = known.copy()
    own[:2] = places[:2]
    lengths = []
    for view in layer.views:
        here = own[view.place]
        gaps = view.side * (known - here)
        gaps = np.where(np.abs(gaps) <= SAME * np.abs(here), 0.0, gaps)
        gap = np.nanmin(np.where(gaps > 0.0, gaps, np.inf), axis=0)
        far = np.where(np.isfinite(here), gap, 0.0)
        has_end = (gaps > 0.0).any(axis=0)
        half = 0.5 * far  # infinite where the range goes on to infinity
        half = np.where(has_end & ~_is_copy(own, view.place), half, 0.0)
        lengths.append(np.nan_to_num(half, nan=0.0, posinf=np.inf))
    return sign, lengths


def _is_copy(own: Array, place: int) -> Any:
    """Whether another place before this one is the same but for rounding."""
    near = np.abs(own[:place] - own[place]) <= SAME * np.abs(own[place])
    return near.any(axis=0)
