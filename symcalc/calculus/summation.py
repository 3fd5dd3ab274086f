"""`summation`: a closed form that was checked, a number whose error holds, or why there is none."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from ..errors import ArgumentError
from ..expression import Expression, Variable
from ..graph.graph import Graph
from ..language import Limits
from ..outcome import Outcome, Trust
from ..verify.closed_forms import ClosedFormCheck, goes_beyond, judge_closed_form
from ..worker import start_worker
from ..writing import to_text
from .budget import budgeted, check_budget
from .candidates import Attempt, CandidateSearch, Draws, Way, concluded
from .found_sum import Summation
from .integral_forms import to_payload, with_parameters
from .integral_number import closed_number
from .integral_value import IntegralNumber
from .integration_ranges import SUM_WORDS, RangedIntegral, read_problem
from .reading import Formula
from .sum_number import sum_number

__all__ = ["summation"]

MODULES = ("symcalc.symbolic.asymptotics.sums",)
TASK = "symcalc.symbolic.asymptotics.sums:propose_sums"
#: The ways to a closed form: their share of the time, and what they do.
WAYS = (
    ("summation", 0.4, "hypergeometric and zeta sums"),
    ("telescoping", 0.2, "Gosper's algorithm"),
    ("residues", 0.2, "residues of cotangents"),
    ("spellings", 0.6, "other spellings of the summand"),
)


@budgeted
def summation(
    expr: Formula,
    *ranges: Any,
    assume: Any = None,
    parameters: Mapping[str, Any] | str | None = None,
    budget: float = 10.0,
    throw: bool = True,
    progress: Callable[[str], None] | None = None,
    syntax: str = "symcalc",
    limits: Limits | None = None,
) -> Summation:
    """Sum a formula over one or several ranges of whole numbers.

    Parameters
    ----------
    expr : str, Expression or SymPy expression
        The summand.
    *ranges : ("n", lower, upper)
        Innermost first; both ends are included, "oo" and "-oo" are allowed, and ends may depend
        on the variables of ranges behind and on parameters, which are then whole numbers.
    assume : str or mapping, optional
        What is known of parameters: `"a > 0, m positive integer"`.
    parameters : mapping or str, optional
        Values of parameters, taken exactly, and put in first.
    budget : float
        Seconds for the search for a closed form.
    throw : bool
        Whether a sum without a value, or one that is only suspected, raises.
    progress : callable, optional
        Called with a few words whenever another way is tried.
    syntax, limits
        As for `gradient`.

    Returns
    -------
    Summation
        `closed_form` is given only after it agreed with an independent value, with parameters at
        five draws; `conditions` says what it needs of them.

    Raises
    ------
    ParseError, LimitError, ArgumentError
        The input is not a sum.
    OutcomeError
        With `throw`: the sum diverges, has an undefined term, or is not settled; `result` is the
        Summation.

    Notes
    -----
    Finite sums are added up in ball arithmetic: proven. The leading terms of the summand towards
    infinity decide convergence; factors that repeat, like (-1)^n, are split off by their period.
    Where the terms vanish exponentially, so many are added up that the rest is nothing; else
    Euler and Maclaurin's formula from two indices and Levin and Sidi's transformation must agree,
    and for oscillating terms a smooth window. What one method alone gives is an estimate. Nothing
    is known of a summand whose late terms are unlike their leading terms for longer than was
    looked.

    References
    ----------
    M. Petkovsek, H. Wilf, D. Zeilberger, *A = B*, 1996.
    D. Levin and A. Sidi, *Two new classes of nonlinear transformations*, 1981.

    Examples
    --------
    >>> import symcalc as sc
    >>> print(sc.summation("1/n^2", ("n", 1, "oo")).closed_form)
    pi**2/6
    >>> print(sc.summation("x^n/n!", ("n", 0, "oo")).closed_form)
    exp(x)
    >>> sc.summation("1/n", ("n", 1, "oo"), throw=False).note
    'divergent to oo: the terms behave like n^-1'
    """
    started = time.monotonic()
    check_budget(budget)
    if not ranges or any(isinstance(one, str) for one in ranges):
        raise ArgumentError('Name the variable and both ends of its range: ("n", 1, "oo").')
    problem = read_problem(
        expr,
        ranges,
        assume=assume,
        parameters=parameters,
        syntax=syntax,
        limits=limits,
        words=SUM_WORDS,
    )
    found = _Search(problem, budget, progress).run()
    return concluded(found, started, throw=throw)


@dataclass(frozen=True)
class _Form:
    """A closed form and how it was found."""

    form: Expression
    check: ClosedFormCheck
    strategy: str
    conditions: tuple[Expression, ...]


class _Search:
    """One sum on its way to an answer."""

    def __init__(
        self, problem: RangedIntegral, budget: float, progress: Callable[[str], None] | None
    ) -> None:
        self.problem = _with_whole_ends(problem)
        self.budget, self.progress = budget, progress
        self.attempts: list[Attempt] = []
        self.rejected: list[str] = []
        self.remark = ""

    def run(self) -> Summation:
        start_worker(MODULES)
        known = None
        if not self.problem.parameters:
            known = sum_number(self.problem)
            if known.outcome not in (Outcome.DONE, Outcome.SUSPECT, Outcome.UNDECIDED):
                return self._answer(known)
            if known.ball is not None and known.ball.is_exact():
                return self._answer(known, _exact_form(known))
        found, known = self._form(known)
        if found is None:
            return self._no_form(known)
        if known is None:
            number = IntegralNumber(math.nan, math.nan, found.strategy, found.check.trust)
            return self._answer(replace(number, note=self.remark), found)
        if known.is_known and known.trust is Trust.PROVEN:
            return self._answer(known, found)
        if found.check.trust is Trust.CHECKED:
            return self._answer(
                closed_number(found.form, known, found.check, found.strategy), found
            )
        return self._no_form(known)

    def _form(self, known: IntegralNumber | None) -> tuple[_Form | None, IntegralNumber | None]:
        """Return a closed form of the whole, range by range from the innermost out, and the value.

        Where the terms over all ranges cannot be added up, the value is that of the last range,
        whose summand is the closed form of the others.
        """
        problem, conditions = self.problem, tuple[Expression, ...]()
        while len(problem.ranges) > 1:
            inner = _inner(problem)
            found = self._of_one(inner, None)
            if found is None:
                return None, known
            conditions += found.conditions
            problem = _outer(problem, found.form)
        if known is not None and not known.is_known and problem is not self.problem:
            known = sum_number(problem)
        found = self._of_one(problem, known)
        if found is None:
            return None, known
        return replace(found, conditions=(*conditions, *found.conditions)), known

    def _of_one(self, problem: RangedIntegral, known: IntegralNumber | None) -> _Form | None:
        """Return a closed form of a sum over one range that agrees with independent values."""
        draws = Draws(
            problem.parameters,
            problem.assumptions or {},
            lambda point: sum_number(problem.at(point)),
        )

        def judge(candidate: Any) -> ClosedFormCheck:
            form = with_parameters(candidate.form, problem)
            if not problem.parameters:
                return judge_closed_form(form, [{}], lambda _: known)
            check = draws.judge(form)
            if check.trust is Trust.CHECKED and goes_beyond(check, candidate.conditions):
                unneeded.add(id(candidate))
                return check
            return draws.judge(form, candidate.conditions)

        unneeded: set[int] = set()
        search = CandidateSearch(self.budget, judge, self.progress)
        payload = to_payload(problem)
        found = search.run(
            Way(name, summary, share, TASK, (payload, name), MODULES)
            for name, share, summary in WAYS
        )
        self.attempts += search.attempts
        self.rejected += search.rejected
        self.remark = draws.remark
        if found is None or found[1].trust is not Trust.CHECKED:
            return None
        candidate, check = found
        form = with_parameters(candidate.form, problem)
        conditions = () if id(candidate) in unneeded else candidate.conditions
        return _Form(form, check, candidate.strategy, conditions)

    def _no_form(self, known: IntegralNumber | None) -> Summation:
        """Return the answer without a closed form."""
        if known is not None:
            note = "; ".join(dict.fromkeys(filter(None, (known.note, *self.rejected))))
            return self._answer(replace(known, note=note))
        note = "; ".join(dict.fromkeys(filter(None, (self.remark, *self.rejected))))
        return self._answer(
            IntegralNumber(math.nan, math.nan, "", Trust.UNCHECKED, Outcome.NO_CLOSED_FORM, note)
        )

    def _answer(self, number: IntegralNumber, found: _Form | None = None) -> Summation:
        problem = self.problem
        graph = problem.graph
        has_value = math.isfinite(number.value)
        names = sorted({str(graph.data[n]) for n in graph.variables([problem.root])})
        return Summation(
            Expression(graph, problem.root, [Variable(name) for name in names]),
            tuple(
                (one.name, to_text(graph, one.lower), to_text(graph, one.upper))
                for one in problem.ranges
            ),
            None if found is None else found.form,
            number.value if has_value else None,
            number.error if has_value else None,
            number.method,
            number.trust,
            number.outcome,
            () if found is None else tuple(one.text for one in found.conditions),
            None if found is None else found.check,
            number.note,
            number.digits,
            attempts=tuple(self.attempts),
        )


def _exact_form(known: IntegralNumber) -> _Form:
    """Return the number that all terms added up to, where it is exact."""
    mantissa, exponent = known.ball.man_exp()
    graph = Graph()
    form = Expression(graph, graph.const(int(mantissa) * Fraction(2) ** int(exponent)))
    check = judge_closed_form(form, [{}], lambda _: known)
    return _Form(form, check, "addition", ())


def _with_whole_ends(problem: RangedIntegral) -> RangedIntegral:
    """Return the problem with parameters in ends assumed whole, and the range not empty."""
    assumptions = dict(problem.assumptions or {})
    graph = problem.graph
    for one in problem.ranges:
        lower, upper = graph.value(one.lower), graph.value(one.upper)
        for node, bound in ((one.upper, lower), (one.lower, upper)):
            for variable in graph.variables([node]):
                name = str(graph.data[variable])
                if name not in problem.parameters or "integer" in assumptions.get(name, ""):
                    continue
                facts = [assumptions[name]] if name in assumptions else []
                facts.append(f"{name} integer")
                if node == variable and bound is not None:
                    sign = ">=" if node == one.upper else "<="
                    facts.append(f"{name} {sign} {bound}")
                assumptions[name] = ", ".join(facts)
    return replace(problem, assumptions=assumptions)


def _inner(problem: RangedIntegral) -> RangedIntegral:
    """Return the sum over the innermost range, all other variables parameters."""
    first = problem.ranges[0]
    graph = problem.graph
    nodes = [problem.root, first.lower, first.upper]
    free = {str(graph.data[n]) for n in graph.variables(nodes)} - {first.name}
    assumptions = dict(problem.assumptions or {})
    for outer in problem.ranges[1:]:
        if outer.name in free:
            lower = graph.value(outer.lower)
            least = f", {outer.name} >= {lower}" if lower is not None else ""
            assumptions[outer.name] = f"{outer.name} integer{least}"
    return replace(
        problem, ranges=(first,), parameters=tuple(sorted(free)), assumptions=assumptions
    )


def _outer(problem: RangedIntegral, form: Expression) -> RangedIntegral:
    """Return the sum of a closed form over the ranges that are left."""
    graph = problem.graph.copy()
    (root,) = graph.absorb(form.graph, [form.root])
    return replace(problem, graph=graph, root=root, ranges=problem.ranges[1:])
