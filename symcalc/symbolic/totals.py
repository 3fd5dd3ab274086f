"""Totals over rows in their plainest form: what is the same in every row stands outside."""

from __future__ import annotations

from collections.abc import Sequence

from ..graph.graph import Graph, Node
from ..graph.rewrite import rebuild

__all__ = ["tidy_totals"]


def tidy_totals(graph: Graph, roots: Sequence[Node]) -> tuple[Graph, list[Node]]:
    """Return the formulas with scalar factors taken out of totals, and means written as such."""
    if "sum" not in graph.kinds:
        return graph, list(roots)
    return rebuild(graph, roots, _rule)


def _rule(g: Graph, kind: str, args: tuple[Node, ...], data: object) -> Node | None:
    if kind == "sum":
        return _total(g, args[0])
    if kind == "mul":
        return _product(g, args)
    return None


def _product(g: Graph, args: tuple[Node, ...]) -> Node | None:
    """Return the product with nested products opened where they hold a row's value."""
    flat: list[Node] = []
    for arg in args:
        flat.extend(g.args[arg] if g.kinds[arg] == "mul" and g.shape(arg) else (arg,))
    return g.mul(flat) if len(flat) > len(args) else None


def _total(g: Graph, inside: Node) -> Node | None:
    """Return c × mean(v) or c × sum(v) for the total of c·v."""
    if g.kinds[inside] != "mul":
        return None
    scalars = [factor for factor in g.args[inside] if not g.shape(factor)]
    if not scalars:
        return None
    varying = g.mul([factor for factor in g.args[inside] if g.shape(factor)])
    total = g.node("sum", (varying,))
    per_row = g.pow(g.size(varying), g.const(-1))
    if per_row in scalars:
        scalars.remove(per_row)
        total = g.mul((total, per_row))
    return g.mul((*scalars, total))
