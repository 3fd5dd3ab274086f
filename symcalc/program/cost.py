"""What a program costs, in weighted operations."""

from __future__ import annotations

from .program import Program

__all__ = ["operation_cost"]

#: Weights of the customary cost model: + − × 1, ÷ and √ 4, a function 15.
ADDITION, DIVISION, FUNCTION = 1, 4, 15


def operation_cost(program: Program) -> int:
    """Return the weighted number of operations of one run of the program on scalars.

    Notes
    -----
    Integer powers are products by repeated squaring; changes of sign are free; comparisons and the
    choice of a branch count as additions. Constant subexpressions are computed beforehand and cost
    nothing.
    """
    graph = program.graph
    total = 0
    for node in program.order:
        if node in program.constant or graph.kinds[node] == "var":
            continue
        kind, operands = graph.kinds[node], program.operands(node)
        if kind == "add":
            total += (len(operands) - 1) * ADDITION
        elif kind == "mul":
            total += _product_cost(program, operands)
        elif kind == "pow":
            total += _power_cost(program, node)
        elif kind in ("compare", "and", "or", "not", "piecewise", "sum", "size"):
            total += ADDITION
        else:
            total += FUNCTION
    return total


def _product_cost(program: Program, operands: tuple[int, ...]) -> int:
    graph = program.graph
    first = graph.value(operands[0])
    signs_only = first is not None and abs(first) == 1
    quotients = sum(_is_divisor(program, factor) for factor in operands)
    products = len(operands) - 1 - quotients - signs_only
    return max(products, 0) * ADDITION + (quotients if quotients < len(operands) else 0) * DIVISION


def _is_divisor(program: Program, node: int) -> bool:
    """Whether the node is a power with a negative number that is read once: a division."""
    graph = program.graph
    if graph.kinds[node] != "pow" or program.uses[node] != 1:
        return False
    power = graph.value(graph.args[node][1])
    return power is not None and power < 0


def _power_cost(program: Program, node: int) -> int:
    power = program.graph.value(program.graph.args[node][1])
    if power is None:
        return FUNCTION
    inverse = 0 if power > 0 or _is_divisor(program, node) else DIVISION
    if power.denominator == 2 and abs(power.numerator) <= 3:
        return inverse + DIVISION + (abs(power.numerator) == 3) * ADDITION
    if power.denominator == 1 and -16 <= power <= 16:
        size = abs(int(power))
        return inverse + (size.bit_length() - 1 + size.bit_count() - 1) * ADDITION
    return FUNCTION
