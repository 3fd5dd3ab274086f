"""How much a program computes: its operations by kind, and what is shared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

from ..graph.dimensions import size_of
from ..graph.graph import REDUCTIONS, Node
from .program import Program

__all__ = ["MOST", "Counts", "count_operations"]

#: Kinds of nodes that compute nothing.
_LEAVES = frozenset({"const", "var", "dim"})

#: Integer powers up to this one are products.
MAX_PRODUCT_POWER = 16

#: Kinds of nodes over arrays that move numbers only, and those that take a factorization.
_MOVES = frozenset("size dim eye take put concat reshape".split())
_DENSE = frozenset("inv det logdet signdet exactdet cofactors cofactors_along".split())

#: So far is counted what would be written out.
MOST = 10**18


@dataclass(frozen=True, slots=True)
class Counts:
    """Operations of one run of a program on numbers.

    Attributes
    ----------
    arithmetic : int
        Sums, differences, products, comparisons and choices of a branch.
    divisions : int
        Quotients and square roots.
    functions : int
        Calls of functions and general powers.
    function_arguments : int
        Arguments of those calls.
    shared : int
        Subexpressions that are computed once and read more than once.
    written_out : int
        Operations if nothing were shared; `MOST` stands for more.
    """

    arithmetic: int
    divisions: int
    functions: int
    function_arguments: int
    shared: int
    written_out: int

    @property
    def operations(self) -> int:
        """All operations together."""
        return self.arithmetic + self.divisions + self.functions


def count_operations(program: Program, sizes: Mapping[str, int] | None = None) -> Counts:
    """Return how much a program computes; what is constant costs nothing.

    Changes of sign are free, and integer powers are products by repeated squaring. Over arrays, for
    which the size of each dimension is given, every element counts; a product of matrices by its
    products and sums of numbers, what takes the factorization of one of n rows as n**3.
    """
    totals = [0, 0, 0]
    n_arguments = n_shared = 0
    written: dict[int, int] = {}
    for node in program.order:
        operands = program.operands(node)
        if node in program.constant or program.graph.kinds[node] in _LEAVES:
            written[node] = 0
            continue
        own = _own_cost(program, node)
        if sizes is not None:
            own = _cost_of_array(program, node, sizes, own)
        totals = [total + part for total, part in zip(totals, own, strict=True)]
        written[node] = min(sum(own) + sum([written[arg] for arg in operands]), MOST)
        n_arguments += len(operands) * own[2]
        n_shared += program.uses[node] > 1
    whole = min(sum(written[node] for node in program.outputs), MOST)
    arithmetic, divisions, functions = totals
    return Counts(arithmetic, divisions, functions, n_arguments, n_shared, whole)


def _own_cost(program: Program, node: int) -> tuple[int, int, int]:
    """Return the sums and products, the divisions and roots, and the calls of one node."""
    graph, operands = program.graph, program.operands(node)
    kind = graph.kinds[node]
    if kind == "add":
        return len(operands) - 1, 0, 0
    if kind == "mul":
        first = graph.value(operands[0])
        n_signs = int(first is not None and first in (1, -1))
        n_quotients = sum(_is_reciprocal(program, arg) for arg in operands)
        return max(len(operands) - 1 - n_signs - n_quotients, 0), 0, 0
    if kind == "pow":
        return _cost_of_power(program, node)
    if kind in ("compare", "and", "or", "not", "piecewise", "sum", "size"):
        return 1, 0, 0
    return 0, 0, 1


def _is_reciprocal(program: Program, node: int) -> bool:
    """Whether a factor is a negative power read once, which its reader divides by."""
    graph = program.graph
    power = graph.value(graph.args[node][1]) if graph.kinds[node] == "pow" else None
    return power is not None and power < 0 and program.uses[node] == 1


def _cost_of_power(program: Program, node: int) -> tuple[int, int, int]:
    power = program.graph.value(program.graph.args[node][1])
    if power is None:
        return 0, 0, 1
    size = max(power, -power)
    if power.denominator > 2 or size > MAX_PRODUCT_POWER:
        return 0, 0, 1
    n_divisions = int(power < 0)
    if size.denominator == 2:
        return (0, n_divisions + 1, 0) if size * 2 <= 3 else (0, 0, 1)
    whole = int(size)
    return max(whole.bit_length() - 1 + whole.bit_count() - 1, 0), n_divisions, 0


def _cost_of_array(
    program: Program, node: Node, sizes: Mapping[str, int], of_one: tuple[int, int, int]
) -> tuple[int, int, int]:
    """Return what `_own_cost` does for a node over arrays, from what it is of one element."""
    graph = program.graph
    kind, args = graph.kinds[node], graph.args[node]

    def n_elements(place: Node) -> int:
        return prod(size_of(dimension, sizes) for dimension in graph.shape(place))

    n = n_elements(node)
    if kind not in REDUCTIONS:
        arithmetic, divisions, functions = of_one
        return n * arithmetic, n * divisions, n * functions
    if kind == "ein":
        terms = prod(size_of(dimension, sizes) for dimension in graph.data[node].dims)
        return terms * (len(args) - 1) + terms - n, 0, 0
    if kind in _MOVES:
        return 0, 0, 0
    if kind in _DENSE:
        return size_of(graph.shape(args[0])[-1], sizes) ** 3, 0, 0
    read = max([n, *map(n_elements, args)])
    return read, 0, read if kind == "lse" else 0
