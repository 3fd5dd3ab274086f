"""Stationary points in closed form, with Lagrange multipliers: SymPy solves, others judge.

Runs in the worker process, named there: "…stationary_points:propose_stationary_points".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from typing import Any, NamedTuple

from ..errors import ArgumentError
from ..expression import Expression

__all__ = ["Proposal", "Root", "propose_stationary_points"]

#: Numbers are sent in this many digits beside their closed forms.
DIGITS = 30

#: A root whose imaginary part is below this is real: radicals of cubics pass through complex ones.
REAL = 1e-20


class Root(NamedTuple):
    """One solution: closed forms (None where symcalc has no node for one) and decimals by name."""

    forms: dict[str, Expression | None]
    digits: dict[str, str]


class Proposal(NamedTuple):
    """The stationary points on which certain constraints are held at zero.

    Attributes
    ----------
    held : tuple of int
        The constraints held, by number.
    roots : tuple of Root
        Of the variables; multipliers follow from them.
    is_whole : bool
        Whether the equations are polynomials and all solutions are single points.
    curves : tuple of dict of str to Expression
        Solutions that leave variables free: those that are not free, in terms of these.
    is_solved : bool
        Whether SymPy knew a way to solve the equations.
    is_singular : bool
        Whether the gradients of the constraints held depend on each other there: a minimum may
        then have no multipliers.
    """

    held: tuple[int, ...]
    roots: tuple[Root, ...]
    is_whole: bool
    curves: tuple[dict[str, Expression], ...] = ()
    is_solved: bool = True
    is_singular: bool = False


def propose_stationary_points(
    objective: Expression,
    gaps: Sequence[Expression],
    equalities: Sequence[bool],
    names: Sequence[str],
    report: Callable[[Proposal], None],
) -> None:
    """Report the solutions of Lagrange's equations, for one set of held constraints after another.

    Parameters
    ----------
    objective : Expression
    gaps : sequence of Expression
        What equations have zero, and inequalities not negative.
    equalities : sequence of bool
    names : sequence of str
        The variables.
    report : callable
        Called with a `Proposal` for every set.
    """
    import sympy

    formulas = [formula.sympy for formula in (objective, *gaps)]
    is_kinked = any(formula.has(sympy.Abs, sympy.Max, sympy.Min) for formula in formulas)
    symbols = [sympy.Symbol(name, real=True if is_kinked else None) for name in names]
    f, *c = (_plain(formula, symbols) for formula in formulas)
    always = [place for place, is_equal in enumerate(equalities) if is_equal]
    free = [place for place, is_equal in enumerate(equalities) if not is_equal]
    for size in range(len(free) + 1):
        for chosen in combinations(free, size):
            held = tuple(sorted((*always, *chosen)))
            weights = [sympy.Symbol(f"lambda_{place}") for place in held]
            lagrangian = f - sum(w * c[place] for w, place in zip(weights, held, strict=True))
            equations = [sympy.diff(lagrangian, symbol) for symbol in symbols]
            equations += [c[place] for place in held]
            report(_solved(held, equations, symbols, weights))
    for size in range(len(free) + 1):
        for chosen in combinations(free, size):
            held = tuple(sorted((*always, *chosen)))
            report(_singular(held, [c[place] for place in held], symbols))


def _singular(held: tuple[int, ...], gaps: list[Any], symbols: list[Any]) -> Proposal:
    """Return the points where constraints vanish and their gradients depend on each other.

    Linear constraints have multipliers at every minimum, whatever their gradients.
    """
    import sympy

    rows = sympy.Matrix([[sympy.diff(gap, symbol) for symbol in symbols] for gap in gaps])
    if not gaps or all(not entry.free_symbols for entry in rows):
        return Proposal(held, (), True, is_singular=True)
    k = len(gaps)
    minors = [rows[:, list(some)].det() for some in combinations(range(len(symbols)), k)]
    return _solved(held, [*gaps, *minors], symbols, [])._replace(is_singular=True)


def _plain(formula: Any, symbols: Sequence[Any]) -> Any:
    """Return a formula in other symbols.

    They are without assumptions, on which solving would lean, but for kinks: the derivative of an
    absolute value is that of a real one.
    """
    known = {str(symbol): symbol for symbol in formula.free_symbols}
    return formula.subs({known[str(s)]: s for s in symbols if str(s) in known})


def _solved(held: tuple[int, ...], equations: list[Any], symbols: list[Any], weights: list[Any]
            ) -> Proposal:  # fmt: skip
    """Return the solutions of one set of equations."""
    import sympy

    unknowns = [*weights, *symbols]
    needed = [equation for equation in map(sympy.expand, equations) if equation != 0]
    if any(not equation.free_symbols for equation in needed):
        return Proposal(held, (), True)
    roots, is_polynomial = None, all(e.is_polynomial(*unknowns) for e in needed)
    if needed and is_polynomial:
        roots = _polynomial_roots(needed, symbols, weights)
    if roots is not None:
        return Proposal(held, tuple(roots), True)
    try:
        solutions = sympy.solve(needed, unknowns, dict=True) if needed else [{}]
    except (NotImplementedError, ValueError, TypeError):  # SymPy's ways to say that it cannot
        return Proposal(held, (), False, is_solved=False)
    found: list[Root] = []
    curves = []
    for solution in solutions:
        values = [solution.get(symbol) for symbol in symbols]
        if any(value is None or value.free_symbols for value in values):
            forms = {str(s): _form(v) for s, v in zip(symbols, values, strict=True)
                     if v is not None}  # fmt: skip
            curves.append({name: form for name, form in forms.items() if form is not None})
            if len(curves[-1]) < len(forms):
                curves.pop()
        else:
            found += _root(symbols, values)
    return Proposal(held, tuple(found), False, tuple(curves))


def _polynomial_roots(
    equations: list[Any], symbols: list[Any], weights: list[Any]
) -> list[Root] | None:
    """Return all real solutions of polynomials with rational coefficients.

    None where their coefficients are not rational, or the solutions are no single points. A
    Groebner basis is turned (FGLM) so that it ends in a polynomial of one variable, once for each
    variable: the real roots of these are all values that the variable can have. Points are built
    from them one variable at a time, those kept on which every polynomial of the basis vanishes.
    """
    import sympy

    if any(not sympy.Poly(e, *weights, *symbols).domain.is_ZZ
           and not sympy.Poly(e, *weights, *symbols).domain.is_QQ for e in equations):  # fmt: skip
        return None
    basis = sympy.groebner(equations, *weights, *symbols, order="grevlex")
    if basis.exprs == [1]:
        return []
    if not basis.is_zero_dimensional:
        return _without_weights(basis, symbols, weights)
    values = {}
    for symbol in symbols:
        rest = [other for other in symbols if other != symbol]
        turned = sympy.groebner(basis.exprs, *weights, *rest, symbol, order="grevlex").fglm("lex")
        alone = next(e for e in turned.exprs if e.free_symbols <= {symbol})
        values[symbol] = _real_roots(sympy.Poly(alone, symbol))
    whole = basis.fglm("lex")
    points: list[dict[Any, Any]] = [{}]
    for place, symbol in enumerate(reversed(symbols)):
        known = set(symbols[len(symbols) - 1 - place :])
        tests = [e for e in whole.exprs if e.free_symbols <= known and symbol in e.free_symbols]
        points = [
            {**point, symbol: value}
            for point in points
            for value in values[symbol]
            if all(_vanishes(test, {**point, symbol: value}) for test in tests)
        ]
    return [
        Root(
            {str(symbol): _form(point[symbol]) for symbol in symbols},
            {str(symbol): str(point[symbol].evalf(DIGITS)) for symbol in symbols},
        )
        for point in points
    ]


def _without_weights(basis: Any, symbols: list[Any], weights: list[Any]) -> list[Any] | None:
    """Return the points where multipliers are not unique, but points are single."""
    import sympy

    if not weights:
        return None
    whole = sympy.groebner(basis.exprs, *weights, *symbols, order="lex")
    rest = [e for e in whole.exprs if not e.free_symbols.intersection(weights)]
    return _polynomial_roots(rest, symbols, []) if rest else None


def _real_roots(polynomial: Any) -> list[Any]:
    """Return the real roots of a polynomial of one variable, in radicals where these are real."""
    import sympy

    found = []
    for factor, _ in polynomial.factor_list()[1]:
        radicals = sympy.roots(factor, multiple=True) if factor.degree() <= 4 else []
        plain = [root for root in radicals if not root.has(sympy.I) and root.is_real]
        for root in factor.real_roots():
            near = [r for r in plain if abs(r.evalf(DIGITS) - root.evalf(DIGITS)) < 1e-20]
            found.append(near[0] if near else root)
    return found


def _vanishes(polynomial: Any, point: dict[Any, Any]) -> bool:
    """Whether a polynomial is zero at a point, to many digits."""
    import sympy

    symbols = list(point)
    numbers = [point[symbol].evalf(60) for symbol in symbols]
    total, size = sympy.Float(0, 60), sympy.Float(0, 60)
    for powers, coefficient in sympy.Poly(polynomial, *symbols).terms():
        term = sympy.Float(coefficient, 60)
        for number, power in zip(numbers, powers, strict=True):
            term *= number**power
        total, size = total + term, size + abs(term)
    return bool(abs(total) <= sympy.Float("1e-40", 60) * size)


def _root(symbols: list[Any], values: list[Any]) -> Iterator[Root]:
    """Yield a solution where it is real."""
    forms: dict[str, Expression | None] = {}
    digits: dict[str, str] = {}
    for symbol, value in zip(symbols, values, strict=True):
        real, imaginary = value.evalf(DIGITS).as_real_imag()
        if not (real.is_Float or real.is_Integer or real.is_Rational):
            return
        if abs(imaginary) > REAL * (1 + abs(real)):
            return
        digits[str(symbol)] = str(real)
        forms[str(symbol)] = _form(value)
    yield Root(forms, digits)


def _form(value: Any) -> Expression | None:
    """Return a closed form that people can read, None where there is none."""
    import sympy

    if value.has(sympy.CRootOf) or value.count_ops() > 60:
        return None
    tidy = sympy.radsimp(sympy.simplify(value))
    if tidy.has(sympy.I):
        return None
    try:
        return Expression.from_sympy(tidy)
    except ArgumentError:
        return None
