"""`limit`: where a formula tends, in closed form and as a number, or why it tends nowhere."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from ..errors import ArgumentError
from ..expression import Expression
from ..graph.graph import Graph
from ..language import Limits, check_name
from ..outcome import Outcome, Trust
from ..verify.closed_forms import ClosedFormCheck, judge_closed_form
from ..verify.one_sided import LimitNumber
from ..worker import start_worker
from .budget import budgeted, check_budget
from .candidates import CandidateSearch, Draws, Way, concluded, place_words
from .found_limit import Limit
from .limit_problem import LimitProblem, read_limit
from .reading import Formula

__all__ = ["limit"]

SIDES = {"both": 0, "+": 1, "-": -1}
TASK = "symcalc.symbolic.asymptotics.limits:propose_limits"
#: What the worker loads before the time of the first way begins.
MODULES = ("symcalc.symbolic.asymptotics.limits",)
#: The ways to a closed form: their share of the time, and what they do.
WAYS = (
    ("continuity", 0.1, "the value at the place"),
    ("stirling", 0.3, "Stirling's formula"),
    ("gruntz", 0.6, "Gruntz' algorithm"),
    ("spellings", 0.6, "other spellings of the formula"),
)


@budgeted
def limit(
    expr: Formula,
    variable: str,
    at: Any,
    side: str = "both",
    *,
    assume: Any = None,
    parameters: Mapping[str, Any] | str | None = None,
    budget: float = 10.0,
    throw: bool = True,
    progress: Callable[[str], None] | None = None,
    syntax: str = "symcalc",
    limits: Limits | None = None,
) -> Limit:
    """Find where a formula tends as its variable approaches a place.

    Parameters
    ----------
    expr : str, Expression or SymPy expression
    variable : str
    at : number, str, Expression or SymPy expression
        The place: "oo" and "-oo" are infinity; it may depend on parameters.
    side : str
        "+" from above, "-" from below, or "both".
    assume : str or mapping, optional
        What is known of parameters: `"a > 0"`.
    parameters : mapping or str, optional
        Values of parameters, taken exactly, and put in first.
    budget : float
        Seconds for the search for a closed form.
    throw : bool
        Whether a limit that does not exist, or is not settled, raises.
    progress : callable, optional
        Called with a few words whenever another way is tried.
    syntax, limits
        As for `gradient`.

    Returns
    -------
    Limit
        `value` is infinite where the limit is. Where the two sides differ, `left` and `right` hold
        what each tends to. A side on which the formula has no real values is left out, and the
        note says so.

    Raises
    ------
    ParseError, LimitError, ArgumentError
        The input is not a limit.
    OutcomeError
        With `throw`: there is no limit (the sides differ, or the values oscillate), or it is not
        settled; `result` is the Limit.

    Notes
    -----
    Leading terms are derived from the leaves of the formula upwards, in ball arithmetic, on
    scales of powers, iterated logarithms and exponentials; values at distances down to 2**-2048
    must agree with them. A closed form from SymPy is compared with that, with parameters at five
    draws; one that disagrees is discarded. A limit in the sense of this check is evidence, not
    proof: nothing is known of features narrower than the least distance.

    References
    ----------
    D. Gruntz, *On computing limits in a symbolic manipulation system*, 1996.

    Examples
    --------
    >>> import symcalc as sc
    >>> print(sc.limit("(a^x - 1)/x", "x", 0, assume="a > 0").closed_form)
    log(a)
    >>> sc.limit("(1 + 1/x)^x", "x", "oo").digits
    '2.71828182845904523536028747135'
    >>> sc.limit("abs(x)/x", "x", 0, throw=False).note
    'left -1, right 1'
    """
    started = time.monotonic()
    if side not in SIDES:
        raise ArgumentError(f'`side` is {side!r:.40}; allowed are "both", "+" and "-".')
    check_budget(budget)
    problem = read_limit(
        expr,
        check_name(variable.strip()),
        at,
        SIDES[side],
        assume=assume,
        parameters=parameters,
        syntax=syntax,
        limits=limits,
    )
    return concluded(_Search(problem, budget, progress).run(), started, throw=throw)


@dataclass
class _Search:
    """One limit on its way to an answer."""

    problem: LimitProblem
    budget: float
    progress: Callable[[str], None] | None

    def run(self) -> Limit:
        problem = self.problem
        if problem.parameters:
            return self._with_parameters()
        number = problem.number()
        if number.outcome is Outcome.SIDES_DIFFER:
            left, right = (replace(self, problem=problem.from_side(side)).run() for side in (-1, 1))
            note = f"left {left.words}, right {right.words}"
            return self._answer(replace(number, note=note), left=left, right=right)
        if not number.is_known:
            return self._answer(number)
        exact = number.exact
        if exact is not None and number.trust is Trust.CHECKED:
            return self._answer(number, _constant(exact))
        return self._searched(number)

    def _searched(self, number: LimitNumber) -> Limit:
        """Return the answer with a closed form where one agrees with the number."""

        def judge(candidate: Any) -> ClosedFormCheck:
            return judge_closed_form(candidate.form, [{}], lambda _: number)

        search = CandidateSearch(self.budget, judge, self.progress)
        found = search.run(self._ways())
        if found is None:
            note = "; ".join(filter(None, (number.note, *search.rejected)))
            return self._answer(replace(number, note=note), search=search)
        form, check = found[0].form, found[1]
        if check.trust is Trust.CHECKED:
            number = replace(number, trust=Trust.CHECKED)
        return self._answer(number, form, check, search)

    def _with_parameters(self) -> Limit:
        """Return a closed form in the parameters that agrees at five draws."""
        start_worker(MODULES)
        problem = self.problem
        draws = Draws(
            problem.parameters, problem.assumptions, lambda point: problem.at_values(point).number()
        )
        search = CandidateSearch(
            self.budget, lambda c: draws.judge(problem.with_parameters(c.form)), self.progress
        )
        found = search.run(self._ways())
        none = LimitNumber(math.nan, math.nan, "", Trust.UNCHECKED, note=draws.remark)
        if found is not None:
            form = problem.with_parameters(found[0].form)
            number = replace(none, method=found[0].strategy, trust=found[1].trust)
            return self._answer(number, form, found[1], search)
        return self._answer(_without_form(draws, search), search=search)

    def _ways(self) -> list[Way]:
        problem = self.problem
        payload = problem.payload()
        return [
            Way(name, summary, share, TASK, (*payload, name), MODULES)
            for name, share, summary in WAYS
        ]

    def _answer(
        self,
        number: LimitNumber,
        form: Expression | None = None,
        check: ClosedFormCheck | None = None,
        search: CandidateSearch | None = None,
        left: Limit | None = None,
        right: Limit | None = None,
    ) -> Limit:
        problem = self.problem
        has_value = not math.isnan(number.value)
        return Limit(
            problem.expression(problem.root),
            problem.name,
            problem.expression(problem.place).text,
            {side: word for word, side in SIDES.items()}[problem.side],
            form,
            number.value if has_value else None,
            number.error if has_value else None,
            number.method,
            number.trust,
            number.outcome,
            check,
            number.note,
            number.digits,
            attempts=tuple(search.attempts) if search is not None else (),
            left=left,
            right=right,
        )


def _without_form(draws: Draws, search: CandidateSearch) -> LimitNumber:
    """Return what the draws have in common where no closed form was found."""
    seen = draws.seen()
    outcomes = {number.outcome for _, number in seen}
    outcome = outcomes.pop() if len(outcomes) == 1 else Outcome.NO_CLOSED_FORM
    if not outcome.is_good and outcome is not Outcome.NO_CLOSED_FORM:
        names = ", ".join(draws.names)
        note = f"at {len(seen)} values of {names}; {seen[0][1].note}".rstrip("; ")
        return LimitNumber(math.nan, math.nan, "leading terms", Trust.CHECKED, outcome, note)
    examples = {_short(number): place_words(point) for point, number in seen}
    listed = "; ".join(f"{found} at {place}" for found, place in examples.items())
    note = "; ".join(dict.fromkeys((listed, *search.rejected)))
    return LimitNumber(math.nan, math.nan, "", Trust.UNCHECKED, Outcome.NO_CLOSED_FORM, note)


def _short(number: Any) -> str:
    if math.isnan(number.value):
        return str(number.outcome.name.lower().replace("_", " "))
    return f"{number.value:.6g}"


def _constant(exact: Fraction | float) -> Expression:
    """Return a number, infinite ones included, as an expression."""
    graph = Graph()
    if isinstance(exact, float):
        return Expression(graph, graph.scale(1 if exact > 0 else -1, graph.call("oo")))
    return Expression(graph, graph.const(exact))
