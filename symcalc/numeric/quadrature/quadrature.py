"""One integral of one variable: two unrelated rules, steered by facts where there are some."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...facts import Behavior, IntegrandFacts
from ...outcome import Outcome, Trust
from .conclude import NoValue, Run, conclude, negated, refused, unfinished
from .deadline import TimeIsOver
from .double_exponential import regroup, tanh_sinh
from .ends import approach
from .estimate import QuadratureEstimate
from .integrand import Array, Integrand
from .oscillation import integrate_wave
from .panels import EPSILON, Grain, Panels, Sample, adapt
from .plan import Leg, make_legs
from .poles import NotSimpleError, beside_pole
from .scan import first_edges
from .stretches import FOLDED, TOWARD, Stretch, graining, sampler

__all__ = ["quadrature"]

MAX_TRIES = 4
#: Panels below this part of their stretch that did not converge are stuck.
CLOSE = 1e-6
#: Beyond this v an end that could not be read is not followed.
FAR = math.log(3e4)


def quadrature(
    f: Callable[..., Any],
    lower: float,
    upper: float,
    *,
    facts: IntegrandFacts | None = None,
    relative_tolerance: float = 1e-12,
    max_evaluations: int = 2_000_000,
    principal_value_at: Sequence[float] = (),
    args: Sequence[Any] = (),
    f_from: Callable[[float, Array], Any] | None = None,
    deadline: float = math.inf,
) -> QuadratureEstimate:
    """Integrate a callable of one variable.

    Parameters
    ----------
    f : callable
        Takes an array of places and returns the values; one for single floats works too.
    lower, upper : float
        The range; infinite ends are allowed.
    facts : IntegrandFacts, optional
        What is known before sampling; without them the integrand is looked at.
    relative_tolerance : float
    max_evaluations : int
    principal_value_at : sequence of float
        Simple poles inside the range, taken as principal values.
    args : sequence
        Further arguments of `f`.
    f_from : callable, optional
        `f_from(end, distance)` is the integrand at `end + distance`, without rounding that sum.
    deadline : float
        When to stop, on the clock of `time.monotonic`.

    Returns
    -------
    QuadratureEstimate
    """
    if lower > upper:
        found = quadrature(
            f,
            upper,
            lower,
            facts=facts,
            relative_tolerance=relative_tolerance,
            max_evaluations=max_evaluations,
            principal_value_at=principal_value_at,
            args=args,
            f_from=f_from,
            deadline=deadline,
        )
        return negated(found)
    if lower == upper:
        return QuadratureEstimate(0.0, 0.0, "empty range", Trust.CHECKED, other=0.0)
    integrand = Integrand(f, args, f_from, deadline)
    poles = tuple(sorted(set(map(float, principal_value_at))))
    found_places: list[float] = []
    run = Run()
    for _ in range(MAX_TRIES):
        before, run = run, Run()
        legs = make_legs(lower, upper, facts, found_places, poles)
        try:
            _attempt(run, legs, integrand, facts, relative_tolerance, max_evaluations // 4)
        except TimeIsOver:
            if math.isinf(deadline):
                raise  # a clock of its own stopped the integrand
            return unfinished(before if run.panels is None else run, integrand)
        except NoValue as reason:
            return refused(reason, integrand, facts)
        new = [x for x in run.stuck if not _is_near(x, [lower, upper, *poles, *found_places])]
        if not new or integrand.n_evaluations > 2 * max_evaluations:
            break
        found_places += new
    return conclude(run, integrand, facts, relative_tolerance)


def _attempt(
    run: Run,
    legs: list[Leg],
    integrand: Integrand,
    facts: IntegrandFacts | None,
    tolerance: float,
    max_evaluations: int,
) -> None:
    """Integrate over all legs by both rules, and enter what is found."""
    for leg in legs:
        if leg.has_end:
            _approach(leg, integrand, facts, tolerance, run)
        elif leg.stretch.kind == FOLDED:
            run.stretches.append(_fold(leg.stretch, integrand))
        else:
            run.stretches.append(leg.stretch)
    owner, lower, upper = _first_panels(run, integrand)
    sample = sampler(run.stretches, integrand)
    target = np.zeros(max(len(run.stretches), 1), dtype=int)
    if not owner.size:
        run.second = 0.0
        return
    grain = graining(run.stretches, integrand)
    run.panels = adapt(
        sample,
        owner,
        lower,
        upper,
        target=target,
        tolerance=0.1 * tolerance,
        max_evaluations=max_evaluations,
        grain=grain,
    )
    run.panels = _compared(run, sample, grain, run.panels, tolerance, max_evaluations)
    run.stuck = _stuck(run.panels, run.stretches, integrand, tolerance)


def _fold(stretch: Stretch, integrand: Integrand) -> Stretch:
    """Take both sides of a pole together; where it is not simple there is no value."""
    try:
        return beside_pole(stretch, integrand)
    except NotSimpleError:
        raise NoValue(
            Outcome.DIVERGENT,
            f"no principal value: x = {stretch.end:.6g} is no simple pole",
            stretch.end,
            None,
        ) from None


def _approach(
    leg: Leg, integrand: Integrand, facts: IntegrandFacts | None, tolerance: float, run: Run
) -> None:
    """Look at the end of a leg; add its stretch, or the integral over an oscillating end."""
    behavior, stretch = leg.behavior, leg.stretch
    place = stretch.end if stretch.kind == TOWARD else math.copysign(math.inf, stretch.sign)
    found = approach(stretch, integrand, behavior)
    if found.verdict == "divergent":
        raise NoValue(
            Outcome.DIVERGENT,
            f"near x = {place:.6g} the integrand is like "
            f"{'|x - x0|' if math.isfinite(place) else '|x|'}^{found.exponent:.4g}",
            place,
            found.exponent,
        )
    if found.verdict == "oscillating":
        known = behavior or Behavior(power=math.nan, has_mean=False)
        wave = integrate_wave(
            stretch,
            integrand,
            frequency=known.frequency if math.isfinite(known.frequency) else 0.0,
            power=known.power if math.isfinite(known.power) else None,
            has_mean=known.has_mean and known.frequency > 0.0,
            tolerance=tolerance,
        )
        if wave.verdict == "divergent":
            raise NoValue(
                Outcome.DIVERGENT,
                f"near x = {place:.6g} the integrand oscillates without dying away",
                place,
                None,
            )
        if wave.verdict == "done":
            run.waves.append(wave)
            run.is_zero = False
            return
    if found.verdict in ("oscillating", "unknown"):
        run.stretches.append(_cut_blindly(found.stretch, integrand))
        run.unknown.append(place)
        return
    run.stretches.append(found.stretch)


def _cut_blindly(stretch: Stretch, integrand: Integrand) -> Stretch:
    """Cut an end that could not be read; its error is what the integrand has there."""
    stop = min(stretch.stop, FAR)
    near = stretch.values(np.linspace(0.9 * stop, stop, 50), integrand)
    size = float(np.nanmax(np.abs(near))) if np.isfinite(near).any() else math.inf
    return stretch.cut(stop, tail_error=2.0 * size)


def _first_panels(run: Run, integrand: Integrand) -> tuple[Any, Array, Array]:
    owners, lowers, uppers = [], [], []
    for index, stretch in enumerate(run.stretches):
        edges, look = first_edges(stretch, integrand, seed=index)
        if look.hole is not None:
            place = stretch.place(look.hole)
            raise NoValue(Outcome.UNDEFINED, f"no finite value around x = {place:.6g}", place, None)
        run.is_zero &= look.is_zero
        owners.append(np.full(edges.size - 1, index))
        lowers.append(edges[:-1])
        uppers.append(edges[1:])
    if not owners:
        return np.zeros(0, dtype=int), np.zeros(0), np.zeros(0)
    return np.concatenate(owners), np.concatenate(lowers), np.concatenate(uppers)


def _compared(
    run: Run,
    sample: Sample,
    grain: Grain,
    panels: Panels,
    tolerance: float,
    max_evaluations: int,
) -> Panels:
    """Apply the second rule; where the two differ, halve the panels of the first and try again."""
    for is_last in (False, False, True):
        owner, lower, upper, first = regroup(panels)
        size = float(panels.size.sum())
        goal = max(tolerance * abs(float(panels.value.sum())), 4.0 * EPSILON * size)
        second, _, is_bad = tanh_sinh(
            sample, owner, lower, upper, np.full(owner.size, 0.3 * goal / owner.size)
        )
        run.second = float(second.sum())
        run.gap = float(np.abs(second - first).sum())
        run.is_second_bad = bool(is_bad.any())
        differs = np.abs(second - first) > max(goal, float(panels.error.sum()))
        if is_last or not differs.any() or not np.isfinite(panels.error).all():
            break
        if 21 * panels.owner.size > max_evaluations:
            break
        wrong = np.repeat(differs, np.diff(np.r_[_begins(panels, lower, owner), panels.owner.size]))
        old = panels.only(wrong)
        middle = 0.5 * (old.lower + old.upper)
        panels = adapt(
            sample,
            np.repeat(old.owner, 2),
            np.column_stack((old.lower, middle)).ravel(),
            np.column_stack((middle, old.upper)).ravel(),
            target=np.zeros(len(run.stretches), dtype=int),
            tolerance=0.1 * tolerance,
            max_evaluations=max_evaluations,
            grain=grain,
            start=panels.only(~wrong),
        )
    return panels


def _begins(panels: Panels, lower: Array, owner: Any) -> Any:
    """Return the first panel of each group."""
    index = {key: i for i, key in enumerate(zip(panels.owner, panels.lower, strict=True))}
    return np.array([index[key] for key in zip(owner, lower, strict=True)], dtype=int)


def _stuck(
    panels: Panels, stretches: list[Stretch], integrand: Integrand, tolerance: float
) -> list[float]:
    """Return places to which the panels closed in without an end."""
    goal = max(tolerance * abs(float(panels.value.sum())), 4.0 * EPSILON * float(panels.size.sum()))
    width = panels.upper - panels.lower
    grain = graining(stretches, integrand)(panels.owner, panels.lower, panels.upper)
    extent = np.array([stretch.stop - stretch.start for stretch in stretches])[panels.owner]
    bad = (panels.error > 0.1 * goal) & (width < 64.0 * grain)
    bad |= (panels.error > CLOSE * float(panels.size.sum())) & (width < CLOSE * extent)
    order = np.argsort(-panels.error[bad])
    places: list[float] = []
    for index in np.flatnonzero(bad)[order].tolist():
        stretch = stretches[int(panels.owner[index])]
        ends = sorted(stretch.place(float(v[index])) for v in (panels.lower, panels.upper))
        x = _summit(integrand, ends[0], ends[1])
        if not _is_near(x, places):
            places.append(x)
    return places[:12]


def _summit(integrand: Integrand, lower: float, upper: float) -> float:
    """Return where the absolute value is greatest in and around a short interval."""
    reach = 4.0 * max(upper - lower, math.ulp(max(abs(lower), abs(upper))))
    middle = 0.5 * (lower + upper)
    if abs(middle) <= reach and not np.isfinite(integrand(np.zeros(1)))[0]:
        return 0.0
    for _ in range(40):
        places = middle + reach * np.linspace(-1.0, 1.0, 101)
        values = np.abs(integrand(places))
        middle = float(places[int(np.argmax(np.where(np.isnan(values), np.inf, values)))])
        if reach < 0.25 * math.ulp(middle):
            break
        reach /= 20.0
    return middle


def _is_near(x: float, places: Sequence[float]) -> bool:
    return any(abs(x - place) <= 1e-11 * max(abs(x), abs(place)) for place in places) or (
        0.0 in places and abs(x) < 1e-200
    )
