"""Sums of terms that oscillate, faded out: what a smooth window cuts off cancels by itself."""

from __future__ import annotations

from typing import Any

from ..precision import to_ball, working_precision
from .partial import PartialSums

__all__ = ["windowed"]

#: The middle of the window, in terms; its width is a tenth of that. Two must agree.
MIDDLES = (1500, 2300)
BITS = 192


def windowed(sums: PartialSums) -> tuple[Any, Any]:
    """Return the sum to infinity of terms a(n)*exp(i*b*n) with a(n) falling to 0, and its error.

    Notes
    -----
    With w(t) = erfc(t)/2 the sum of w((n - N)/s)*f(n) differs from the whole by terms of the size
    exp(-(b*s)**2/4) and of derivatives of a of every order beyond N.
    """
    found = [_faded(sums, middle) for middle in MIDDLES]
    with working_precision(BITS):
        first, last = found
        return last.mid(), 10 * abs(last - first).abs_upper() + last.rad()


def _faded(sums: PartialSums, middle: int) -> Any:
    width = middle // 10
    start = sums.first
    with working_precision(BITS):
        total = sums.up_to(start + middle - 9 * width)
        for index in range(middle - 9 * width, middle + 9 * width):
            weight = (to_ball(index - middle) / width).erfc() / 2
            total = total + weight * sums.term(start + index)
    return total
