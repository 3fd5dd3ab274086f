"""Which functions the code of a complex formula may compute: those whose complex values are right.

Others are computed by comparisons, absolute values and real logarithms, which give some number for
a complex argument and not the value.
"""

from __future__ import annotations

from collections.abc import Set

from ..errors import CompileError
from ..functions import TABLE
from ..graph.graph import Graph, Node

__all__ = ["refuse_real_functions"]

#: Functions whose code is right for complex numbers, besides those a complex step passes through.
_ALSO_COMPLEX = frozenset(
    {"abs", "sign", "sech", "bose", "logit", "xlogy", "exprel", "sinc", "gamma", "factorial"}
    | {"zeta", "Ei", "E1", "li", "Si", "Shi", "airyai", "airyaiprime", "airybi", "airybiprime"}
    | {"cathetus"}
)

#: Kinds of nodes over arrays that compare numbers or shift by the greatest.
_REAL_REDUCTIONS = {"amax": "max", "amin": "min", "lse": "logsumexp"}


def refuse_real_functions(graph: Graph, root: Node, complex_names: Set[str]) -> None:
    """Refuse a formula in which a function of real numbers has an argument that may be complex.

    Raises
    ------
    CompileError
    """
    may_be: set[Node] = set()
    for node in graph.reachable([root]):
        kind, args, data = graph.kinds[node], graph.args[node], graph.data[node]
        if kind == "I" or (kind == "var" and data in complex_names):
            may_be.add(node)
        elif not may_be.isdisjoint(args):
            if _is_real_only(kind, data):
                raise CompileError(_told(_REAL_REDUCTIONS.get(kind, str(data or kind))))
            if kind not in ("abs", "compare"):
                may_be.add(node)
        elif args and _leaves_the_reals(graph, node):
            may_be.add(node)


def _is_real_only(kind: str, data: object) -> bool:
    """Whether a kind of node computes with real numbers only."""
    if kind == "compare":
        return data not in ("==", "!=")
    if kind in TABLE:
        return not TABLE[kind].complex_step and kind not in _ALSO_COMPLEX
    return kind in _REAL_REDUCTIONS


def _leaves_the_reals(graph: Graph, node: Node) -> bool:
    """Whether real arguments may give a complex number in complex arithmetic: roots, logarithms."""
    kind = graph.kinds[node]
    if kind == "pow":
        base, exponent = graph.args[node]
        power = graph.value(exponent)
        is_whole = power is not None and power.denominator == 1
        return not is_whole and graph.kinds[base] != "e"
    return kind in TABLE and TABLE[kind].complex_step and bool(TABLE[kind].domain)


def _told(name: str) -> str:
    return (
        f"This formula is complex, and `{name}` takes real numbers only: what it is computed by "
        "compares them. Write it in powers, exp, log and the like, which have complex values."
    )
