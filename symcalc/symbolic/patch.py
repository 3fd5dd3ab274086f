"""Near a removable singularity, put the Taylor polynomial in the place of the formula.

`(x - sin(x))/x**3` has no value at 0 and loses all digits near it; its limit, and all derivatives
of the limit, exist. The polynomial is accurate there, and so are its derivatives, which is why
the exchange comes before differentiation. It is made only where a Laurent series with ball
coefficients shows that the formula continues analytically, and where an evaluation of the formula
in ball arithmetic agrees with the polynomial at the edge of its use.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from ..functions import TABLE
from ..graph.graph import REDUCTIONS, Graph, Node
from ..graph.rewrite import substitute

if TYPE_CHECKING:
    from .local_polynomials import LocalPolynomial

__all__ = ["patch_removable"]

#: Formulas larger than this are left alone: the series would cost more than it serves.
MAX_NODES, MAX_CENTERS, MAX_TRIES = 400, 12, 48
PIVOT = "pivot"
#: Of more variables than this, so many are remembered as those under a node.
MANY = 8
#: Numbers of elements: nothing is continued to where they are no whole numbers.
COUNTS = frozenset({"dim", "size"})


def patch_removable(graph: Graph, root: Node) -> tuple[Graph, Node]:
    """Return the formula with every removable singularity that was found patched.

    Notes
    -----
    Searched are the largest subexpressions of a single variable that divide by something that can
    vanish or single a point out (`x != 0`), and products `g(u)/u**k` of a common subexpression
    `u`. Centers are 0 and the rational numbers that the subexpression mentions.
    """
    if not any(_is_suspicious(graph, node) for node in graph.reachable([root])):
        return graph, root
    work = graph.copy()
    return work, _Patcher(work).run(root)


def _is_suspicious(graph: Graph, node: Node) -> bool:
    """Whether the node has a pole, divides by something that varies, or compares for equality."""
    kind = graph.kinds[node]
    if kind == "compare":
        return graph.data[node] in ("==", "!=")
    if kind in TABLE:
        return "!=" in TABLE[kind].domain
    if kind != "pow":
        return False
    base, exponent = graph.args[node]
    power = graph.value(exponent)
    return power is not None and power < 0 and bool(graph.args[base] or graph.kinds[base] == "var")


class _Patcher:
    """One sweep over a formula: which subexpressions depend on what, and which are patched."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.tries = 0

    def run(self, root: Node) -> Node:
        """Return the root with the patches in place."""
        graph = self.graph
        order = graph.reachable([root])
        support: dict[Node, frozenset[Node]] = {}
        doubtful: set[Node] = set()
        for node in order:
            args = graph.args[node]
            is_whole = graph.kinds[node] == "var" or graph.kinds[node] in REDUCTIONS
            if graph.kinds[node] in COUNTS:
                support[node] = frozenset()
            else:
                support[node] = frozenset((node,)) if is_whole else _union(support, args)
            if _is_suspicious(graph, node) or not doubtful.isdisjoint(args):
                doubtful.add(node)
        patches: dict[Node, Node] = {}
        covered: set[Node] = set()
        for node in reversed(order):
            if self.tries >= MAX_TRIES:
                break
            if node in covered or node not in doubtful:
                continue
            found = self._patch(node, support)
            if found is not None:
                patches[node] = found
                covered.update(self._below(node))
        return substitute(graph, root, patches) if patches else root

    def _below(self, root: Node) -> set[Node]:
        """Return what a formula computes element by element from the whole arrays under it."""
        found, stack = set[Node](), [root]
        while stack:
            node = stack.pop()
            if node not in found and self.graph.kinds[node] not in REDUCTIONS:
                found.add(node)
                stack += self.graph.args[node]
        return found

    def _patch(self, node: Node, support: dict[Node, frozenset[Node]]) -> Node | None:
        kind = self.graph.kinds[node]
        if kind in ("compare", "and", "or", "not") or kind in REDUCTIONS:
            return None
        if len(support[node]) == 1:
            (variable,) = support[node]
            return self._in_variable(node, variable)
        return self._in_product(node, support) if kind == "mul" else None

    def _in_variable(self, node: Node, variable: Node) -> Node | None:
        """Patch a formula of one variable, or of one array that is computed as a whole."""
        inside = Graph()
        moved = _in_terms_of(self.graph, node, variable, inside)
        found = [] if moved is None else self._polynomials(inside, moved, PIVOT)
        return self._join(found, variable, node) if found else None

    def _in_product(self, node: Node, support: dict[Node, frozenset[Node]]) -> Node | None:
        """Patch the factors of a product that depend on the base of a division only."""
        graph = self.graph
        for factor in graph.args[node]:
            if self.tries >= MAX_TRIES:
                break
            if not _is_suspicious(graph, factor):
                continue
            self.tries += 1
            pivot = graph.args[factor][0]
            inner = support[pivot]
            inside = Graph()
            group: list[Node] = []
            moved: list[Node] = []
            for other in graph.args[node]:
                if len(inner) < MANY and not support[other] <= inner:
                    continue
                copy = _in_terms_of(graph, other, pivot, inside)
                if copy is not None and graph.value(other) is None:
                    group.append(other)
                    moved.append(copy)
            if len(group) < 2:
                continue
            found = self._polynomials(inside, inside.mul(moved), PIVOT)
            if found:
                direct = graph.mul(group)
                taken = set(group)
                rest = [other for other in graph.args[node] if other not in taken]
                return graph.mul((*rest, self._join(found, pivot, direct)))
        return None

    def _polynomials(self, graph: Graph, node: Node, name: str) -> list[LocalPolynomial]:
        from .local_polynomials import local_polynomial

        order = graph.reachable([node])
        if len(order) > MAX_NODES or self.tries >= MAX_TRIES or _switches(graph, order):
            return []
        found = []
        for center in _centers(graph, order):
            self.tries += 1
            polynomial = local_polynomial(graph, node, name, center)
            if polynomial is not None:
                found.append(polynomial)
        return found

    def _join(self, polynomials: Sequence[LocalPolynomial], variable: Node, direct: Node) -> Node:
        """Return: the polynomial near its center, the formula elsewhere."""
        graph, pieces = self.graph, []
        for polynomial in polynomials:
            offset = graph.sub(variable, graph.const(polynomial.center))
            distance = graph.call("abs", (offset,))
            near = graph.compare("<", distance, graph.const(polynomial.radius))
            pieces.append((_horner(graph, polynomial.coefficients, offset), near))
        return graph.piecewise(pieces, direct)


def _union(support: dict[Node, frozenset[Node]], args: Sequence[Node]) -> frozenset[Node]:
    """Return the variables under some arguments; `MANY` of them stand for all the rest too."""
    found: frozenset[Node] = frozenset()
    for arg in args:
        if len(found) >= MANY:
            break
        found = found | support[arg] if found else support[arg]
    return found if len(found) <= MANY else frozenset(sorted(found)[:MANY])


def _in_terms_of(graph: Graph, root: Node, pivot: Node, into: Graph) -> Node | None:
    """Copy a formula with a subexpression made a variable; None if others remain in it.

    None too where that is a formula of more than `MAX_NODES` nodes.
    """
    inside = _above(graph, root, pivot)
    if inside is None:
        return None
    place: dict[Node, Node] = {pivot: into.var(PIVOT)}
    for node in inside:
        if graph.kinds[node] == "const":
            place[node] = into.const(graph.data[node])
        elif node != pivot:
            moved = tuple([place[arg] for arg in graph.args[node]])
            place[node] = into.node(graph.kinds[node], moved, graph.data[node])
    return place[root]


def _above(graph: Graph, root: Node, pivot: Node) -> list[Node] | None:
    """Return what a formula computes from a subexpression alone; None for much, or other things."""
    seen, stack = {root}, [root]
    while stack:
        node = stack.pop()
        if node == pivot:
            continue
        if graph.kinds[node] == "var" or graph.kinds[node] in COUNTS:
            return None
        fresh = [arg for arg in graph.args[node] if arg not in seen]
        seen.update(fresh)
        stack += fresh
        if len(seen) > MAX_NODES:
            return None
    return sorted(seen)


def _centers(graph: Graph, order: Sequence[Node]) -> list[Fraction]:
    """Return 0, and the numbers that the formula adds or compares, and their negatives."""
    centers = {Fraction(0): None, Fraction(1): None}
    for node in order:
        if graph.kinds[node] not in ("add", "compare"):
            continue
        for arg in graph.args[node]:
            value = graph.value(arg)
            if value is not None:
                centers |= {Fraction(value): None, Fraction(-value): None}
    return list(centers)[:MAX_CENTERS]


def _switches(graph: Graph, order: Sequence[Node]) -> bool:
    """Whether the formula follows different rules in different places, a lone point apart."""
    for node in order:
        kind = graph.kinds[node]
        if kind == "compare":
            if graph.data[node] not in ("==", "!="):
                return True
        elif kind in TABLE and TABLE[kind].kinks:
            return True
    return False


def _horner(graph: Graph, coefficients: Sequence[float], offset: Node) -> Node:
    """Return the polynomial in Horner's form, exact in the doubles it holds."""
    result = graph.const(0)
    for coefficient in reversed(coefficients):
        value = Fraction(coefficient)
        scaled = graph.const(0) if graph.value(result) == 0 else graph.mul((result, offset))
        result = graph.add((scaled, graph.const(value)))
    return result
