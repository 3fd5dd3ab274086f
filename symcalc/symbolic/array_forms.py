"""Formulas of arrays in their plainest form: numbers in front, like terms and factors together.

What the derivation hands over is right but long-winded: `2*X.T @ r/(2*m)`, `-(-a)`, `y*y`. Nothing
is expanded or searched for; every rule makes the formula shorter or its sign and number plainer.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..graph.contractions import Contraction, Factor, contract, eye
from ..graph.graph import Graph, Node, Number
from ..graph.rewrite import make
from ..graph.shapes import Dimension
from .array_products import PlainProducts
from .array_sums import Frame, is_structured, like_terms, multiplied_out, opens

__all__ = ["tidy_arrays"]

#: Arrays made of these kinds alone have no infinite elements.
FINITE = {"add", "const", "dim", "ein", "eye", "mul", "put", "sum", "take", "var"}


def tidy_arrays(graph: Graph, roots: Sequence[Node]) -> tuple[Graph, list[Node]]:
    """Return a new arena with the formulas as people read them, and the roots in it."""
    return _Tidying(graph, roots).run()


class _Tidying(PlainProducts):
    """One pass from the leaves to the roots; `place` knows what became of each node."""

    def __init__(self, graph: Graph, roots: Sequence[Node]) -> None:
        self.old, self.roots = graph, list(roots)
        self.order = graph.reachable(roots)
        self.new = Graph()
        self.place: dict[Node, Node] = {}
        uses: dict[Node, int] = {}
        for node in self.order:
            for arg in set(graph.args[node]):
                uses[arg] = uses.get(arg, 0) + 1
        self.shared = {node for node, count in uses.items() if count > 1}
        #: Contractions that are used more than once stay as they are inside others.
        self.opaque: set[Node] = set()

    def run(self) -> tuple[Graph, list[Node]]:
        for node in self.order:
            self.place[node] = self._settled(self._rebuilt(node))
            if node in self.shared and self._stays(self.place[node]):
                self.opaque.add(self.place[node])
        return self.new, [self._nothing(self.place[root]) for root in self.roots]

    def _stays(self, node: Node) -> bool:
        """Whether a contraction that is used more than once stays as it is inside others."""
        return self.new.kinds[node] == "ein" and not is_structured(self.new, node)

    def _nothing(self, root: Node) -> Node:
        """Return the number 0 for 0 times what is finite wherever its variables are."""
        args = self.new.args[root]
        if self.new.kinds[root] != "mul" or self.new.value(args[0]) != 0:
            return root
        kinds = {self.new.kinds[node] for node in self.new.reachable([root])}
        return args[0] if kinds <= FINITE else root

    def _rebuilt(self, node: Node) -> Node:
        old, new = self.old, self.new
        kind, data = old.kinds[node], old.data[node]
        if kind == "const":
            return new.const(data, old.spellings.get(node))
        if kind == "var":
            return new.var(data, old.shape(node))
        args = tuple([self.place[arg] for arg in old.args[node]])
        if kind == "pow" and self._divides_by_nothing(*args):
            args = (*new.absorb(old, old.args[node][:1]), args[1])
        if kind == "ein":
            return self._contraction(args, data)
        if kind == "sum":
            return self._total(args[0])
        return make(new, kind, args, data)

    def _divides_by_nothing(self, base: Node, exponent: Node) -> bool:
        """Whether a divisor like `c - c` has become 0, which no text may divide by."""
        power, bases = self.new.value(exponent), (base, *self.new.args[base][:1])
        return power is not None and power < 0 and any(self.new.value(b) == 0 for b in bases)

    def _settled(self, node: Node) -> Node:
        """Return the plainest form of a node whose arguments are plain."""
        kind, shape = self.new.kinds[node], self.new.shape(node)
        if kind == "add":
            node = self._sum(self.new.args[node])
        elif kind == "mul":
            node = self._product(self.new.args[node])
        elif kind == "pow":
            node = self._power(*self.new.args[node])
        elif kind in ("put", "take", "reshape"):
            number, rest = self._split(self.new.args[node][0])
            node = self.new.scale(number, make(self.new, kind, (rest,), self.new.data[node]))
        return node if self.new.shape(node) == shape else self._spread(node, shape)

    def _spread(self, node: Node, shape: tuple[str | int, ...]) -> Node:
        """Return a scalar as an array again."""
        return contract(self.new, [(node, ())], range(len(shape)), dict(enumerate(shape)))

    # -- contractions ---------------------------------------------------------------------------

    def _contraction(self, args: Sequence[Node], data: Contraction) -> Node:
        """Return a contraction; factors with the same labels are multiplied first."""
        is_spread = data.free and len(args) == 1 and {*data.factors[0]} <= {*data.out}
        if is_spread and self.new.kinds[args[0]] == "pow":
            base, exponent = self.new.args[args[0]]
            if self.new.value(exponent) is not None and self.new.shape(base):
                return self._power(self._contraction((base,), data), exponent)
        groups: dict[tuple[int, ...], list[Node]] = {}
        for arg, labels in zip(args, data.factors, strict=True):
            groups.setdefault(labels, []).append(arg)
        used = [label for labels in data.factors for label in labels]
        factors: list[Factor] = []
        for labels, group in groups.items():
            structured = any(
                self.new.kinds[arg] in ("eye", "ein") or opens(self.new, arg) for arg in group
            )
            is_inner = len(labels) == 1 and len(group) == used.count(labels[0]) == 2
            structured = structured or (is_inner and labels[0] not in data.out)
            whole = group[0] if len(group) == 1 else self._product(group)
            cancels = is_inner and group[0] != group[1] and self.new.kinds[whole] != "mul"
            structured = structured and not cancels
            if structured or not self.new.shape(whole):
                factors += [(arg, labels) for arg in group]
            else:
                factors.append((whole, labels))
        dims = {label: data.dims[label] for label in data.free}
        terms = multiplied_out(self.new, factors)
        found = [self._contracted(term, data.out, dims) for term in terms]
        return found[0] if len(found) == 1 else self._sum(found)

    def _contracted(
        self, factors: Sequence[Factor], out: Sequence[int], dims: dict[int, Dimension]
    ) -> Node:
        """Return the contraction of factors, their numbers in front."""
        new = self.new
        pulled = [self._pulled(factor) for factor in factors]
        number: Number = 1
        for coefficient, _ in pulled:
            number = number * coefficient
        inner = self._without_inverses([factor for _, factor in pulled], out)
        inner.sort(key=lambda factor: (factor[0], [x for x in factor[1] if x in out]))
        node = contract(new, inner, out, dims, opaque=self.opaque)
        common, body = self._split(node)
        if new.kinds[body] == "ein":
            if self._is_turned_eye(body):
                (body,) = new.args[body]
            elif not out and new.data[body].factors in (((0,),), ((0, 1),)):
                body = self._total(new.args[body][0])
            elif self._gets_terms(body):
                body = self._contraction(new.args[body], new.data[body])
        return new.scale(number * common, body)

    def _gets_terms(self, node: Node) -> bool:
        """Whether a contraction is written as several, of the terms of a sum in it."""
        pairs = zip(self.new.args[node], self.new.data[node].factors, strict=True)
        return len(multiplied_out(self.new, list(pairs))) > 1

    def _is_turned_eye(self, node: Node) -> bool:
        """Whether a contraction is a transposed identity matrix, which is the same."""
        kinds = [self.new.kinds[arg] for arg in self.new.args[node]]
        data: Contraction = self.new.data[node]
        return kinds == ["eye"] and data.factors == (data.out[::-1],) and len(data.out) == 2

    def _without_inverses(self, factors: list[Factor], out: Sequence[int]) -> list[Factor]:
        """Return factors; a matrix that meets its own inverse is an identity matrix."""
        new = self.new
        for place, (node, labels) in enumerate(factors):
            if new.kinds[node] != "inv":
                continue
            for other, (matrix, beside) in enumerate(factors):
                if matrix != new.args[node][0]:
                    continue
                for own, its in ((1, 0), (0, 1)):
                    met = labels[own]
                    count = sum(x.count(met) for _, x in factors)
                    if met == beside[its] and met not in out and count == 2:
                        left = [f for at, f in enumerate(factors) if at not in (place, other)]
                        identity = eye(new, new.shape(node)[0])
                        pair = (identity, (labels[1 - own], beside[1 - its]))
                        return self._without_inverses([*left, pair], out)
        return factors

    def _pulled(self, factor: Factor) -> tuple[Number, Factor]:
        """Return the number that all terms of a factor have in common, and the rest."""
        node, labels = factor
        if self.new.kinds[node] != "add":
            return 1, factor
        common, rest = self._content(node)
        return common, (rest, labels)

    def _total(self, arg: Node) -> Node:
        """Return the sum of all elements, scalars in front of it."""
        new = self.new
        kind = new.kinds[arg]
        if kind == "add" and new.shape(arg):
            common, rest = self._content(arg)
            return new.scale(common, new.node("sum", (rest,)))
        if kind != "mul":
            return new.node("sum", (arg,))
        if any(new.kinds[factor] == "eye" for factor in new.args[arg]):
            axes = (0, 1)
            factors = [(f, axes if new.shape(f) else ()) for f in new.args[arg]]
            return contract(new, factors, ())
        front = [factor for factor in new.args[arg] if not new.shape(factor)]
        arrays = [factor for factor in new.args[arg] if new.shape(factor)]
        if not arrays:
            return new.node("sum", (arg,))
        return self._product((*front, new.node("sum", (new.mul(arrays),))))

    # -- sums -----------------------------------------------------------------------------------

    def _sum(self, terms: Sequence[Node]) -> Node:
        """Return a sum, inner sums opened, like terms added up, a positive one in front."""
        new = self.new
        flat: list[Node] = []
        for term in terms:
            flat += self._opened_term(term)
        spans = any(new.shape(term) and not self._is_ones(term) for term in flat)
        flat = [self._without_ones(term) if spans else term for term in flat]
        counts: dict[Node, Number] = {}
        seen: dict[tuple[Node, ...], Node] = {}
        for term in flat:
            if new.kinds[term] == "const":
                counts[new.const(1)] = counts.get(new.const(1), 0) + new.data[term]
                continue
            number, rest = self._split(term)
            rest = seen.setdefault(self._unordered(rest), rest)
            counts[rest] = counts.get(rest, 0) + number
        merged = [(number, rest) for rest, number in counts.items() if number != 0]
        merged = self._collected_terms(merged)
        first = next((place for place, (number, _) in enumerate(merged) if number > 0), 0)
        if first and merged[0][0] < 0:
            merged.insert(0, merged.pop(first))
        return new.add([new.scale(number, rest) for number, rest in merged])

    def _opened_term(self, term: Node) -> Sequence[Node]:
        """Return the terms of a sum, or of a multiple of one that is made of outer products."""
        new = self.new
        if new.kinds[term] == "add":
            return new.args[term]
        number, rest = self._split(term)
        if opens(new, rest):
            return [new.scale(number, inner) for inner in new.args[rest]]
        return (term,)

    def _unordered(self, term: Node) -> tuple[Node, ...]:
        """Return what a term is made of, its factors in any order."""
        return tuple(sorted(self.new.args[term])) if self.new.kinds[term] == "mul" else (term,)

    def _collected_terms(self, terms: list[tuple[Number, Node]]) -> list[tuple[Number, Node]]:
        """Return terms; contractions that differ in one factor are one, of a sum."""
        new = self.new
        apart: set[Frame] = set()
        while True:
            alike = like_terms(new, [rest for _, rest in terms], apart)
            if alike is None:
                return terms
            parts = zip(alike.places, alike.nodes, strict=True)
            total = self._sum([new.scale(terms[at][0], node) for at, node in parts])
            frame, place = alike.frame, alike.places[0]
            if opens(new, total):  # the contraction around it would be this sum again
                apart.add(frame)
                continue
            if new.shape(total) != new.shape(alike.nodes[0]):
                total = self._spread(total, new.shape(alike.nodes[0]))
            whole = self._contraction((*frame.factors, total), frame.data)
            if frame.scalars:
                whole = self._product((*frame.scalars, whole))
            kept = [term for at, term in enumerate(terms) if at not in alike.places]
            terms = [*kept[:place], self._split(whole), *kept[place:]]

    def _without_ones(self, node: Node) -> Node:
        """Return a scalar for a scalar times ones."""
        new = self.new
        if not self._is_ones(node):
            return node
        return new.mul([arg for arg in new.args[node] if not new.shape(arg)] or [new.const(1)])
