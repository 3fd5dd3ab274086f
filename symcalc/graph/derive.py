"""The one derivation: reverse accumulation on the graph, iterative, for any expression.

Griewank and Walther, *Evaluating Derivatives* (2008), chapter 3: every node passes its adjoint
(the derivative of the root in that node) on to its arguments, times the local partial derivative.
Value and gradient together cost at most four times the value, whatever the number of variables:
a product passes prefix times suffix on, never the product divided by the factor.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from ..errors import DerivativeError
from ..functions import CONSTANTS, TABLE, Partials
from .array_rules import ARRAY_RULES, Passing
from .contractions import broadcast, contract, eye, has_eye
from .graph import Graph, Node
from .leibniz import leibniz
from .like_terms import sum_of_parts, without_number
from .regions import Region, branches, find_regions
from .terms import Term, Terms

HALF = Fraction(1, 2)

#: Nodes that may have a number in front.
_NUMBERED = ("const", "mul")

#: An adjoint with more terms is multiplied as a whole.
MAX_TERMS = 8

__all__ = ["derivative", "gradient_nodes", "jacobian_nodes"]


def derivative(graph: Graph, root: Node, variable: Node) -> Node:
    """Append the derivative of `root` in one variable to the graph and return its node."""
    return gradient_nodes(graph, root, [variable])[0]


def gradient_nodes(graph: Graph, root: Node, wrt: Sequence[Node]) -> list[Node]:
    """Append the partial derivatives of `root` in the nodes `wrt` and return them in order.

    Parameters
    ----------
    graph : Graph
        The arena; the derivatives are appended to it, nothing in it changes.
    root : Node
        A scalar.
    wrt : sequence of Node
        Variables, usually; any node is allowed. The partial derivative in an array has its shape;
        where it is zero, it is the number 0.

    Raises
    ------
    DerivativeError
        A function has no derivative in an argument that depends on `wrt` (the order of a Bessel
        function), or the expression is complex.
    """
    if root in graph.shapes:
        raise DerivativeError(
            "The expression has one value per row; "
            "take its mean(...) or sum(...) to differentiate it."
        )
    return _Reverse(graph, root, wrt).run()


def jacobian_nodes(graph: Graph, root: Node, wrt: Sequence[Node]) -> list[Node]:
    """Append the derivatives of an array in the nodes `wrt`; return them in order.

    Each has the shape of the root followed by that of the node; where it is zero, it is the
    number 0. Of a scalar root they are the gradient.
    """
    return _Reverse(graph, root, wrt).run()


class _Reverse:
    """One reverse sweep: contributions are collected by region, summed when a node is reached."""

    def __init__(self, graph: Graph, root: Node, wrt: Sequence[Node]) -> None:
        self.graph, self.root, self.wrt = graph, root, list(wrt)
        self.order = graph.reachable([root])
        self.regions = find_regions(graph, [root], self.order)
        for node in self.wrt:
            self.regions.pop(node, None)
        self.root_shape = graph.shape(root)
        self.opaque = frozenset(node for node in self.order if self._is_work(node))
        self.leaves = frozenset(self.wrt)
        self.active = set(self.wrt)
        for node in self.order:
            if not self.active.isdisjoint(graph.args[node]):
                self.active.add(node)
        self.one = graph.const(1)
        self.zero = graph.const(0)
        self.terms = Terms(graph, CONSTANTS)
        #: node -> region -> contributions to its adjoint, made inside that region
        self.pending: dict[Node, dict[Region | None, list[Node]]] = {}
        self.adjoint: dict[Node, Node] = {}
        #: The node that passes its adjoint on now, and its number of axes.
        self.current, self.rank = root, 0

    def run(self) -> list[Node]:
        if self.root in self.active:
            self.pending[self.root] = {None: [self._seed()]}
        for node in reversed(self.order):
            if node not in self.pending:
                continue
            adjoint = self._collect(node)
            self.adjoint[node] = adjoint
            if node not in self.leaves and adjoint != self.zero:
                self._pass_on(node, adjoint)
        return [self._whole(node) for node in self.wrt]

    def _seed(self) -> Node:
        """Return the derivative of the root in itself: 1, or an identity matrix for each axis."""
        axes = range(len(self.root_shape))
        factors = [
            (eye(self.graph, size), (axis, len(axes) + axis))
            for axis, size in enumerate(self.root_shape)
        ]
        return contract(self.graph, factors, range(2 * len(axes))) if factors else self.one

    def _whole(self, node: Node) -> Node:
        """Return the derivative in a node: its adjoint, a number spread over all elements."""
        adjoint, graph = self.adjoint.get(node, self.zero), self.graph
        if adjoint == self.zero or not graph.shape(node) or graph.shape(adjoint):
            return adjoint
        return broadcast(graph, adjoint, graph.shape(node), ())

    def _is_work(self, node: Node) -> bool:
        """Whether a contraction is worth computing once: one of several factors."""
        return self.graph.kinds[node] == "ein" and len(self.graph.args[node]) > 1

    # -- collecting -----------------------------------------------------------------------

    def _collect(self, node: Node) -> Node:
        """Sum up the contributions, bringing those made inside branches out of them."""
        by_region = self.pending.pop(node)
        if len(by_region) == 1 and not self.regions and len(by_region.get(None, ())) == 1:
            return by_region[None][0]
        is_inner = node not in self.leaves  # what people read keeps its terms
        if self.root_shape:  # masked where they were made
            parts = [part for made in by_region.values() for part in made]
            return sum_of_parts(self.graph, parts, in_front=is_inner)
        home = self.regions.get(node)
        if len(by_region) == 1 and home in by_region:
            return sum_of_parts(self.graph, by_region[home], in_front=is_inner)
        while True:
            inner = [region for region in by_region if region is not None and region != home]
            if not inner:
                return sum_of_parts(self.graph, by_region[home], in_front=is_inner)
            deepest = max(inner, key=lambda region: region.depth)
            outside = self._leave(by_region, deepest)
            leaves_rows = self._is_per_row(deepest) and not self._is_per_row(deepest.parent)
            if leaves_rows and node not in self.graph.shapes:
                outside = self.graph.node("sum", (outside,))
            by_region.setdefault(deepest.parent, []).append(outside)

    def _leave(self, by_region: dict[Region | None, list[Node]], deepest: Region) -> Node:
        """Return one contribution for those made in the branches of one piecewise."""
        graph, chosen = self.graph, deepest.piecewise
        args, outer = graph.args[chosen], deepest.parent
        values = [
            sum_of_parts(self.graph, by_region.pop(self._branch(outer, chosen, index), []))
            for index in branches(len(args))
        ]
        return graph.piecewise(list(zip(values, args[1::2], strict=False)), values[-1])

    def _is_per_row(self, region: Region | None) -> bool:
        """Whether adjoints made in a region are those of one row."""
        return region is not None and region.is_per_row(self.graph)

    def _branch(self, outer: Region | None, piecewise: Node, index: int) -> Region:
        return Region.of_branch(self.graph, outer, piecewise, index)

    # -- passing on -----------------------------------------------------------------------

    def _pass_on(self, node: Node, adjoint: Node) -> None:
        kind = self.graph.kinds[node]
        args = self.graph.args[node]
        self.current, self.rank = node, len(self.graph.shape(node))
        if self._is_by_array(node, kind):
            for part in self._separate(adjoint):
                passing = Passing(self.graph, node, part, self.root_shape, self.active, self.opaque)
                for arg, share in ARRAY_RULES[kind](passing):
                    self._note(arg, share, self.regions.get(node))
        elif kind == "add":
            for arg in args:
                self._give(node, arg, adjoint)
        elif kind == "mul":
            self._pass_product(node, adjoint, args)
        elif kind == "pow":
            self._pass_power(node, adjoint, *args)
        elif kind == "piecewise":
            self._pass_piecewise(node, adjoint, args)
        elif kind == "sum":
            self._give(node, args[0], adjoint)
        elif kind == "integral":
            self._pass_integral(node, adjoint)
        else:
            self._pass_call(node, adjoint, kind, args)

    def _is_by_array(self, node: Node, kind: str) -> bool:
        """Whether a rule for arrays passes the adjoint of a node on.

        The total of a scalar root needs none: a scalar adjoint stands for one of every element.
        """
        return kind in ARRAY_RULES and (kind != "sum" or bool(self.root_shape))

    def _separate(self, adjoint: Node) -> Sequence[Node]:
        """Return the terms of an adjoint of an array root that keep an identity matrix apart.

        Multiplied out one by one they stay structured; as a whole the sum is a full array.
        """
        graph, found = self.graph, [adjoint]
        place = 0 if self.root_shape else 1
        while place < len(found):
            number, whole = without_number(self.graph, found[place])
            terms = graph.args[whole]
            fits = len(found) + len(terms) - 1 <= MAX_TERMS
            if graph.kinds[whole] == "add" and fits and has_eye(graph, whole):
                found[place : place + 1] = [graph.scale(number, term) for term in terms]
            else:
                place += 1
        return found

    def _give(self, node: Node, arg: Node, contribution: Node) -> None:
        if arg not in self.active or contribution == self.zero:
            return
        if not self.regions and not self.graph.shapes:
            self.pending.setdefault(arg, {}).setdefault(None, []).append(contribution)
        else:
            self._add(node, arg, contribution, self.regions.get(node))

    def _add(self, node: Node, arg: Node, contribution: Node, region: Region | None) -> None:
        """Note a contribution made inside a region; a scalar gets the total over the rows."""
        shapes = self.graph.shapes
        if self.root_shape:
            contribution = self._for_arrays(node, arg, contribution, region)
        elif node in shapes and arg not in shapes and not self._is_per_row(region):
            if contribution in shapes:
                contribution = self.graph.node("sum", (contribution,))
            else:
                contribution = self._times(self.graph.size(node), contribution)
        self._note(arg, contribution, region)

    def _note(self, arg: Node, contribution: Node, region: Region | None) -> None:
        """Note a contribution to an adjoint; those of an array root know no regions."""
        if arg in self.active:
            region = None if self.root_shape else region
            self.pending.setdefault(arg, {}).setdefault(region, []).append(contribution)

    def _for_arrays(self, node: Node, arg: Node, contribution: Node, region: Region | None) -> Node:
        """Return a contribution to the derivative of an array: masked by the region, summed up."""
        graph, n_outer = self.graph, len(self.root_shape)
        home = self.regions.get(node)
        if region is not None and region != home:
            contribution = self._times(contribution, self._masked(region, self.one, home))
        if graph.shape(node) and not graph.shape(arg):
            labels = range(len(graph.shape(contribution)))
            contribution = contract(graph, [(contribution, tuple(labels))], labels[:n_outer])
        return contribution

    def _masked(self, region: Region | None, value: Node, home: Region | None = None) -> Node:
        """Return a value inside a region, 0 outside; `home` is a region around it that is known."""
        graph = self.graph
        while region is not None and region != home:
            conditions, is_last = region.choice(graph)
            pieces = [(self.zero, condition) for condition in conditions]
            if is_last:
                value = graph.piecewise(pieces, value)
            else:
                value = graph.piecewise([*pieces[:-1], (value, conditions[-1])], self.zero)
            region = region.parent
        return value

    def _pass_product(self, node: Node, adjoint: Node, args: tuple[Node, ...]) -> None:
        """Pass adjoint × prefix × suffix on to each factor; the number in front goes along."""
        coefficient = self.graph.value(args[0])
        factors = args if coefficient is None else args[1:]
        if coefficient is not None:
            adjoint = self.graph.scale(coefficient, adjoint)
        suffixes = [adjoint]
        for factor in reversed(factors[1:]):
            suffixes.append(self._times(suffixes[-1], factor))
        prefix = self.one
        for factor in factors:
            suffix = suffixes.pop()
            if factor in self.active:
                self._give(node, factor, self._times(prefix, suffix))
            if suffixes:
                prefix = self._times(prefix, factor)

    def _pass_power(self, node: Node, adjoint: Node, base: Node, exponent: Node) -> None:
        graph = self.graph
        power = graph.value(exponent)
        if base in self.active and power == -1:
            # adjoint·(1/base) first: (1/base)**2 alone underflows where the product does not.
            self._give(node, base, self._times(self._times(adjoint, graph.neg(node)), node))
        elif base in self.active:
            self._give(node, base, self._times(adjoint, self._power_rule(node, base, exponent)))
        if exponent in self.active and power is None:
            if graph.kinds[base] == "e":
                local = node
            elif graph.value(base) is not None or not graph.args[base]:
                local = self._times(node, graph.call("log", (base,)))
            else:
                local = graph.call("xlogy", (node, base))
            self._give(node, exponent, self._times(adjoint, local))

    def _power_rule(self, node: Node, base: Node, exponent: Node) -> Node:
        """Return d(base**exponent)/d(base), spelled so that it reuses the value where it can."""
        graph, power = self.graph, self.graph.value(exponent)
        if power is None:
            lowered = graph.pow(base, graph.sub(exponent, self.one))
            return self._times(exponent, lowered)
        if power.denominator == 2 and power == HALF:
            return graph.scale(HALF, graph.pow(node, graph.const(-1)))
        return graph.scale(power, graph.pow(base, graph.const(power - 1)))

    def _pass_piecewise(self, node: Node, adjoint: Node, args: tuple[Node, ...]) -> None:
        """Pass the adjoint into each branch; `_collect` puts the conditions on the way out."""
        outer = self.regions.get(node)
        for index in branches(len(args)):
            arg = args[index]
            if arg in self.active:
                self._add(node, arg, adjoint, self._branch(outer, node, index))

    def _pass_call(self, node: Node, adjoint: Node, kind: str, args: tuple[Node, ...]) -> None:
        row = TABLE[kind]
        y = Term(self.graph, node)
        terms = [Term(self.graph, arg) for arg in args]
        together = row.derivatives[0] if row.arity[1] == -1 and row.derivatives else None
        partials = together.all(self.terms, y, *terms) if isinstance(together, Partials) else None
        for index, arg in enumerate(args):
            if arg not in self.active:
                continue
            if partials is not None:
                local = partials[index]
            elif together is not None:
                local = together(self.terms, y, *terms, k=index)
            else:
                rule = row.derivatives[index] if index < len(row.derivatives) else None
                local = rule(self.terms, y, *terms) if rule else None
            if local is None:
                raise DerivativeError(_no_rule(kind, index, len(args)))
            self._give(node, arg, self._times(adjoint, self.terms(local).node))

    def _pass_integral(self, node: Node, adjoint: Node) -> None:
        for arg, local in leibniz(self.graph, node, self.active, gradient_nodes):
            self._give(node, arg, self._times(adjoint, local))

    # -- products -------------------------------------------------------------------------

    def _times(self, left: Node, right: Node) -> Node:
        """Return the product, its number in front, each side otherwise kept whole for sharing."""
        graph, one = self.graph, self.one
        if left == one:
            return right
        if right == one:
            return left
        if self.root_shape:
            ranks = [len(graph.shape(side)) > self.rank for side in (left, right)]
            if any(ranks):
                return self._contracted(left, right) if ranks[0] else self._contracted(right, left)
        kinds = graph.kinds
        if kinds[left] not in _NUMBERED and kinds[right] not in _NUMBERED:
            return graph.node("mul", (left, right))
        a, x = without_number(graph, left)
        b, y = without_number(graph, right)
        coefficient = a * b
        if coefficient == 0:
            return self.zero
        product = y if x == one else x if y == one else graph.node("mul", (x, y))
        return graph.scale(coefficient, product)

    def _contracted(self, adjoint: Node, local: Node) -> Node:
        """Return the product of an adjoint of an array root with a local derivative."""
        graph, n_outer = self.graph, len(self.root_shape)
        region = self.regions.get(self.current)
        if region is not None and (self.rank or not self._is_per_row(region)):
            # where the branch is not taken, its derivative has no meaning
            local = self._masked(region, local)
        labels = tuple(range(len(graph.shape(adjoint))))
        inner = labels[n_outer:] if graph.shape(local) else ()
        parts = [
            contract(graph, [(part, labels), (local, inner)], labels, opaque=self.opaque)
            for part in self._separate(adjoint)
        ]
        return graph.add(parts)


def _no_rule(name: str, index: int, n_args: int) -> str:
    if n_args == 1:
        return f"`{name}` has no derivative in closed form."
    return f"`{name}` has no derivative in its argument number {index + 1} in closed form."
