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
from fractions import Fraction

from ..graph.graph import Graph, Node
from .differences import HALF, differences_in, exact_difference, square_of

__all__ = ["REWRITES", "Rewrite"]

Rule = Callable[[Graph, Node], Iterator[Node]]


@dataclass(frozen=True, slots=True)
class Rewrite:
    """An identity, and its name for people."""

    name: str
    rule: Rule


def _conjugate(g: Graph, node: Node) -> Iterator[Node]:
    """sqrt(a) - b is (a - b**2)/(sqrt(a) + b)."""
    for left, right, others in differences_in(g, node):
        squares = square_of(g, left), square_of(g, right)
        if squares == (None, None):
            continue
        a, b = (
            g.pow(side, g.const(2)) if square is None else square
            for side, square in zip((left, right), squares, strict=True)
        )
        top = exact_difference(g, a, b)
        yield g.add((g.div(top, g.add((left, right))), *others))


def _cube_roots(g: Graph, node: Node) -> Iterator[Node]:
    """cbrt(a) - cbrt(b) is (a - b)/(cbrt(a)**2 + cbrt(a)*cbrt(b) + cbrt(b)**2)."""
    two = g.const(2)
    for left, right, others in differences_in(g, node):
        a, b = _cube_of(g, left), _cube_of(g, right)
        if a is None or b is None or g.value(left) is not None is not g.value(right):
            continue
        below = g.add((g.pow(left, two), g.mul((left, right)), g.pow(right, two)))
        yield g.add((g.div(exact_difference(g, a, b), below), *others))


def _cube_of(g: Graph, node: Node) -> Node | None:
    if g.kinds[node] == "cbrt":
        return g.args[node][0]
    if g.kinds[node] == "pow" and g.value(g.args[node][1]) == Fraction(1, 3):
        return g.args[node][0]
    return node if g.value(node) == 1 else None


def _difference_of_powers(g: Graph, node: Node) -> Iterator[Node]:
    """u**p - v**p is v**p*expm1(p*log(u/v)), the logarithm taken of 1 + (u - v)/v."""
    for left, right, others in differences_in(g, node):
        if g.kinds[left] != "pow":
            continue
        u, p = g.args[left]
        if g.kinds[right] == "pow" and g.args[right][1] == p:
            v = g.args[right][0]
        elif g.value(right) == 1:
            v = g.const(1)
        else:
            continue
        inside = g.mul((p, g.call("log1p", (g.div(exact_difference(g, u, v), v),))))
        yield g.add((_times(g, right, g.call("expm1", (inside,))), *others))


def _difference_of_squares(g: Graph, node: Node) -> Iterator[Node]:
    """a**2 - b**2 is (a - b)*(a + b)."""
    for left, right, others in differences_in(g, node):
        a, b = _root_of(g, left), _root_of(g, right)
        if a is None or b is None or (g.value(left) is not None and g.value(right) is not None):
            continue
        product = g.mul((exact_difference(g, a, b), g.add((a, b))))
        yield g.add((product, *others))


def _root_of(g: Graph, node: Node) -> Node | None:
    """Return a with a**2 = node: for even powers and squares of rationals."""
    value = g.value(node)
    if value is not None and value > 0:
        root = Fraction(value) ** 0.5
        exact = Fraction(root).limit_denominator(10**6)
        return g.const(exact) if exact * exact == value else None
    if g.kinds[node] == "pow":
        power = g.value(g.args[node][1])
        if power is not None and power.denominator == 1 and power > 0 and power % 2 == 0:
            return g.pow(g.args[node][0], g.const(power // 2))
    return None


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
    above, below = _fraction(g, inside)
    if below is not None:
        ratio = g.div(exact_difference(g, above, below), below)
        yield g.call("log1p", (ratio,))
        yield g.sub(g.call("log", (above,)), g.call("log", (below,)))
    elif g.kinds[inside] == "add":
        yield g.call("log1p", (exact_difference(g, inside, g.const(1)),))


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
        yield g.add((_times(g, right, g.call("expm1", (apart,))), *others))
        middle = exact_difference(g, g.scale(HALF, a), g.scale(-HALF, b))
        half = g.call("sinh", (exact_difference(g, g.scale(HALF, a), g.scale(HALF, b)),))
        front = g.const(1) if g.value(middle) == 0 else g.call("exp", (middle,))
        yield g.add((g.scale(2, _times(g, front, half)), *others))


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


def _common_denominator(g: Graph, node: Node) -> Iterator[Node]:
    """a/b - c/d is (a*d - c*b)/(b*d)."""
    for left, right, others in differences_in(g, node):
        a, b = _fraction(g, left)
        c, d = _fraction(g, right)
        if b is None and d is None:
            continue
        b, d = b if b is not None else g.const(1), d if d is not None else g.const(1)
        top = exact_difference(g, g.mul((a, d)), g.mul((c, b)))
        yield g.add((g.div(top, g.mul((b, d))), *others))


def _fraction(g: Graph, node: Node) -> tuple[Node, Node | None]:
    """Return numerator and denominator; no denominator where nothing is below the line."""
    factors = g.args[node] if g.kinds[node] == "mul" else (node,)
    above, below = list[Node](), list[Node]()
    for factor in factors:
        power = g.value(g.args[factor][1]) if g.kinds[factor] == "pow" else None
        if power is not None and power < 0:
            below.append(g.pow(g.args[factor][0], g.const(-power)))
        else:
            above.append(factor)
    return (g.mul(above) if above else g.const(1)), (g.mul(below) if below else None)


def _factor_out(g: Graph, node: Node) -> Iterator[Node]:
    """sqrt(a**2*b), sqrt(a*b) is sqrt(a)*sqrt(b); a/sqrt(b)… are left to SymPy."""
    if g.kinds[node] != "pow" or g.value(g.args[node][1]) != HALF:
        return
    base = g.args[node][0]
    if g.kinds[base] == "mul":
        yield g.mul([g.pow(factor, g.const(HALF)) for factor in g.args[base]])


def _times(g: Graph, left: Node, right: Node) -> Node:
    """Return the product, a factor 1 left out."""
    return right if g.value(left) == 1 else g.mul((left, right))


#: Every identity that is tried, in this order.
REWRITES: tuple[Rewrite, ...] = (
    Rewrite("conjugate", _conjugate),
    Rewrite("difference of cube roots", _cube_roots),
    Rewrite("difference of powers", _difference_of_powers),
    Rewrite("difference of squares", _difference_of_squares),
    Rewrite("difference of logarithms", _logarithms),
    Rewrite("logarithm near one", _logarithm_of_quotient),
    Rewrite("area function", _area_functions),
    Rewrite("difference of exponentials", _exponentials),
    Rewrite("hyperbolic sine", _second_difference),
    Rewrite("sum of angles", _sums_of_angles),
    Rewrite("half angle", _half_angle),
    Rewrite("complement", _complements),
    Rewrite("complementary angle", _right_angle),
    Rewrite("angle near the end", _near_the_ends),
    Rewrite("common denominator", _common_denominator),
    Rewrite("root of a product", _factor_out),
)
