"""The limit of partial sums by Levin and Sidi's transformation, solved in ball arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..precision import to_ball, working_precision
from .partial import PartialSums

__all__ = ["ACCELERATION_BITS", "accelerated"]

#: Bits: the equations are ill-conditioned, and balls tell what is left of them.
ACCELERATION_BITS = 2400
#: Unknowns in each of the series, in ascending order; the last two must agree.
LENGTHS = (20, 24)
#: The orders tried: a smooth term needs one, an oscillating one two, its square three.
ORDERS = (1, 2, 3)


def accelerated(sums: PartialSums, skip: int = 0) -> tuple[Any, Any] | None:
    """Return the sum to infinity and the estimated error; None where the orders do not agree.

    Parameters
    ----------
    sums : PartialSums
        To enough bits.
    skip : int
        Terms that are summed before the transformation begins.

    Notes
    -----
    The rest behind index R is taken for a sum over k < m of R**(k + 1) times the k-th difference
    of the terms times a series in 1/R (the d(m) transformation); the equations at consecutive R
    are linear in the sum and the coefficients.

    References
    ----------
    D. Levin and A. Sidi, *Two new classes of nonlinear transformations*, 1981.
    """
    best: tuple[Any, Any] | None = None
    for order in ORDERS:
        found = [_solved(sums, skip, order, length) for length in LENGTHS]
        if any(one is None for one in found):
            continue
        with working_precision(ACCELERATION_BITS):
            first, last = found
            error = 10 * abs(last - first).abs_upper() + last.rad()
            if best is None or error < best[1]:
                best = last.mid(), error
    return best


def _solved(sums: PartialSums, skip: int, order: int, length: int) -> Any:
    """Return the sum that the equations of one size give."""
    import flint

    size = order * length + 1
    rows: list[list[Any]] = []
    right: list[Any] = []
    with working_precision(ACCELERATION_BITS):
        for row in range(size):
            index = skip + row + 1
            end = sums.first + index
            total = sums.up_to(end)
            differences = _differences([sums.term(end + k) for k in range(order)])
            r = to_ball(index)
            line = [to_ball(1)]
            for k, difference in enumerate(differences):
                factor = difference * r ** (k + 1)
                line += [factor / r**i for i in range(length)]
            rows.append(line)
            right.append(total)
        try:
            solution = flint.arb_mat(rows).solve(flint.arb_mat([[one] for one in right]))
        except ZeroDivisionError:
            return None
        found = solution[0, 0]
        return found if found.is_finite() else None


def _differences(values: Sequence[Any]) -> list[Any]:
    """Return the value and its forward differences."""
    found, row = [values[0]], list(values)
    while len(row) > 1:
        row = [b - a for a, b in zip(row, row[1:], strict=False)]
        found.append(row[0])
    return found
