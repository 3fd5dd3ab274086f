"""What code for arrays is to know of nodes: which are thin, which are sparse, what is a product."""

from __future__ import annotations

from ..graph.contractions import Contraction
from ..graph.graph import REDUCTIONS, Node
from ..program import Program

__all__ = ["is_matrix_product", "sparse_nodes", "thin_nodes"]


def thin_nodes(program: Program) -> set[Node]:
    """Return the nodes whose texts may lack axes: broadcasting, and what is made of it alone.

    What is made of a row and a column lacks none.
    """
    graph, lacking = program.graph, dict[Node, set[int]]()
    for node in program.order:
        kind, args, data = graph.kinds[node], program.operands(node), graph.data[node]
        if not graph.shape(node) or kind == "var":
            continue
        if kind == "ein":
            is_spread = any(graph.kinds[arg] == "eye" for arg in args)
            lacks = set() if is_spread else {data.out.index(label) for label in data.free}
        elif kind in REDUCTIONS:
            lacks = set()
        else:
            arrays = [lacking.get(arg, set()) for arg in args if graph.shape(arg)]
            every = set(range(len(graph.shape(node))))
            lacks = every.intersection(*arrays)
        if lacks:
            lacking[node] = lacks
    return set(lacking)


def sparse_nodes(program: Program, names: frozenset[str]) -> set[Node]:
    """Return the nodes that are sparse arrays: some variables, transposed, their rows scaled."""
    graph, found = program.graph, set[Node]()
    if not names:
        return found
    for node in program.order:
        kind, args, data = graph.kinds[node], graph.args[node], graph.data[node]
        if kind == "var" and data in names:
            found.add(node)
        elif kind == "ein" and len(found.intersection(args)) == 1:
            (place,) = [at for at, arg in enumerate(args) if arg in found][:1]
            own = data.factors[place]
            if len(args) <= 2 and len(own) == 2 and set(own) == set(data.out) and own[0] != own[1]:
                found.add(node)
    return found


def is_matrix_product(data: Contraction) -> bool:
    """Whether two factors of at most two axes have one label in common, which is summed."""
    first, second = map(set, data.factors)
    shared = first & second
    return len(shared) == 1 and not shared & set(data.out) and len(first) + len(second) <= 4
