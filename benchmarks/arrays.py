"""Compiled losses over arrays beside `jax.jit` and hand-written NumPy, pinned to one core.

For each loss: value and gradient, and the Hessian. Ratios are the time of the rival / the time of
symcalc: above 1, symcalc is faster. Rivals take turns, and the least time of each counts. Every
answer is compared with JAX's.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from timing import arguments, header, rival

# isort: split
import numpy as np
from scipy.linalg import cho_factor, cho_solve

import symcalc as sc

RNG = np.random.default_rng(0)
LEAST_SECONDS = 0.01

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


def logistic(X: Any, w: Any, y: Any) -> Any:
    z = -y * (X @ w)
    t = np.exp(-np.abs(z))
    share = np.where(z < 0, t, 1.0) / (1 + t)
    return np.sum(np.maximum(z, 0) + np.log1p(t)), -X.T @ (y * share)


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
    ),
    "logistic 10^5 x 50, in blocks": Loss(
        "sum(log(1 + exp(-y*(X@w))))", "X: m n; w: n; y: m", ("w",), LARGE,
        lambda J, X, w, y: J.numpy.sum(J.numpy.logaddexp(0.0, -y * (X @ w))), logistic_in_blocks,
        False, logistic,
    ),
    "least squares 10^4 x 100": Loss(
        "sum((X@w - y)**2)/(2*m)", "X: m n; w: n; y: m", ("w",), DATA,
        lambda J, X, w, y: J.numpy.sum((X @ w - y) ** 2) / (2 * len(y)), least_squares,
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
        lambda J, S, w: w @ S @ w, quadratic,
    ),
}  # fmt: skip


def least_times(jobs: list[Callable[[], Any]], n_rounds: int) -> list[float]:
    """Return the least time of each job in seconds; they take turns."""
    repeats = []
    for job in jobs:
        job()
        begin = time.perf_counter()
        job()
        repeats.append(max(1, int(LEAST_SECONDS / (time.perf_counter() - begin))))
    best = [np.inf] * len(jobs)
    for _ in range(n_rounds):
        for place, (job, n) in enumerate(zip(jobs, repeats, strict=True)):
            begin = time.perf_counter()
            for _ in range(n):
                job()
            best[place] = min(best[place], (time.perf_counter() - begin) / n)
    return best


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


def measure(name: str, loss: Loss, jax: ModuleType | None, n_rounds: int) -> list[float]:
    """Print one line; return the ratios to JAX of value + gradient and of the Hessian."""
    begin = time.perf_counter()
    f = sc.compile(loss.text, order=2, wrt=loss.wrt, shapes=loss.shapes)
    value, gradient = f.value_and_gradient(**loss.values)
    made = time.perf_counter() - begin
    jobs: dict[str, Callable[[], Any]] = {"": lambda: f.value_and_gradient(**loss.values)}
    if loss.by_hand is not None:
        by_hand = loss.by_hand
        jobs["by hand"] = lambda: by_hand(**loss.values)
    if loss.plain is not None:
        plain = loss.plain
        jobs["plain"] = lambda: plain(**loss.values)
    theirs = None if jax is None else Rival(jax, loss)
    if theirs is not None:
        jobs["JAX"] = theirs.first
        _compare(value, gradient, *theirs.first())
    ours, *others = least_times(list(jobs.values()), n_rounds)
    ratios = dict(zip(list(jobs)[1:], [other / ours for other in others], strict=True))
    line = f"{name:34s} {ours * 1e3:8.3f} ms"
    line += "".join(f"  {rival} {ratio:5.2f}x" for rival, ratio in ratios.items())
    found = [ratios["JAX"]] if theirs is not None else []
    if loss.has_hessian:
        second = [lambda: f.hessian(**loss.values)]
        second += [theirs.second] if theirs is not None else []
        ours, *others = least_times(second, n_rounds)
        found += [other / ours for other in others]
        line += f"  Hessian {ours * 1e3:8.3f} ms" + "".join(
            f"  JAX {x / ours:6.1f}x" for x in others
        )
    print(f"{line}  (string to first gradient {made * 1e3:.0f} ms)", flush=True)
    return found


def _compare(value: Any, gradient: Values, other: Any, other_gradient: Values) -> None:
    """Stop when two answers differ."""
    np.testing.assert_allclose(value, other, rtol=1e-9)
    for name, part in gradient.items():
        scale = np.abs(part).max()
        np.testing.assert_allclose(part, other_gradient[name], rtol=1e-7, atol=1e-9 * scale)


def main() -> None:
    options = arguments(__doc__)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    header("losses over arrays", ("numpy", "scipy", "jax"))
    jax = rival("jax")
    chosen = dict(list(LOSSES.items())[3:4]) if options.smallest else LOSSES
    rows = [
        measure(name, loss, jax, 1 if options.smallest else 15) for name, loss in chosen.items()
    ]
    first = [row[0] for row in rows if row]
    second = [row[1] for row in rows if len(row) > 1]
    if first:
        mean = np.exp(np.mean(np.log(first)))
        print(
            f"value and gradient: {mean:.2f}x of JAX in the geometric mean, least {min(first):.2f}x"
        )
    if second:
        print(f"Hessian: {np.median(second):.1f}x of JAX in the median, least {min(second):.1f}x")


if __name__ == "__main__":
    main()
