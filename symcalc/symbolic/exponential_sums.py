"""Logarithms and shares of exponentials, over axes of arrays too, said so that none overflows.

The logarithm of what is positive because it is made of exponentials, by products, quotients and
sums, is made of their exponents: log(exp(a)*exp(b)) is a + b, and that of a sum over an axis is a
logsumexp. A share exp(a)/sum(exp(a)) is exp(a - logsumexp(a)).
"""

from __future__ import annotations

from collections.abc import Sequence

from ..graph.contractions import Contraction, contract
from ..graph.graph import Graph, Node

__all__ = ["exponent_of_positive", "logarithm_of_product", "logarithm_of_sum", "share_of_sum"]

#: So deep is looked for exponentials inside of products, quotients and sums.
MAX_DEPTH = 12


def exponent_of_positive(g: Graph, node: Node, depth: int = MAX_DEPTH) -> Node | None:
    """Return a with node = exp(a), for exponentials, their products, powers and sums over axes."""
    kind = g.kinds[node]
    if kind == "exp":
        return g.args[node][0]
    if depth == 0:
        return None
    if kind == "pow":
        power = g.value(g.args[node][1])
        inner = None if power is None else exponent_of_positive(g, g.args[node][0], depth - 1)
        return None if power is None or inner is None else g.scale(power, inner)
    if kind == "mul":
        found: list[Node] = []
        for factor in g.args[node]:
            exponent = exponent_of_positive(g, factor, depth - 1)
            if exponent is None:
                return None
            found.append(exponent)
        return g.add(found)
    if kind == "sum":
        inner = exponent_of_positive(g, g.args[node][0], depth - 1)
        has_axes = inner is not None and g.shape(inner) == g.shape(g.args[node][0]) != ()
        return g.node("lse", (inner,)) if inner is not None and has_axes else None
    return _of_contraction(g, node, depth) if kind == "ein" else None


def _of_contraction(g: Graph, node: Node, depth: int) -> Node | None:
    """Return the exponent of one factor spread out, or summed over one axis or all."""
    data: Contraction = g.data[node]
    if len(data.factors) != 1 or len(set(data.factors[0])) != len(data.factors[0]):
        return None
    (arg,), (labels,) = g.args[node], data.factors
    inner = exponent_of_positive(g, arg, depth - 1)
    if inner is None or g.shape(inner) != g.shape(arg):
        return None
    summed = [axis for axis, label in enumerate(labels) if label not in data.out]
    summed = [axis for axis in summed if data.dims[labels[axis]] != 1]
    if len(summed) == 1:
        axis = summed[0] if len(labels) > 1 else None
        inner = g.node("lse", (inner,), axis)
        labels = labels[: summed[0]] + labels[summed[0] + 1 :]
    elif summed and len(summed) == len(labels):
        inner, labels = g.node("lse", (inner,)), ()
    elif summed:
        return None
    return contract(g, [(inner, labels)], data.out, {label: data.dims[label] for label in data.out})


def logarithm_of_product(
    g: Graph, inside: Node, depth: int = MAX_DEPTH
) -> tuple[Node, Node | None] | None:
    """Return (a, w) with inside = exp(a)*w, no w where that is 1; None where there is no a."""
    whole = exponent_of_positive(g, inside)
    if whole is not None:
        return whole, None
    if g.kinds[inside] != "mul" or depth == 0:
        return None
    found: list[Node] = []
    rest: list[Node] = []
    for factor in g.args[inside]:
        parts = logarithm_of_product(g, factor, depth - 1)
        exponent, other = (None, factor) if parts is None else parts
        found += [] if exponent is None else [exponent]
        rest += [] if other is None else [other]
    return (g.add(found), g.mul(rest)) if found else None


def logarithm_of_sum(g: Graph, inside: Node) -> Node | None:
    """Return log(1 + 2*sum(exp(a))): positive numbers beside sums of exponentials over axes."""
    if g.kinds[inside] != "add":
        return None
    exponents: list[Node] = []
    has_axes = False
    for term in g.args[inside]:
        value = g.value(term)
        factors = g.args[term] if g.kinds[term] == "mul" else (term,)
        rest = [f for f in factors if (g.value(f) or 0) > 0]
        exponent = exponent_of_positive(g, g.mul([f for f in factors if f not in rest]))
        if value is None and exponent is not None:
            has_axes = has_axes or any(g.kinds[f] in ("sum", "ein") for f in factors)
            exponents.append(g.add((exponent, g.call("log", (g.mul(rest),)))) if rest else exponent)
        elif value is not None and value > 0:
            exponents.append(g.const(0) if value == 1 else g.call("log", (term,)))
        else:
            return None
    if not has_axes:
        return None
    if len(exponents) == 2 and g.const(0) in exponents:
        return g.call("softplus", (g.add(exponents),))
    return g.call("logsumexp", exponents)


def share_of_sum(g: Graph, factors: Sequence[Node]) -> Node | None:
    """exp(a)/sum(exp(a)) is exp(a - logsumexp(a)): an exponential over sums of exponentials."""
    if not any(g.kinds[factor] == "exp" for factor in factors):
        return None
    found: list[Node] = []
    rest: list[Node] = []
    is_share = False
    for factor in factors:
        is_inverse = _is_inverse_of_sum(g, factor)
        is_part = is_inverse or g.kinds[factor] == "exp"
        exponent = exponent_of_positive(g, factor) if is_part else None
        is_share = is_share or (is_inverse and exponent is not None)
        if exponent is None:
            rest.append(factor)
        else:
            found.append(exponent)
    return g.mul((*rest, g.call("exp", (g.add(found),)))) if is_share else None


def _is_inverse_of_sum(g: Graph, node: Node) -> bool:
    """Whether a factor is a negative power of a sum over an axis, perhaps spread out."""
    while g.kinds[node] == "ein" and len(g.args[node]) == 1:
        (node,) = g.args[node]
    if g.kinds[node] != "pow":
        return False
    power = g.value(g.args[node][1])
    return power is not None and power < 0 and g.kinds[g.args[node][0]] in ("sum", "ein")
