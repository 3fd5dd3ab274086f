"""A formula as SymPy rearranges it: factored, over a common denominator, expanded, …."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from ..errors import SymcalcError
from ..expression import Expression
from ..graph.graph import Graph, Node
from ..graph.rewrite import rebuild
from .deadline import within_seconds

__all__ = ["REARRANGEMENTS", "flat_products", "rearranged"]

#: Larger formulas, and powers and sums that would explode, are not given to SymPy.
MAX_NODES, MAX_POWER = 60, 24
SECONDS = 0.7

#: What SymPy is asked for, by the name that people read.
REARRANGEMENTS: dict[str, Callable[[Any, Any], Any]] = {
    "factored": lambda sympy, e: sympy.factor(e),
    "common denominator": lambda sympy, e: sympy.together(e),
    "cancelled": lambda sympy, e: sympy.cancel(e),
    "multiplied out": lambda sympy, e: sympy.expand(e),
    "trigonometric identities": lambda sympy, e: sympy.trigsimp(e),
    "merged logarithms": lambda sympy, e: sympy.logcombine(e, force=True),
    "merged powers": lambda sympy, e: sympy.powsimp(e),
    "gamma functions": lambda sympy, e: sympy.gammasimp(e) if e.has(sympy.gamma) else e,
}


def rearranged(g: Graph, node: Node) -> Iterator[tuple[str, Node]]:
    """Yield (name, node) for every arrangement of a small formula that differs from it."""
    order = g.reachable([node])
    if len(order) > MAX_NODES or any(_explodes(g, part) for part in order):
        return
    try:
        start = Expression(g, node).sympy
    except SymcalcError:
        return
    seen = {start}
    for name, arrange in REARRANGEMENTS.items():
        found = within_seconds(SECONDS, partial(_try, arrange, start))
        if found is None or found in seen:
            continue
        seen.add(found)
        try:
            form = Expression.from_sympy(found)
        except SymcalcError:
            continue
        yield name, g.absorb(form.graph, [form.root])[0]


def _try(arrange: Callable[[Any, Any], Any], start: Any) -> Any:
    """Return what SymPy makes of a formula; None where it gives up with an error of its own."""
    import sympy

    try:
        return arrange(sympy, start)
    except (ArithmeticError, ValueError, TypeError, AttributeError, NotImplementedError):
        return None
    except sympy.PolynomialError:
        return None


def _explodes(g: Graph, node: Node) -> bool:
    """Whether a power may have too many terms when it is multiplied out, or a choice stands."""
    if g.kinds[node] in ("piecewise", "sum", "size"):
        return True
    if g.kinds[node] != "pow":
        return False
    power = g.value(g.args[node][1])
    return power is not None and not -MAX_POWER <= power <= MAX_POWER


def flat_products(g: Graph, node: Node) -> Node:
    """Append the formula with products of products in one row, and 1/x**2 for x**(-2)."""
    other, (root,) = rebuild(g, [node], _flat_rule)
    return g.absorb(other, [root])[0]


def _flat_rule(g: Graph, kind: str, args: tuple[Node, ...], data: object) -> Node | None:
    if kind == "pow":
        power = g.value(args[1])
        if power is not None and power < 0 and power != -1:
            return g.pow(g.pow(args[0], g.const(-power)), g.const(-1))
    if kind == "mul":
        inner = [g.args[arg] if g.kinds[arg] == "mul" else (arg,) for arg in args]
        return g.mul([factor for factors in inner for factor in factors])
    return None
