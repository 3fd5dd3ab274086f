"""Near a point where a formula loses digits, its series in the place of the formula."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from ..balls import laurent
from ..expression import Expression
from ..graph.graph import Graph, Node
from ..graph.rewrite import substitute

if TYPE_CHECKING:
    from flint import arb

__all__ = ["PIVOT", "expansions", "find_pivot", "in_pivot"]

#: So many terms are tried; the more terms, the wider the series serves.
TERM_COUNTS = (3, 6, 12, 20)
SPARE, PRECISION = 12, 384
#: The first term left out is at most this part of the first one.
CUT = 2.0**-56
MAX_RADIUS, MIN_RADIUS = 1.0, 2.0**-30
MAX_CENTERS, MAX_NODES = 4, 120
#: A coefficient with a greater denominator is written as a decimal.
MAX_DENOMINATOR = 10**10
PIVOT = "pivot"


def expansions(g: Graph, node: Node) -> Iterator[tuple[str, Node]]:
    """Yield (name, node): the series near a center, the formula elsewhere.

    The formula must depend on one variable, or on its variables through one subexpression.
    """
    if len(g.reachable([node])) > MAX_NODES:
        return
    grouped = _grouped(g, node)
    pivot = find_pivot(g, grouped)
    if pivot is None or pivot == grouped:
        return
    inside, (moved,) = in_pivot(g, grouped, pivot)
    for center in _centers(inside, moved):
        seen: set[Fraction] = set()
        for count in TERM_COUNTS:
            found = laurent(inside, moved, PIVOT, center, count + SPARE, PRECISION)
            if found is None or found[0] < 0:
                break
            valuation, balls = found
            terms = [(valuation + k, _to_fraction(b)) for k, b in enumerate(balls[:count])]
            terms = [(power, c) for power, c in terms if c]
            radius = _radius(balls, count)
            if not terms or radius is None or radius in seen:
                continue
            seen.add(radius)
            offset = g.sub(pivot, g.const(center)) if center else pivot
            near = g.compare("<", g.call("abs", (offset,)), g.const(radius))
            yield _name(g, pivot, center), g.piecewise([(_horner(g, offset, terms), near)], node)


def _name(g: Graph, pivot: Node, center: Fraction) -> str:
    return f"series near {Expression(g, pivot).text} = {center}"


def _grouped(g: Graph, node: Node) -> Node:
    """Append the formula with -x*y written as -(x*y) where x*y stands in it too."""
    order = g.reachable([node])
    products = {g.args[part]: part for part in order if g.kinds[part] == "mul"}
    changed = {}
    for part in order:
        args = g.args[part]
        if g.kinds[part] == "mul" and len(args) > 2 and args[1:] in products:
            changed[part] = g.node("mul", (args[0], products[args[1:]]))
    return substitute(g, node, changed) if changed else node


def find_pivot(g: Graph, node: Node) -> Node | None:
    """Return the subexpression through which alone the formula depends on its variables."""
    variables = g.variables([node])
    if len(variables) == 1:
        return variables[0]
    for part in reversed(g.reachable([node])[:-1]):
        if g.kinds[part] in ("compare", "and", "or", "not") or not g.args[part]:
            continue
        work = g.copy()
        name = work.var(PIVOT)
        if work.variables([substitute(work, node, {part: name})]) == [name]:
            return part
    return None


def in_pivot(g: Graph, node: Node, pivot: Node) -> tuple[Graph, list[Node]]:
    """Return the formula with the pivot made a variable, in a graph of its own."""
    work = g.copy()
    return work.extract([substitute(work, node, {pivot: work.var(PIVOT)})])


def _centers(g: Graph, node: Node) -> list[Fraction]:
    """Return 0, and the numbers that the formula adds, and their negatives."""
    centers = {Fraction(0): None}
    for part in g.reachable([node]):
        if g.kinds[part] == "add":
            for value in map(g.value, g.args[part]):
                if value is not None:
                    centers |= {Fraction(-value): None, Fraction(value): None}
    return list(centers)[:MAX_CENTERS]


def _radius(balls: Sequence[arb], count: int) -> Fraction | None:
    """Return a power of two within which the terms left out do not matter."""
    first = abs(float(balls[0].mid()))
    limits = [
        (CUT * first / size) ** (1 / k)
        for k, ball in enumerate(balls[count:], count)
        if (size := abs(float(ball.mid()))) > 0
    ]
    reach = min([MAX_RADIUS, *limits]) if first > 0 else 0.0
    if reach < MIN_RADIUS:
        return None
    radius = Fraction(1)
    while radius > reach:
        radius /= 2
    return radius


def _to_fraction(ball: arb) -> Fraction:
    """Return the simple fraction that a coefficient is, failing one a decimal of 17 digits."""
    if ball.contains(0):
        return Fraction(0)
    middle = Fraction(str(ball.mid().str(100, radius=False)).strip("[]"))
    simple = middle.limit_denominator(MAX_DENOMINATOR)
    is_simple = abs(simple - middle) < abs(middle) / 10**60
    return simple if is_simple else Fraction(repr(float(ball.mid())))


def _number(g: Graph, value: Fraction) -> Node:
    """Append a coefficient, a decimal spelled as such."""
    is_long = value.denominator > MAX_DENOMINATOR
    return g.const(value, repr(float(value)) if is_long else None)


def _horner(g: Graph, offset: Node, terms: Sequence[tuple[int, Fraction]]) -> Node:
    """Return the sum of c*t**power in Horner's form, powers that are missing skipped."""
    result = _number(g, terms[-1][1])
    for (power, value), (above, _) in zip(reversed(terms[:-1]), reversed(terms[1:]), strict=True):
        step = g.pow(offset, g.const(above - power))
        result = g.add((_number(g, value), g.mul((result, step))))
    lowest = terms[0][0]
    return g.mul((result, g.pow(offset, g.const(lowest)))) if lowest else result
