"""Angles that are a whole number of right angles at the place a formula is seen from."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from ..graph.graph import Graph, Node

__all__ = ["Angle", "angle_of", "turned", "written"]

#: a + b*pi + c*w + d*pi*w with rational a, b, c, d.
Angle = tuple[Fraction, Fraction, Fraction, Fraction]


def angle_of(kind: str, value: Any, args: list[Angle | None]) -> Angle | None:
    """Return the form of a node from those of its arguments, None where it has none."""
    if kind == "const":
        return _form(Fraction(value))
    if kind == "pi":
        return _form(b=Fraction(1))
    known = [arg for arg in args if arg is not None]
    if kind not in ("add", "mul") or len(known) < len(args):
        return None
    total: Angle | None = known[0]
    for angle in known[1:]:
        if total is None:
            return None
        total = _sum(total, angle) if kind == "add" else _product(total, angle)
    return total


def _form(a: Fraction = Fraction(0), b: Fraction = Fraction(0)) -> Angle:
    return a, b, Fraction(0), Fraction(0)


def _sum(left: Angle, right: Angle) -> Angle:
    a, b, c, d = (x + y for x, y in zip(left, right, strict=True))
    return a, b, c, d


def _product(left: Angle, right: Angle) -> Angle | None:
    """Return the product where it has no square of pi and none of w."""
    a, b, c, d = left
    e, f, g, h = right
    if (b and f) or (b and h) or (d and f) or (d and h) or (c and g) or (c and h) or (d and g):
        return None
    return a * e, a * f + b * e, a * g + c * e, a * h + d * e + b * g + c * f


def written(graph: Graph, angle: Angle, w: Node) -> Node:
    """Return a form as a node."""
    a, b, c, d = angle
    pi = graph.call("pi")
    rate = graph.add([graph.const(c), graph.scale(d, pi)]) if d else graph.const(c)
    line = graph.mul([rate, w])
    parts = [graph.const(a)] if a else []
    return graph.add([*parts, graph.scale(b, pi), line] if b else [*parts, line])


def turned(graph: Graph, name: str, angle: Angle, w: Node) -> Node | None:
    """Return sin, cos, ... of k*pi/2 + c*w as a function of c*w alone, None for other angles."""
    a, b, c, d = angle
    quarter = 2 * b
    if name not in (*_TURNED, *_AS_POWER) or a != 0 or quarter.denominator != 1 or not (c or d):
        return None
    rest = written(graph, (Fraction(0), Fraction(0), c, d), w)
    base, exponent = _AS_POWER.get(name, (name, 1))
    sign, function, power = _TURNED[base][int(quarter) % 4]
    value = graph.pow(graph.call(function, [rest]), graph.const(power * exponent))
    return graph.scale(sign, value)


#: Functions that are reciprocals of others.
_AS_POWER = {"sec": ("cos", -1), "csc": ("sin", -1), "cot": ("tan", -1)}

#: What a function becomes after k = 0, 1, 2, 3 right angles: sign, function and power.
_TURNED: dict[str, tuple[tuple[int, str, int], ...]] = {
    "sin": ((1, "sin", 1), (1, "cos", 1), (-1, "sin", 1), (-1, "cos", 1)),
    "cos": ((1, "cos", 1), (-1, "sin", 1), (-1, "cos", 1), (1, "sin", 1)),
    "tan": ((1, "tan", 1), (-1, "tan", -1), (1, "tan", 1), (-1, "tan", -1)),
}
