"""A formula seen from a point: the variable replaced by place + side*w, exactly."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from ..graph.graph import Graph, Node, Number
from ..graph.rewrite import make
from .angles import Angle, angle_of, turned, written
from .precision import PiMultiple

__all__ = ["exact_number", "seen_from", "with_values"]

#: Polynomials of a higher degree are not multiplied out.
MAX_DEGREE = 12

Polynomial = tuple[Number, ...]


def seen_from(
    graph: Graph, root: Node, variable: str, place: Number | PiMultiple, side: int
) -> tuple[Graph, Node]:
    """Return the formula in w, where `variable = place + side*w`; w has the variable's name.

    Polynomials with rational coefficients are multiplied out, with the power of w in front:
    seen from 1 on the left, 1 - x is w and nothing else; and cos(x) seen from pi/2 is sin(w).
    A ball could not tell that.
    """
    new = Graph()
    w = new.var(variable)
    rational, turns = (place.rational, place.turns) if isinstance(place, PiMultiple) else (place, 0)
    line = None if turns else (rational, side)
    moved: dict[Node, Node] = {}
    polynomials: dict[Node, Polynomial] = {}
    angles: dict[Node, Angle | None] = {}
    for node in graph.reachable([root]):
        kind, data, args = graph.kinds[node], graph.data[node], graph.args[node]
        if kind == "var" and data == variable:
            angle = (Fraction(rational), Fraction(turns), Fraction(side), Fraction(0))
            moved[node], angles[node] = written(new, angle, w), angle
        elif kind == "var":
            moved[node], angles[node] = new.var(data), None
        else:
            angles[node] = angle_of(kind, data, [angles[arg] for arg in args])
            seen = _seen(new, kind, angles[node], [angles[arg] for arg in args], w)
            made = make(new, kind, tuple([moved[arg] for arg in args]), data)
            moved[node] = made if seen is None else seen
        known = _polynomial(graph, node, polynomials, variable, line)
        if known is not None:
            polynomials[node] = known
            moved[node] = _written(new, w, known)
    return new, moved[root]


def _seen(
    graph: Graph, kind: str, angle: Angle | None, inner: list[Angle | None], w: Node
) -> Node | None:
    """Return a linear form with its terms together, or a function turned by right angles."""
    if angle is not None and (angle[2] or angle[3]):
        return written(graph, angle, w)
    if len(inner) == 1 and inner[0] is not None:
        return turned(graph, kind, inner[0], w)
    return None


def with_values(graph: Graph, root: Node, values: dict[str, Number]) -> tuple[Graph, Node]:
    """Return the formula with some variables replaced by exact numbers."""
    new = Graph()
    moved: dict[Node, Node] = {}
    for node in graph.reachable([root]):
        kind, data = graph.kinds[node], graph.data[node]
        if kind == "var":
            moved[node] = new.const(values[data]) if data in values else new.var(data)
        elif kind == "const":
            moved[node] = new.const(data)
        else:
            moved[node] = make(new, kind, tuple([moved[arg] for arg in graph.args[node]]), data)
    return new, moved[root]


def _polynomial(
    graph: Graph,
    node: Node,
    known: dict[Node, Polynomial],
    variable: str,
    coordinate: Polynomial | None,
) -> Polynomial | None:
    """Return the coefficients in w of a node, None where it is no polynomial of low degree."""
    kind = graph.kinds[node]
    if kind == "const":
        return (graph.data[node],)
    if kind == "var":
        return coordinate if graph.data[node] == variable else None
    args = graph.args[node]
    if kind == "pow":
        exponent = graph.value(args[1])
        if not isinstance(exponent, int) or exponent < 0 or args[0] not in known:
            return None
        if exponent * (len(known[args[0]]) - 1) > MAX_DEGREE:
            return None
        return _product([known[args[0]]] * exponent)
    if kind not in ("add", "mul") or any(arg not in known for arg in args):
        return None
    parts = [known[arg] for arg in args]
    if kind == "add":
        return _sum(parts)
    return _product(parts) if sum(len(part) - 1 for part in parts) <= MAX_DEGREE else None


def _sum(parts: Sequence[Polynomial]) -> Polynomial:
    length = max(len(part) for part in parts)
    return tuple(sum(part[k] for part in parts if k < len(part)) for k in range(length))


def _product(parts: Sequence[Polynomial]) -> Polynomial:
    total: list[Number] = [1]
    for part in parts:
        longer: list[Number] = [0] * (len(total) + len(part) - 1)
        for i, a in enumerate(total):
            for j, b in enumerate(part):
                longer[i + j] += a * b
        total = longer
    return tuple(total)


def _written(graph: Graph, w: Node, polynomial: Polynomial) -> Node:
    """Return w**k * (c_k + c_{k+1}*w + ...) as a node."""
    low = next((k for k, c in enumerate(polynomial) if c != 0), None)
    if low is None:
        return graph.const(0)
    rest = [
        graph.scale(_tidy(c), graph.pow(w, graph.const(k))) if k else graph.const(_tidy(c))
        for k, c in enumerate(polynomial[low:])
        if c != 0
    ]
    if low == 0:
        return graph.add(rest)
    return graph.mul([graph.add(rest), graph.pow(w, graph.const(low))])


def _tidy(value: Number) -> Number:
    return value.numerator if Fraction(value).denominator == 1 else value


def exact_number(graph: Graph, root: Node) -> Number | PiMultiple | None:
    """Return the number p + q*pi (rational p and q) that a formula is, None for others."""
    angles: dict[Node, Angle | None] = {}
    for node in graph.reachable([root]):
        args = [angles[arg] for arg in graph.args[node]]
        is_variable = graph.kinds[node] == "var"
        angles[node] = None if is_variable else angle_of(graph.kinds[node], graph.data[node], args)
    angle = angles[root]
    if angle is None:
        return None
    return PiMultiple(angle[0], angle[1]) if angle[1] else _tidy(angle[0])
