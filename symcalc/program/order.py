"""The order in which the factors of a contraction are multiplied, by what it costs at given sizes.

Two factors are contracted at a time. Up to `MAX_EXHAUSTIVE` factors every order is looked at (by
subsets: what a subset leaves does not depend on how it was made); beyond, the cheapest pair goes
first. Costs are nanoseconds, roughly: what matters is that an elementwise pass over n³ numbers is
dearer than a matrix product of as many multiplications, and that both are dearer than one of n².
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations
from math import prod

__all__ = ["Join", "best_order"]

MAX_EXHAUSTIVE = 6

#: One multiplication inside a matrix product, one elementwise, one number moved, one step.
MULTIPLY_FAST, MULTIPLY, MOVE, STEP = 0.05, 1.0, 0.3, 1000.0

Labels = frozenset[int]

#: The places of some factors.
Places = frozenset[int]

#: Two sets of factors that are contracted with each other, each a factor or joined before.
Join = tuple[Places, Places]

#: `known(places, labels)`: whether the contraction of the factors at these places to these labels
#: is computed anyway, and so costs nothing.
Known = Callable[[Places, Labels], bool]


def best_order(
    factors: Sequence[Sequence[int]], out: Iterable[int], sizes: Mapping[int, int], known: Known
) -> list[Join]:
    """Return the cheapest order found for factors with these labels, to the labels `out`."""
    labels, kept = [frozenset(axes) for axes in factors], frozenset(out)
    if len(factors) > MAX_EXHAUSTIVE:
        return _greedy(labels, kept, sizes)
    return _Exhaustive(labels, kept, sizes, known).run()


class _Exhaustive:
    """All orders of one contraction, by subsets: what one leaves is the same in any order."""

    def __init__(
        self, factors: list[Labels], out: Labels, sizes: Mapping[int, int], known: Known
    ) -> None:
        self.factors, self.out, self.sizes, self.known = factors, out, sizes, known

    def run(self) -> list[Join]:
        everything = range(len(self.factors))
        cost: dict[Places, float] = {frozenset((place,)): 0.0 for place in everything}
        choice: dict[Places, Join] = {}
        for size in range(2, len(self.factors) + 1):
            for chosen in combinations(everything, size):
                whole = frozenset(chosen)
                joins = [(left, whole - left) for left in _halves(chosen)]
                costs = [cost[a] + cost[b] + self._step(a, b) for a, b in joins]
                least = min(range(len(costs)), key=costs.__getitem__)
                choice[whole] = joins[least]
                cost[whole] = 0.0 if self.known(whole, self._left_by(whole)) else costs[least]
        found: list[Join] = []
        waiting = [frozenset(everything)]
        while waiting:
            join = choice.get(waiting.pop())
            if join is not None:
                found.append(join)
                waiting += join
        return found[::-1]

    def _left_by(self, places: Places) -> Labels:
        """Return the labels that factors leave: those that the rest or the result has."""
        inside: set[int] = set()
        outside = set(self.out)
        for place, labels in enumerate(self.factors):
            (inside if place in places else outside).update(labels)
        return frozenset(inside & outside)

    def _step(self, left: Places, right: Places) -> float:
        """Return the cost of contracting what two subsets leave."""
        result = self._left_by(left | right)
        if self.known(left | right, result):
            return 0.0
        return _cost(self._left_by(left), self._left_by(right), result, self.sizes)


def _greedy(factors: Sequence[Labels], out: Labels, sizes: Mapping[int, int]) -> list[Join]:
    """Return the order that contracts the cheapest pair first, among pairs that share a label."""
    left: dict[Places, Labels] = {frozenset((at,)): axes for at, axes in enumerate(factors)}
    count = Counter(label for axes in factors for label in axes)
    found: list[Join] = []

    def result(join: Join) -> Labels:
        a, b = left[join[0]], left[join[1]]
        return frozenset(c for c in a | b if c in out or count[c] > (c in a) + (c in b))

    while len(left) > 1:
        having: dict[int, list[Places]] = {}
        for places, axes in left.items():
            for label in axes:
                having.setdefault(label, []).append(places)
        pairs: list[Join] = list(
            dict.fromkeys(pair for same in having.values() for pair in combinations(same, 2))
        )
        if not pairs:
            first, second, *_ = sorted(left, key=lambda places: _size(left[places], sizes))
            pairs = [(first, second)]
        join = min(
            pairs,
            key=lambda pair: _cost(left[pair[0]], left[pair[1]], result(pair), sizes),
        )
        axes = result(join)
        for places in join:
            count.subtract(left.pop(places))
        count.update(axes)
        left[join[0] | join[1]] = axes
        found.append(join)
    return found


def _cost(a: Labels, b: Labels, result: Labels, sizes: Mapping[int, int]) -> float:
    """Return the cost of one step."""
    is_product = bool(a & b) and not a & b & result
    multiply = MULTIPLY_FAST if is_product else MULTIPLY
    moved = _size(a, sizes) + _size(b, sizes) + _size(result, sizes)
    return STEP + multiply * _size(a | b, sizes) + MOVE * moved


def _size(labels: Labels, sizes: Mapping[int, int]) -> float:
    return float(prod(sizes[label] for label in labels))


def _halves(places: Sequence[int]) -> Iterable[Places]:
    """Yield one side of every way to split places in two."""
    first, *rest = places
    for size in range(len(rest)):
        for more in combinations(rest, size):
            yield frozenset((first, *more))
