"""The values of the constant parts of a formula, estimated in doubles without expanding any."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from ..functions import TABLE
from ..graph.graph import Graph, Node

__all__ = ["constant_values", "first_out_of_range"]

#: Functions of `math` that work on whole numbers and may take long.
_WHOLE = frozenset({"comb", "factorial", "gcd", "isqrt", "lcm", "perm", "prod"})

#: The logarithm of the largest double.
_LOG_MAX = math.log(1.7976931348623157e308)

_MAX_BINOMIAL = 1_030


def constant_values(graph: Graph, root: Node) -> dict[Node, float]:
    """Return the value of every node under `root` that holds no variable.

    A value is infinite when it leaves the range of a double or divides by zero, NaN when there is
    none or when only a numerical library knows it.
    """
    return _values(graph, graph.reachable([root]))


def _values(graph: Graph, nodes: Iterable[Node]) -> dict[Node, float]:
    """Return the values of those nodes that hold no variable; arguments come first."""
    values: dict[Node, float] = {}
    kinds, all_args = graph.kinds, graph.args
    for node in nodes:
        args = all_args[node]
        if args:
            for arg in args:
                if arg not in values:
                    break
            else:
                values[node] = _apply(kinds[node], [values[arg] for arg in args])
        elif kinds[node] == "const":
            values[node] = _to_float(graph.data[node])
        elif kinds[node] != "var":
            values[node] = _named(kinds[node])
    return values


def first_out_of_range(graph: Graph, root: Node) -> Node | None:
    """Return the first constant node that is infinite in doubles, or None."""
    infinite = [n for n, v in _values(graph, range(len(graph))).items() if math.isinf(v)]
    needed = set(graph.reachable([root])) if infinite else set()
    return next((node for node in infinite if node in needed), None)


def _to_float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _named(name: str) -> float:
    """Return the value of a constant of the table; infinity is meant, so it counts as unknown."""
    row = TABLE.get(name)
    value = None if row is None else row.constant
    return math.nan if value is None or math.isinf(value) else value


def _apply(kind: str, args: Sequence[float]) -> float:
    """Return the value of one node from the values of its arguments."""
    if any(map(math.isnan, args)):
        return math.nan
    try:
        if kind == "add":
            return sum(args)
        if kind == "mul":
            return math.prod(args)
        if kind == "pow":
            return _power(*args)
        if kind in {"max", "min"}:
            return max(args) if kind == "max" else min(args)
        if kind == "factorial":
            return math.gamma(args[0] + 1)
        if kind == "binomial":
            return _binomial(*args)
        row = TABLE.get(kind)
        module, _, name = (row.scalar if row else "").partition(".")
        if module != "math" or name in _WHOLE:
            return math.nan
        return float(getattr(math, name)(*args))
    except OverflowError:
        return math.inf
    except (ValueError, ZeroDivisionError):
        return math.nan


def _power(base: float, exponent: float) -> float:
    """Return base ** exponent, infinite for a division by zero."""
    if base == 0 and exponent < 0:
        return math.inf
    return math.pow(base, exponent)


def _binomial(n: float, k: float) -> float:
    """Return the binomial coefficient of whole numbers, infinite where it is too large."""
    if not (n.is_integer() and k.is_integer() and 0 <= k <= n):
        return math.nan
    if n <= _MAX_BINOMIAL:
        return float(math.comb(int(n), int(k)))
    logarithm = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
    return math.inf if logarithm > _LOG_MAX + 1e-6 * n else math.nan
