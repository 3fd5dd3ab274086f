"""Differences from one and logarithms near it, by functions that keep their digits."""

from __future__ import annotations

from ..graph.graph import Graph, Node

__all__ = ["difference_from_one", "log_near_one"]


#: Functions whose differences from one are functions themselves.
STABLE = {"exp": "expm1", "cos": "cosm1", "sigmoid": "sigmoid"}


def _without_one(g: Graph, node: Node, one: int) -> Node | None:
    """Return the sum without its number, when that number is `one`."""
    if g.kinds[node] != "add":
        return None
    args = g.args[node]
    rest = [arg for arg in args if g.value(arg) != one]
    return g.add(rest) if len(rest) == len(args) - 1 else None


def log_near_one(g: Graph, inside: Node) -> Node | None:
    """log(1 - exp(a)) is log1mexp(a); log(1 + a) is log1p(a)."""
    negated = g.neg(inside)
    if g.kinds[negated] == "expm1":
        return g.call("log1mexp", g.args[negated])
    rest = _without_one(g, inside, 1)
    return None if rest is None else g.call("log1p", (rest,))


def _negated(g: Graph, term: Node) -> Node | None:
    """Return a with term = -a where it is written so, else None: nothing is appended."""
    args = g.args[term]
    is_negative = g.kinds[term] == "mul" and len(args) == 2 and g.value(args[0]) == -1
    return args[1] if is_negative else None


def difference_from_one(g: Graph, terms: tuple[Node, ...]) -> Node | None:
    """exp(a) - 1 is expm1(a), cos(a) - 1 is cosm1(a), their negatives; 1 - sigmoid(a)."""
    numbers = [g.data[term] for term in terms if g.kinds[term] == "const"]
    for one in (1, -1) if numbers else ():
        if one not in numbers:
            continue
        for term in terms:
            head = term if one == -1 else _negated(g, term)
            if head is None or g.kinds[head] not in STABLE:
                continue
            name = STABLE[g.kinds[head]]
            if name == "sigmoid":
                stable = g.scale(one, g.call(name, (g.neg(g.args[head][0]),)))
            else:
                stable = g.scale(-one, g.call(name, g.args[head]))
            rest = [t for t in terms if t != term and g.value(t) != one]
            return g.add((stable, *rest))
    return None
