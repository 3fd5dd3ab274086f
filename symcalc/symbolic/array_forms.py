"""Formulas of arrays in their plainest form: numbers in front, like terms and factors together.

What the derivation hands over is right but long-winded: `2*X.T @ r/(2*m)`, `-(-a)`, `y*y`. Nothing
is expanded or searched for; every rule makes the formula shorter or its sign and number plainer.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

from ..graph.contractions import Contraction, Factor, contract, eye
from ..graph.graph import Graph, Node, Number
from ..graph.rewrite import make

__all__ = ["tidy_arrays"]

#: A product raised to a power is not opened, a power of a power is, up to this exponent.
MAX_POWER = 100


def tidy_arrays(graph: Graph, roots: Sequence[Node]) -> tuple[Graph, list[Node]]:
    """Return a new arena with the formulas as people read them, and the roots in it."""
    return _Tidying(graph, roots).run()


class _Tidying:
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
            if node in self.shared and self.new.kinds[self.place[node]] == "ein":
                self.opaque.add(self.place[node])
        return self.new, [self._nothing(self.place[root]) for root in self.roots]

    def _nothing(self, root: Node) -> Node:
        """Return the number 0 for an array of zeros."""
        args = self.new.args[root]
        is_zero = self.new.kinds[root] == "mul" and self.new.value(args[0]) == 0
        return args[0] if is_zero and self._is_ones(root) else root

    def _rebuilt(self, node: Node) -> Node:
        old, new = self.old, self.new
        kind, data = old.kinds[node], old.data[node]
        if kind == "const":
            return new.const(data, old.spellings.get(node))
        if kind == "var":
            return new.var(data, old.shape(node))
        args = tuple([self.place[arg] for arg in old.args[node]])
        if kind == "ein":
            return self._contraction(args, data)
        if kind == "sum":
            return self._total(args[0])
        return make(new, kind, args, data)

    def _settled(self, node: Node) -> Node:
        """Return the plainest form of a node whose arguments are plain."""
        kind, shape = self.new.kinds[node], self.new.shape(node)
        if kind == "add":
            node = self._sum(self.new.args[node])
        elif kind == "mul":
            node = self._product(self.new.args[node])
        elif kind == "pow":
            node = self._power(*self.new.args[node])
        return node if self.new.shape(node) == shape else self._spread(node, shape)

    def _spread(self, node: Node, shape: tuple[str | int, ...]) -> Node:
        """Return a scalar as an array again."""
        return contract(self.new, [(node, ())], range(len(shape)), dict(enumerate(shape)))

    # -- contractions ---------------------------------------------------------------------------

    def _contraction(self, args: Sequence[Node], data: Contraction) -> Node:
        """Return a contraction; factors with the same labels are multiplied first."""
        groups: dict[tuple[int, ...], list[Node]] = {}
        for arg, labels in zip(args, data.factors, strict=True):
            groups.setdefault(labels, []).append(arg)
        used = [label for labels in data.factors for label in labels]
        factors: list[Factor] = []
        for labels, group in groups.items():
            structured = any(self.new.kinds[arg] in ("eye", "ein") for arg in group)
            is_inner = len(labels) == 1 and len(group) == used.count(labels[0]) == 2
            structured = structured or (is_inner and labels[0] not in data.out)
            whole = group[0] if len(group) == 1 or structured else self._product(group)
            if structured or not self.new.shape(whole):
                factors += [(arg, labels) for arg in group]
            else:
                factors.append((whole, labels))
        dims = {label: data.dims[label] for label in data.free}
        pulled = [self._pulled(factor) for factor in factors]
        number: Number = 1
        for coefficient, _ in pulled:
            number = number * coefficient
        inner = self._without_inverses([factor for _, factor in pulled], data.out)
        inner.sort(key=lambda factor: (factor[0], [x for x in factor[1] if x in data.out]))
        node = contract(self.new, inner, data.out, dims, opaque=self.opaque)
        if self.new.kinds[node] == "ein" and self._is_turned_eye(node):
            (node,) = self.new.args[node]
        return self.new.scale(number, node)

    def _is_turned_eye(self, node: Node) -> bool:
        """Whether a contraction is a transposed identity matrix, which is the same."""
        args = self.new.args[node]
        return (
            len(args) == 1 and self.new.kinds[args[0]] == "eye" and len(self.new.shape(node)) == 2
        )

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

    def _content(self, node: Node) -> tuple[Number, Node]:
        """Return a number and a sum whose product is the sum."""
        new = self.new
        parts = [self._split(term) for term in new.args[node]]
        numbers = [abs(Fraction(number)) for number, _ in parts]
        common: Number = Fraction(
            math.gcd(*(n.numerator for n in numbers)), math.lcm(*(n.denominator for n in numbers))
        )
        if all(number < 0 for number, _ in parts):
            common = -common
        if common == 1 or any(new.kinds[term] == "const" for term in new.args[node]):
            return 1, node
        return common, self._sum([new.scale(Fraction(n) / common, rest) for n, rest in parts])

    def _total(self, arg: Node) -> Node:
        """Return the sum of all elements, scalars in front of it."""
        new = self.new
        kind = new.kinds[arg]
        if kind == "add" and new.shape(arg):
            common, rest = self._content(arg)
            return new.scale(common, new.node("sum", (rest,)))
        if kind != "mul":
            return new.node("sum", (arg,))
        front = [factor for factor in new.args[arg] if not new.shape(factor)]
        arrays = [factor for factor in new.args[arg] if new.shape(factor)]
        if not arrays:
            return new.node("sum", (arg,))
        return self._product((*front, new.node("sum", (new.mul(arrays),))))

    # -- sums -----------------------------------------------------------------------------------

    def _split(self, term: Node) -> tuple[Number, Node]:
        """Return the number in front of a term, and the term without it."""
        new = self.new
        if new.kinds[term] != "mul":
            return 1, term
        number = new.value(new.args[term][0])
        if number is None:
            return 1, term
        rest = new.args[term][1:]
        return number, rest[0] if len(rest) == 1 else new.node("mul", rest)

    def _sum(self, terms: Sequence[Node]) -> Node:
        """Return a sum, inner sums opened, like terms added up, a positive one in front."""
        new = self.new
        flat: list[Node] = []
        for term in terms:
            flat += new.args[term] if new.kinds[term] == "add" else (term,)
        spans = any(new.shape(term) and not self._is_ones(term) for term in flat)
        flat = [self._without_ones(term) if spans else term for term in flat]
        counts: dict[Node, Number] = {}
        for term in flat:
            if new.kinds[term] == "const":
                counts[new.const(1)] = counts.get(new.const(1), 0) + new.data[term]
                continue
            number, rest = self._split(term)
            counts[rest] = counts.get(rest, 0) + number
        merged = [(number, rest) for rest, number in counts.items() if number != 0]
        first = next((place for place, (number, _) in enumerate(merged) if number > 0), 0)
        if first and merged[0][0] < 0:
            merged.insert(0, merged.pop(first))
        return new.add([new.scale(number, rest) for number, rest in merged])

    def _is_ones(self, node: Node) -> bool:
        """Whether a term is an array of ones, or a scalar times one."""
        new = self.new
        if new.kinds[node] == "ein":
            return not new.args[node]
        arrays = [arg for arg in new.args[node] if new.shape(arg)]
        return new.kinds[node] == "mul" and len(arrays) == 1 and self._is_ones(arrays[0])

    def _without_ones(self, node: Node) -> Node:
        """Return a scalar for a scalar times ones."""
        new = self.new
        if not self._is_ones(node):
            return node
        return new.mul([arg for arg in new.args[node] if not new.shape(arg)] or [new.const(1)])

    # -- products and powers ----------------------------------------------------------------------

    def _product(self, factors: Sequence[Node]) -> Node:
        """Return a product: inner ones opened, powers of one base together, divisors last."""
        new = self.new
        number, powers = self._collected(factors)
        arrays = [base for base in powers if new.shape(base)]
        if any(not self._is_ones(base) for base in arrays):
            powers = {base: power for base, power in powers.items() if not self._is_ones(base)}
        parts = [(base, power) for base, power in powers.items() if power != 0]
        scalars = [pair for pair in parts if not new.shape(pair[0])]
        others = [pair for pair in parts if new.shape(pair[0])]
        denominator = number.denominator if any(power < 0 for _, power in scalars) else 1
        rest = [
            *self._above(scalars),
            *self._choices(self._above(others)),
            *self._below(others, 1),
            *self._below(scalars, denominator),
        ]
        number = number * denominator
        if len(rest) == 1 and new.kinds[rest[0]] == "add":
            return self._multiple(number, rest[0])
        return new.scale(number, new.mul(rest)) if rest else new.const(number)

    def _multiple(self, number: Number, node: Node) -> Node:
        """Return number × sum, multiplied out where signs or numbers of terms are in the way."""
        new = self.new
        common, inner = self._content(node)
        number = number * common
        if new.kinds[inner] != "add":
            return new.scale(number, inner)
        parts = [self._split(term) for term in new.args[inner]]
        if number == 1 or (number != -1 and all(abs(count) == 1 for count, _ in parts)):
            return new.scale(number, inner)
        return self._sum([new.scale(number, term) for term in new.args[inner]])

    def _above(self, parts: Sequence[tuple[Node, Number]]) -> list[Node]:
        """Return the factors with a positive exponent."""
        new = self.new
        return [new.pow(base, new.const(power)) for base, power in parts if power > 0]

    def _below(self, parts: Sequence[tuple[Node, Number]], number: int) -> list[Node]:
        """Return one divisor for those with a negative exponent and a number."""
        new = self.new
        bases = [new.pow(base, new.const(-power)) for base, power in parts if power < 0]
        if not bases:
            return []
        return [new.pow(new.scale(number, new.mul(bases)), new.const(-1))]

    def _choices(self, factors: list[Node]) -> list[Node]:
        """Return factors; a mask of zeros and ones goes into another choice by its conditions."""
        new = self.new
        found: dict[tuple[Node, ...], Node] = {}
        rest: list[Node] = []
        for factor in factors:
            if new.kinds[factor] != "piecewise":
                rest.append(factor)
                continue
            conditions = new.args[factor][1::2]
            other = found.get(conditions)
            if other is not None and (self._is_mask(other) or self._is_mask(factor)):
                found[conditions] = self._chosen(factor, other)
            elif other is None:
                found[conditions] = factor
            else:
                rest.append(factor)
        return [*rest, *found.values()]

    def _is_mask(self, choice: Node) -> bool:
        """Whether the values of a piecewise are all 0 or 1."""
        args = self.new.args[choice]
        return all(self.new.value(value) in (0, 1) for value in (*args[:-1:2], args[-1]))

    def _chosen(self, first: Node, second: Node) -> Node:
        """Return the product of two choices by the same conditions, one of them a mask."""
        new = self.new
        args = list(new.args[first])
        for place in (*range(0, len(args) - 1, 2), len(args) - 1):
            pair = (args[place], new.args[second][place])
            args[place] = new.const(0) if any(new.value(v) == 0 for v in pair) else new.mul(pair)
        return new.node("piecewise", tuple(args))

    def _collected(self, factors: Sequence[Node]) -> tuple[Number, dict[Node, Number]]:
        """Return the number of a product, and the power of each base."""
        new = self.new
        number: Number = 1
        powers: dict[Node, Number] = {}
        stack: list[tuple[Node, Number]] = [(node, 1) for node in reversed(factors)]
        while stack:
            node, power = stack.pop()
            kind, value = new.kinds[node], new.value(node)
            is_whole = isinstance(power, int)
            if value and is_whole and node not in new.spellings:
                number = number * Fraction(value) ** int(power)
            elif kind == "mul" and is_whole:
                stack += [(arg, power) for arg in reversed(new.args[node])]
            elif kind == "pow" and is_whole and self._exponent(node) is not None:
                exponent = Fraction(self._exponent(node) or 0) * power
                whole = int(exponent) if exponent.denominator == 1 else exponent
                stack.append((new.args[node][0], whole))
            else:
                powers[node] = powers.get(node, 0) + power
        return number, powers

    def _exponent(self, node: Node) -> Number | None:
        """Return the rational exponent of a power of what is no number, or None."""
        base, exponent = self.new.args[node]
        value = self.new.value(exponent)
        if value is None or self.new.kinds[base] == "const":
            return None
        return value if -MAX_POWER <= value <= MAX_POWER else None

    def _power(self, base: Node, exponent: Node) -> Node:
        """Return a power; one of a power with whole exponents is one power."""
        new = self.new
        outer = new.value(exponent)
        inner = self._exponent(base) if new.kinds[base] == "pow" else None
        if inner is None or not isinstance(outer, int):
            return new.pow(base, exponent)
        power, sign = (inner * outer, 1) if inner * outer > 0 else (-inner * outer, -1)
        if power > MAX_POWER:
            return new.pow(base, exponent)
        return new.pow(new.pow(new.args[base][0], new.const(power)), new.const(sign))
