"""`series`: the terms of a formula about a place, each coefficient in closed form and checked."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from ..errors import ArgumentError
from ..graph.graph import Graph, Node
from ..language import Limits, check_name
from ..outcome import Outcome, Trust
from ..symbolic.asymptotics.terms import SeriesTerm
from ..verify.closed_forms import ClosedFormCheck
from ..verify.sampling import sample_points
from ..verify.series import KnownSeries, judge_series, known_series
from ..writing import to_text
from .budget import budgeted, check_budget
from .candidates import CandidateSearch, Way, concluded
from .found_series import Series
from .limit_problem import LimitProblem, read_limit
from .reading import Formula

__all__ = ["series"]

MODULES = ("symcalc.symbolic.asymptotics.series",)
TASK = "symcalc.symbolic.asymptotics.series:propose_series"
#: The ways to the terms: their share of the time, and what they do.
WAYS = (
    ("series", 0.5, "series arithmetic"),
    ("longer", 0.5, "a longer series"),
    ("taylor", 0.5, "derivatives at the place"),
)
MAX_ORDER = 60
#: Draws of parameters to compare at, and those tried.
N_DRAWS, N_TRIES, NEEDED = 5, 24, 3


@budgeted
def series(
    expr: Formula,
    variable: str,
    about: Any = 0,
    order: int = 6,
    *,
    assume: Any = None,
    budget: float = 10.0,
    throw: bool = True,
    progress: Callable[[str], None] | None = None,
    syntax: str = "symcalc",
    limits: Limits | None = None,
) -> Series:
    """Expand a formula in powers of the distance from a place.

    Parameters
    ----------
    expr : str, Expression or SymPy expression
    variable : str
    about : number, str, Expression or SymPy expression
        The place; at "oo" and "-oo" the powers are those of 1/x.
    order : int
        All terms below this power are given, at most 60.
    assume : str or mapping, optional
        What is known of parameters: `"a > 0"`.
    budget : float
        Seconds for the search.
    throw : bool
        Whether a series that is not found, or does not hold, raises.
    progress : callable, optional
        Called with a few words whenever another way is tried.
    syntax, limits
        As for `gradient`.

    Returns
    -------
    Series
        Taylor, Laurent or Puiseux, also with powers of a logarithm. Where the formula is not
        analytic the series holds on one side, above the place if it is real there.

    Raises
    ------
    ParseError, LimitError, ArgumentError
        The input is not a formula, a place and an order.
    OutcomeError
        With `throw`: there is no such series, or none was found that agrees; `result` is the
        Series.

    Notes
    -----
    SymPy's coefficients are compared one by one with those of Taylor arithmetic in balls, or with
    leading terms in balls where there are broken powers or logarithms; with parameters at five
    draws. A coefficient that is missing counts as zero.

    Examples
    --------
    >>> import symcalc as sc
    >>> print(sc.series("exp(x)", "x", 0, 3))
    1 + x + x**2/2 + O(x**3)
    >>> print(sc.series("1/sin(x)", "x", 0, 3))
    1/x + x/6 + O(x**3)
    """
    started = time.monotonic()
    check_budget(budget)
    if isinstance(order, bool) or not isinstance(order, int) or not 1 <= order <= MAX_ORDER:
        raise ArgumentError(
            f"`order` is {order!r:.40}; it is a whole number from 1 to {MAX_ORDER}."
        )
    problem = read_limit(
        expr, check_name(variable.strip()), about, 0, assume=assume, syntax=syntax, limits=limits
    )
    found = _Expansion(problem, order, budget, progress).run()
    return concluded(found, started, throw=throw)


@dataclass
class _Expansion:
    """One series on its way to an answer."""

    problem: LimitProblem
    order: int
    budget: float
    progress: Callable[[str], None] | None

    def run(self) -> Series:
        sides = (self.problem.end_side(),) if self.problem.end_side() else (1, -1)
        for side in sides:
            draws = list(self._draws(side))
            needed = NEEDED if self.problem.parameters else 1
            if len(draws) >= needed:
                return self._searched(side, draws, needed)
        note = "there is no series in powers and logarithms there, or none that is known"
        return self._answer((), None, 1, None, note=note)

    def _draws(self, side: int) -> Iterator[tuple[dict[str, float], KnownSeries]]:
        """Yield values of the parameters with the coefficients in balls."""
        problem, n_found = self.problem, 0
        for point in sample_points(
            problem.parameters,
            n_tries=N_TRIES if problem.parameters else 1,
            assumptions=problem.assumptions,
        ):
            if n_found >= N_DRAWS:
                return
            here = problem.at_values(point)
            place = None if here.end_side() else here.place_ball(256)
            node = None if here.end_side() else here.place
            known = known_series(here.graph, here.root, here.name, place, node, side, self.order)
            if known is not None:
                n_found += 1
                yield point, known

    def _searched(
        self, side: int, draws: list[tuple[dict[str, float], KnownSeries]], needed: int
    ) -> Series:
        def judge(terms: Any) -> ClosedFormCheck:
            return judge_series(terms, draws, needed)

        problem = self.problem
        formula, name, place, _ = problem.payload()
        search = CandidateSearch(self.budget, judge, self.progress)
        found: Any = search.run(
            Way(way, summary, share, TASK, (formula, name, place, side, self.order, way), MODULES)
            for way, share, summary in WAYS
        )
        known = draws[0][1]
        attempts = tuple(search.attempts)
        if found is None:
            note = "; ".join(dict.fromkeys(search.rejected))
            return replace(self._answer((), known, side, None, note=note), attempts=attempts)
        return replace(self._answer(found[0], known, side, found[1]), attempts=attempts)

    def _answer(
        self,
        terms: tuple[SeriesTerm, ...],
        known: KnownSeries | None,
        side: int,
        check: ClosedFormCheck | None,
        note: str = "",
    ) -> Series:
        problem = self.problem
        graph = problem.graph.copy()
        base, sign = self._base(graph, side)
        parts = [self._part(graph, base, sign, term) for term in terms]
        polynomial = problem.expression_in(graph, graph.add(parts)) if check is not None else None
        power, logs = known.rest if known is not None else (Fraction(self.order), 0)
        rest = _product(graph, base, sign * power, logs, sign)
        is_analytic = known is not None and known.is_analytic
        return Series(
            problem.expression(problem.root),
            problem.name,
            problem.expression(problem.place).text,
            "both" if is_analytic else {1: "+", -1: "-"}[side],
            terms,
            polynomial,
            f"O({to_text(graph, rest)})",
            Trust.UNCHECKED if check is None else check.trust,
            Outcome.NO_CLOSED_FORM if check is None else Outcome.DONE,
            check,
            note,
        )

    def _base(self, graph: Graph, side: int) -> tuple[Node, int]:
        """Return what the powers are of, and -1 where they are those of its inverse."""
        x = graph.var(self.problem.name)
        if self.problem.end_side():
            return graph.scale(side, x), -1
        if graph.value(self.problem.place) == 0:
            return graph.scale(side, x), 1
        ends = (
            [x, graph.neg(self.problem.place)] if side > 0 else [self.problem.place, graph.neg(x)]
        )
        return graph.add(ends), 1

    def _part(self, graph: Graph, base: Node, sign: int, term: SeriesTerm) -> Node:
        """Return a term in the variable."""
        (coefficient,) = graph.absorb(term.coefficient.graph, [term.coefficient.root])
        moving = _product(graph, base, sign * term.power, term.log_power, sign)
        is_product = graph.kinds[coefficient] == "mul"
        factors = graph.args[coefficient] if is_product else (coefficient,)
        number = graph.value(coefficient)
        return graph.mul([*factors, moving]) if number is None else graph.scale(number, moving)


def _product(graph: Graph, base: Node, power: Fraction, logs: int, sign: int) -> Node:
    """Return base**power * log(t)**logs, where t is the base or its inverse."""
    moving = base if power == 1 else graph.pow(base, graph.const(power))
    if power == 0:
        moving = graph.const(1)
    if not logs:
        return moving
    logarithm = graph.scale(sign, graph.call("log", [base]))
    return graph.mul([moving, graph.pow(logarithm, graph.const(logs))])
