"""Slips in derivatives over arrays: one place changed in one side makes it the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import NamedTuple

from ..functions import TABLE
from ..graph.contractions import Contraction, broadcast
from ..graph.graph import Graph, Node
from ..graph.rewrite import make, substitute
from ..writing import to_text
from .mistakes import Verdict

__all__ = ["Slip", "find_slips"]

#: Of a large formula so many changes are tried, and terms longer than this are not quoted.
MAX_SLIPS, MAX_QUOTED = 200, 60


class Slip(NamedTuple):
    """One place changed.

    Attributes
    ----------
    node : Node
        The side after the change.
    verdict : Verdict
    if_claimed : str
        What is wrong with a claim that is the derivative so changed.
    if_derived : str
        What is wrong with a claim that so changed is the derivative.
    """

    node: Node
    verdict: Verdict
    if_claimed: str
    if_derived: str


def find_slips(graph: Graph, root: Node) -> list[Slip]:
    """Return the changes of one place in a formula over arrays that keep its shape.

    What stands at several places is changed at all of them, in one term, or at one of them.
    """
    found: dict[Node, Slip] = {}
    for part in _parts(graph, root):
        for node, exchange in _places(graph, part):
            for slip in _changes(graph, node):
                new = slip.node
                if not graph.shape(new):
                    new = broadcast(graph, new, graph.shape(node), ())
                if graph.shape(new) != graph.shape(node):
                    continue
                side = substitute(graph, part, exchange(new))
                side = side if part == root else substitute(graph, root, {part: side})
                if side != root:
                    found.setdefault(side, slip._replace(node=side))
            if len(found) >= MAX_SLIPS:
                return list(found.values())
    return list(found.values())


def _parts(graph: Graph, root: Node) -> list[Node]:
    """Return a formula and, where it is a sum, its terms."""
    return [root, *graph.args[root]] if graph.kinds[root] == "add" else [root]


def _places(graph: Graph, part: Node) -> Iterator[tuple[Node, Callable[[Node], dict[Node, Node]]]]:
    """Yield nodes, and what to substitute when another node stands in their place.

    Those with several parents come again for each parent.
    """
    nodes = graph.reachable([part])
    counts = Counter(arg for node in nodes for arg in set(graph.args[node]))
    for node in nodes:
        yield node, lambda new, node=node: {node: new}  # type: ignore[misc]
    for parent in nodes:
        args, kind, data = graph.args[parent], graph.kinds[parent], graph.data[parent]
        for place, arg in enumerate(args):
            if counts[arg] > 1:
                before, after = args[:place], args[place + 1 :]
                yield (
                    arg,
                    lambda new, b=before, a=after, p=parent, k=kind, d=data: {  # type: ignore[misc]
                        p: make(graph, k, (*b, new, *a), d)
                    },
                )


def _changes(graph: Graph, node: Node) -> Iterator[Slip]:
    """Yield what may stand in the place of a node by mistake."""
    kind, args = graph.kinds[node], graph.args[node]
    if kind == "add":
        yield from _terms(graph, node, args)
    elif kind == "mul":
        for place, arg in enumerate(args):
            rest = graph.mul((*args[:place], *args[place + 1 :]))
            if graph.value(arg) == -1:
                words = f"the sign of {_quoted(graph, rest)} is wrong"
                yield Slip(rest, Verdict.SIGN, words, words)
            else:
                yield _factor(graph, rest, arg)
    elif kind == "ein":
        yield from _contracted(graph, node)
    elif kind == "pow":
        yield from _powers(graph, node, args)
    elif kind == "inv":
        yield _alone(graph, node, args[0])
    elif kind in TABLE and len(args) == 1:
        minus = graph.node(kind, (graph.scale(-1, args[0]),), None)
        text = f"the sign inside {_quoted(graph, node)} is wrong"
        yield Slip(minus, Verdict.SIGN, text, text)
        squared = graph.pow(node, graph.const(2))
        text = _quoted(graph, node)
        wrong, right = f"{text} stands squared", f"{text} stands where its square should"
        yield Slip(squared, Verdict.RULE, wrong, right)
        yield _alone(graph, node, args[0])


def _terms(graph: Graph, node: Node, args: tuple[Node, ...]) -> Iterator[Slip]:
    """Yield sums with one term less, or with the other sign, or multiplied by a number."""
    for place, term in enumerate(args):
        others, text = (*args[:place], *args[place + 1 :]), _quoted(graph, term)
        rest, minus = graph.add(others), graph.add((*others, graph.scale(-1, term)))
        yield Slip(
            rest, Verdict.MISSING_TERM, f"a term is missing: {text}", f"a term too many: {text}"
        )
        words = f"the sign of a term is wrong: {text}"
        yield Slip(minus, Verdict.SIGN, words, words)
        twice = graph.add((*others, graph.scale(2, term)))
        half = f"a term is off by the factor 1/2: {text}"
        double = f"a term is off by the factor 2: {text}"
        yield Slip(twice, Verdict.CONSTANT_FACTOR, double, half)


def _contracted(graph: Graph, node: Node) -> Iterator[Slip]:
    """Yield products of arrays with one factor less, or with one factor transposed."""
    args, data = graph.args[node], graph.data[node]
    for place, arg in enumerate(args):
        labels = data.factors[place]
        others = (*args[:place], *args[place + 1 :])
        kept = (*data.factors[:place], *data.factors[place + 1 :])
        summed = set(labels) - set(data.out)
        if kept and summed <= {label for inside in kept for label in inside}:
            less = graph.node("ein", others, Contraction(kept, data.out, data.dims))
            yield _factor(graph, less, arg)
        shape = graph.shape(arg)
        if len(shape) == 2 and shape[0] == shape[1] and labels[0] != labels[1]:
            turned = (*data.factors[:place], labels[::-1], *data.factors[place + 1 :])
            new = graph.node("ein", args, Contraction(turned, data.out, data.dims))
            text = _quoted(graph, arg)
            words = f"a transpose is wrong: that of {text}"
            yield Slip(new, Verdict.RULE, words, words)


def _powers(graph: Graph, node: Node, args: tuple[Node, ...]) -> Iterator[Slip]:
    """Yield another power of the same base."""
    base, power = args
    exponent = graph.value(power)
    if exponent is None:
        return
    text = _quoted(graph, base)
    half = Fraction(exponent) / 2
    others = (exponent * 2, half, exponent + 1, exponent - 1, -exponent)
    for other in dict.fromkeys(other for other in others if other):
        new = graph.pow(base, graph.const(other))
        wrong, right = (
            f"the power of {text} is {a} instead of {b}"
            for a, b in ((other, exponent), (exponent, other))
        )
        yield Slip(new, Verdict.RULE, wrong, right)


def _factor(graph: Graph, less: Node, factor: Node) -> Slip:
    """Return a product without one of its factors."""
    text = _quoted(graph, factor)
    return Slip(less, Verdict.FACTOR, f"a factor is missing: {text}", f"a factor too many: {text}")


def _alone(graph: Graph, node: Node, arg: Node) -> Slip:
    """Return the argument of a function in the place of its value."""
    text, inner = _quoted(graph, node), _quoted(graph, arg)
    wrong, right = f"{inner} stands where {text} should", f"{text} stands where {inner} should"
    return Slip(arg, Verdict.RULE, wrong, right)


def _quoted(graph: Graph, node: Node) -> str:
    """Return a part of a formula, cut where it is long."""
    text = to_text(graph, node)
    return text if len(text) <= MAX_QUOTED else f"{text[: MAX_QUOTED - 2]} …"
