"""Antiderivatives: proposed in the worker, accepted when their derivative is the integrand."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from ..expression import Expression, Variable
from ..language import Limits, check_name
from ..outcome import Outcome, Trust
from ..symbolic.integration import Candidate
from ..verify import DerivativeCheck, judge_derivatives
from .candidates import Attempt, Way, proposed
from .integral import Integral
from .reading import Formula, to_expression

__all__ = ["antiderivative"]

TASK = "symcalc.symbolic.integration:find_antiderivatives"


def antiderivative(
    expr: Formula,
    name: str,
    *,
    budget: float,
    progress: Callable[[str], None] | None = None,
    assume: Any = None,
    syntax: str = "symcalc",
    limits: Limits | None = None,
) -> Integral:
    """Return an antiderivative whose derivative was compared with the integrand."""
    name = check_name(name.strip())
    expression = to_expression(expr, declared=(name,), assume=assume, syntax=syntax, limits=limits)
    if progress is not None:
        progress("antiderivatives")
    started = time.monotonic()
    candidates, remark = _proposed(expression, name, budget)
    messages: list[str] = []
    for candidate in candidates:
        form = _in_all(candidate.form, expression)
        check = _judged(form, expression, name)
        if check.trust is Trust.CHECKED:
            attempts = (Attempt(candidate.strategy, time.monotonic() - started, "found"),)
            return Integral(
                expression,
                ((name, "", ""),),
                form,
                None,
                None,
                candidate.strategy,
                Trust.CHECKED,
                Outcome.DONE,
                check=check,
                attempts=attempts,
            )
        messages.append(check.message)
    found = "; ".join(dict.fromkeys(messages)) or remark
    return Integral(
        expression,
        ((name, "", ""),),
        None,
        None,
        None,
        "",
        Trust.UNCHECKED,
        Outcome.NO_CLOSED_FORM,
        note=found,
        attempts=(Attempt("antiderivatives", time.monotonic() - started, found),),
    )


def _proposed(expression: Expression, name: str, budget: float) -> tuple[list[Candidate], str]:
    """Return antiderivatives that were proposed in time, and a remark where there are none."""
    way = Way("antiderivatives", "looking for an antiderivative", 1.0, TASK, (expression, name))
    found, remark = proposed(way, budget)
    return found, remark if found else f"no antiderivative was found: {remark}"


def _in_all(form: Expression, expression: Expression) -> Expression:
    """Return a form as a formula in all variables of the integrand."""
    known = {variable.name: variable for variable in expression.variables}
    names = dict.fromkeys((*known, *form.names))
    return Expression(form.graph, form.root, [known.get(n) or Variable(n) for n in names])


def _judged(form: Expression, expression: Expression, name: str) -> DerivativeCheck:
    """Compare the derivative of a form with the integrand."""
    assumptions = {v.name: v.assumption for v in expression.variables if v.assumption}
    return judge_derivatives(
        (form.graph, form.root),
        [({name: 1}, expression.graph, expression.root)],
        form.names,
        assumptions=assumptions,
    )
