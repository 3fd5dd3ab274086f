"""Which elementwise parts of a program over arrays are worth native code of their own."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

from ..graph.dimensions import polynomial, size_of
from ..graph.graph import Graph, Node
from ..program import Fused, Program, RowBlocks, fused_in_order, shared_exponentials
from .array_traits import thin_nodes

__all__ = ["worth_fusing"]

#: Nanoseconds that native code saves for one element: of a pass over it, of a function that NumPy
#: computes as many at once, of any other; in arrays beyond the caches, of a pass.
PASS, VECTOR_FUNCTION, FUNCTION, FAR_PASS = 0.3, 0.4, 1.5, 1.0
VECTOR_FUNCTIONS = frozenset({"exp", "log", "tanh", "sin", "cos", "cosh", "sinh", "abs", "sign"})
OPERATIONS = frozenset({"add", "mul", "pow"})

#: So many elements do not fit into a cache. What a call has to save, in nanoseconds, and elements
#: in all that are worth the time that LLVM takes.
FAR, CALL, MANY = 2**17, 5000.0, 20_000


def worth_fusing(
    program: Program, sizes: Mapping[str, int], blocks: RowBlocks | None
) -> tuple[Program, list[Fused]]:
    """Return the program in an order in which parts for native code stand together, and those."""
    pairs = shared_exponentials(program)
    known = {node for base, node in pairs.items() if program.graph.kinds[base] == "lse"}
    thin = thin_nodes(program)

    def home(node: Node) -> tuple[bool, bool]:
        return (node in blocks.axis, node in blocks.after) if blocks else (False, False)

    def is_worth(group: Fused) -> bool:
        lengths = {dimension: size_of(dimension, sizes) for dimension in group.shape}
        n_elements = prod(lengths[dimension] for dimension in group.shape)
        n_calls = 1
        for dimension in group.shape:
            if blocks and any(blocks.dimension in names for names in polynomial(dimension)):
                n_calls = max(1, -(-lengths[dimension] // blocks.length))
        saved = n_elements / n_calls * _saving(program.graph, group, n_elements / n_calls)
        return n_elements >= MANY and saved > CALL

    return fused_in_order(program, known, thin, home, is_worth)


def _saving(graph: Graph, group: Fused, n_elements: float) -> float:
    """Return what native code saves for one element of a group, in nanoseconds.

    NumPy passes over arrays once for each operation; what has to be written is written either way.
    """
    passes, saved = -len(group.outputs), 0.0
    for node in group.nodes:
        kind, args = graph.kinds[node], graph.args[node]
        is_sign = kind == "mul" and graph.value(args[0]) == -1
        passes += len(args) - 1 - is_sign if kind in ("add", "mul") else 1
        if kind not in OPERATIONS:
            saved += VECTOR_FUNCTION if kind in VECTOR_FUNCTIONS else FUNCTION
    return saved + passes * (PASS if n_elements < FAR else FAR_PASS)
