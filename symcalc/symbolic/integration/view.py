"""A definite integral as SymPy sees it: one range, a symbol that knows its range."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sympy

from ...errors import ArgumentError
from ...expression import Expression
from .problem import IntegralProblem

__all__ = ["Definite", "canonical", "definite", "is_form", "is_value", "to_expression", "view"]

#: What a closed form may not contain.
FORBIDDEN = (
    sympy.Integral,
    sympy.Sum,
    sympy.Product,
    sympy.Limit,
    sympy.Derivative,
    sympy.Subs,
    sympy.RootSum,
    sympy.meijerg,
    sympy.AccumBounds,
    sympy.Order,
    sympy.CRootOf,
)


@dataclass(frozen=True)
class Definite:
    """The integral of `f` over `x` from `a` to `b`, objects of SymPy, with a < b."""

    f: Any
    x: Any
    a: Any
    b: Any

    def with_integrand(self, f: Any) -> Definite:
        """Return the integral of another function over the same range."""
        return Definite(f, self.x, self.a, self.b)

    @property
    def is_half_line(self) -> bool:
        """Whether the range is (0, oo)."""
        return bool(self.a == 0 and self.b == sympy.oo)

    @property
    def is_line(self) -> bool:
        """Whether the range is (-oo, oo)."""
        return bool(self.a == -sympy.oo and self.b == sympy.oo)


def definite(f: Any, x: Any, a: Any, b: Any) -> Definite:
    """Return an integral whose variable is a fresh symbol that knows its sign."""
    facts: dict[str, bool] = {"real": True}
    if a.is_nonnegative:
        facts = {"positive": True}
    elif b.is_nonpositive:
        facts = {"negative": True}
    t = sympy.Dummy("x", **facts)
    return Definite(f.subs(x, t) if f.has(sympy.Piecewise) else f.xreplace({x: t}), t, a, b)


def view(problem: IntegralProblem) -> tuple[Any, list[tuple[Any, Any, Any]]]:
    """Return integrand and ranges in SymPy's objects, one symbol for each name."""
    parts = [problem.integrand]
    for _, lower, upper in problem.ranges:
        parts += [lower, upper]
    bound = {name for name, _, _ in problem.ranges}
    known: dict[str, Any] = {}
    for part in parts:
        for symbol in part.sympy.free_symbols:
            other = known.get(symbol.name)
            if other is None or len(symbol.assumptions0) > len(other.assumptions0):
                known[symbol.name] = symbol
    known.update({name: sympy.Symbol(name, real=True) for name in bound})
    own: list[Any] = [canonical(part.sympy, known.values()) for part in parts]
    names = [name for name, _, _ in problem.ranges]
    return own[0], [(known[name], own[2 * i + 1], own[2 * i + 2]) for i, name in enumerate(names)]


def canonical(obj: Any, symbols: Iterable[Any]) -> Any:
    """Return a formula with each symbol replaced by the one of the same name, decimals exact."""
    known = {symbol.name: symbol for symbol in symbols}
    swap = {s: known[s.name] for s in obj.free_symbols if known.get(s.name, s) != s}
    swap.update({number: sympy.Rational(str(number)) for number in obj.atoms(sympy.Float)})
    return obj.xreplace(swap) if swap else obj


def is_form(obj: Any) -> bool:
    """Whether this may stand as a closed form: finite, real as it looks, nothing left to do."""
    return is_value(obj) and not obj.has(sympy.Dummy)


def is_value(obj: Any) -> bool:
    """Whether this is a form, perhaps in letters of an integral further out."""
    if obj is None or obj.has(*FORBIDDEN) or obj.has(sympy.nan, sympy.zoo, sympy.oo, -sympy.oo):
        return False
    return not obj.has(sympy.I)


def to_expression(obj: Any) -> Expression | None:
    """Return a closed form as an expression of symcalc, or None where it has no function for it."""
    try:
        return Expression.from_sympy(obj)
    except (ArgumentError, RecursionError):
        return None
