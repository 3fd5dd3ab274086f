"""Leibniz' rule as people write it: the derivative of an integral, term by term."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..graph.derive import gradient_nodes
from ..graph.graph import Graph, Node
from ..graph.rewrite import substitute
from .rules import Rule

__all__ = ["by_leibniz"]


def by_leibniz(
    graph: Graph, node: Node, slopes: Mapping[Node, Node]
) -> tuple[Rule, Node, tuple[Node, ...]]:
    """Return the rule for an integral, its derivative, and the arguments that change.

    `slopes` has the derivatives of those. The arguments are the ends, then the parts of the
    integrand without the bound variable.
    """
    args = graph.args[node]
    letters = [graph.var(f"{index}'") for index in range(len(args))]  # no text can say these
    alone = graph.node("integral", tuple(letters), graph.data[node])
    back = dict(zip(letters, args, strict=True))
    active = [index for index, arg in enumerate(args) if arg in slopes]
    found = gradient_nodes(graph, alone, [letters[index] for index in active])
    terms = [
        graph.mul((substitute(graph, slope, back), slopes[args[index]]))
        for index, slope in zip(active, found, strict=True)
        if graph.value(slope) != 0 and graph.value(slopes[args[index]]) != 0
    ]
    output = graph.add(terms) if terms else graph.const(0)
    return _rule(active), output, tuple(args[index] for index in active)


def _rule(active: Sequence[int]) -> Rule:
    """Return the rule for an integral of which these arguments change."""
    lower, upper, inside = 0 in active, 1 in active, max(active) > 1
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
