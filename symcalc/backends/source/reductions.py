"""Routines that loops call, in the Python that `translation` reads: numbers in a row.

Whole numbers and numbers, flat arrays, loops, choices and the functions of `math` are all there is.
What a name is when it is first set says its annotation.
"""

from __future__ import annotations

import math

__all__ = [
    "Given",
    "Room",
    "add_rows",
    "dot",
    "greatest",
    "least",
    "length",
    "log_sum_exp",
    "others",
    "product",
    "scale",
    "shares",
    "unit",
]

#: An array that is read, and one that is written to.
Given = list[float]
Room = list[float]


def dot(n: int, a: Given, at_a: int, step_a: int, b: Given, at_b: int, step_b: int) -> float:
    """Return the total of products, added up in eight parts, which need not wait for each other."""
    s0: float = 0.0
    s1: float = 0.0
    s2: float = 0.0
    s3: float = 0.0
    s4: float = 0.0
    s5: float = 0.0
    s6: float = 0.0
    s7: float = 0.0
    k: int = 0
    if step_a == 1 and step_b == 1:
        while k + 8 <= n:
            s0 = s0 + a[at_a + k] * b[at_b + k]
            s1 = s1 + a[at_a + k + 1] * b[at_b + k + 1]
            s2 = s2 + a[at_a + k + 2] * b[at_b + k + 2]
            s3 = s3 + a[at_a + k + 3] * b[at_b + k + 3]
            s4 = s4 + a[at_a + k + 4] * b[at_b + k + 4]
            s5 = s5 + a[at_a + k + 5] * b[at_b + k + 5]
            s6 = s6 + a[at_a + k + 6] * b[at_b + k + 6]
            s7 = s7 + a[at_a + k + 7] * b[at_b + k + 7]
            k = k + 8
    while k < n:
        s0 = s0 + a[at_a + k * step_a] * b[at_b + k * step_b]
        k = k + 1
    return ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7))


def add_rows(
    n: int,
    m: int,
    a: Given,
    at_a: int,
    step_a: int,
    b: Given,
    at_b: int,
    step_b: int,
    c: Room,
    at_c: int,
) -> None:
    """Add to m numbers the products of n numbers with n rows, four rows at a time."""
    k: int = 0
    while k + 4 <= n:
        s0: float = a[at_a + k * step_a]
        s1: float = a[at_a + (k + 1) * step_a]
        s2: float = a[at_a + (k + 2) * step_a]
        s3: float = a[at_a + (k + 3) * step_a]
        r0: int = at_b + k * step_b
        r1: int = r0 + step_b
        r2: int = r1 + step_b
        r3: int = r2 + step_b
        for j in range(m):
            two: float = s0 * b[r0 + j] + s1 * b[r1 + j]
            c[at_c + j] = c[at_c + j] + (two + (s2 * b[r2 + j] + s3 * b[r3 + j]))
        k = k + 4
    while k < n:
        share: float = a[at_a + k * step_a]
        for j in range(m):
            c[at_c + j] = c[at_c + j] + share * b[at_b + k * step_b + j]
        k = k + 1


def greatest(n: int, x: Given, at: int, step: int) -> float:
    """Return the greatest of numbers; NaN of none, and where one is."""
    top: float = math.nan
    for k in range(n):
        if k == 0 or x[at + k * step] > top or math.isnan(x[at + k * step]):
            top = x[at + k * step]
            if math.isnan(top):
                return top
    return top


def least(n: int, x: Given, at: int, step: int) -> float:
    """Return the least of numbers; NaN of none, and where one is."""
    low: float = math.nan
    for k in range(n):
        if k == 0 or x[at + k * step] < low or math.isnan(x[at + k * step]):
            low = x[at + k * step]
            if math.isnan(low):
                return low
    return low


def product(n: int, x: Given, at: int, step: int) -> float:
    """Return the product of numbers."""
    total: float = 1.0
    for k in range(n):
        total = total * x[at + k * step]
    return total


def log_sum_exp(n: int, x: Given, at: int, step: int) -> float:
    """Return the logarithm of the total of exponentials, relative to the greatest."""
    if n == 0:
        return -math.inf
    top: float = greatest(n, x, at, step)
    if math.isinf(top) or math.isnan(top):
        return top
    total: float = 0.0
    for k in range(n):
        total = total + math.exp(x[at + k * step] - top)
    return top + math.log(total)


def shares(n: int, x: Given, at: int, step: int, y: Room, to: int, step_y: int) -> None:
    """Set y to exponentials over their total, relative to the greatest."""
    top: float = greatest(n, x, at, step)
    if math.isinf(top):
        top = 0.0
    total: float = 0.0
    for k in range(n):
        y[to + k * step_y] = math.exp(x[at + k * step] - top)
        total = total + y[to + k * step_y]
    if not total > 0.0:
        total = math.nan
    for k in range(n):
        y[to + k * step_y] = y[to + k * step_y] / total


def scale(n: int, x: Given, at: int, step: int) -> float:
    """Return the greatest size of numbers, 1 where that is zero or infinite."""
    top: float = 0.0
    for k in range(n):
        if math.fabs(x[at + k * step]) > top:
            top = math.fabs(x[at + k * step])
    if math.isinf(top) or not top > 0.0:
        return 1.0
    return top


def length(n: int, x: Given, at: int, step: int) -> float:
    """Return the root of the total of squares, which are scaled into range."""
    top: float = scale(n, x, at, step)
    total: float = 0.0
    for k in range(n):
        total = total + (x[at + k * step] / top) * (x[at + k * step] / top)
    return top * math.sqrt(total)


def unit(n: int, x: Given, at: int, step: int, y: Room, to: int, step_y: int) -> None:
    """Set y to x over its length; zero where x is zero."""
    top: float = scale(n, x, at, step)
    total: float = 0.0
    for k in range(n):
        total = total + (x[at + k * step] / top) * (x[at + k * step] / top)
    total = math.sqrt(total)
    if not total > 0.0 and not math.isnan(total):
        total = 1.0
    for k in range(n):
        y[to + k * step_y] = x[at + k * step] / top / total


def others(n: int, x: Given, at: int, step: int, y: Room, to: int, step_y: int) -> None:
    """Set y to the products of the other numbers, which zeros do not disturb."""
    before: float = 1.0
    for k in range(n):
        y[to + k * step_y] = before
        before = before * x[at + k * step]
    behind: float = 1.0
    for k in range(n):
        y[to + (n - 1 - k) * step_y] = y[to + (n - 1 - k) * step_y] * behind
        behind = behind * x[at + (n - 1 - k) * step]
