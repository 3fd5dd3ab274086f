"""Contractions of any number of factors → steps of one or two, in an order made for the sizes.

The steps are nodes as well, so equal ones are one node, whoever asked for them. Three kinds of
steps are left: of one factor (sums over axes, diagonals, transposes, broadcasting), of two, and a
factor spread over diagonals, whose other factors are identity matrices.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from fractions import Fraction

from ..graph.contractions import Contraction, Factor
from ..graph.dimensions import size_of
from ..graph.graph import Graph, Node
from ..graph.rewrite import make
from ..graph.shapes import Dimension
from .grams import weighted_gram
from .order import best_order

__all__ = ["in_steps"]

Labels = tuple[int, ...]

#: What contractions are recognised by: factors with labels in order of appearance, labels left.
Key = tuple[tuple[tuple[Node, Labels], ...], frozenset[int]]


def in_steps(
    graph: Graph,
    roots: Sequence[Node],
    sizes: Mapping[str, int],
    symmetric: Set[str] = frozenset(),
    sparse: Set[str] = frozenset(),
) -> tuple[Graph, list[Node]]:
    """Return the formulas with every contraction in steps of at most two factors.

    Parameters
    ----------
    graph, roots
    sizes : mapping
        The size of each dimension that has a name.
    symmetric : set of str
        Variables whose values are symmetric matrices: their transposes are themselves.
    sparse : set of str
        Variables whose values are sparse; with some, products of elements stay contractions.

    Notes
    -----
    The total of a product that nothing else reads becomes a contraction, and the scalars of a
    product are multiplied with each other before they meet an array.
    """
    return _Steps(graph, roots, sizes, symmetric, sparse).run(roots)


class _Steps:
    """One sweep from the leaves to the roots, into a new arena."""

    def __init__(
        self,
        graph: Graph,
        roots: Sequence[Node],
        sizes: Mapping[str, int],
        symmetric: Set[str],
        sparse: Set[str],
    ) -> None:
        self.graph, self.sizes, self.symmetric, self.sparse = graph, sizes, symmetric, sparse
        self.order = graph.reachable(roots)
        self.new = Graph()
        self.place: dict[Node, Node] = {}
        self.uses = dict.fromkeys(self.order, 0)
        for node in self.order:
            for arg in graph.args[node]:
                self.uses[arg] += 1
        for root in roots:
            self.uses[root] += 1
        #: contractions there are, each with the labels of its axes
        self.known: dict[Key, Factor] = {}

    def run(self, roots: Sequence[Node]) -> tuple[Graph, list[Node]]:
        graph, new = self.graph, self.new
        for node in self.order:
            kind, data = graph.kinds[node], graph.data[node]
            args = tuple([self.place[arg] for arg in graph.args[node]])
            if kind == "const":
                self.place[node] = new.const(data, graph.spellings.get(node))
            elif kind == "var":
                self.place[node] = new.var(data, graph.shape(node))
            elif kind == "ein":
                self.place[node] = self._sum_of_products(node)
            elif kind == "sum":
                self.place[node] = self._total(graph.args[node][0])
            elif kind == "mul" and graph.shape(node):
                self.place[node] = self._product(args)
            else:
                self.place[node] = make(new, kind, args, data)
        return new, [self.place[root] for root in roots]

    # -- products and their totals ------------------------------------------------------------

    def _product(self, args: Sequence[Node]) -> Node:
        """Return an elementwise product; its scalars are one factor, a row and a column another."""
        new = self.new
        scalars = [arg for arg in args if not new.shape(arg)]
        arrays = self._with_outer([arg for arg in args if new.shape(arg)])
        if len(scalars) > 1:
            scalars = [new.mul(scalars)]
        return new.mul([*scalars, *arrays])

    def _with_outer(self, arrays: list[Node]) -> list[Node]:
        """Return factors in which a column and a row, each stretched, are their outer product."""
        new = self.new
        lines: dict[Contraction, Node] = {}
        for arg in arrays:
            data = new.data[arg]
            if (
                new.kinds[arg] == "ein"
                and len(data.out) == 2
                and data.factors in (((0,),), ((1,),))
            ):
                lines.setdefault(data, arg)
        pair = {data.factors[0][0]: arg for data, arg in lines.items()}
        if len(pair) < 2:
            return arrays
        column, row = pair[0], pair[1]
        factors = [(new.args[column][0], (0,)), (new.args[row][0], (1,))]
        outer = self._node(factors, (0, 1), dict(enumerate(new.shape(column))))
        rest = list(arrays)
        rest.remove(column)
        rest.remove(row)
        return [outer, *rest]

    def _total(self, summand: Node) -> Node:
        """Return a total; that of a product or a square without its last multiplication."""
        new, graph = self.new, self.graph
        shape, kind = graph.shape(summand), graph.kinds[summand]
        factors, scalars = [summand], []
        if self.uses[summand] == 1 and shape and kind == "pow":
            base, exponent = graph.args[summand]
            factors = [base, base] if graph.value(exponent) == 2 else [summand]
        elif self.uses[summand] == 1 and shape and kind == "mul":
            every = self._opened(summand)
            factors = [arg for arg in every if graph.shape(arg)]
            scalars = [self.place[arg] for arg in every if not graph.shape(arg)]
        if len(factors) == 1:
            return new.mul([*scalars, new.node("sum", (self.place[factors[0]],))])
        if any(graph.kinds[factor] == "eye" for factor in factors):
            return new.node("sum", (self.place[summand],))
        labels, dims = tuple(range(len(shape))), dict(enumerate(shape))
        *most, last = [self.place[factor] for factor in factors]
        both = [(self._product(most), labels), (last, labels)]
        return new.mul([*scalars, self._of_many(both, (), dims)])

    def _opened(self, product: Node) -> list[Node]:
        """Return the factors of a product, those of products inside that nothing else reads too.

        A quotient of arrays stays one: a*(b/c) is not a*b/c, which may overflow.
        """
        graph = self.graph
        found: list[Node] = []
        waiting = list(reversed(graph.args[product]))
        while waiting:
            node = waiting.pop()
            args = graph.args[node]
            powers = [arg for arg in args if graph.kinds[arg] == "pow" and graph.shape(arg)]
            if graph.kinds[node] == "mul" and self.uses[node] == 1 and not powers:
                waiting += reversed(args)
            else:
                found.append(node)
        return found

    # -- contractions -------------------------------------------------------------------------

    def _sum_of_products(self, node: Node) -> Node:
        """Return a contraction; elementwise products and squares under its sums are not formed.

        That is so for those that nothing else reads.
        """
        graph, data = self.graph, self.graph.data[node]
        scalars: list[Node] = []
        found: list[Factor] = []
        for arg, labels in zip(graph.args[node], data.factors, strict=True):
            is_summed = not set(data.out).issuperset(labels)
            for factor in self._multiplied(arg) if is_summed else [arg]:
                if graph.shape(factor):
                    found.append((self.place[factor], labels))
                else:
                    scalars.append(self.place[factor])
        dims = dict(enumerate(data.dims))
        if len(found) > len(data.factors):
            found = self._narrowed(found)
        body = self._contraction(found, data.out, dims)
        return self.new.mul([*scalars, body]) if scalars else body

    def _multiplied(self, node: Node) -> list[Node]:
        """Return what is multiplied in an elementwise product or square read once, or the node."""
        graph, kind = self.graph, self.graph.kinds[node]
        if self.uses[node] > 1 or kind not in ("pow", "mul"):
            return [node]
        if kind == "pow":
            base, exponent = graph.args[node]
            return [base, base] if graph.value(exponent) == 2 else [node]
        factors = self._opened(node)
        is_plain = all(graph.kinds[factor] != "eye" for factor in factors)
        return factors if is_plain else [node]

    def _narrowed(self, factors: Sequence[Factor]) -> list[Factor]:
        """Return factors without the axes along which they are only repeated, where others vary."""
        new, found = self.new, list(factors)
        for place, (node, labels) in enumerate(factors):
            data = new.data[node]
            if new.kinds[node] != "ein" or len(data.factors) != 1 or len(set(labels)) < len(labels):
                continue
            own = dict(zip(data.out, labels, strict=True))
            repeated = {own[label] for label in data.free}
            others = [set(more) for at, (_, more) in enumerate(found) if at != place]
            (inner,) = data.factors
            if repeated <= set().union(*others) and set(inner) <= set(own):
                found[place] = new.args[node][0], tuple(own[label] for label in inner)
        return found

    def _contraction(
        self, factors: Sequence[Factor], out: Labels, dims: Mapping[int, Dimension]
    ) -> Node:
        """Return a contraction in steps; identity matrices come last."""
        merged = {label: label for label in dims}
        eyes: list[Factor] = []
        dense: list[Factor] = []
        for arg, labels in factors:
            if self.new.kinds[arg] == "eye" and set(labels) <= set(out):
                eyes.append((arg, labels))
                first, second = (merged[label] for label in labels)
                merged = {k: first if v == second else v for k, v in merged.items()}
            elif self.new.kinds[arg] == "var" and self.new.data[arg] in self.symmetric:
                dense.append((arg, tuple(sorted(labels))))
            else:
                dense.append((arg, labels))
        if not eyes:
            return self._of_many(dense, out, dims)
        spread = [(arg, tuple(merged[label] for label in labels)) for arg, labels in dense]
        used = {label for _, labels in spread for label in labels}
        kept = tuple(dict.fromkeys(merged[label] for label in out))
        kept = tuple(label for label in kept if label in used)
        factors = [*eyes]
        if spread:
            factors.insert(0, (self._of_many(spread, kept, dims), kept))
        return self._node(factors, out, dims)

    def _of_many(
        self, factors: Sequence[Factor], out: Labels, dims: Mapping[int, Dimension]
    ) -> Node:
        """Return a contraction without identity matrices in the best order for the sizes."""
        wanted = set(out)
        factors, front = self._without_ones(factors, wanted, dims)
        if front:
            return self.new.mul([*front, self._of_many(factors, out, dims)])
        gram = weighted_gram(self.new, factors, out)
        if gram is not None:
            return self._gram(*gram, out, dims)
        ready: list[Factor] = []
        for place, (node, labels) in enumerate(factors):
            others = {lab for at, (_, more) in enumerate(factors) if at != place for lab in more}
            left = tuple(dict.fromkeys(lab for lab in labels if lab in wanted | others))
            if len(factors) > 1 and left != labels:
                node = self._node([(node, labels)], left, dims)
                labels = left
            ready.append((node, labels))
        if len(ready) < 2:
            return self._node(ready, out, dims)
        sizes = {label: self.size(dims[label]) for _, labels in ready for label in labels}
        order = best_order(
            [labels for _, labels in ready], out, sizes,
            lambda places, left: _key([ready[at] for at in sorted(places)], left) in self.known,
        )  # fmt: skip
        made = {frozenset((at,)): factor for at, factor in enumerate(ready)}
        for first, second in order:
            pair = made[first], made[second]
            made[first | second] = self._joined(first | second, pair, ready, out, dims)
        return self._node([made[frozenset(range(len(ready)))]], out, dims)

    def _gram(
        self,
        matrix: Factor,
        weights: Sequence[Node],
        out: Labels,
        dims: Mapping[int, Dimension],
    ) -> Node:
        """Return a matrix with weighted rows times itself."""
        new, (node, labels) = self.new, matrix
        (row,) = set(labels) - set(out)
        (other,) = set(out) - set(labels)
        root = new.pow(new.mul(weights), new.const(Fraction(1, 2)))
        scaled = self._node([(node, labels), (root, (row,))], labels, dims)
        again = tuple(row if label == row else other for label in labels)
        return self._node([(scaled, labels), (scaled, again)], out, dims)

    def _without_ones(
        self, factors: Sequence[Factor], wanted: set[int], dims: Mapping[int, Dimension]
    ) -> tuple[list[Factor], list[Node]]:
        """Return the factors without arrays of ones, and the sizes that their sums are."""
        ones = [labels for node, labels in factors if self._is_ones(node)]
        rest = [factor for factor in factors if not self._is_ones(factor[0])]
        kept = wanted.union(*[labels for _, labels in rest])
        summed = dict.fromkeys(label for labels in ones for label in labels if label not in kept)
        sizes = [dims[label] for label in summed]
        new = self.new
        return rest, [new.const(d) if isinstance(d, int) else new.node("dim", (), d) for d in sizes]

    def _is_ones(self, node: Node) -> bool:
        return self.new.kinds[node] == "ein" and not self.new.args[node]

    def size(self, dimension: Dimension) -> int:
        """Return the size of a dimension."""
        return size_of(dimension, self.sizes)

    def _joined(
        self,
        places: frozenset[int],
        pair: Sequence[Factor],
        factors: Sequence[Factor],
        out: Labels,
        dims: Mapping[int, Dimension],
    ) -> Factor:
        """Return the node that contracts a pair, and the labels of its axes.

        `places` are those of the factors that are in the pair.
        """
        inside = [factors[at] for at in sorted(places)]
        outside = [factor for at, factor in enumerate(factors) if at not in places]
        needed = set(out).union(*[labels for _, labels in outside])
        left = frozenset(lab for _, labels in inside for lab in labels if lab in needed)
        key, names = _key(inside, left), _names(inside)
        if key in self.known:
            node, axes = self.known[key]
            back = {name: label for label, name in names.items()}
            return node, tuple(back[axis] for axis in axes)
        wanted = tuple(label for label in out if label in left)
        pair, labels = _arranged(sorted(pair), left, wanted)
        node = self._node(pair, labels, dims)
        self.known[key] = node, tuple(names[label] for label in labels)
        return node, labels

    def _node(self, factors: Sequence[Factor], out: Labels, dims: Mapping[int, Dimension]) -> Node:
        """Return the node of a step; a factor alone with its axes in order is itself."""
        if not factors and not out:
            return self.new.const(1)
        same = len(factors) == 2 and {labels for _, labels in factors} == {tuple(out)}
        if same and not self.sparse:
            return self.new.mul([node for node, _ in factors])
        if len(factors) == 1 and factors[0][1] == tuple(out):
            return factors[0][0]
        names: dict[int, int] = {}
        for label in [*out, *[label for _, labels in factors for label in labels]]:
            names.setdefault(label, len(names))
        data = Contraction(
            tuple(tuple(names[label] for label in labels) for _, labels in factors),
            tuple(names[label] for label in out),
            tuple(dims[label] for label in names),
        )
        return self.new.node("ein", tuple(node for node, _ in factors), data)


def _arranged(
    pair: Sequence[Factor], left: frozenset[int], wanted: Labels
) -> tuple[Sequence[Factor], Labels]:
    """Return a pair and the labels of what it leaves, in the order wanted if there is a choice.

    A matrix product leaves shared labels, those of the first and those of the second; a product
    without a sum can leave any order.
    """
    (_, first), (_, second) = pair
    if left.issuperset({*first} & {*second}):
        larger, smaller = (first, second) if len(first) >= len(second) else (second, first)
        free = tuple(dict.fromkeys((*larger, *smaller)))
        return pair, wanted if len(wanted) == len(free) else free
    orders = []
    for (_, a), (_, b) in (pair, pair[::-1]):
        shared = [label for label in a if label in left and label in b]
        orders.append(tuple(dict.fromkeys([*shared, *[x for x in (*a, *b) if x in left]])))
    return (pair[::-1], orders[1]) if orders[1] == wanted else (pair, orders[0])


def _names(factors: Sequence[Factor]) -> dict[int, int]:
    """Return the labels in order of appearance, the factors sorted."""
    names: dict[int, int] = {}
    for _, labels in sorted(factors):
        for label in labels:
            names.setdefault(label, len(names))
    return names


def _key(factors: Sequence[Factor], left: frozenset[int]) -> Key:
    """Return what a contraction is recognised by."""
    names = _names(factors)
    named = tuple((node, tuple(names[lab] for lab in labels)) for node, labels in sorted(factors))
    return named, frozenset(names[label] for label in left)
