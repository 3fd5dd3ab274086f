"""The arena of hash-consed nodes that every formula lives in.

A node is an integer. Its arguments always have smaller numbers, so a walk from the leaves to the
root is a loop over a range, never a recursion. Nodes are never changed or removed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from .dimensions import polynomial
from .shapes import SHAPE_RULES, Dimension, Shape, elementwise_shape

__all__ = ["COMPARISONS", "REDUCTIONS", "Graph", "Node", "Number", "Shape", "exact_decimal"]

Node = int
Number = int | Fraction

#: Relations between two reals, allowed in the conditions of a piecewise and as constraints.
COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")

#: Node kinds whose elements depend on more than one element of an argument, or on its shape.
REDUCTIONS = frozenset(SHAPE_RULES)

#: A constant is never folded into a number with more digits than this (bits ≈ 3.33 × digits).
MAX_FOLDED_BITS = 3322


def _bits(value: Number) -> int:
    """Return the size of a rational: the bits of its numerator and denominator together."""
    return value.numerator.bit_length() + value.denominator.bit_length()


def _tidy(value: Number) -> Number:
    """Return an int where a Fraction is whole, so that equal numbers have one form."""
    return value.numerator if value.denominator == 1 else value


class Graph:
    """An append-only arena of nodes.

    A node `i` is described by three parallel lists:

    `kinds[i]`
        "const", "var", "add", "mul", "pow", "piecewise", "compare", "and", "or", "not", "integral",
        a kind of `shapes.SHAPE_RULES`, or the name of a row of the function table.
    `args[i]`
        The argument nodes. `piecewise` has (value, condition, value, condition, ..., otherwise):
        an odd number; the first condition that holds decides. A missing otherwise is the
        constant `nan`.
    `data[i]`
        The exact rational of a "const" (int or Fraction), the name of a "var", the relation
        of a "compare", else None.

    A difference is a sum with a factor -1, a quotient a product with a power -1: `a - b` is
    `add(a, mul(-1, b))`, `a / b` is `mul(a, pow(b, -1))`. A numerical factor of a product stands
    first, and there is at most one. The square root is the power 1/2.

    `spellings` keeps how a decimal was typed (`0.1`, `1e-3`), for printing only. `shapes` holds
    the shapes that are not scalar. `derivations` lists the derivatives that a text asked for, as
    (function, variable, derivative): whether one exists at a point, its form does not show.
    `choices` is what `regions` remembers of conditions.
    """

    __slots__ = (
        "_index", "_varying", "args", "choices", "data", "derivations", "kinds", "shapes",
        "spellings",
    )  # fmt: skip

    def __init__(self) -> None:
        self.kinds: list[str] = []
        self.args: list[tuple[Node, ...]] = []
        self.data: list[Any] = []
        self.shapes: dict[Node, Shape] = {}
        self.spellings: dict[Node, str] = {}
        self.derivations: list[tuple[Node, Node, Node]] = []
        self._index: dict[Any, Node] = {}
        #: whether each of the first nodes depends on a variable; made as far as was asked
        self._varying: list[bool] = []
        self.choices: dict[Any, Any] = {}

    def __len__(self) -> int:
        return len(self.kinds)

    def copy(self) -> Graph:
        """Return an arena with the same nodes under the same numbers, to append to."""
        other = Graph()
        other.kinds = self.kinds.copy()
        other.args = self.args.copy()
        other.data = self.data.copy()
        other.shapes = self.shapes.copy()
        other.spellings = self.spellings.copy()
        other.derivations = self.derivations.copy()
        other._index = self._index.copy()
        return other

    # -- leaves ---------------------------------------------------------------------------

    def const(self, value: Number, spelling: str | None = None) -> Node:
        """Return the node of an exact rational; `spelling` is how the user typed it."""
        key = ("const", value)
        node = self._index.get(key)
        if node is None:
            node = self._append(key, "const", (), _tidy(value))
        if spelling is not None:
            self.spellings.setdefault(node, spelling)
        return node

    def var(self, name: str, shape: Shape = ()) -> Node:
        """Return the node of a variable."""
        key = ("var", name)
        node = self._index.get(key)
        if node is None:
            node = self._append(key, "var", (), name)
            if shape:
                self.shapes[node] = shape
        return node

    # -- sums, products, powers -----------------------------------------------------------

    def add(self, terms: Sequence[Node]) -> Node:
        """Return the n-ary sum; rational terms are added up, in the place of the first."""
        kinds, data = self.kinds, self.data
        n_consts = 0
        for term in terms:
            if kinds[term] == "const":
                n_consts += 1
        if n_consts > 1 or (n_consts and any(kinds[t] == "const" and data[t] == 0 for t in terms)):
            terms = self._fold_sum(terms)
        if len(terms) == 1:
            return terms[0]
        if not terms:
            return self.const(0)
        return self.node("add", tuple(terms))

    def mul(self, factors: Sequence[Node]) -> Node:
        """Return the n-ary product; its rational factors become one, which stands first.

        Zero annihilates only when every other factor is a number: `0*log(x)` keeps its domain.
        """
        kinds = self.kinds
        for factor in factors:
            if kinds[factor] == "const":
                break
        else:
            return factors[0] if len(factors) == 1 else self.node("mul", tuple(factors))
        coefficient: Number = 1
        rest: list[Node] = []
        for factor in factors:
            if kinds[factor] == "const":
                product = coefficient * self.data[factor]
                if _bits(product) > MAX_FOLDED_BITS:
                    rest.append(factor)
                else:
                    coefficient = product
            else:
                rest.append(factor)
        return self._scaled(coefficient, rest, factors)

    def _scaled(self, coefficient: Number, rest: list[Node], factors: Sequence[Node]) -> Node:
        """Return coefficient × product of rest, in canonical order."""
        if not rest:
            return self._keep_spelling(coefficient, factors)
        if coefficient == 1:
            return rest[0] if len(rest) == 1 else self.node("mul", tuple(rest))
        first = self._keep_spelling(coefficient, factors)
        return self.node("mul", (first, *rest))

    def pow(self, base: Node, exponent: Node) -> Node:
        """Return base ** exponent; folded when both are rational, the exponent whole and small."""
        if self.kinds[exponent] == "const":
            power = self.data[exponent]
            if power == 1:
                return base
            if self.kinds[base] == "const" and type(power) is int:
                value = self.data[base]
                if value in (0, 1, -1) or abs(power) * _bits(value) <= MAX_FOLDED_BITS:
                    if value != 0 or power > 0:
                        return self.const(_tidy(Fraction(value) ** power))
                    if power == 0:
                        return self.const(1)
        return self.node("pow", (base, exponent))

    def neg(self, node: Node) -> Node:
        """Return -node."""
        return self.scale(-1, node)

    def sub(self, left: Node, right: Node) -> Node:
        """Return left - right."""
        return self.add((left, self.neg(right)))

    def div(self, left: Node, right: Node) -> Node:
        """Return left / right."""
        return self.mul((left, self.pow(right, self.const(-1))))

    def scale(self, coefficient: Number, node: Node) -> Node:
        """Return coefficient × node, merged with the numerical factor that node has already."""
        if coefficient == 1:
            return node
        kind = self.kinds[node]
        if kind == "const":
            return self._keep_spelling(coefficient * self.data[node], (node,))
        if kind == "mul":
            first = self.args[node][0]
            if self.kinds[first] == "const":
                product = _tidy(coefficient * self.data[first])
                rest = self.args[node][1:]
                if product == 1:
                    return rest[0] if len(rest) == 1 else self.node("mul", rest)
                return self.node("mul", (self._keep_spelling(product, (first,)), *rest))
            return self.node("mul", (self.const(coefficient), *self.args[node]))
        return self.node("mul", (self.const(coefficient), node))

    # -- everything else ------------------------------------------------------------------

    def call(self, name: str, args: Sequence[Node] = ()) -> Node:
        """Return the node of a function of the table (or, without arguments, of a constant)."""
        return self.node(name, tuple(args))

    def compare(self, relation: str, left: Node, right: Node) -> Node:
        """Return the condition `left relation right`."""
        return self.node("compare", (left, right), relation)

    def piecewise(self, pieces: Sequence[tuple[Node, Node]], otherwise: Node) -> Node:
        """Return the value of the first piece (value, condition) whose condition holds."""
        flat: list[Node] = []
        for value, condition in pieces:
            flat += (value, condition)
        return self.node("piecewise", (*flat, otherwise))

    def size(self, node: Node) -> Node:
        """Return the number of elements of an array: of a variable of its shape in it, if any."""
        shape: Shape | None = self.shapes[node]
        inside: Node | None = node
        while inside is not None and self.kinds[inside] != "var":
            args = self.args[inside]
            inside = next((arg for arg in args if self.shapes.get(arg) == shape), None)
        if inside is not None:
            return self.node("size", (inside,))
        return self.mul([self.dimension(own) for own in self.shapes[node]])

    def dimension(self, dimension: Dimension) -> Node:
        """Return a dimension as a scalar."""
        terms = [
            self.mul([self.const(number), *[self.node("dim", (), name) for name in names]])
            for names, number in polynomial(dimension).items()
        ]
        return self.add(terms)

    def node(self, kind: str, args: tuple[Node, ...], data: Any = None) -> Node:
        """Return the one node with this kind, these arguments and these data."""
        key = (kind, args) if data is None else (kind, args, data)
        found = self._index.get(key)
        return self._append(key, kind, args, data) if found is None else found

    # -- questions ------------------------------------------------------------------------

    def value(self, node: Node) -> Number | None:
        """Return the rational that the node is, or None."""
        return self.data[node] if self.kinds[node] == "const" else None

    def reachable(self, roots: Iterable[Node]) -> list[Node]:
        """Return the nodes that the roots depend on, themselves included, leaves first."""
        stack = list(roots)
        seen = set(stack)
        args, pop, push, note = self.args, stack.pop, stack.append, seen.add
        while stack:
            for arg in args[pop()]:
                if arg not in seen:
                    note(arg)
                    push(arg)
        return sorted(seen)

    def variables(self, roots: Iterable[Node]) -> list[Node]:
        """Return the variable nodes under the roots, in order of first appearance."""
        return [node for node in self.reachable(roots) if self.kinds[node] == "var"]

    def few_reachable(self, root: Node, most: int) -> list[Node] | None:
        """Return what `reachable` does where that is at most so many nodes, else None."""
        stack = [root]
        seen = {root}
        while stack:
            for arg in self.args[stack.pop()]:
                if arg not in seen:
                    seen.add(arg)
                    stack.append(arg)
            if len(seen) > most:
                return None
        return sorted(seen)

    def varies(self, node: Node) -> bool:
        """Whether a node depends on a variable."""
        known = self._varying
        for new in range(len(known), node + 1):
            is_variable = self.kinds[new] == "var"
            known.append(is_variable or any(known[arg] for arg in self.args[new]))
        return known[node]

    def extract(self, roots: Sequence[Node]) -> tuple[Graph, list[Node]]:
        """Return a new arena that holds only what the roots need, and the roots in it."""
        other = Graph()
        asked = [node for derivation in self.derivations for node in derivation]
        found = other.absorb(self, [*roots, *asked])
        for index in range(len(roots), len(found), 3):
            function, variable, result = found[index : index + 3]
            other.derivations.append((function, variable, result))
        return other, found[: len(roots)]

    def absorb(self, source: Graph, roots: Sequence[Node]) -> list[Node]:
        """Copy what the roots need from another arena into this one; return the roots here."""
        place: dict[Node, Node] = {}
        for node in source.reachable(roots):
            args = tuple([place[arg] for arg in source.args[node]])
            kind = source.kinds[node]
            if kind == "const":
                new = self.const(source.data[node], source.spellings.get(node))
            elif kind == "var":
                new = self.var(source.data[node], source.shapes.get(node, ()))
            else:
                new = self.node(kind, args, source.data[node])
            place[node] = new
        return [place[root] for root in roots]

    def shape(self, node: Node) -> Shape:
        """Return the shape of the node; `()` is a scalar."""
        return self.shapes.get(node, ())

    # -- inside ---------------------------------------------------------------------------

    def _append(self, key: Any, kind: str, args: tuple[Node, ...], data: Any) -> Node:
        node = len(self.kinds)
        self.kinds.append(kind)
        self.args.append(args)
        self.data.append(data)
        self._index[key] = node
        if kind in SHAPE_RULES:
            shape = SHAPE_RULES[kind]([self.shape(arg) for arg in args], data)
        elif self.shapes and args:
            shape = elementwise_shape([self.shape(arg) for arg in args])
        else:
            return node
        if shape:
            self.shapes[node] = shape
        return node

    def _fold_sum(self, terms: Sequence[Node]) -> list[Node]:
        """Add up the rational terms, in the place of the first one; drop a zero."""
        total: Number = 0
        place = -1
        rest: list[Node] = []
        for term in terms:
            if self.kinds[term] == "const":
                total += self.data[term]
                place = len(rest) if place < 0 else place
            else:
                rest.append(term)
        if _bits(total) > MAX_FOLDED_BITS:
            return list(terms)
        if total != 0 or not rest:
            rest.insert(place, self._keep_spelling(total, terms))
        return rest

    def _keep_spelling(self, value: Number, sources: Sequence[Node]) -> Node:
        """Return the constant; printed as a decimal when one of its sources was typed as one."""
        node = self.const(_tidy(value))
        known = self.spellings
        if known and node not in known and any(source in known for source in sources):
            text = exact_decimal(value)
            if text is not None:
                self.spellings[node] = text
        return node


def exact_decimal(value: Number, max_digits: int = 20) -> str | None:
    """Return the finite decimal expansion of a rational that is not whole, or None."""
    denominator = value.denominator
    if denominator == 1:
        return None
    places = 0
    while denominator % 10 == 0:
        denominator //= 10
        places += 1
    for prime in (2, 5):
        while denominator % prime == 0:
            denominator //= prime
            places += 1
    if denominator != 1 or places > max_digits:
        return None
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    sign = "-" if value < 0 else ""
    whole, fraction = digits[:-places], digits[-places:].rstrip("0")
    return f"{sign}{whole}.{fraction}"
