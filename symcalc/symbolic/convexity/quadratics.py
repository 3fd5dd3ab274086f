"""Polynomials of degree two with exact coefficients, and whether they are convex."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from ...graph.graph import Graph, Node

__all__ = ["Quadratic", "add_up", "is_convex_quadratic", "multiply_out", "to_quadratic"]

#: A polynomial in single variables: coefficients by the nodes multiplied, none, one or two.
Quadratic = dict[tuple[Node, ...], Fraction]

#: No more terms and variables than this are looked at.
MAX_TERMS, MAX_VARIABLES = 400, 40


def to_quadratic(
    graph: Graph, node: Node, parts: Sequence[Quadratic | None], is_moving: bool
) -> Quadratic | None:
    """Return a node as a polynomial from those of its arguments, None where it is none."""
    kind = graph.kinds[node]
    if kind == "const":
        return {(): Fraction(graph.data[node])}
    if kind == "var":
        return {(node,): Fraction(1)} if is_moving and not graph.shape(node) else None
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    if kind == "add":
        return add_up(known)
    if kind == "mul":
        return multiply_out(known)
    if kind == "pow" and graph.value(graph.args[node][1]) == 2:
        return multiply_out([known[0], known[0]])
    return None


def add_up(parts: Sequence[Quadratic]) -> Quadratic | None:
    """Return the sum."""
    if sum(map(len, parts)) > 4 * MAX_TERMS:
        return None
    found: Quadratic = {}
    for part in parts:
        for term, factor in part.items():
            found[term] = found.get(term, Fraction(0)) + factor
    return found if len(found) <= MAX_TERMS else None


def multiply_out(parts: Sequence[Quadratic]) -> Quadratic | None:
    """Return the product, None where its degree is above two."""
    found: Quadratic = {(): Fraction(1)}
    for part in parts:
        if len(found) * len(part) > MAX_TERMS:
            return None
        product: Quadratic = {}
        for left, a in found.items():
            for right, b in part.items():
                term = tuple(sorted((*left, *right)))
                if len(term) > 2:
                    return None
                product[term] = product.get(term, Fraction(0)) + a * b
        found = product
    return found


def is_convex_quadratic(form: Quadratic) -> bool:
    """Whether the second derivatives are positive semidefinite: exact elimination with pivots."""
    names = sorted({node for term in form if len(term) == 2 for node in term})
    if len(names) > MAX_VARIABLES:
        return False
    half = Fraction(1, 2)
    matrix = [
        [
            form.get((a, a), Fraction(0)) if a == b
            else half * form.get((min(a, b), max(a, b)), Fraction(0))
            for b in names
        ]
        for a in names
    ]  # fmt: skip
    left = set(range(len(names)))
    while left:
        pivot = max(left, key=lambda i: matrix[i][i])
        left.discard(pivot)
        top = matrix[pivot][pivot]
        if top < 0:
            return False
        if top == 0:  # the largest entry left on the diagonal: all of the rest must vanish
            rest = [*left, pivot]
            return all(matrix[i][j] == 0 for i in rest for j in rest)
        for i in left:
            share = matrix[i][pivot] / top
            for j in left:
                matrix[i][j] -= share * matrix[pivot][j]
    return True
