"""`domain`: where a formula, its gradient and its Hessian exist, before anything is run."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from ..balls import NoBall, Status, laurent, precise_value
from ..errors import ArgumentError, DerivativeError
from ..expression import Expression
from ..graph.derive import derivative
from ..graph.graph import Graph, Node
from ..language import Limits
from ..outcome import Outcome, Trust
from ..symbolic.definedness import Definedness, kink_terms
from ..symbolic.realset import RealSet, inner_number, order
from ..verify import derivative_at
from .budget import budgeted
from .conditions import assumed_set, box_regions, left_out
from .reading import Formula, to_expression
from .regions import Condition, Domain, Region, RegionCheck, number_text

__all__ = ["domain"]

#: More isolated points than this are not looked at one by one.
MAX_POINTS = 24
#: Functions that leave the range of doubles at moderate arguments.
_GROWING = frozenset({"exp", "expm1", "cosh", "sinh"})


@budgeted
def domain(
    expr: Formula,
    *,
    assume: str | None = None,
    syntax: str = "symcalc",
    limits: Limits | None = None,
) -> Domain:
    """Say where a formula, its gradient and its Hessian are defined, finite and smooth.

    Parameters
    ----------
    expr : str, Expression or SymPy expression
        A real scalar formula.
    assume, syntax, limits
        As for `gradient`.

    Returns
    -------
    Domain
        `value`, `gradient`, `hessian`: regions with exact intervals, and what could not be
        solved in words; `notes`; `why(point)`.

    Raises
    ------
    ParseError, LimitError, ArgumentError
        Before any work.

    Notes
    -----
    In one variable, the conditions of all steps are solved exactly: shifts, factors, powers,
    monotone functions and quotients of polynomials, in the variable or in one subexpression.
    Other conditions (`cos(x) != 0`) stay in words. In several variables a condition is solved
    where it concerns one of them. At isolated points (kinks, joins, removable singularities of
    derivatives) limits from both sides decide. All intervals are compared with ball arithmetic
    at points inside and outside; `check` says how that went.

    Examples
    --------
    >>> import symcalc as sc
    >>> print(sc.domain("log(x)/(x^2 - 2)").value.text)
    x in (0, sqrt(2)) ∪ (sqrt(2), oo)
    >>> print(sc.domain("abs(x)").gradient.text)
    x in (-oo, oo) without 0
    >>> print(sc.domain("log(x - y)").value.text)
    x - y > 0
    """
    expression = to_expression(expr, assume=assume, syntax=syntax, limits=limits)
    if any(v.shape or v.kind == "complex" for v in expression.variables) or (
        "I" in expression.graph.kinds
    ):
        raise ArgumentError(
            "The domain is that of a real formula in numbers; complex ones and arrays are not. "
            "Write an array out for one of its entries."
        )
    used = [expression.graph.data[n] for n in expression.graph.variables([expression.root])]
    if len(used) == 1:
        return _OnLine(expression, used[0]).domain()
    return _in_box(expression, used)


def _in_box(expression: Expression, names: list[str]) -> Domain:
    """Return the domain in several variables (or none): conditions, solved one by one."""
    levels, notes, check = box_regions(expression, names)
    return Domain(expression, *levels, notes, check)


@dataclass
class _OnLine:
    """The domain of a formula in one variable."""

    expression: Expression
    name: str
    notes: list[str] = field(default_factory=list)

    def domain(self) -> Domain:
        """Return all regions, compared with ball arithmetic."""
        self.graph: Graph = self.expression.graph.copy()
        self.variable = self.graph.var(self.name)
        self.defined = Definedness(self.graph)
        root = self.expression.root
        value_set = self._kept(root, self.defined.of(root))
        value = self._region(value_set, [])
        self._describe_gaps(root, value_set)
        chain = [root]
        sets, regions = [value_set], [value]
        for level in ("gradient", "hessian"):
            try:
                chain.append(derivative(self.graph, chain[-1], self.variable))
            except DerivativeError as error:
                self.notes.append(f"{level}: {error}")
                regions.append(Region({self.name: RealSet.nothing()}, ()))
                sets.append(RealSet.nothing())
                continue
            found, kinks = self._smooth(chain, sets[-1])
            sets.append(found)
            regions.append(self._region(found, kinks))
        self._describe_overflow(root, value_set)
        self.notes += left_out(self.graph, root, is_zero_left_out=False)
        check = self._checked(chain, sets)
        (variable,) = [v for v in self.expression.variables if v.name == self.name]
        allowed = assumed_set(variable)
        first, second, third = (self._within(r, allowed, n) for n, r in enumerate(regions))
        notes = tuple(dict.fromkeys(self.notes))
        return Domain(self.expression, first, second, third, notes, check)

    def _within(self, region: Region, assumed: RealSet, order: int) -> Region:
        """Return a region within what is assumed of the variable."""
        kept = assumed.interior() if order else assumed
        return Region({self.name: region.sets[self.name] & kept}, region.conditions)

    # -- sets -----------------------------------------------------------------------------------

    def _kept(self, root: Node, found: RealSet) -> RealSet:
        """Return the set with its boundary points as ball arithmetic has them."""
        for point in found.points[:MAX_POINTS]:
            exact = _as_fraction(point)
            if exact is None:
                continue
            status = self._status(root, exact)
            if status in (Status.PROVEN, Status.NEAR_ZERO) and not found.has(point):
                found = found.with_point(point, True)
            elif status is Status.UNDEFINED and found.has(point):
                found = found.with_point(point, False)
        return found

    def _status(self, root: Node, at: Fraction) -> Status | None:
        try:
            found = precise_value(self.graph, root, {self.name: at}, digits=6, max_precision=1024)
        except NoBall:
            return None
        is_infinite = found.ball is not None and not found.ball.is_finite()
        return None if found.status is Status.PROVEN and is_infinite else found.status

    def _smooth(self, chain: list[Node], below: RealSet) -> tuple[RealSet, list[Condition]]:
        """Return where the last derivative of the chain exists, given where the one before does."""
        room = below.interior()
        found = room & self.defined.of(chain[-1])
        doubtful: list[Any] = []
        kinks: list[Condition] = []
        for node in self.graph.reachable(chain[:-1]):
            for term, kind in kink_terms(self.graph, node):
                zeros = self.defined.zeros(term)
                text = f"{self._formula(term)} != 0"
                kinks.append(Condition(text, self._formula(node), kind, zeros is not None))
                doubtful += [] if zeros is None else zeros.points
        doubtful += [p for p in found.points if room.has(p)]
        for point in sorted(dict.fromkeys(doubtful), key=lambda p: float(p))[:MAX_POINTS]:
            if room.has(point):
                found = found.with_point(point, self._is_smooth_at(chain, point))
        return found, kinks

    def _is_smooth_at(self, chain: list[Node], point: Any) -> bool:
        """Whether the derivative exists at an isolated point, by limits from both sides."""
        exact = _as_fraction(point)
        if exact is None or Fraction(float(exact)) != exact:
            self.notes.append(f"not decided at {self.name} = {number_text(point)}: left out")
            return False
        second = chain[2] if len(chain) == 3 else None
        names = [self.name] * (len(chain) - 1)
        place = {self.name: float(exact)}
        estimate = derivative_at(self.graph, chain[0], chain[1], second, names, place)
        return estimate.outcome is Outcome.DONE

    def _region(self, found: RealSet, kinks: list[Condition]) -> Region:
        unsolved = self.defined.unsolved
        asked = [
            Condition(words, self._formula(need.step), "domain", words not in unsolved)
            for words, need in {**self.defined.asked, **unsolved}.items()
        ]
        unique = {(c.text, c.step): c for c in (*asked, *kinks)}
        return Region({self.name: found}, tuple(unique.values()))

    def _formula(self, node: Node) -> str:
        text = Expression(self.graph, node).text
        return text if len(text) <= 120 else text[:119] + "…"

    # -- notes ----------------------------------------------------------------------------------

    def _describe_gaps(self, root: Node, found: RealSet) -> None:
        """Note which isolated gaps are poles, and which could be filled."""
        for place, point in enumerate(found.points[:MAX_POINTS]):
            below, here, above = found.cells[2 * place : 2 * place + 3]
            exact = _as_fraction(point)
            if here or not (below and above) or exact is None:
                continue
            series = laurent(self.graph, root, self.name, exact)
            where = f"at {self.name} = {number_text(point)}"
            if series is None:
                continue
            if series[0] >= 0:
                limit = series[1][0] if series[0] == 0 else series[1][0] * 0
                shown = f"{float(limit.mid()):.12g}"
                self.notes.append(f"removable {where}: the limit is {shown}")
            else:
                self.notes.append(f"pole of order {-series[0]} {where}")

    def _describe_overflow(self, root: Node, value_set: RealSet) -> None:
        """Note from where on a step leaves the range of doubles."""
        import sympy

        greatest = sympy.Rational(*sys.float_info.max.as_integer_ratio())
        for node in self.graph.reachable([root]):
            kind, args = self.graph.kinds[node], self.graph.args[node]
            grows = kind in _GROWING or (kind == "pow" and self.graph.variables(args[1:]))
            if not grows or not self.graph.variables([node]):
                continue
            size = self.graph.call("abs", (node,))
            inside = self.graph.compare("<=", size, self.graph.const(Fraction(int(greatest))))
            found = self.defined.truth(inside)
            if found is None or all(found.cells):
                continue
            for interval in (value_set - found).intervals():
                if interval.is_point:
                    continue
                side = f"> {float(interval.lower):.10g}" if interval.lower is not None else ""
                if interval.upper is not None:
                    side = f"< {float(interval.upper):.10g}"
                self.notes.append(
                    f"in doubles {self._formula(node)} overflows for {self.name} {side}"
                )

    # -- the check ------------------------------------------------------------------------------

    def _checked(self, chain: list[Node], sets: list[RealSet]) -> RegionCheck:
        """Compare the sets with ball arithmetic at numbers in all their cells."""
        n, wrong = 0, ""
        unsolved = bool(self.defined.unsolved)
        for level, (root, found) in enumerate(zip(chain, sets, strict=False)):
            for number, inside in _numbers_in(found):
                if unsolved if inside else (level or self.defined.may_be_larger):
                    continue
                status = self._status(root, number)
                if status in (None, Status.UNDECIDED):
                    continue
                n += 1
                if (status is not Status.UNDEFINED) is not inside and not wrong:
                    claim = "a value" if inside else "no value"
                    wrong = f"the intervals claim {claim} at {self.name} = {float(number):.17g}"
        if wrong:
            return RegionCheck(Trust.SUSPECT, Outcome.DISAGREES, n, wrong)
        if not n:
            message = "no interval could be compared with ball arithmetic"
            return RegionCheck(Trust.UNCHECKED, Outcome.DONE, 0, message)
        message = f"the intervals agree with ball arithmetic at {n} points"
        return RegionCheck(Trust.CHECKED, Outcome.DONE, n, message)


def _as_fraction(point: Any) -> Fraction | None:
    return Fraction(int(point.p), int(point.q)) if point.is_Rational else None


def _numbers_in(found: RealSet) -> Iterable[tuple[Fraction, bool]]:
    """Yield rational numbers in every cell between the points, with their membership."""
    points = list(found.points)
    for place in range(len(points) + 1):
        middle = inner_number(points, place)
        near = [middle]
        if place < len(points):
            near.append(inner_number([middle, points[place]], 1))
        if place > 0:
            near.append(inner_number([points[place - 1], middle], 1))
        if not points:
            near += [middle + 3, middle - 5]
        for number in near:
            exact = _as_fraction(_beside(points, place, number))
            if exact is not None and all(order(number, p) != 0 for p in points):
                yield exact, found.cells[2 * place]


def _beside(points: list[Any], place: int, number: Any) -> Any:
    """Return a number near by in the same cell: at whole numbers and halves powers are special."""
    import sympy

    for step in (10007, 10007**3, 10007**9):
        other = number + sympy.Rational(1, step)
        if place == len(points) or order(other, points[place]) < 0:
            return other
    return number
