"""Routines that loops call, in the Python that `translation` reads: factors of matrices.

Matrices lie row by row. The factors of one with n rows are n*n + n + 1 numbers: 0 where there are
none, 1 for Cholesky's, 2 for those with pivots; the pivots; the factors.
"""

from __future__ import annotations

import math

from .reductions import Given, Room

__all__ = [
    "adjugate_column",
    "backward",
    "cholesky",
    "cofactors",
    "det",
    "exchange",
    "factorize",
    "forward",
    "inverse",
    "is_singular",
    "logdet",
    "pivoted",
    "signdet",
    "solve",
    "with_pivots",
]


def factorize(n: int, a: Given, definite: int, f: Room) -> None:
    """Set f to the factors of a matrix; of one that is to be positive definite, to Cholesky's.

    Such a matrix may be asymmetric by rounding; by more, it has factors with pivots if its
    symmetric part is positive definite.
    """
    f[0] = 0.0
    largest: float = 0.0
    for k in range(n * n):
        if math.isnan(a[k]) or math.isinf(a[k]):
            return
        if math.fabs(a[k]) > largest:
            largest = math.fabs(a[k])
    if definite == 1:
        cholesky(n, a, f)
        if not f[0] > 0.0:
            return
        worst: float = 0.0
        for i in range(n):
            for j in range(i):
                if math.fabs(a[i * n + j] - a[j * n + i]) > worst:
                    worst = math.fabs(a[i * n + j] - a[j * n + i])
        if worst <= float(n) * 2.220446049250313e-16 * largest:
            return
    with_pivots(n, a, f)


def cholesky(n: int, a: Given, f: Room) -> None:
    """Set f to Cholesky's factor of the symmetric part of a matrix, if it is positive definite."""
    f[0] = 0.0
    at: int = n + 1
    for i in range(n):
        for j in range(i + 1):
            s: float = 0.5 * a[i * n + j] + 0.5 * a[j * n + i]
            for k in range(j):
                s = s - f[at + i * n + k] * f[at + j * n + k]
            if j < i:
                f[at + i * n + j] = s / f[at + j * n + j]
                f[at + j * n + i] = 0.0
            else:
                if not s > 0.0 or math.isinf(s):
                    return
                f[at + i * n + i] = math.sqrt(s)
    f[0] = 1.0


def with_pivots(n: int, a: Given, f: Room) -> None:
    """Set f to the lower and the upper factor of a matrix with its rows exchanged."""
    at: int = n + 1
    for k in range(n * n):
        f[at + k] = a[k]
    for k in range(n):
        best: int = k
        for i in range(k + 1, n):
            if math.fabs(f[at + i * n + k]) > math.fabs(f[at + best * n + k]):
                best = i
        f[1 + k] = float(best)
        if best > k:
            for j in range(n):
                kept: float = f[at + k * n + j]
                f[at + k * n + j] = f[at + best * n + j]
                f[at + best * n + j] = kept
        if math.fabs(f[at + k * n + k]) > 0.0:
            for i in range(k + 1, n):
                share: float = f[at + i * n + k] / f[at + k * n + k]
                f[at + i * n + k] = share
                for j in range(k + 1, n):
                    f[at + i * n + j] = f[at + i * n + j] - share * f[at + k * n + j]
    f[0] = 2.0


def is_singular(n: int, f: Given) -> int:
    """Return 1 for the factors of a matrix without an inverse."""
    if f[0] < 1.0:
        return 1
    for k in range(n):
        if not math.fabs(f[n + 1 + k * n + k]) > 0.0:
            return 1
    return 0


def solve(n: int, f: Given, transposed: int, m: int, b: Room) -> None:
    """Set the m columns of b to the solutions of systems with a matrix, or its transpose."""
    at: int = n + 1
    if is_singular(n, f) == 1:
        for k in range(n * m):
            b[k] = math.nan
        return
    if f[0] < 2.0:
        forward(n, f, 1, 0, m, b)
        backward(n, f, 1, 1, m, b)
        return
    if transposed == 0:
        for k in range(n):
            exchange(m, b, k, int(f[1 + k]))
        forward(n, f, 0, 0, m, b)
        backward(n, f, 1, 0, m, b)
        return
    forward(n, f, 1, 1, m, b)
    backward(n, f, 0, 1, m, b)
    for k in range(n):
        exchange(m, b, n - 1 - k, int(f[at - 1 - k]))


def exchange(m: int, b: Room, i: int, j: int) -> None:
    """Exchange two rows."""
    if i == j:
        return
    for k in range(m):
        kept: float = b[i * m + k]
        b[i * m + k] = b[j * m + k]
        b[j * m + k] = kept


def forward(n: int, f: Given, divided: int, across: int, m: int, b: Room) -> None:
    """Solve with the lower triangle, or the upper one read across; its diagonal may be ones."""
    at: int = n + 1
    for i in range(n):
        for j in range(i):
            share: float = f[at + i * n + j]
            if across == 1:
                share = f[at + j * n + i]
            for k in range(m):
                b[i * m + k] = b[i * m + k] - share * b[j * m + k]
        if divided == 1:
            for k in range(m):
                b[i * m + k] = b[i * m + k] / f[at + i * n + i]


def backward(n: int, f: Given, divided: int, across: int, m: int, b: Room) -> None:
    """Solve with the upper triangle, or the lower one read across; its diagonal may be ones."""
    at: int = n + 1
    for r in range(n):
        i: int = n - 1 - r
        for j in range(i + 1, n):
            share: float = f[at + i * n + j]
            if across == 1:
                share = f[at + j * n + i]
            for k in range(m):
                b[i * m + k] = b[i * m + k] - share * b[j * m + k]
        if divided == 1:
            for k in range(m):
                b[i * m + k] = b[i * m + k] / f[at + i * n + i]


def inverse(n: int, f: Given, y: Room) -> None:
    """Set y to the inverse of a matrix; NaN where it has none."""
    for k in range(n * n):
        y[k] = 0.0
    for k in range(n):
        y[k * n + k] = 1.0
    solve(n, f, 0, n, y)


def logdet(n: int, f: Given) -> float:
    """Return the logarithm of the size of the determinant."""
    if f[0] < 1.0:
        return math.nan
    total: float = 0.0
    for k in range(n):
        if not math.fabs(f[n + 1 + k * n + k]) > 0.0:
            return -math.inf
        total = total + math.log(math.fabs(f[n + 1 + k * n + k]))
    if f[0] < 2.0:
        total = 2.0 * total
    return total


def det(n: int, f: Given) -> float:
    """Return the determinant."""
    if f[0] < 1.0:
        return math.nan
    total: float = 1.0
    for k in range(n):
        total = total * f[n + 1 + k * n + k]
        if f[0] < 2.0:
            total = total * f[n + 1 + k * n + k]
        elif int(f[1 + k]) > k:
            total = -total
    return total


def signdet(n: int, f: Given) -> float:
    """Return the sign of the determinant, 0 where the matrix is singular."""
    if f[0] < 1.0:
        return math.nan
    sign: float = 1.0
    for k in range(n):
        if not math.fabs(f[n + 1 + k * n + k]) > 0.0:
            return 0.0
        if f[0] > 1.0:
            if f[n + 1 + k * n + k] < 0.0:
                sign = -sign
            if int(f[1 + k]) > k:
                sign = -sign
    return sign


def cofactors(n: int, a: Given, f: Room, y: Room) -> None:
    """Set y to the derivatives of the determinant, which a singular matrix has as well.

    With all pivots chosen from what is left, the last one alone may be small without the others:
    it is multiplied by, never divided by. In f there is room for n*n + 2*n + 1 numbers.
    """
    rows: int = n * n
    columns: int = n * n + n
    front: float = 1.0
    for k in range(n * n):
        f[k] = a[k]
        y[k] = 0.0
        if math.isnan(a[k]) or math.isinf(a[k]):
            front = math.nan
    if math.isnan(front):
        for k in range(n * n):
            y[k] = front
        return
    for k in range(n):
        f[rows + k] = float(k)
        f[columns + k] = float(k)
    for k in range(n):
        pivoted(n, k, f)
        front = front * f[n * n + 2 * n]
        if k + 1 < n:
            if not math.fabs(f[k * n + k]) > 0.0:
                return
            front = front * f[k * n + k]
    for c in range(n):
        adjugate_column(n, c, front, f, y)


def pivoted(n: int, k: int, f: Room) -> None:
    """Exchange rows and columns so that the pivot is the largest; keep the sign; eliminate."""
    sign: float = 1.0
    best: int = k
    other: int = k
    kept: float = 0.0
    for i in range(k, n):
        for j in range(k, n):
            if math.fabs(f[i * n + j]) > math.fabs(f[best * n + other]):
                best = i
                other = j
    if best > k:
        sign = -sign
        exchange(n, f, k, best)
        kept = f[n * n + k]
        f[n * n + k] = f[n * n + best]
        f[n * n + best] = kept
    if other > k:
        sign = -sign
        for i in range(n):
            kept = f[i * n + k]
            f[i * n + k] = f[i * n + other]
            f[i * n + other] = kept
        kept = f[n * n + n + k]
        f[n * n + n + k] = f[n * n + n + other]
        f[n * n + n + other] = kept
    if math.fabs(f[k * n + k]) > 0.0:
        for i in range(k + 1, n):
            f[i * n + k] = f[i * n + k] / f[k * n + k]
            for j in range(k + 1, n):
                f[i * n + j] = f[i * n + j] - f[i * n + k] * f[k * n + j]
    f[n * n + 2 * n] = sign


def adjugate_column(n: int, c: int, front: float, f: Given, y: Room) -> None:
    """Set a row of y to a column of the adjugate, by the factors that `pivoted` leaves in f."""
    last: int = n - 1
    at: int = int(f[n * n + c]) * n
    for i in range(n):
        s: float = 0.0
        if i == c:
            s = 1.0
        for j in range(i):
            s = s - f[i * n + j] * y[at + int(f[n * n + n + j])]
        y[at + int(f[n * n + n + i])] = s
    lowest: float = y[at + int(f[n * n + n + last])]
    for r in range(last):
        row: int = last - 1 - r
        rest: float = (
            f[last * n + last] * y[at + int(f[n * n + n + row])] - f[row * n + last] * lowest
        )
        for j in range(row + 1, last):
            rest = rest - f[row * n + j] * y[at + int(f[n * n + n + j])]
        y[at + int(f[n * n + n + row])] = rest / f[row * n + row]
    for i in range(n):
        y[at + i] = front * y[at + i]
