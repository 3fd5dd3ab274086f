"""Leibniz' rule as people write it: the derivative of an integral, term by term."""

from __future__ import annotations

from collections.abc import Callable

from ..graph.derive import gradient_nodes
from ..graph.graph import Graph, Node
from ..graph.rewrite import substitute
from .rules import Rule

__all__ = ["leibniz_rule", "leibniz_slopes"]


def leibniz_slopes(graph: Graph, node: Node) -> Callable[[int], Node]:
    """Return what appends the derivative of an integral in its argument number i.

    The arguments are the ends, then the parts of the integrand without the bound variable.
    """
    args = graph.args[node]
    letters = [graph.var(f"{index}'") for index in range(len(args))]  # no text can say these
    alone = graph.node("integral", tuple(letters), graph.data[node])
    back = dict(zip(letters, args, strict=True))

    def slope(index: int) -> Node:
        (found,) = gradient_nodes(graph, alone, [letters[index]])
        return substitute(graph, found, back)

    return slope


def leibniz_rule(lower: bool, upper: bool, inside: bool) -> Rule:
    """Return the rule for an integral whose ends or integrand change."""
    text, latex = [], []
    if upper:
        text.append("f(b)*b'")
        latex.append("f(b)\\, b'")
    if lower:
        text.append("- f(a)*a'" if text else "-f(a)*a'")
        latex.append("- f(a)\\, a'")
    if inside:
        text.append("+ integral(f', t, a, b)" if text else "integral(f', t, a, b)")
        latex.append(("+ " if latex else "") + r"\int_a^b f' \, \mathrm{d}t")
    if not inside:
        name = "fundamental theorem of calculus"
    else:
        name = "Leibniz' rule" if upper or lower else "differentiation under the integral sign"
    return Rule(
        (name,),
        f"integral(f, t, a, b)' = {' '.join(text)}",
        rf"\left(\int_a^b f \, \mathrm{{d}}t\right)' = {' '.join(latex)}",
    )
