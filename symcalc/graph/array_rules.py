"""How arrays pass an adjoint on: one rule for each kind that is not elementwise.

The adjoint of a node of shape U is the derivative of the root, of shape Y, in that node: its shape
is Y + U. Axes of Y have the labels -1, -2, ..., those of U the labels 0, 1, ...
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Any

from ..errors import DerivativeError
from .contractions import Contraction, broadcast, contract, eye
from .dimensions import product
from .graph import Graph, Node
from .shapes import Shape

__all__ = ["ARRAY_RULES", "Passing"]

#: What a rule yields: an argument, and its share in the adjoint, of shape Y + its own.
Share = tuple[Node, Node]


@dataclass(frozen=True)
class Passing:
    """One node with its adjoint, and what a rule needs to know of the sweep.

    Attributes
    ----------
    graph : Graph
    node, adjoint : Node
    root_shape : Shape
        Y.
    active : set of Node
        Nodes that depend on a variable of the derivative.
    opaque : set of Node
        Nodes of the formula itself, which are computed anyway.
    """

    graph: Graph
    node: Node
    adjoint: Node
    root_shape: Shape
    active: Set[Node]
    opaque: Set[Node]

    @property
    def args(self) -> tuple[Node, ...]:
        """The arguments of the node."""
        return self.graph.args[self.node]

    @property
    def outer(self) -> tuple[int, ...]:
        """The labels of the root's axes."""
        return tuple(-1 - axis for axis in range(len(self.root_shape)))

    def labels(self, node: Node) -> tuple[int, ...]:
        """Return the labels 0, 1, ... of the axes of a node."""
        return tuple(range(len(self.graph.shape(node))))

    def contract(
        self, factors: Sequence[tuple[Node, Sequence[int]]], out: Sequence[int], shape: Shape = ()
    ) -> Node:
        """Return the contraction of the adjoint's axes and others; `out` without those of Y."""
        dims = dict(zip(self.outer, self.root_shape, strict=True))
        dims.update(zip(out, shape, strict=False))
        whole = [(node, tuple(labels)) for node, labels in factors]
        return contract(self.graph, whole, (*self.outer, *out), dims, opaque=self.opaque)

    def full(self, labels: Sequence[int]) -> tuple[Node, tuple[int, ...]]:
        """Return the adjoint as a factor whose axes beyond Y have the labels given."""
        graph, adjoint = self.graph, self.adjoint
        if not graph.shape(adjoint) and graph.shape(self.node):  # a scalar for every element
            adjoint = broadcast(graph, adjoint, graph.shape(self.node), ())
        return adjoint, (*self.outer, *labels)


def _contraction(p: Passing) -> Iterator[Share]:
    """Give a factor the adjoint × the other factors, summed over their labels."""
    data: Contraction = p.graph.data[p.node]
    for place, arg in enumerate(p.args):
        if arg not in p.active:
            continue
        others = [
            (other, labels)
            for index, (other, labels) in enumerate(zip(p.args, data.factors, strict=True))
            if index != place
        ]
        own = data.factors[place]
        shape = tuple(data.dims[label] for label in own)
        yield arg, p.contract([p.full(data.out), *others], own, shape)


def _inverse(p: Passing) -> Iterator[Share]:
    """Use d(inv X) = -inv(X) dX inv(X)."""
    a, b, i, j = range(4)
    factors = [p.full((a, b)), (p.node, (a, i)), (p.node, (j, b))]
    yield p.args[0], p.graph.neg(p.contract(factors, (i, j)))


def _log_determinant(p: Passing) -> Iterator[Share]:
    """Use d(log |det X|) = trace(inv(X) dX)."""
    inverse = p.graph.node("inv", p.args)
    yield p.args[0], p.contract([p.full(()), (inverse, (1, 0))], (0, 1))


def _determinant(p: Passing) -> Iterator[Share]:
    """Use d(det X) = det(X) trace(inv(X) dX)."""
    inverse = p.graph.node("inv", p.args)
    yield p.args[0], p.contract([p.full(()), (p.node, ()), (inverse, (1, 0))], (0, 1))


def _exact_determinant(p: Passing) -> Iterator[Share]:
    """Use the cofactors, which a singular matrix has as well."""
    cofactors = p.graph.node("cofactors", p.args)
    yield p.args[0], p.contract([p.full(()), (cofactors, (0, 1))], (0, 1))


def _cofactors(p: Passing) -> Iterator[Share]:
    """Use the symmetry of second derivatives: along the adjoint, cofactors change by its share."""
    (arg,) = p.args
    adjoint, _ = p.full(p.labels(arg))
    yield arg, p.graph.node("cofactors_along", (arg, adjoint))


def _third_of_determinant(p: Passing) -> Iterator[Share]:
    raise DerivativeError("The third derivative of a determinant in its entries is not known.")


def _kept(p: Passing) -> tuple[int, ...]:
    """Return the labels of the argument of a reduction that its result has."""
    labels, axis = p.labels(p.args[0]), p.graph.data[p.node]
    return () if axis is None else labels[:axis] + labels[axis + 1 :]


def _reduced(p: Passing, local: Node) -> Share:
    """Return the share of the argument of a reduction with the derivative `local` of its shape."""
    (arg,) = p.args
    labels = p.labels(arg)
    return arg, p.contract([p.full(_kept(p)), (local, labels)], labels)


def _spread(p: Passing, node: Node) -> Node:
    """Return a result of the reduction as it stands beside its argument: a scalar as it is."""
    if not p.graph.shape(node):
        return node
    return broadcast(p.graph, node, p.graph.shape(p.args[0]), _kept(p))


def _log_sum_exp(p: Passing) -> Iterator[Share]:
    """Use softmax, written exp(x - logsumexp(x)), which cannot overflow."""
    graph, (arg,) = p.graph, p.args
    yield _reduced(p, graph.call("exp", (graph.sub(arg, _spread(p, p.node)),)))


def _extremum(p: Passing) -> Iterator[Share]:
    """Share among the elements that attain the extremum equally, by policy."""
    graph, (arg,) = p.graph, p.args
    attains = graph.compare("==", arg, _spread(p, p.node))
    one, zero = graph.const(1), graph.const(0)
    mask = graph.piecewise([(one, attains)], zero)
    n_attaining = contract(graph, [(mask, p.labels(arg))], _kept(p))
    yield _reduced(p, graph.div(mask, _spread(p, n_attaining)))


def _product(p: Passing) -> Iterator[Share]:
    """Use the product divided by the element."""
    graph, (arg,) = p.graph, p.args
    yield _reduced(p, graph.div(_spread(p, p.node), arg))


def _exact_product(p: Passing) -> Iterator[Share]:
    """Use the product of the other elements, which a zero among the elements does not disturb."""
    graph, (arg,), axis = p.graph, p.args, p.graph.data[p.node]
    shape = graph.shape(arg)
    if axis is None and len(shape) > 1:
        row = graph.node("reshape", (arg,), (product(shape),))
        others = graph.node("reshape", (graph.node("others", (row,), 0),), shape)
    else:
        others = graph.node("others", (arg,), axis or 0)
    yield _reduced(p, others)


def _length(p: Passing) -> Iterator[Share]:
    """Use the unit vector that points where the argument does, zero at zero by policy."""
    yield _reduced(p, p.graph.node("unit", p.args, p.graph.data[p.node]))


def _unit(p: Passing) -> Iterator[Share]:
    """Use d(u) = (dx - u (u . dx))/|x|; nothing at zero, by policy."""
    graph, (arg,), labels = p.graph, p.args, p.labels(p.args[0])
    size, kept = graph.node("length", p.args, graph.data[p.node]), _kept(p)
    is_zero = graph.compare("==", size, graph.const(0))
    inverse = graph.piecewise([(graph.const(0), is_zero)], graph.pow(size, graph.const(-1)))
    whole, shape = p.full(labels), graph.shape(arg)
    along = p.contract([whole, (p.node, labels)], kept, graph.shape(size))
    turned = p.contract([(along, (*p.outer, *kept)), (p.node, labels)], labels, shape)
    rest = graph.sub(whole[0], turned)
    yield arg, p.contract([(rest, whole[1]), (inverse, kept)], labels, shape)


def _others(p: Passing) -> Iterator[Share]:
    """Use the products of all elements but two: those of all but one with another one put to 1."""
    graph, (arg,), axis = p.graph, p.args, p.graph.data[p.node]
    shape, labels = graph.shape(arg), p.labels(arg)
    row = len(labels)
    whole = (shape[axis], *shape)
    dims = dict(zip((row, *labels), whole, strict=True))
    same = contract(graph, [(eye(graph, shape[axis]), (row, axis))], (row, *labels), dims)
    unlike = graph.sub(graph.const(1), same)
    without = graph.add(
        (graph.mul((broadcast(graph, arg, whole, range(1, row + 1)), unlike)), same)
    )
    pairs = graph.mul((unlike, graph.node("others", (without,), axis + 1)))
    at_row = [row if label == axis else label for label in labels]
    yield arg, p.contract([p.full(at_row), (pairs, (row, *labels))], labels, shape)


def _taken(p: Passing) -> Iterator[Share]:
    """Put the adjoint of a part among zeros."""
    _, index = p.graph.data[p.node]
    yield p.args[0], _placed(p, "put", index, p.graph.shape(p.args[0]))


def _put(p: Passing) -> Iterator[Share]:
    """Take the part of the adjoint that was placed among zeros."""
    _, index = p.graph.data[p.node]
    yield p.args[0], _placed(p, "take", index, p.graph.shape(p.args[0]))


def _placed(p: Passing, kind: str, index: tuple[Any, ...], shape: Shape) -> Node:
    """Return a part of the adjoint, or the adjoint among zeros; axes of Y are whole."""
    whole = tuple((0, None, 1) for _ in p.root_shape)
    adjoint, _ = p.full(p.labels(p.node))
    data = ((*p.root_shape, *shape), (*whole, *index))
    return p.graph.node(kind, (adjoint,), data)


def _concatenated(p: Passing) -> Iterator[Share]:
    """Give each block its part of the adjoint."""
    graph = p.graph
    _, axis = graph.data[p.node]
    begin: tuple[Any, ...] = ()
    for arg in p.args:
        shape = graph.shape(arg)
        end = (*begin, shape[axis])
        if arg in p.active:
            index = tuple(
                (begin, end, 1) if place == axis else (0, None, 1) for place in range(len(shape))
            )
            yield arg, _placed(p, "take", index, shape)
        begin = end


def _reshaped(p: Passing) -> Iterator[Share]:
    """Give the adjoint the axes of the argument: elements keep their order."""
    (arg,) = p.args
    adjoint, _ = p.full(p.labels(p.node))
    yield arg, p.graph.node("reshape", (adjoint,), (*p.root_shape, *p.graph.shape(arg)))


def _total(p: Passing) -> Iterator[Share]:
    """Give every element the adjoint of the total."""
    (arg,) = p.args
    labels = p.labels(arg)
    yield arg, p.contract([p.full(())], labels, p.graph.shape(arg))


def _nothing(p: Passing) -> Iterator[Share]:
    """Give nothing: a dimension is a number."""
    return iter(())


ARRAY_RULES: dict[str, Callable[[Passing], Iterator[Share]]] = {
    "sum": _total,
    "size": _nothing,
    "dim": _nothing,
    "eye": _nothing,
    "ein": _contraction,
    "inv": _inverse,
    "logdet": _log_determinant,
    "det": _determinant,
    "exactdet": _exact_determinant,
    "cofactors": _cofactors,
    "cofactors_along": _third_of_determinant,
    "lse": _log_sum_exp,
    "amax": _extremum,
    "amin": _extremum,
    "prod": _product,
    "exactprod": _exact_product,
    "others": _others,
    "length": _length,
    "unit": _unit,
    "signdet": _nothing,
    "take": _taken,
    "put": _put,
    "concat": _concatenated,
    "reshape": _reshaped,
}
