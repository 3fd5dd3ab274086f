"""Formulas multiplied out, with rational coefficients: what cancels exactly is gone.

A polynomial is a dictionary from monomials to coefficients. A monomial is a set of (factor,
exponent); factors are nodes that are no sums, products or powers themselves, and quotients 1/a,
so that `x * (1/x)`, which has no value at 0, is not taken for 1.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..graph.graph import Graph, Node, Number

__all__ = ["Monomial", "Polynomial", "minus", "multiplied_out", "times", "to_node"]

Monomial = frozenset[tuple[Node, Number]]
Polynomial = Mapping[Monomial, Number]

#: Formulas with more nodes or terms than this, and powers above, are left as they are.
MAX_NODES, MAX_TERMS, MAX_POWER = 60, 40, 6

ONE: Monomial = frozenset()
#: Functions of which the square is a polynomial: abs(a)**2 is a**2.
_SQUARES = frozenset({"abs", "hypot"})
#: What a root of it hides, and its square shows again.
_OPEN = frozenset({"add", "mul", "const", "pow"})


def multiplied_out(g: Graph, root: Node) -> Polynomial | None:
    """Return a formula as a polynomial; None where that has too many terms."""
    done: dict[Node, Polynomial] = {}
    inside = g.few_reachable(root, MAX_NODES)
    if inside is None:
        return None
    for node in inside:
        found = _of_node(g, node, done)
        if found is None:
            found = {frozenset({(node, 1)}): 1}
        done[node] = found
    return done[root] if len(done[root]) <= MAX_TERMS else None


def _of_node(g: Graph, node: Node, done: Mapping[Node, Polynomial]) -> Polynomial | None:
    """Return a sum, a product, a power or a number multiplied out; None for other nodes."""
    kind, args = g.kinds[node], g.args[node]
    if kind == "const":
        return {ONE: g.data[node]} if g.data[node] else {}
    if kind == "add":
        total: Polynomial | None = {}
        for arg in args:
            total = minus(total, done[arg], -1) if total is not None else None
            if total is None or len(total) > MAX_TERMS:
                return None
        return total
    if kind == "mul":
        product: Polynomial | None = {ONE: 1}
        for arg in args:
            product = None if product is None else times(g, product, done[arg])
        return product
    power = g.value(args[1]) if kind == "pow" else None
    if power is None or power <= 0:
        return None
    if power.denominator == 1:
        return _raised(g, done[args[0]], int(power))
    return {frozenset({(args[0], power)}): 1}


def times(g: Graph, left: Polynomial, right: Polynomial) -> Polynomial | None:
    """Return a product; None where it has too many terms."""
    if len(left) * len(right) > MAX_TERMS:
        return None
    total: Polynomial | None = {}
    for a, p in left.items():
        for b, q in right.items():
            term = _product(g, a, b)
            if term is None or total is None:
                return None
            total = minus(total, term, -p * q)
    return total


def _product(g: Graph, left: Monomial, right: Monomial) -> Polynomial | None:
    """Return a product of monomials; a root that meets itself is its argument."""
    exponents: dict[Node, Number] = {}
    for factor, exponent in (*left, *right):
        exponents[factor] = exponents.get(factor, 0) + exponent
    opened: Polynomial | None = {ONE: 1}
    for factor, exponent in exponents.items():
        power = _power_of_atom(g, factor, exponent)
        opened = None if opened is None or power is None else _merged(g, opened, power)
    return opened


def _power_of_atom(g: Graph, factor: Node, exponent: Number) -> Polynomial | None:
    """Return factor**exponent, opened where the factor was hidden by a root or a length."""
    kept: Polynomial = {frozenset({(factor, exponent)}): 1}
    if exponent.denominator != 1:
        return kept
    inside, power, odd = factor, int(exponent), 0
    if g.kinds[factor] in _SQUARES:
        inside = g.add([g.pow(leg, g.const(2)) for leg in g.args[factor]])
        power, odd = divmod(power, 2)
    elif g.kinds[factor] not in _OPEN:
        return kept
    opened = multiplied_out(g, inside)
    if power == 0 or opened == {frozenset({(factor, 1)}): 1}:
        return kept
    raised = None if opened is None else _raised(g, opened, power)
    if raised is None or not odd:
        return raised
    return _merged(g, raised, {frozenset({(factor, 1)}): 1})


def _merged(g: Graph, left: Polynomial, right: Polynomial) -> Polynomial | None:
    """Return a product in which no factor meets itself."""
    total: dict[Monomial, Number] = {}
    for a, p in left.items():
        for b, q in right.items():
            if not {factor for factor, _ in a}.isdisjoint(factor for factor, _ in b):
                return None
            total[a | b] = total.get(a | b, 0) + p * q
    return total if len(total) <= MAX_TERMS else None


def _raised(g: Graph, base: Polynomial, power: int) -> Polynomial | None:
    """Return a whole power; None where it has too many terms."""
    if len(base) == 1:
        ((monomial, coefficient),) = base.items()
        if all(g.kinds[f] not in _SQUARES | _OPEN and e.denominator == 1 for f, e in monomial):
            raised = frozenset((factor, exponent * power) for factor, exponent in monomial)
            return {raised: coefficient**power}
    if power > MAX_POWER:
        return None
    total: Polynomial | None = {ONE: 1}
    for _ in range(power):
        total = None if total is None else times(g, total, base)
    return total


def minus(left: Polynomial, right: Polynomial, factor: Number = 1) -> Polynomial:
    """Return left - factor * right."""
    total = dict(left)
    for monomial, coefficient in right.items():
        total[monomial] = total.get(monomial, 0) - factor * coefficient
        if total[monomial] == 0:
            del total[monomial]
    return total


def to_node(g: Graph, polynomial: Polynomial) -> Node:
    """Append a polynomial."""
    terms = []
    for monomial, coefficient in polynomial.items():
        factors = [g.pow(factor, g.const(power)) for factor, power in sorted(monomial)]
        terms.append(g.scale(coefficient, g.mul(factors) if factors else g.const(1)))
    return g.add(terms) if terms else g.const(0)
