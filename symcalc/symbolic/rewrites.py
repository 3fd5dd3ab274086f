"""Other ways to write a step of a formula, equal for the reals and different in doubles.

One row of `REWRITES` is one identity. A rule gets a graph and a node, and returns every other
spelling of that node; whether one helps is for measurements to say, and whether it is equal where
the formula is used, for ball arithmetic: some hold on a part of the reals only.

References
----------
R. Hamming, *Numerical Methods for Scientists and Engineers* (1987), chapter 3: most of the rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ..graph.graph import Graph, Node
from .algebra import (
    common_denominator,
    conjugate,
    cube_roots,
    difference_of_powers,
    difference_of_squares,
    fraction_of,
    product_of,
    root_of_product,
)
from .differences import HALF, differences_in, exact_difference, exact_sum, square_of

__all__ = ["REWRITES", "Rewrite"]

#: Gamma functions whose arguments lie so many whole steps apart are told by each other.
MAX_STEPS = 5

Rule = Callable[[Graph, Node], Iterator[Node]]


@dataclass(frozen=True, slots=True)
class Rewrite:
    """An identity, and its name for people."""

    name: str
    rule: Rule


def _logarithms(g: Graph, node: Node) -> Iterator[Node]:
    """log(a) - log(b) is log1p((a - b)/b), and log(a/b)."""
    for left, right, others in differences_in(g, node):
        a, b = _inside_log(g, left), _inside_log(g, right)
        if a is None or b is None:
            continue
        ratio = g.div(exact_difference(g, a, b), b)
        yield g.add((g.call("log1p", (ratio,)), *others))
        yield g.add((g.call("log", (g.div(a, b),)), *others))


def _inside_log(g: Graph, node: Node) -> Node | None:
    if g.kinds[node] == "log":
        return g.args[node][0]
    if g.kinds[node] == "log1p":
        return g.add((g.const(1), g.args[node][0]))
    return None


def _logarithm_of_quotient(g: Graph, node: Node) -> Iterator[Node]:
    """log(a/b) is log1p((a - b)/b); log(a) is log1p(a - 1)."""
    if g.kinds[node] != "log":
        return
    inside = g.args[node][0]
    above, below = fraction_of(g, inside)
    if below is not None:
        ratio = g.div(exact_difference(g, above, below), below)
        yield g.call("log1p", (ratio,))
        yield g.sub(g.call("log", (above,)), g.call("log", (below,)))
    elif g.kinds[inside] == "add":
        yield g.call("log1p", (exact_difference(g, inside, g.const(1)),))


def _multiples_of_logarithms(g: Graph, node: Node) -> Iterator[Node]:
    """a*log(p) - b*log(q) is b*log1p((p - q)/q) + (a - b)*log(p)."""
    for left, right, others in differences_in(g, node):
        first, second = _multiple_of_log(g, left), _multiple_of_log(g, right)
        if first is None or second is None:
            continue
        (a, p), (b, q) = first, second
        ratio = g.div(exact_difference(g, p, q), q)
        rest = g.mul((exact_difference(g, a, b), g.call("log", (p,))))
        yield g.add((g.mul((b, g.call("log1p", (ratio,)))), rest, *others))


def _multiple_of_log(g: Graph, node: Node) -> tuple[Node, Node] | None:
    """Return (a, p) where the node is a*log(p)."""
    if g.kinds[node] != "mul":
        return None
    logs = [factor for factor in g.args[node] if g.kinds[factor] == "log"]
    if len(logs) != 1:
        return None
    return g.mul([f for f in g.args[node] if f != logs[0]]), g.args[logs[0]][0]


def _power_near_one(g: Graph, node: Node) -> Iterator[Node]:
    """(1 + a)**p is exp(p*log1p(a))."""
    if g.kinds[node] != "pow" or g.kinds[g.args[node][0]] != "add":
        return
    base, exponent = g.args[node]
    if any(g.value(term) == 1 for term in g.args[base]) and g.value(exponent) is None:
        near = g.call("log1p", (exact_difference(g, base, g.const(1)),))
        yield g.call("exp", (g.mul((exponent, near)),))


def _divided_through(g: Graph, node: Node) -> Iterator[Node]:
    """exp(a)/(exp(b) + c) is 1/(exp(b - a) + c*exp(-a))."""
    if g.kinds[node] != "mul":
        return
    for top in g.args[node]:
        for below in g.args[node]:
            is_quotient = g.kinds[top] == "exp" and g.kinds[below] == "pow"
            if not is_quotient or g.value(g.args[below][1]) != -1:
                continue
            base, down = g.args[below][0], g.neg(g.args[top][0])
            if g.kinds[base] != "add":
                continue
            terms = [
                g.call("exp", (exact_sum(g, g.add((*g.args[term], down))),))
                if g.kinds[term] == "exp"
                else product_of(g, term, g.call("exp", (down,)))
                for term in g.args[base]
            ]
            ones = [g.const(1) if _is_exp_of_zero(g, term) else term for term in terms]
            rest = [factor for factor in g.args[node] if factor not in (top, below)]
            yield g.mul((*rest, g.pow(g.add(ones), g.const(-1))))


def _is_exp_of_zero(g: Graph, node: Node) -> bool:
    return g.kinds[node] == "exp" and g.value(g.args[node][0]) == 0


def _gamma_quotients(g: Graph, node: Node) -> Iterator[Node]:
    """loggamma(x + n) - loggamma(x) is log(x) + ... + log(x + n - 1), for small whole n."""
    for left, right, others in differences_in(g, node):
        if g.kinds[left] == g.kinds[right] and g.kinds[left] in ("loggamma", "gammaln"):
            a, b = g.args[left][0], g.args[right][0]
            gap = g.value(exact_difference(g, a, b))
            if gap is not None and gap.denominator == 1 and 0 < gap <= MAX_STEPS:
                logs = [g.call("log", (g.add((b, g.const(k))),)) for k in range(int(gap))]
                yield g.add((*logs, *others))


def _area_functions(g: Graph, node: Node) -> Iterator[Node]:
    """log(x + sqrt(x**2 + 1)) is asinh(x); log(x + sqrt(x**2 - 1)) is acosh(x)."""
    if g.kinds[node] != "log" or g.kinds[g.args[node][0]] != "add":
        return
    terms = g.args[g.args[node][0]]
    for root in terms:
        square = square_of(g, root)
        rest = [term for term in terms if term != root]
        if square is None or len(rest) != 1:
            continue
        gap = g.value(exact_difference(g, square, g.pow(rest[0], g.const(2))))
        if gap == 1:
            yield g.call("asinh", (rest[0],))
        elif gap == -1:
            yield g.call("acosh", (rest[0],))


def _exponentials(g: Graph, node: Node) -> Iterator[Node]:
    """exp(a) - exp(b) is exp(b)*expm1(a - b), and 2*exp((a + b)/2)*sinh((a - b)/2)."""
    for left, right, others in differences_in(g, node):
        a, b = _exponent(g, left), _exponent(g, right)
        if a is None or b is None:
            continue
        apart = exact_difference(g, a, b)
        yield g.add((product_of(g, right, g.call("expm1", (apart,))), *others))
        middle = exact_difference(g, g.scale(HALF, a), g.scale(-HALF, b))
        half = g.call("sinh", (exact_difference(g, g.scale(HALF, a), g.scale(HALF, b)),))
        front = g.const(1) if g.value(middle) == 0 else g.call("exp", (middle,))
        yield g.add((g.scale(2, product_of(g, front, half)), *others))


def _second_difference(g: Graph, node: Node) -> Iterator[Node]:
    """exp(a) - 2 + exp(-a) is 4*sinh(a/2)**2."""
    if g.kinds[node] != "add" or len(g.args[node]) != 3:
        return
    terms = g.args[node]
    exponents = [g.args[term][0] for term in terms if g.kinds[term] == "exp"]
    has_two = any(g.value(term) == -2 for term in terms)
    if has_two and len(exponents) == 2 and exponents[0] == g.neg(exponents[1]):
        half = g.call("sinh", (g.scale(HALF, exponents[0]),))
        yield g.scale(4, g.pow(half, g.const(2)))


def _exponent(g: Graph, node: Node) -> Node | None:
    if g.kinds[node] == "exp":
        return g.args[node][0]
    return g.const(0) if g.value(node) == 1 else None


def _sums_of_angles(g: Graph, node: Node) -> Iterator[Node]:
    """Differences of sines, cosines, tangents and inverse tangents as products."""
    for left, right, others in differences_in(g, node):
        kind = g.kinds[left]
        if kind not in ("sin", "cos", "tan", "atan") or g.kinds[right] != kind:
            continue
        a, b = g.args[left][0], g.args[right][0]
        apart = exact_difference(g, a, b)
        middle = g.scale(HALF, g.add((a, b)))
        half = g.call("sin", (g.scale(HALF, apart),))
        if kind == "sin":
            found = g.mul((g.const(2), g.call("cos", (middle,)), half))
        elif kind == "cos":
            found = g.mul((g.const(-2), g.call("sin", (middle,)), half))
        elif kind == "tan":
            below = g.mul((g.call("cos", (a,)), g.call("cos", (b,))))
            found = g.div(g.call("sin", (apart,)), below)
        else:
            found = g.call("atan2", (apart, g.add((g.const(1), g.mul((a, b))))))
        yield g.add((found, *others))


def _half_angle(g: Graph, node: Node) -> Iterator[Node]:
    """1 - cos(a) is 2*sin(a/2)**2; (1 - cos(a))/sin(a) is tan(a/2)."""
    for left, right, others in differences_in(g, node):
        for one, cosine, sign in ((left, right, 2), (right, left, -2)):
            if g.value(one) == 1 and g.kinds[cosine] == "cos":
                half = g.call("sin", (g.scale(HALF, g.args[cosine][0]),))
                yield g.add((g.scale(sign, g.pow(half, g.const(2))), *others))
    if g.kinds[node] == "mul":
        for below in g.args[node]:
            angle = _angle_below(g, below)
            if angle is None:
                continue
            above = g.sub(g.const(1), g.call("cos", (angle,)))
            if above in g.args[node]:
                rest = [f for f in g.args[node] if f not in (above, below)]
                yield g.mul((*rest, g.call("tan", (g.scale(HALF, angle),))))


def _angle_below(g: Graph, node: Node) -> Node | None:
    """Return a where the node is 1/sin(a)."""
    if g.kinds[node] == "pow" and g.value(g.args[node][1]) == -1:
        base = g.args[node][0]
        return g.args[base][0] if g.kinds[base] == "sin" else None
    return None


#: f with 1 - g(x) = f(x), both spellings in the table.
_COMPLEMENTS = {"erf": "erfc", "erfc": "erf"}


def _complements(g: Graph, node: Node) -> Iterator[Node]:
    """1 - erf(x) is erfc(x), 1 - sigmoid(x) is sigmoid(-x), 1 - tanh(x) is 2*sigmoid(-2*x)."""
    for left, right, others in differences_in(g, node):
        kind, args = g.kinds[right], g.args[right]
        if g.value(left) != 1 or len(args) != 1:
            continue
        if kind in _COMPLEMENTS:
            found = g.call(_COMPLEMENTS[kind], args)
        elif kind == "sigmoid":
            found = g.call("sigmoid", (g.neg(args[0]),))
        elif kind == "tanh":
            found = g.scale(2, g.call("sigmoid", (g.scale(-2, args[0]),)))
        else:
            continue
        yield g.add((found, *others))


def _right_angle(g: Graph, node: Node) -> Iterator[Node]:
    """pi/2 - atan(x) is atan2(1, x); pi/2 - asin(x) is acos(x)."""
    for left, right, others in differences_in(g, node):
        if left != g.scale(HALF, g.call("pi")):
            continue
        if g.kinds[right] == "atan":
            yield g.add((g.call("atan2", (g.const(1), g.args[right][0])), *others))
        elif g.kinds[right] == "asin":
            yield g.add((g.call("acos", g.args[right]), *others))


def _near_the_ends(g: Graph, node: Node) -> Iterator[Node]:
    """acos(x) is 2*atan2(sqrt(1 - x), sqrt(1 + x)); asin(x) is atan2(x, sqrt((1 - x)*(1 + x)))."""
    kind = g.kinds[node]
    if kind not in ("acos", "asin"):
        return
    x, one = g.args[node][0], g.const(1)
    less, more = exact_difference(g, one, x), exact_difference(g, one, g.neg(x))
    roots = [g.pow(side, g.const(HALF)) for side in (less, more)]
    if kind == "acos":
        yield g.scale(2, g.call("atan2", tuple(roots)))
    else:
        yield g.call("atan2", (x, g.mul(roots)))


#: Every identity that is tried, in this order.
REWRITES: tuple[Rewrite, ...] = (
    Rewrite("conjugate", conjugate),
    Rewrite("difference of cube roots", cube_roots),
    Rewrite("difference of powers", difference_of_powers),
    Rewrite("difference of squares", difference_of_squares),
    Rewrite("difference of logarithms", _logarithms),
    Rewrite("logarithm near one", _logarithm_of_quotient),
    Rewrite("multiples of logarithms", _multiples_of_logarithms),
    Rewrite("power near one", _power_near_one),
    Rewrite("divided through", _divided_through),
    Rewrite("area function", _area_functions),
    Rewrite("difference of exponentials", _exponentials),
    Rewrite("hyperbolic sine", _second_difference),
    Rewrite("sum of angles", _sums_of_angles),
    Rewrite("half angle", _half_angle),
    Rewrite("complement", _complements),
    Rewrite("complementary angle", _right_angle),
    Rewrite("angle near the end", _near_the_ends),
    Rewrite("common denominator", common_denominator),
    Rewrite("root of a product", root_of_product),
    Rewrite("difference of log-gammas", _gamma_quotients),
)
