"""Sets of reals with finitely many exact boundary points."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cmp_to_key
from itertools import groupby
from typing import Any

__all__ = ["Interval", "RealSet", "order"]

#: Two exact numbers are equal when they agree to so many digits.
DIGITS = 60

#: An exact real number of SymPy.
Exact = Any


def order(left: Exact, right: Exact) -> int:
    """Return -1, 0 or 1: which of two exact numbers is the greater."""
    if left == right:
        return 0
    if left.is_Rational and right.is_Rational:
        return -1 if left < right else 1
    gap = (left - right).evalf(DIGITS, maxn=400)
    size = max(abs(left.evalf(15)), abs(right.evalf(15)), 1)
    if abs(gap) < size * 10 ** (10 - DIGITS):
        return 0
    return -1 if gap < 0 else 1


@dataclass(frozen=True, slots=True)
class Interval:
    """An interval; None is an infinite end; a single point has equal ends."""

    lower: Exact | None
    upper: Exact | None
    has_lower: bool
    has_upper: bool

    @property
    def is_point(self) -> bool:
        """Whether it is a single point."""
        return self.lower is not None and self.lower == self.upper


@dataclass(frozen=True, slots=True)
class RealSet:
    """A set described by its boundary points and one truth value for each cell.

    Attributes
    ----------
    points : tuple of SymPy numbers
        In ascending order.
    cells : tuple of bool
        For n points 2 n + 1 values: below the first point, the point, between it and the next,
        …, above the last.
    """

    points: tuple[Exact, ...]
    cells: tuple[bool, ...]

    @classmethod
    def everything(cls) -> RealSet:
        """Return the reals."""
        return cls((), (True,))

    @classmethod
    def nothing(cls) -> RealSet:
        """Return the empty set."""
        return cls((), (False,))

    @classmethod
    def related(cls, relation: str, value: Exact) -> RealSet:
        """Return all reals in a relation to a number: `< <= > >= == !=`."""
        return cls((value,), tuple(sign in _SIGNS[relation] for sign in (-1, 0, 1)))

    @classmethod
    def made(cls, points: Sequence[Exact], holds: Callable[[Exact, bool], bool]) -> RealSet:
        """Return the set whose cells are told by `holds(number inside, whether it is a point)`."""
        unique = unique_points(points)
        cells = [holds(inner_number(unique, 0), False)]
        for place, point in enumerate(unique):
            cells += [holds(point, True), holds(inner_number(unique, place + 1), False)]
        return cls(tuple(unique), tuple(cells)).plain()

    def plain(self) -> RealSet:
        """Return the set without points at which nothing changes."""
        points, cells = list[Exact](), [self.cells[0]]
        for place, point in enumerate(self.points):
            here, beyond = self.cells[2 * place + 1 : 2 * place + 3]
            if not cells[-1] == here == beyond:
                points.append(point)
                cells += [here, beyond]
        return RealSet(tuple(points), tuple(cells))

    def has(self, value: Exact) -> bool:
        """Whether a number is in the set."""
        for place, point in enumerate(self.points):
            sign = order(value, point)
            if sign <= 0:
                return self.cells[2 * place + (0 if sign < 0 else 1)]
        return self.cells[-1]

    def joined(self, other: RealSet, rule: Callable[[bool, bool], bool]) -> RealSet:
        """Return the set of the numbers for which the rule holds of both memberships."""
        points = unique_points([*self.points, *other.points])
        left, right = self.spread(points), other.spread(points)
        cells = tuple(rule(a, b) for a, b in zip(left, right, strict=True))
        return RealSet(tuple(points), cells).plain()

    def spread(self, points: Sequence[Exact]) -> list[bool]:
        """Return the cells of the set over more points, which include its own."""
        place, cells = 0, [self.cells[0]]
        for point in points:
            if place < len(self.points) and order(point, self.points[place]) == 0:
                cells += self.cells[2 * place + 1 : 2 * place + 3]
                place += 1
            else:
                cells += [cells[-1], cells[-1]]
        return cells

    def __and__(self, other: RealSet) -> RealSet:
        return self.joined(other, lambda a, b: a and b)

    def __or__(self, other: RealSet) -> RealSet:
        return self.joined(other, lambda a, b: a or b)

    def __sub__(self, other: RealSet) -> RealSet:
        return self.joined(other, lambda a, b: a and not b)

    def __invert__(self) -> RealSet:
        return RealSet(self.points, tuple(not cell for cell in self.cells))

    @property
    def is_empty(self) -> bool:
        """Whether nothing is in the set."""
        return not any(self.cells)

    def interior(self) -> RealSet:
        """Return the points that have a neighborhood in the set."""
        cells = list(self.cells)
        for place in range(1, len(cells), 2):
            cells[place] = all(self.cells[place - 1 : place + 2])
        return RealSet(self.points, tuple(cells)).plain()

    def with_point(self, point: Exact, inside: bool) -> RealSet:
        """Return the set with one point put in or taken out."""
        single = RealSet.related("==", point)
        return (self | single) if inside else (self - single)

    def intervals(self) -> tuple[Interval, ...]:
        """Return the intervals that the set consists of, in order."""
        found: list[Interval] = []
        ends: list[Exact | None] = [None, *self.points, None]
        place = 0
        for inside, run in groupby(self.cells):
            first, last = place, place + len(list(run)) - 1
            place = last + 1
            if inside:  # an odd cell is a point, an even one lies between two
                lower, upper = ends[(first + 1) // 2], ends[(last + 2) // 2]
                found.append(Interval(lower, upper, first % 2 == 1, last % 2 == 1))
        return tuple(found)

    def mapped(self, inverse: Callable[[Exact], Exact], increasing: bool) -> RealSet:
        """Return the set of the inverse images under a monotone bijection of the reals."""
        points = tuple(inverse(point) for point in self.points)
        if increasing:
            return RealSet(points, self.cells)
        return RealSet(points[::-1], self.cells[::-1])


_SIGNS = {"<": (-1,), "<=": (-1, 0), ">": (1,), ">=": (0, 1), "==": (0,), "!=": (-1, 1)}


def unique_points(points: Sequence[Exact]) -> list[Exact]:
    """Return points in ascending order, each once."""
    found: list[Exact] = []
    for point in sorted(points, key=cmp_to_key(order)):
        if not found or order(found[-1], point) != 0:
            found.append(point)
    return found


def inner_number(points: Sequence[Exact], place: int) -> Exact:
    """Return a plain rational inside the cell before `points[place]`."""
    import sympy

    if not points:
        return sympy.Integer(0)
    if place == 0:
        return sympy.Integer(int(sympy.floor(points[0].evalf(30))) - 1)
    if place == len(points):
        return sympy.Integer(int(sympy.ceiling(points[-1].evalf(30))) + 1)
    lower, upper = (
        Fraction(str(p.evalf(DIGITS))) if not p.is_Rational else Fraction(int(p.p), int(p.q))
        for p in (points[place - 1], points[place])
    )
    middle = ((lower + upper) / 2).limit_denominator(10**6)
    if not lower < middle < upper:
        middle = (lower + upper) / 2
    return sympy.Rational(middle.numerator, middle.denominator)
