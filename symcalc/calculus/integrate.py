"""`integrate`: a closed form that was checked, a number whose error holds, or why there is none."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from ..errors import ArgumentError
from ..expression import Expression, Variable
from ..facts import IntegrandFacts
from ..language import Limits
from ..outcome import Outcome, Trust
from ..verify.closed_forms import ClosedFormCheck
from ..worker import start_worker
from ..writing import to_text
from .budget import budgeted, check_budget
from .candidates import concluded
from .indefinite import antiderivative
from .integral import Integral
from .integral_forms import MODULES, FormSearch, with_parameters
from .integral_number import closed_number, integral_number
from .integral_value import IntegralNumber
from .integration_ranges import RangedIntegral, read_problem
from .reading import Formula

__all__ = ["integrate"]

#: "symbolic" wants a closed form only, "numeric" a number only.
METHODS = ("auto", "symbolic", "numeric")

#: What one proof may take of the budget, and at most, in seconds.
PROOF_SHARE, PROOF_SECONDS = 0.3, 1.5
#: What a number may take of it where closed forms are to be searched for as well.
NUMBER_SHARE = 0.6


@budgeted
def integrate(
    expr: Formula,
    *ranges: Any,
    assume: Any = None,
    parameters: Mapping[str, Any] | str | None = None,
    budget: float = 10.0,
    method: str = "auto",
    principal_value: bool = False,
    throw: bool = True,
    progress: Callable[[str], None] | None = None,
    syntax: str = "symcalc",
    limits: Limits | None = None,
) -> Integral:
    """Integrate a formula over one or several ranges, or find an antiderivative.

    Parameters
    ----------
    expr : str, Expression or SymPy expression
        The integrand.
    *ranges : ("x", lower, upper), or "x"
        Innermost first; ends are formulas, numbers, or "oo" and "-oo", and may depend on the
        variables of ranges behind and on parameters. A name alone asks for an antiderivative.
    assume : str or mapping, optional
        What is known of parameters: `"a > 0, n positive integer"`.
    parameters : mapping or str, optional
        Values of parameters, `{"a": 2}` or `"a=1/2"`: taken exactly, and put in first, so that
        they decide branches.
    budget : float
        Seconds for everything.
    method : str
        "auto", "symbolic" (no number where no closed form is found) or "numeric" (no search for
        a closed form).
    principal_value : bool
        Whether simple poles inside the range are taken as Cauchy's principal value.
    throw : bool
        Whether an integral without a value, or one that is only suspected, raises.
    progress : callable, optional
        Called with a few words whenever another way is tried.
    syntax, limits
        As for `gradient`.

    Returns
    -------
    Integral
        `closed_form` is given only after it agreed with an independent value: for an integral
        without parameters with its enclosure or quadrature, else at five draws of the parameters
        (three where each takes long).
        `value` and `error`: `Trust.PROVEN` where ball arithmetic encloses the integral,
        `Trust.CHECKED` where two unrelated methods agree.

    Raises
    ------
    ParseError, LimitError, ArgumentError
        The input is not an integral.
    OutcomeError
        With `throw`: the integral diverges (the message names the place and the exponent), has no
        real value, or methods disagree; `result` is the Integral.

    Notes
    -----
    The behavior of the integrand at its singularities and at infinity decides convergence before
    any sampling. Then `acb.integral` of Arb encloses the value where its functions reach;
    strategies of symbolic integration run in a worker process, each with its share of the budget;
    where there is no proof, Gauss-Kronrod panels and a double-exponential rule must agree.

    References
    ----------
    F. Johansson, *Numerical integration in arbitrary-precision ball arithmetic*, ICMS 2018.
    H. Takahasi and M. Mori, *Double exponential formulas for numerical integration*, 1974.

    Examples
    --------
    >>> import symcalc as sc
    >>> integral = sc.integrate("exp(-a*x^2)", ("x", "-oo", "oo"), assume="a > 0")
    >>> str(integral.closed_form)
    'sqrt(pi)/sqrt(a)'
    >>> sc.integrate("tanh(1000*(x - 1/3))", ("x", 0, 1)).value
    0.3333333333333333
    >>> sc.integrate("1/x^2", ("x", -1, 1), throw=False).note
    'divergent at x = 0, like |x|^-2'
    """
    started = time.monotonic()
    _check_options(method, budget)
    if not ranges:
        raise ArgumentError('Name the variable and its range, ("x", 0, 1), or "x" alone.')
    options: dict[str, Any] = {"assume": assume, "syntax": syntax, "limits": limits}
    if len(ranges) == 1 and isinstance(ranges[0], str):
        found = antiderivative(expr, ranges[0], budget=budget, progress=progress, **options)
    else:
        problem = read_problem(expr, ranges, parameters=parameters, **options)
        found = _Definite(problem, budget, method, principal_value, progress).run()
    return concluded(found, started, throw=throw)


def _check_options(method: str, budget: float) -> None:
    """Raise an error for options that are not allowed."""
    if method not in METHODS:
        allowed = ", ".join(METHODS)
        raise ArgumentError(f"Unknown method {method!r:.40}; allowed are {allowed}.")
    check_budget(budget)


class _Definite:
    """One definite integral on its way to an answer."""

    def __init__(
        self,
        problem: RangedIntegral,
        budget: float,
        method: str,
        principal_value: bool,
        progress: Callable[[str], None] | None,
    ) -> None:
        self.problem, self.budget, self.method = problem, budget, method
        self.principal_value, self.progress = principal_value, progress
        self.started = time.monotonic()
        self.facts: IntegrandFacts | None = None
        self.places: tuple[float, ...] = ()

    def run(self) -> Integral:
        known: IntegralNumber | None = None
        if self.method != "numeric":
            start_worker(MODULES)  # it loads while proofs run
        if not self.problem.parameters:
            share = 1.0 if self.method == "numeric" else NUMBER_SHARE
            known = integral_number(
                self.problem,
                seconds=min(PROOF_SHARE * self.budget, PROOF_SECONDS),
                principal_value=self.principal_value,
                deadline=self.started + share * self.budget,
            )
            self.facts, self.places = known.facts, known.places
            if not known.outcome.is_good and known.outcome is not Outcome.SUSPECT:
                return self._answer(known)
        if self.method == "numeric":
            return self._answer(known) if known is not None else self._no_form(None)
        left = self.budget - (time.monotonic() - self.started)
        search = FormSearch(self.problem, left, known, self.progress, self.principal_value)
        found = search.run()
        refusal = search.refusal
        if refusal is not None:
            return self._answer(refusal, search=search)
        if found is None:
            return self._no_form(known, search)
        candidate, check = found
        form = with_parameters(candidate.form, self.problem)
        return self._with_form(form, check, candidate.strategy, known, search)

    # -- answers --------------------------------------------------------------------------

    def _with_form(
        self,
        form: Expression,
        check: ClosedFormCheck,
        strategy: str,
        known: IntegralNumber | None,
        search: FormSearch,
    ) -> Integral:
        """Return the answer with a closed form."""
        if self.problem.parameters:
            trust = check.trust
            plain = IntegralNumber(math.nan, math.nan, strategy, trust, note=search.remark)
            return self._answer(plain, form, check, search)
        if known is not None and known.trust is Trust.PROVEN:
            return self._answer(known, form, check, search)
        number = closed_number(form, known, check, strategy)
        return self._answer(number, form, check, search)

    def _no_form(self, known: IntegralNumber | None, search: FormSearch | None = None) -> Integral:
        """Return the answer without a closed form."""
        if known is not None and self.method != "symbolic":
            rejected = "; ".join(dict.fromkeys(search.rejected)) if search else ""
            note = "; ".join(filter(None, (known.note, rejected)))
            return self._answer(replace(known, note=note), search=search)
        note = "; ".join(filter(None, (search.remark, *search.rejected))) if search else ""
        nothing = IntegralNumber(
            math.nan, math.nan, "", Trust.UNCHECKED, Outcome.NO_CLOSED_FORM, note
        )
        return self._answer(nothing, search=search)

    def _answer(
        self,
        number: IntegralNumber,
        form: Expression | None = None,
        check: ClosedFormCheck | None = None,
        search: FormSearch | None = None,
    ) -> Integral:
        problem = self.problem
        graph = problem.graph
        has_value = math.isfinite(number.value)
        names = sorted({str(graph.data[n]) for n in graph.variables([problem.root])})
        return Integral(
            Expression(graph, problem.root, [Variable(name) for name in names]),
            tuple(
                (one.name, to_text(graph, one.lower), to_text(graph, one.upper))
                for one in problem.ranges
            ),
            form,
            number.value if has_value else None,
            number.error if has_value else None,
            number.method,
            number.trust,
            number.outcome,
            search.conditions if search is not None and form is not None else (),
            check,
            number.note,
            number.digits,
            attempts=tuple(search.attempts) if search is not None else (),
            is_principal_value=number.is_principal_value,
            facts=self.facts,
            places=self.places,
        )
