"""Where a formula of one variable takes its values in a given set, exactly where that can be.

The formula is undone from the outside in: a shift, a factor, a power, a monotone function. What
is a quotient of polynomials, in the variable or in one subexpression, is solved by its real roots.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from ..errors import SymcalcError
from ..expression import Expression
from ..functions import TABLE
from ..graph.graph import Graph, Node
from .deadline import within_seconds
from .expansion import PIVOT, in_pivot
from .realset import Exact, RealSet

__all__ = ["preimage"]

MAX_NODES, MAX_DEGREE, SECONDS = 120, 24, 2.0
#: Powers of whole numbers beyond this are not undone.
MAX_POWER = 10**6


def preimage(graph: Graph, node: Node, target: RealSet) -> RealSet | None:
    """Return where a formula of one variable has its value in a set; None where unsolved.

    Where the formula has no value it may be counted in or out: intersect with its domain.
    """
    if len(graph.reachable([node])) > MAX_NODES:
        return None
    try:
        return _preimage(graph.copy(), node, target)
    except _GIVEN_UP:
        return None


#: What SymPy raises where it cannot tell: two numbers apart, or that one is real.
_GIVEN_UP = (TypeError, ValueError, NotImplementedError, ArithmeticError, AttributeError)


def _preimage(g: Graph, node: Node, target: RealSet) -> RealSet | None:
    """Undo one operation after the other, down to the variable."""
    while g.kinds[node] != "var":
        if target.is_empty or all(target.cells):
            return target.plain()
        step = _undone(g, node, target)
        if step is None:
            step = _solved(g, node, target)
        if step is None:
            return None
        node, target = step
    return target


#: What is left to solve: a node, and the set that its value must be in.
Step = tuple[Node, RealSet]


def _undone(g: Graph, node: Node, target: RealSet) -> Step | None:
    """Undo the outermost operation, where only one of its arguments changes."""
    active = [arg for arg in g.args[node] if g.variables([arg])]
    if len(active) != 1:
        return None
    (inner,) = active
    kind = g.kinds[node]
    if kind in ("add", "mul"):
        rest = [arg for arg in g.args[node] if arg != inner]
        other = _exact(g, g.add(rest) if kind == "add" else g.mul(rest))
        if other is None or (kind == "mul" and other == 0):
            return None
        if kind == "add":
            return inner, target.mapped(lambda y: y - other, True)
        return inner, target.mapped(lambda y: y / other, bool(other > 0))
    if kind == "pow":
        found = _power(g, node, inner, target)
        return None if found is None else (inner, found)
    known = _known_function(kind)
    return None if known is None else (inner, _pulled_back(target, *known))


def _pulled_back(
    target: RealSet,
    forward: Callable[[Exact], Exact],
    inverses: Callable[[Exact], list[Exact]],
    domain: RealSet,
) -> RealSet:
    """Return the u of a domain with f(u) in the set; `inverses(y)` are all u with f(u) = y."""
    levels = {u: y for y in target.points for u in inverses(y)}

    def holds(u: Exact, is_point: bool) -> bool:
        return domain.has(u) and target.has(levels[u] if u in levels else forward(u))

    return RealSet.made([*levels, *domain.points], holds)


def _power(g: Graph, node: Node, inner: Node, target: RealSet) -> RealSet | None:
    """Undo a power with one number in it."""
    import sympy

    base, exponent = g.args[node]
    if inner == exponent:
        value = _exact(g, base)
        if value is None or not value > 0 or value == 1:
            return None
        return _pulled_back(
            target,
            lambda u: value**u,
            lambda y: [sympy.log(y, value)] if y > 0 else [],
            RealSet.everything(),
        )
    power = g.value(exponent)
    if power is None or not -MAX_POWER < power < MAX_POWER:
        return None
    if power == 0:
        return RealSet.everything() if target.has(sympy.Integer(1)) else RealSet.nothing()
    p = sympy.Rational(power.numerator, power.denominator)
    root = 1 / p
    if power.denominator != 1:
        domain = RealSet.related(">=" if power > 0 else ">", sympy.Integer(0))
        return _pulled_back(target, lambda u: u**p, lambda y: [y**root] if y > 0 else [], domain)
    domain = RealSet.everything() if power > 0 else RealSet.related("!=", sympy.Integer(0))

    def inverses(y: Exact) -> list[Exact]:
        if y == 0:
            return [y] if power > 0 else []
        size = abs(y) ** root
        if power % 2:
            return [size if y > 0 else -size]
        return [size, -size] if y > 0 else []

    return _pulled_back(target, lambda u: u**p, inverses, domain)


def _known_function(
    kind: str,
) -> tuple[Callable[[Exact], Exact], Callable[[Exact], list[Exact]], RealSet] | None:
    """Return a function that can be undone, all its inverse images, and its domain."""
    import sympy

    if kind not in _INVERSES:
        return None
    low, high, name, domain_low, domain_high, closed = _INVERSES[kind]
    special = _SPECIAL.get(name)
    spelling = TABLE[kind].sympy
    domain = RealSet.everything()
    for end, relation in ((domain_low, ">"), (domain_high, "<")):
        if end is not None:
            domain &= RealSet.related(relation + ("=" if closed else ""), sympy.Integer(end))
    bounds = [None if end is None else sympy.pi * end for end in (low, high)]
    if kind not in _ANGLES:
        bounds = [None if end is None else sympy.Rational(end) for end in (low, high)]

    def forward(u: Exact) -> Exact:
        return getattr(sympy, spelling)(u) if isinstance(spelling, str) else spelling(sympy, u)

    def inverses(y: Exact) -> list[Exact]:
        low_end, high_end = bounds
        reaches = kind in _EVEN  # the least value of an even function is one of its values
        if low_end is not None and (y < low_end or (y == low_end and not reaches)):
            return []
        if high_end is not None and (y > high_end or (y == high_end and kind not in _PEAKED)):
            return []
        found = getattr(sympy, name)(y) if special is None else special(sympy, y)
        return [found, -found] if kind in _EVEN else [found]

    return forward, inverses, domain


#: Inverses that SymPy has no single name for.
_SPECIAL: dict[str, Callable[[Any, Exact], Exact]] = {
    "exp2": lambda sympy, y: 2**y,
    "exp10": lambda sympy, y: 10**y,
    "expm1": lambda sympy, y: sympy.exp(y) - 1,
    "log1p": lambda sympy, y: sympy.log(1 + y),
    "cathetus": lambda sympy, y: sympy.sqrt(1 - y**2),
    "cube": lambda sympy, y: y**3,
    "softplus": lambda sympy, y: sympy.log(sympy.exp(y) - 1),
    "logit": lambda sympy, y: sympy.log(y / (1 - y)),
    "sigmoid": lambda sympy, y: 1 / (1 + sympy.exp(-y)),
    "same": lambda sympy, y: y,
}
_EVEN = frozenset({"abs", "cathetus", "cosh"})
#: Functions whose greatest value is one of their values.
_PEAKED = frozenset({"cathetus"})
#: Functions whose values are bounded by multiples of pi.
_ANGLES = frozenset({"atan", "asin", "acos"})
_HALF = Fraction(1, 2)

#: Monotone functions (and even ones): bounds of the values, the inverse, the domain, and whether
#: the domain's ends belong to it.
_INVERSES: dict[str, tuple[Any, Any, str, int | None, int | None, bool]] = {
    "exp": (0, None, "log", None, None, False),
    "expm1": (-1, None, "log1p", None, None, False),
    "log": (None, None, "exp", 0, None, False),
    "log2": (None, None, "exp2", 0, None, False),
    "log10": (None, None, "exp10", 0, None, False),
    "log1p": (None, None, "expm1", -1, None, False),
    "cbrt": (None, None, "cube", None, None, False),
    "abs": (0, None, "same", None, None, False),
    "sinh": (None, None, "asinh", None, None, False),
    "cosh": (1, None, "acosh", None, None, False),
    "cathetus": (0, 1, "cathetus", -1, 1, True),
    "tanh": (-1, 1, "atanh", None, None, False),
    "asinh": (None, None, "sinh", None, None, False),
    "acosh": (0, None, "cosh", 1, None, True),
    "atanh": (None, None, "tanh", -1, 1, False),
    "atan": (-_HALF, _HALF, "tan", None, None, False),
    "asin": (-_HALF, _HALF, "sin", -1, 1, True),
    "acos": (0, 1, "cos", -1, 1, True),
    "softplus": (0, None, "softplus", None, None, False),
    "sigmoid": (0, 1, "logit", None, None, False),
    "logit": (None, None, "sigmoid", 0, 1, False),
}


# -- quotients of polynomials -------------------------------------------------------------------


def _solved(g: Graph, node: Node, target: RealSet) -> Step | None:
    """Solve a quotient of polynomials in the variable, or in one subexpression."""
    (variable,) = g.variables([node])
    pivot = variable
    found = _rational(g, node, g.data[variable], target)
    if found is None:
        parts = [n for n in g.reachable([node]) if g.args[n] and n != node]
        for part in reversed(parts):
            if g.kinds[part] in ("compare", "and", "or", "not", "piecewise"):
                continue
            inside, (moved,) = in_pivot(g, node, part)
            names = [inside.data[v] for v in inside.variables([moved])]
            if names == [PIVOT]:
                pivot, found = part, _rational(inside, moved, PIVOT, target)
                if found is not None:
                    break
    return None if found is None else (pivot, found)


def _rational(g: Graph, node: Node, name: str, target: RealSet) -> RealSet | None:
    return within_seconds(SECONDS, lambda: _rational_set(g, node, name, target))


def _rational_set(g: Graph, node: Node, name: str, target: RealSet) -> RealSet | None:
    import sympy

    try:
        formula = Expression(g, node).sympy
    except SymcalcError:
        return None
    (symbol,) = [s for s in formula.free_symbols if s.name == name] or [None]
    if symbol is None or not formula.is_rational_function(symbol):
        return None
    top, bottom = sympy.fraction(sympy.together(formula))
    try:
        polynomials = [sympy.Poly(side, symbol) for side in (top, bottom)]
        if not all(c.is_extended_real for p in polynomials for c in p.all_coeffs()):
            return None
        poles = _roots(polynomials[1])
        points = list(poles)
        for level in target.points:
            points += _roots(sympy.Poly(top - level * bottom, symbol))
    except (sympy.PolynomialError, NotImplementedError, ValueError):
        return None
    roots = {level: _roots(sympy.Poly(top - level * bottom, symbol)) for level in target.points}

    def holds(number: Exact, is_point: bool) -> bool:
        if number in poles:
            return False
        if is_point:
            for level, found in roots.items():
                if number in found:
                    return target.has(level)
        values = [p.eval(number) for p in polynomials]
        return target.has(values[0] / values[1])

    return RealSet.made(points, holds)


def _roots(polynomial: Any) -> list[Exact]:
    """Return the real roots, each once."""
    import sympy

    if polynomial.degree() > MAX_DEGREE:
        raise NotImplementedError("the degree is too high")
    if polynomial.degree() < 1:
        return []
    return list(dict.fromkeys(sympy.real_roots(polynomial)))


# -- numbers --------------------------------------------------------------------------------------


def _exact(g: Graph, node: Node) -> Exact | None:
    """Return the exact real number that a node without variables is."""
    if g.variables([node]):
        return None
    try:
        value = Expression(g, node).sympy
    except SymcalcError:
        return None
    if not (value.is_number and value.is_extended_real and value.is_finite):
        return None
    return value if value.is_Rational or value.evalf(20).is_Float else None
