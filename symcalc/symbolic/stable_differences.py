"""Differences of like functions, said so that they do not cancel.

`sqrt(x + 1) - sqrt(x)` is `1/(sqrt(x + 1) + sqrt(x))`, `log(x + 1) - log(x)` is `log1p(1/x)`, and
`exp(a) - exp(b)` is `exp(b)*expm1(a - b)`. The first two are used only where the difference of the
arguments is simpler than they are: there terms cancel exactly, on paper instead of in floats.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from ..graph.graph import Graph, Node, Number
from .conjugates import conjugate_difference
from .differences import cancelled_difference, exact_difference

__all__ = ["stable_difference"]

#: So many pairs of one sum are looked at.
MAX_TRIES = 1000


def stable_difference(g: Graph, terms: tuple[Node, ...]) -> Node | None:
    """Return the sum with one pair f(a) - f(b) of its terms made stable, or None."""
    heads = {}
    for place, term in enumerate(terms):
        scaled = _head(g, term)
        if scaled is not None:
            heads[place] = scaled
    for i, j in _pairs(g, heads) if len(heads) > 1 else ():
        (scale, first), (other, second) = heads[i], heads[j]
        if scale < 0:
            scale, first, second = other, second, first
        found = _RULES[g.kinds[first]](g, first, second)
        if found is not None:
            rest = [term for k, term in enumerate(terms) if k not in (i, j)]
            return g.add((g.scale(scale, found), *rest))
    return conjugate_difference(g, terms)


def _head(g: Graph, term: Node) -> tuple[Number, Node] | None:
    """Return the number in front of an exponential or a logarithm, and that; else None."""
    if g.kinds[term] in _RULES:
        return 1, term
    if g.kinds[term] == "mul":
        front, head = g.args[term][0], g.args[term][1]
        if len(g.args[term]) == 2 and g.kinds[front] == "const" and g.kinds[head] in _RULES:
            return g.data[front], head
    return None


def _pairs(g: Graph, heads: Mapping[int, tuple[Number, Node]]) -> Iterator[tuple[int, int]]:
    """Yield the places of terms that differ in their sign only and may cancel."""
    alike: dict[tuple[str, Number], list[int]] = {}
    for place, (scale, head) in heads.items():
        alike.setdefault((g.kinds[head], max(scale, -scale)), []).append(place)
    n_tries = 0
    for places in alike.values():
        above = [i for i in places if heads[i][0] > 0]
        below = [i for i in places if heads[i][0] < 0]
        for i in above:
            for j in below:
                if heads[i][1] != heads[j][1]:
                    yield i, j
                    n_tries += 1
                    if n_tries == MAX_TRIES:
                        return


def _exponentials(g: Graph, first: Node, second: Node) -> Node:
    a, b = g.args[first][0], g.args[second][0]
    return g.mul((second, g.call("expm1", (exact_difference(g, a, b),))))


def _logarithms(g: Graph, first: Node, second: Node) -> Node | None:
    a, b = g.args[first][0], g.args[second][0]
    gap = cancelled_difference(g, a, b)
    return None if gap is None else g.call("log1p", (g.div(gap, b),))


_RULES: dict[str, Callable[[Graph, Node, Node], Node | None]] = {
    "exp": _exponentials,
    "log": _logarithms,
}
