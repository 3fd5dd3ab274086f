"""Compiled losses over arrays beside `jax.jit` and hand-written NumPy and C, on one processor.

For each loss value and gradient, and the Hessian. Whoever writes NumPy by hand knows the derivative
and computes nothing twice; the loops over rows in C are compiled with `-O3 -ffast-math`.
"""

from __future__ import annotations

import ctypes
import os
from argparse import Namespace
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from rivals import c_library, has_c_compiler
from tables import OURS, Contender, Figure, Row, Table, race, run
from timing import rival

# isort: split
import numpy as np
from scipy.linalg import cho_factor, cho_solve

import symcalc as sc

RNG = np.random.default_rng(0)

FIRST = (
    "Value and gradient of a loss over arrays, on one processor. By hand: NumPy by who knows the "
    "derivative and computes nothing twice, for 10^5 x 50 in blocks of rows; plain: the same "
    "without blocks; C: loops over rows, -O3 -ffast-math."
)
SECOND = (
    "The whole Hessian, blocks of all pairs of variables, on one processor. JAX: jax.hessian, "
    "jitted; by hand: NumPy by who knows the formula of the Hessian."
)

Values = dict[str, Any]


@dataclass(frozen=True)
class Loss:
    """A loss as a string, in JAX and, with its gradient, in NumPy by hand."""

    text: str
    shapes: str
    wrt: tuple[str, ...]
    values: Values
    in_jax: Callable[..., Any]
    by_hand: Callable[..., Any] | None = None
    has_hessian: bool = True
    plain: Callable[..., Any] | None = None
    hessian_by_hand: Callable[..., Any] | None = None


def logistic(X: Any, w: Any, y: Any) -> Any:
    z = -y * (X @ w)
    t = np.exp(-np.abs(z))
    share = np.where(z < 0, t, 1.0) / (1 + t)
    return np.sum(np.maximum(z, 0) + np.log1p(t)), -X.T @ (y * share)


def logistic_hessian(X: Any, w: Any, y: Any) -> Any:
    t = np.exp(-np.abs(X @ w))
    return X.T @ (X * (t / (1 + t) ** 2)[:, None])


def logistic_in_blocks(X: Any, w: Any, y: Any, n_rows: int = 4096) -> Any:
    value, gradient = 0.0, np.zeros(len(w))
    for begin in range(0, len(y), n_rows):
        rows = slice(begin, begin + n_rows)
        part, slope = logistic(X[rows], w, y[rows])
        value += part
        gradient += slope
    return value, gradient


def least_squares(X: Any, w: Any, y: Any) -> Any:
    r = X @ w - y
    return r @ r / (2 * len(r)), X.T @ r / len(r)


def factorization(X: Any, U: Any, V: Any) -> Any:
    R = X - U @ V.T
    return R.ravel() @ R.ravel(), -2 * (R @ V), -2 * (R.T @ U)


def network(X: Any, V: Any, c: Any, y: Any) -> Any:
    H = np.tanh(X @ V)
    r = H @ c - y
    return r @ r, 2 * X.T @ ((r[:, None] * c) * (1 - H * H)), 2 * (H.T @ r)


def softmax(X: Any, W: Any, Y: Any) -> Any:
    Z = X @ W
    top = Z.max(axis=1, keepdims=True)
    E = np.exp(Z - top)
    s = E.sum(axis=1)
    return np.sum(np.log(s) + top[:, 0]) - np.vdot(Y, Z), X.T @ (E / s[:, None] - Y)


def gaussian(X: Any, S: Any) -> Any:
    L = cho_factor(S, lower=True)
    Z = cho_solve(L, X.T)
    value = 2 * len(X) * np.sum(np.log(np.diagonal(L[0]))) + np.vdot(Z, X.T)
    return value, len(X) * cho_solve(L, np.eye(len(S))) - Z @ Z.T


def mixture(X: Any, M: Any) -> Any:
    D = np.ascontiguousarray(X.T) - M[:, :, None]
    Z = -0.5 * np.einsum("kdm,kdm->km", D, D)
    top = Z.max(axis=0)
    E = np.exp(Z - top)
    s = E.sum(axis=0)
    return -np.sum(np.log(s) + top), -np.matmul(D, (E / s)[:, :, None])[:, :, 0]


def mixture_in_jax(J: Any, X: Any, M: Any, V: Any = 1.0, a: Any = 0.0) -> Any:
    distances = J.numpy.sum((X[:, None] - M) ** 2 / V, axis=2)
    if np.ndim(V):
        a = a - J.numpy.sum(J.numpy.log(V), axis=1) / 2
    return -J.numpy.sum(J.scipy.special.logsumexp(a - distances / 2, axis=1))


def mixture_by_products_in_jax(J: Any, X: Any, M: Any) -> Any:
    scores = X @ M.T - J.numpy.sum(M**2, axis=1) / 2
    return -J.numpy.sum(J.scipy.special.logsumexp(scores, axis=1))


def quadratic(S: Any, w: Any) -> Any:
    return w @ S @ w, S @ w + S.T @ w


def draw(*shape: int) -> Any:
    return RNG.normal(size=shape)


def factors(m: int, n: int, k: int) -> Values:
    return {"X": draw(m, n), "U": draw(m, k), "V": draw(n, k)}


DATA = {"X": draw(10_000, 100), "w": 0.1 * draw(100), "y": np.sign(draw(10_000))}
LARGE = {"X": draw(100_000, 50), "w": 0.1 * draw(50), "y": np.sign(draw(100_000))}
SPREAD = draw(50, 60)
FACTORS = ("sum((X - U@V.T)**2)", "X: m n; U: m k; V: n k")
POINTS, MEANS = draw(2000, 10), draw(5, 10)

LOSSES = {
    "logistic 10^4 x 100": Loss(
        "sum(log(1 + exp(-y*(X@w))))", "X: m n; w: n; y: m", ("w",), DATA,
        lambda J, X, w, y: J.numpy.sum(J.numpy.logaddexp(0.0, -y * (X @ w))), logistic,
        hessian_by_hand=logistic_hessian,
    ),
    "logistic 10^5 x 50": Loss(
        "sum(log(1 + exp(-y*(X@w))))", "X: m n; w: n; y: m", ("w",), LARGE,
        lambda J, X, w, y: J.numpy.sum(J.numpy.logaddexp(0.0, -y * (X @ w))), logistic_in_blocks,
        False, logistic,
    ),
    "least squares 10^4 x 100": Loss(
        "sum((X@w - y)**2)/(2*m)", "X: m n; w: n; y: m", ("w",), DATA,
        lambda J, X, w, y: J.numpy.sum((X @ w - y) ** 2) / (2 * len(y)), least_squares,
        hessian_by_hand=lambda X, w, y: X.T @ X / len(X),
    ),
    "factorization 200 x 100, k = 5": Loss(
        *FACTORS, ("U", "V"), factors(200, 100, 5),
        lambda J, X, U, V: J.numpy.sum((X - U @ V.T) ** 2), factorization, False,
    ),
    "factorization 1000 x 200, k = 10": Loss(
        *FACTORS, ("U", "V"), factors(1000, 200, 10),
        lambda J, X, U, V: J.numpy.sum((X - U @ V.T) ** 2), factorization, False,
    ),
    "factorization in U, 200 x 100": Loss(
        *FACTORS, ("U",), factors(200, 100, 5), lambda J, X, U, V: J.numpy.sum((X - U @ V.T) ** 2)
    ),
    "tanh network 1000 x 20 x 10": Loss(
        "sum((tanh(X@V)@c - y)**2)", "X: m n; V: n k; c: k; y: m", ("V", "c"),
        {"X": draw(1000, 20), "V": 0.3 * draw(20, 10), "c": draw(10), "y": draw(1000)},
        lambda J, X, V, c, y: J.numpy.sum((J.numpy.tanh(X @ V) @ c - y) ** 2), network,
    ),
    "softmax 2000 x 50, k = 10": Loss(
        "sum(logsumexp(X@W, axis=1)) - sum(Y*(X@W))", "X: m n; W: n k; Y: m k", ("W",),
        {"X": draw(2000, 50), "W": 0.1 * draw(50, 10), "Y": np.eye(10)[RNG.integers(0, 10, 2000)]},
        lambda J, X, W, Y: J.scipy.special.logsumexp(X @ W, axis=1).sum() - (Y * (X @ W)).sum(),
        softmax,
    ),
    "Gaussian likelihood 2000 x 50": Loss(
        "m*logdet(S) + sum((X@inv(S))*X)", "X: m n; S: n n", ("S",),
        {"X": draw(2000, 50), "S": SPREAD @ SPREAD.T / 60 + np.eye(50)},
        lambda J, X, S: (
            len(X) * J.numpy.linalg.slogdet(S)[1] + (J.numpy.linalg.solve(S.T, X.T).T * X).sum()
        ),
        gaussian, False,
    ),
    "mixture 2000 x 10, k = 5": Loss(
        "-sum(logsumexp(-sum((X[:, None] - M)**2, axis=2)/2, axis=1))", "X: m d; M: k d", ("M",),
        {"X": POINTS, "M": MEANS}, mixture_in_jax, mixture,
    ),
    "mixture by products": Loss(
        "-sum(logsumexp(X@M.T - sum(M**2, axis=1)/2, axis=1))", "X: m d; M: k d", ("M",),
        {"X": POINTS, "M": MEANS}, mixture_by_products_in_jax,
    ),
    "mixture, weights and variances": Loss(
        "-sum(logsumexp(a - sum((X[:, None] - M)**2/V, axis=2)/2 - sum(log(V), axis=1)/2, axis=1))",
        "X: m d; M: k d; V: k d; a: k", ("M", "V", "a"),
        {"X": POINTS, "M": MEANS, "V": np.exp(0.3 * draw(5, 10)), "a": draw(5)}, mixture_in_jax,
    ),
    "quadratic form 500": Loss(
        "w@S@w", "S: n n; w: n", ("w",), {"S": draw(500, 500), "w": draw(500)},
        lambda J, S, w: w @ S @ w, quadratic, hessian_by_hand=lambda S, w: S + S.T,
    ),
}  # fmt: skip


class Rival:
    """A loss in JAX: value and gradient, and Hessian, each compiled."""

    def __init__(self, jax: ModuleType, loss: Loss) -> None:
        self.jax = jax
        self.moving = {n: jax.numpy.asarray(loss.values[n]) for n in loss.wrt}
        self.fixed = {n: jax.numpy.asarray(v) for n, v in loss.values.items() if n not in loss.wrt}

        def of(moving: Values, fixed: Values) -> Any:
            return loss.in_jax(jax, **moving, **fixed)

        self._first, self._second = jax.jit(jax.value_and_grad(of)), jax.jit(jax.hessian(of))

    def first(self) -> Any:
        return self.jax.block_until_ready(self._first(self.moving, self.fixed))

    def second(self) -> Any:
        return self.jax.block_until_ready(self._second(self.moving, self.fixed))


C = """
#include <math.h>
#include <stddef.h>
double logistic(ptrdiff_t m, ptrdiff_t n, const double *X, const double *w, const double *y,
                double *g)
{
    double f = 0;
    for (ptrdiff_t j = 0; j < n; ++j) g[j] = 0;
    for (ptrdiff_t i = 0; i < m; ++i) {
        const double *row = X + i*n;
        double z = 0;
        for (ptrdiff_t j = 0; j < n; ++j) z += row[j]*w[j];
        z *= -y[i];
        double t = exp(-fabs(z)), share = (z < 0 ? t : 1)/(1 + t);
        f += (z > 0 ? z : 0) + log1p(t);
        for (ptrdiff_t j = 0; j < n; ++j) g[j] -= y[i]*share*row[j];
    }
    return f;
}
double least_squares(ptrdiff_t m, ptrdiff_t n, const double *X, const double *w, const double *y,
                     double *g)
{
    double f = 0;
    for (ptrdiff_t j = 0; j < n; ++j) g[j] = 0;
    for (ptrdiff_t i = 0; i < m; ++i) {
        const double *row = X + i*n;
        double r = -y[i];
        for (ptrdiff_t j = 0; j < n; ++j) r += row[j]*w[j];
        f += r*r;
        for (ptrdiff_t j = 0; j < n; ++j) g[j] += r*row[j]/m;
    }
    return f/(2*m);
}
"""


def in_c(library: ctypes.CDLL, loss: Loss) -> Contender | None:
    """Return the loop over rows in C, called through ctypes; None for losses that have none."""
    names = {logistic: "logistic", logistic_in_blocks: "logistic", least_squares: "least_squares"}
    if loss.by_hand not in names:
        return None
    function = getattr(library, names[loss.by_hand])
    function.restype = ctypes.c_double
    X, w, y = (loss.values[name] for name in "Xwy")
    g = np.zeros_like(w)
    sizes = [ctypes.c_ssize_t(size) for size in X.shape]
    places = [ctypes.c_void_p(array.ctypes.data) for array in (X, w, y, g)]
    return Contender(lambda: function(*sizes, *places), lambda value: (value, g))


def first(name: str, loss: Loss, jax: ModuleType | None, library: ctypes.CDLL | None,
          rounds: int) -> Row:  # fmt: skip
    """Return the times of value and gradient."""
    f = sc.compile(loss.text, order=1, wrt=loss.wrt, shapes=loss.shapes)
    found: dict[str, Contender | Callable[[], Any]] = {
        OURS: lambda: f.value_and_gradient(**loss.values)
    }

    def read(answer: Any) -> Any:
        value, *parts = answer
        return value, dict(zip(loss.wrt, parts, strict=True))

    for title, call in (("NumPy by hand", loss.by_hand), ("NumPy, plain", loss.plain)):
        if call is not None:
            found[title] = Contender(lambda call=call: call(**loss.values), read)
    if jax is not None:
        found["jax jit"] = Rival(jax, loss).first
    by_loops = None if library is None else in_c(library, loss)
    if by_loops is not None:
        found["C by hand"] = by_loops
    return race(name, found, rounds, tolerance=1e-8)


def second(name: str, loss: Loss, jax: ModuleType | None, rounds: int) -> Row:
    """Return the times of the Hessian."""
    f = sc.compile(loss.text, order=2, wrt=loss.wrt, shapes=loss.shapes)
    found: dict[str, Contender | Callable[[], Any]] = {OURS: lambda: f.hessian(**loss.values)}
    if loss.hessian_by_hand is not None:
        by_hand = loss.hessian_by_hand
        found["NumPy by hand"] = lambda: by_hand(**loss.values)
    if jax is not None:
        found["jax jit"] = Rival(jax, loss).second
    return race(name, found, rounds, tolerance=1e-7)


def tables(options: Namespace) -> Iterator[Table]:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    jax = rival("jax")
    library = c_library(C, "-ffast-math") if has_c_compiler() else None
    chosen = dict(list(LOSSES.items())[2:4]) if options.smallest else LOSSES
    rounds = 1 if options.smallest else 15
    rows = [first(name, loss, jax, library, rounds) for name, loss in chosen.items()]
    yield Table("matrix losses: value and gradient", FIRST, rows, _first_figures(rows))
    rows = [second(name, loss, jax, rounds) for name, loss in chosen.items() if loss.has_hessian]
    yield Table("matrix losses: Hessians", SECOND, rows, _second_figures(rows))


def _first_figures(rows: list[Row]) -> list[Figure]:
    """Return the targets of the two losses that have one, and the mean beside JAX."""
    figures = []
    if all("jax jit" in row.times for row in rows):
        ratios = [row.ratio("jax jit") for row in rows]
        mean = float(np.exp(np.mean(np.log(ratios))))
        figures.append(Figure("JAX's time / ours, geometric mean", mean, ">=", 1.0))
    for row in rows:
        if row.name == "logistic 10^5 x 50":
            share = 1 / row.ratio("NumPy, plain")
            figures.append(Figure("logistic 10^5 x 50, time / plain NumPy's", share, "<=", 0.45))
            if "jax jit" in row.times:
                share = 1 / row.ratio("jax jit")
                figures.append(Figure("logistic 10^5 x 50, time / JAX's", share, "<=", 1.0))
    return figures


def _second_figures(rows: list[Row]) -> list[Figure]:
    ratios = [row.ratio("jax jit") for row in rows if "jax jit" in row.times]
    if not ratios:
        return []
    return [Figure("JAX's time / ours, median", float(np.median(ratios)), ">=", 1.0)]


if __name__ == "__main__":
    run(tables, __doc__, ("numpy", "scipy", "jax"))
