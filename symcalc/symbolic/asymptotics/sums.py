"""Closed forms of sums: SymPy's own, telescoping, and partial fractions by the digamma function."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import sympy
from sympy.concrete.gosper import gosper_sum
from sympy.concrete.summations import eval_sum_residue

from ..deadline import within_seconds
from ..integration.primitives import ERRORS
from ..integration.problem import Candidate, IntegralProblem
from ..integration.tidy import tidy
from ..integration.view import is_form, to_expression, view

__all__ = ["propose_sums"]

#: For one spelling of the summand.
SECONDS = 4.0


def propose_sums(
    problem: IntegralProblem, way: str, report: Callable[[Any], None] | None = None
) -> tuple[Candidate, ...]:
    """Return closed forms of a sum over one range; nothing of them has been checked.

    Parameters
    ----------
    problem : IntegralProblem
        Summand and range.
    way : str
        "summation", "telescoping", "residues" or "spellings".
    report : callable, optional
        Gets each candidate as soon as it is found.
    """
    f, ((x, a, b),) = view(problem)
    facts: dict[str, bool] = {"integer": True}
    if a.is_positive:
        facts["positive"] = True
    elif a.is_nonnegative:
        facts["nonnegative"] = True
    n = sympy.Dummy("n", **facts)
    whole = {
        symbol: sympy.Symbol(symbol.name, integer=True, **_sign(symbol))
        for symbol in a.free_symbols | b.free_symbols
    }
    back = {new: old for old, new in whole.items()}
    f, a, b = f.subs(x, n).subs(whole), a.subs(whole), b.subs(whole)
    found: list[Candidate] = []
    for value in _WAYS[way](f, n, a, b):
        for form, conditions in _branches(value.subs(back)):
            candidate = _candidate(form, conditions, way)
            if candidate is not None and candidate.form not in [one.form for one in found]:
                found.append(candidate)
                if report is not None:
                    report(candidate)
    return tuple(found)


def _sign(symbol: Any) -> dict[str, bool]:
    return {"positive": True} if symbol.is_positive else {}


def _branches(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield forms with the condition under which each holds."""
    if isinstance(value, sympy.Piecewise):
        for form, condition in value.args:
            if not form.has(sympy.Sum):
                yield form, condition
    else:
        yield value, sympy.true


def _candidate(form: Any, condition: Any, way: str) -> Candidate | None:
    """Return a form that symcalc can write, with its conditions."""
    form = form.replace(sympy.harmonic, _harmonic)
    form = tidy(sympy.hyperexpand(form) if form.has(sympy.hyper) else form)
    if form is None or not is_form(form):
        return None
    shown = to_expression(form)
    if shown is None:
        return None
    parts = condition.args if isinstance(condition, sympy.And) else (condition,)
    conditions = [to_expression(part) for part in parts if part != sympy.true]
    if any(one is None for one in conditions):
        return None
    return Candidate(shown, way, conditions=tuple(one for one in conditions if one is not None))


def _harmonic(index: Any, order: Any = 1) -> Any:
    """Return a harmonic number in functions that symcalc has."""
    if order == 1:
        return sympy.digamma(index + 1) + sympy.EulerGamma
    if order.is_Integer:
        rest = (-1) ** order * sympy.polygamma(order - 1, index + 1) / sympy.factorial(order - 1)
        return sympy.zeta(order) - rest
    return sympy.harmonic(index, order)


def _by_summation(f: Any, n: Any, a: Any, b: Any) -> Iterator[Any]:
    yield from _found(lambda: sympy.summation(f, (n, a, b)))
    for slope in {part.args[0].coeff(n) for part in f.atoms(sympy.exp) if part.has(n)}:
        yield from _found(partial(_geometric, f, n, a, b, slope))


def _geometric(f: Any, n: Any, a: Any, b: Any, slope: Any) -> Any:
    """Return the sum with exp(slope*n) taken for the power of a number."""
    q = sympy.Dummy("q", positive=True)
    powers = f.replace(
        lambda part: isinstance(part, sympy.exp) and part.args[0].coeff(n) == slope,
        lambda part: q**n * sympy.exp(sympy.expand(part.args[0] - slope * n)),
    )
    return sympy.summation(powers, (n, a, b)).subs(q, sympy.exp(slope))


def _by_telescoping(f: Any, n: Any, a: Any, b: Any) -> Iterator[Any]:
    if b != sympy.oo:
        yield from _found(lambda: gosper_sum(f, (n, a, b)))
        return
    m = sympy.Dummy("m", integer=True, positive=True)
    for total in _found(lambda: gosper_sum(f, (n, a, m))):
        yield from _found(partial(sympy.limit, total, m, sympy.oo))


def _by_residues(f: Any, n: Any, a: Any, b: Any) -> Iterator[Any]:
    yield from _found(lambda: eval_sum_residue(f, (n, a, b)))


def _by_spellings(f: Any, n: Any, a: Any, b: Any) -> Iterator[Any]:
    """Propose the sums of other spellings, term by term where there are several."""
    seen = {f}
    for spell in _SPELLINGS:
        for other in _found(partial(spell, f, n)):
            if other in seen:
                continue
            seen.add(other)
            yield from _found(partial(sympy.summation, other, (n, a, b)))
            if other.is_Add:
                yield from _found(partial(_by_terms, other, n, a, b))


def _by_terms(f: Any, n: Any, a: Any, b: Any) -> Any:
    """Return the sums of the terms, added up."""
    return sum(sympy.summation(term, (n, a, b)) for term in f.args)


_SPELLINGS: tuple[Callable[[Any, Any], Any], ...] = (
    lambda f, n: sympy.apart(sympy.together(f), n),
    lambda f, n: sympy.expand(f),
    lambda f, n: sympy.combsimp(f),
    lambda f, n: sympy.expand(sympy.powsimp(sympy.expand_trig(f).rewrite(sympy.exp))),
)


def _found(work: Callable[[], Any]) -> Iterator[Any]:
    """Yield what the work returns, where it is a sum in closed form, in time."""
    try:
        value = within_seconds(SECONDS, work)
    except ERRORS:
        return
    if value is not None:
        yield sympy.sympify(value, strict=True)


_WAYS = {
    "summation": _by_summation,
    "telescoping": _by_telescoping,
    "residues": _by_residues,
    "spellings": _by_spellings,
}
