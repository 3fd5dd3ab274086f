"""Adaptive differences: from both sides at once, down to the step where rounding takes over."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace

from ..outcome import Estimate, Outcome, Trust
from .extrapolation import Entry, Quotient, Table

__all__ = ["Quotients", "settle"]

#: One-sided derivatives confirm the central one when they are known to this part of the slopes.
TIGHT = 1e-4
#: An error beyond this part of the slopes is no result.
LOOSE = 1e-3
#: Two numbers agree when they differ by at most this multiple of their errors.
SLACK = 2.0
#: Two sides differ for certain beyond this multiple of their errors.
CERTAIN = 5.0
#: The best that doubles can do; no further row is asked for.
FINEST = 2.0**-48
#: A row whose plain quotient carries so many times the best error as noise can not better it.
NOISE_FLOOR = 8.0
#: Steps that are looked at once more, in units of the last: does the slope stay the same there?
PROBES = (2.0**-5, 2.0**-11)
FLAT_PROBES = (*PROBES, 2.0**-17, 2.0**-23, 2.0**-29)


@dataclass(frozen=True, slots=True)
class Quotients:
    """The difference quotients at one step: the central one and those of each side."""

    central: Quotient
    sides: tuple[Quotient, ...]


@dataclass(slots=True)
class _Tables:
    """What has been seen so far."""

    central: Table
    sides: tuple[Table, ...]

    def add(self, quotients: Quotients, step: float) -> None:
        self.central.add(quotients.central, step)
        for table, quotient in zip(self.sides, quotients.sides, strict=True):
            table.add(quotient, step)

    def forget(self) -> None:
        for table in (self.central, *self.sides):
            table.forget()

    def is_staircase(self, entry: Entry) -> bool:
        """Say whether a slope that long steps see from both sides is gone at short ones.

        So it is where values are rounded coarsely, to float16 or to a few decimals.
        """
        longest = [table.steady_above(entry.step) for table in self.sides]
        return min(longest) > 0.0 or max(longest) < 0.0

    def scale(self, entry: Entry) -> float:
        """Return the size of the slopes at the step that an entry rests on."""
        slopes = [abs(table.quotients.get(entry.step, 0.0)) for table in self.sides]
        return max(abs(entry.value), *slopes)


def settle(
    quotients: Callable[[float], Quotients],
    steps: Generator[float, bool | None, None],
    *,
    n_sides: int = 2,
    method: str = "central differences",
    noise_at: Callable[[float], float] | None = None,
) -> Estimate:
    """Take quotients at ever smaller steps until all sides tell the same, and judge the end.

    Parameters
    ----------
    quotients : callable
        Takes a step.
    steps : generator
        Halving steps; True is sent into it where a step was too long.
    n_sides : int
        How many one-sided quotients there are.
    method : str
    noise_at : callable, optional
        Measures the noise of a quotient at a step; asked for the step of the answer.

    Returns
    -------
    Estimate
        `Trust.CHECKED`: the central derivative agrees with the one from each side, each
        extrapolated on its own. `Trust.ESTIMATED`: the sides say less, but do not disagree.
        `Trust.SUSPECT` with `Outcome.UNDECIDED`: they disagree, or nothing converges.
        `Outcome.NOT_DIFFERENTIABLE`: the sides converge to different numbers.
    """
    tables = _Tables(Table(2), tuple(Table(1) for _ in range(n_sides)))
    try:
        step = next(steps)
        while True:
            seen = quotients(step)
            tables.add(seen, step)
            is_finite = all(math.isfinite(value) for value, _ in (seen.central, *seen.sides))
            if _is_settled(tables) and _holds_below(tables, quotients, step):
                break
            step = steps.send(not is_finite)
    except StopIteration:
        pass
    return _with_noise(_verdict(tables, method), noise_at)


def _with_noise(found: Estimate, noise_at: Callable[[float], float] | None) -> Estimate:
    """Return the estimate with an error that is not below the noise at its step."""
    if noise_at is None or found.step is None or not found.outcome.is_good:
        return found
    return replace(found, error=max(found.error, noise_at(found.step)))


def _is_settled(tables: _Tables) -> bool:
    """Say whether all sides agree and further rows would only add noise."""
    central = tables.central.best
    if central is None:
        return False
    scale = tables.scale(central)
    is_finest = central.error <= FINEST * scale
    if not (is_finest or tables.central.floor >= NOISE_FLOOR * central.error):
        return False
    for table in tables.sides:
        side = table.best
        if side is None or not _is_tight(side, scale) or not _agree(side, central):
            return False
    return True


def _is_tight(side: Entry, scale: float) -> bool:
    """Say whether a one-sided value is known well, or as well as the noise allows."""
    return side.error <= TIGHT * scale or side.error <= NOISE_FLOOR * side.noise


def _agree(first: Entry, second: Entry, slack: float = SLACK) -> bool:
    return abs(first.value - second.value) <= slack * (first.error + second.error)


def _holds_below(tables: _Tables, quotients: Callable[[float], Quotients], step: float) -> bool:
    """Say whether much smaller steps show the same slope: a long step may skip what is between.

    Where they do not, what was seen so far is dropped. Where nothing changes at all, the steps
    may all be whole periods; then each side is asked, and at more steps.
    """
    central = tables.central.best
    is_flat = central is not None and central.error >= LOOSE * tables.scale(central)
    for part in FLAT_PROBES if is_flat else PROBES:
        seen = quotients(step * part)
        pairs = [(tables.central, seen.central)]
        if is_flat:
            pairs += zip(tables.sides, seen.sides, strict=True)
        if not all(table.allows(quotient, step * part) for table, quotient in pairs):
            tables.forget()
            return False
    return True


def _verdict(tables: _Tables, method: str) -> Estimate:
    """Return the estimate that the tables allow."""
    central = tables.central.best
    sides = [table.best for table in tables.sides]
    known = [side for side in sides if side is not None]
    if central is None:
        return _from_one_side(tables, sides, method)
    if len(known) < len(sides):
        note = "there are values on both sides, but none at the point itself"
        return _unsure(central, central.error, method, note)
    scale = tables.scale(central)
    tight = all(_is_tight(side, scale) for side in known)
    low, high = min(known, key=_value), max(known, key=_value)
    if tight and not _agree(low, high, CERTAIN):
        return _kink(_listed(known), method)
    gap = max(abs(side.value - central.value) for side in known)
    if not all(_agree(side, central) for side in known) and gap > TIGHT * scale:
        note = f"central {central.value:.6g}, {_listed(known)}"
        return _unsure(central, max(gap, central.error), method, note)
    if central.error >= LOOSE * scale and central.error <= NOISE_FLOOR * central.noise:
        if any(table.rises_below(central.step) for table in tables.sides):
            note = "long steps see no change, shorter ones do"
            return _unsure(central, central.error, method, note)
        if tables.is_staircase(central):
            note = "short steps see no change, longer ones see the same slope from both sides"
            return _unsure(central, central.error, method, note)
        return _drowned(central, method)
    if max(entry.error for entry in (central, *known)) > LOOSE * scale:
        error = max(central.error, gap)
        return _unsure(central, error, method, "the differences do not converge")
    if tight and all(_agree(side, central) for side in known):
        method += ", confirmed from each side"
        return Estimate(central.value, central.error, method, Trust.CHECKED, step=central.step)
    error = max(central.error, gap)
    return Estimate(central.value, error, method, Trust.ESTIMATED, step=central.step)


def _value(entry: Entry) -> float:
    return entry.value


def _listed(sides: Sequence[Entry]) -> str:
    if len(sides) == 2:
        return f"left {sides[0].value:.6g}, right {sides[1].value:.6g}"
    return f"from the quadrants {', '.join(f'{side.value:.6g}' for side in sides)}"


def _kink(sides: str, method: str) -> Estimate:
    """Return that there is no derivative, with what each side has."""
    return Estimate(
        math.nan,
        math.nan,
        f"{method} and one-sided ones",
        Trust.ESTIMATED,
        Outcome.NOT_DIFFERENTIABLE,
        sides,
    )


def _unsure(entry: Entry, error: float, method: str, note: str) -> Estimate:
    """Return a number that nobody should rely on."""
    return Estimate(
        entry.value, error, method, Trust.SUSPECT, Outcome.UNDECIDED, note, step=entry.step
    )


def _drowned(entry: Entry, method: str) -> Estimate:
    """Return a bound where the values change by no more than they tremble."""
    note = "the values change by no more than their rounding"
    return Estimate(entry.value, entry.error, method, Trust.ESTIMATED, note=note, step=entry.step)


def _from_one_side(tables: _Tables, sides: Sequence[Entry | None], method: str) -> Estimate:
    """Return the derivative at the edge of the domain, from the side that has values."""
    if len(sides) != 2 or (sides[0] is None) == (sides[1] is None):
        note = "the function is not finite near the point"
        trust = Trust.UNCHECKED
        return Estimate(math.nan, math.nan, method, trust, Outcome.NOT_FINITE, note)
    side = sides[0] or sides[1]
    assert side is not None
    where, other = ("left", "right") if sides[0] is side else ("right", "left")
    table = tables.sides[0 if sides[0] is side else 1]
    method = f"one-sided differences from the {where}"
    note = f"the function has no value on the {other}"
    slope = max(abs(side.value), abs(table.quotients[side.step]))
    if side.error > LOOSE * slope:
        return _unsure(side, side.error, method, f"{note}; the differences do not converge")
    return Estimate(side.value, side.error, method, Trust.ESTIMATED, note=note, step=side.step)
