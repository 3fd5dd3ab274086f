"""The strategies in their order, and how one of them is run on an integral."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import sympy

from ...expression import Expression
from ..deadline import within_seconds
from .auxiliary import auxiliary_integrals
from .beta import beta_integrals
from .gamma_integrals import log_gamma_integrals
from .gaussian import gaussian_integrals
from .laplace import periodic_over_half_line
from .meijer import by_meijer
from .mellin import half_line
from .parametric import by_parameter
from .parts import by_parts
from .period import over_a_period
from .planck_waves import planck_waves
from .primitives import ERRORS, antiderivatives, by_heurisch, by_risch, by_rules
from .principal import principal_values
from .problem import Candidate, IntegralProblem
from .quadratic import over_a_quadratic
from .residues import residues
from .several import homogeneous, iterated, polar, swapped
from .split import cases, pieces
from .substitution import radical_free, substituted
from .symmetry import reflected
from .tidy import tidy
from .view import Definite, definite, is_form, to_expression, view

__all__ = ["propose", "propose_antiderivatives", "solve"]

Way = Callable[[Definite], Iterator[Any]]

#: For one attempt inside another strategy.
SECONDS = 3.0

#: How often symmetry and substitution may follow each other.
MAX_DEPTH = 3


def _table(problem: Definite) -> Iterator[Any]:
    yield from over_a_quadratic(problem)
    yield from gaussian_integrals(problem)
    yield from auxiliary_integrals(problem)
    yield from half_line(problem)
    yield from beta_integrals(problem)
    yield from over_a_period(problem)
    yield from log_gamma_integrals(problem)


def _residues(problem: Definite) -> Iterator[Any]:
    yield from residues(problem)
    yield from planck_waves(problem)


def _symmetry(problem: Definite) -> Iterator[Any]:
    yield from reflected(problem, _deeper)


def _substitution(problem: Definite) -> Iterator[Any]:
    yield from substituted(problem, _deeper)


def _parts(problem: Definite) -> Iterator[Any]:
    yield from by_parts(problem, _deeper)


def _radical(problem: Definite) -> Iterator[Any]:
    yield from radical_free(problem, _cheap)


def _parameter(problem: Definite) -> Iterator[Any]:
    yield from by_parameter(problem, partial(_first, names=(*_CHEAP, "radical")))


#: The ways for one variable, in the order of the ladder.
WAYS: dict[str, Way] = {
    "table": _table,
    "residues": _residues,
    "rules": by_rules,
    "symmetry": _symmetry,
    "meijerg": by_meijer,
    "substitution": _substitution,
    "parts": _parts,
    "parameter": _parameter,
    "risch": by_risch,
    "heurisch": by_heurisch,
}

#: Those that are tried inside of others, and for parts of a split range.
_CHEAP = ("table", "residues", "rules")
_INNER: dict[str, Way] = {**WAYS, "radical": _radical}


class _Depth:
    """How deep substitutions are nested now."""

    now = 0


def _cheap(problem: Definite) -> Iterator[Any]:
    yield from _first(problem, _CHEAP)


def _deeper(problem: Definite) -> Iterator[Any]:
    """Solve what a symmetry or a substitution has left, by cheap ways, then by those again."""
    if _Depth.now >= MAX_DEPTH:
        return
    _Depth.now += 1
    try:
        names = (*_CHEAP, *(("radical",) if _Depth.now > 1 else ("symmetry", "radical", "parts")))
        yield from _first(problem, names)
    finally:
        _Depth.now -= 1


def _first(problem: Definite, names: tuple[str, ...]) -> Iterator[Any]:
    """Yield what the first way that has an answer says."""
    parts = pieces(problem)
    if parts is None:
        yield from cases(problem, partial(_first, names=names))
        return
    total: Any = 0
    for part in parts:
        value = next(
            (v for name in names for v in _tried(_INNER[name], part)),
            None,
        )
        if value is None:
            return
        total += value
    yield total


def _tried(way: Way, problem: Definite) -> list[Any]:
    """Return the first usable value that a way proposes, within its time."""
    if problem.f == 0:
        return [sympy.Integer(0)]

    def work() -> list[Any]:
        try:
            for value in way(problem):
                value = tidy_inner(value)
                if value is not None:
                    return [value]
        except ERRORS:
            pass
        return []

    return within_seconds(SECONDS, work) or []


def tidy_inner(value: Any) -> Any:
    """Return a value that may be integrated once more."""
    if value is None or value.has(sympy.nan, sympy.zoo, sympy.oo, -sympy.oo):
        return None
    return value


def solve(problem: Definite, name: str) -> Iterator[Any]:
    """Propose closed forms of a one-dimensional integral by one way.

    Where the range must be split, a part that this way cannot do may be done by a cheaper one.
    """
    if name == "rules":
        yield from periodic_over_half_line(problem, _cheap)
    parts = pieces(problem)
    if parts is None:
        yield from cases(problem, partial(_by_any, name=name))
    elif len(parts) == 1:
        yield from WAYS[name](_halved(parts[0]))
    else:
        yield from _by_any(problem, name=name)


def _by_any(problem: Definite, name: str) -> Iterator[Any]:
    names = list(WAYS)
    before = tuple(n for n in names[: names.index(name)] if n in _CHEAP)
    yield from _first(problem, (name, *before))


def _halved(problem: Definite) -> Definite:
    """Return half of a symmetric range where the integrand is even; nothing where it is odd."""
    f, x, a, b = problem.f, problem.x, problem.a, problem.b
    if a + b != 0 and not problem.is_line:
        return problem
    mirrored = f.subs(x, -x)
    if sympy.expand(mirrored + f) == 0:
        return problem.with_integrand(sympy.Integer(0))
    if sympy.expand(mirrored - f) == 0 and not problem.is_line:
        return definite(2 * f, x, sympy.Integer(0), b)
    return problem


def _several(name: str) -> Callable[[Any, list[Any]], Iterator[Any]]:
    """Return a strategy for several variables, all cheaper ways inside."""
    forms = {"iterated": iterated, "swapped": swapped, "polar": polar, "homogeneous": homogeneous}
    ways = tuple(n for n in WAYS if n not in ("heurisch",))

    def inner(problem: Definite) -> Iterator[Any]:
        for value in _first(_halved(problem), ways):
            yield _shortest(value)

    def run(f: Any, ranges: list[Any]) -> Iterator[Any]:
        yield from forms[name](f, ranges, inner)

    return run


def _shortest(value: Any) -> Any:
    """Return an inner integral simplified, where that is quick."""
    found = within_seconds(0.5, lambda: sympy.simplify(value))
    return found if found is not None and found.count_ops() <= value.count_ops() else value


def propose(problem: IntegralProblem, name: str) -> Iterator[Candidate]:
    """Yield the candidates of a strategy for an integral."""
    f, ranges = view(problem)
    if len(ranges) == 1:
        x, a, b = ranges[0]
        if name == "principal":
            found = principal_values(definite(f, x, a, b))
        elif name in WAYS:
            found = solve(definite(f, x, a, b), name)
        else:
            return
    elif name in WAYS:
        return
    else:
        found = _several(name)(f, ranges)
    seen: set[Any] = set()
    while True:
        try:
            form = next(found, None)
        except ERRORS:
            return
        if form is None:
            return
        form = tidy(sympy.sympify(form, strict=True))
        if form is None or form in seen or not is_form(form):
            continue
        seen.add(form)
        expression = to_expression(form)
        if expression is not None:
            yield Candidate(expression, name)


def propose_antiderivatives(integrand: Expression, name: str) -> Iterator[Candidate]:
    """Yield antiderivatives of an integrand in one of its variables."""
    f = view(IntegralProblem(integrand, ()))[0]
    known = {symbol.name: symbol for symbol in f.free_symbols}
    x = known.get(name, sympy.Symbol(name, real=True))
    for strategy, found in antiderivatives(f, x):
        form = tidy(found)
        expression = to_expression(form) if form is not None and is_form(form) else None
        if expression is not None:
            yield Candidate(expression, strategy)
