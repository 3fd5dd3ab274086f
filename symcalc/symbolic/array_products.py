"""Products and powers of arrays in their plainest form."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from fractions import Fraction

from ..graph.graph import Graph, Node, Number

__all__ = ["PlainProducts"]

#: A product raised to a power is not opened, a power of a power is, up to this exponent.
MAX_POWER = 100


class PlainProducts(ABC):
    """Builds products and powers in the arena `new`; sums are somebody else's."""

    new: Graph

    @abstractmethod
    def _sum(self, terms: Sequence[Node]) -> Node:
        """Return a sum in its plainest form."""

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

    def _is_ones(self, node: Node) -> bool:
        """Whether a term is an array of ones, or a scalar times one."""
        new = self.new
        if new.kinds[node] == "ein":
            return not new.args[node]
        arrays = [arg for arg in new.args[node] if new.shape(arg)]
        return new.kinds[node] == "mul" and len(arrays) == 1 and self._is_ones(arrays[0])

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
        n_negative = sum(count < 0 for count, _ in parts)
        if number < 0 and number != -1 and 2 * n_negative > len(parts) > 2:
            number, parts = -number, [(-count, term) for count, term in parts]
            inner = self._sum([new.scale(count, term) for count, term in parts])
        if number == 1 or (number != -1 and all(abs(count) == 1 for count, _ in parts)):
            return new.scale(number, inner)
        return self._sum([new.scale(number, term) for term in new.args[inner]])

    def _above(self, parts: Sequence[tuple[Node, Number]]) -> list[Node]:
        """Return the factors with a positive exponent."""
        return [self._raised(base, power) for base, power in parts if power > 0]

    def _below(self, parts: Sequence[tuple[Node, Number]], number: int) -> list[Node]:
        """Return one divisor for those with a negative exponent and a number."""
        new = self.new
        bases = [self._raised(base, -power) for base, power in parts if power < 0]
        if not bases:
            return []
        return [new.pow(new.scale(number, new.mul(bases)), new.const(-1))]

    def _raised(self, base: Node, power: Number) -> Node:
        """Return a power; one of a sum of squares with half a number is a power of its root."""
        new = self.new
        doubled = Fraction(power) * 2
        is_half = doubled.denominator == 1 and doubled != 1 and power != int(power)
        if is_half and new.kinds[base] == "sum" and self._is_square(new.args[base][0]):
            root = new.pow(base, new.const(Fraction(1, 2)))
            return new.pow(root, new.const(int(doubled)))
        return new.pow(base, new.const(power))

    def _is_square(self, node: Node) -> bool:
        return self.new.kinds[node] == "pow" and self.new.value(self.new.args[node][1]) == 2

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
