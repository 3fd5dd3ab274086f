"""What the loop of minimize adds to a step: gradient descent beside NumPy, L-BFGS beside others.

1 000 steps of gradient descent with a fixed rate on linear regression, beside the loop that a
person would write, in NumPy and with JAX's jitted gradient; logistic regression to the gradient
norm at which scikit-learn's `LogisticRegression` (its solver is L-BFGS) stops, beside it and
`scipy.optimize.minimize` with a gradient by hand. Calls repeated in one process; the first, in
which the objective is compiled, takes a few milliseconds more than what is printed.
"""

from __future__ import annotations

import warnings
from argparse import Namespace
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from tables import OURS, Contender, Figure, Row, Table, race, run
from timing import rival

LINEAR = "sum((X@w - y)**2)/(2*m)"
LOGISTIC = "sum(softplus(X@w + b)) - y@(X@w + b) + sum(w**2)/2"
SHAPES = "X: m n; w: n; y: m"


def tables(options: Namespace) -> Iterator[Table]:
    m, n, steps, rounds = (500, 10, 50, 1) if options.smallest else (10_000, 100, 1_000, 5)
    large, small = _descend(m, n, steps, rounds), _descend(50, 2, steps, rounds)
    figures = [Figure(f"{large.name}: time / NumPy's", 1 / large.ratio("NumPy by hand"), "<=", 1.3)]
    added = (small.times[OURS].median - small.times["NumPy by hand"].median) / steps
    rows = [large, replace(small, note=f"{1e6 * added:.1f} µs added to a step of NumPy's")]
    if rival("sklearn") is not None:
        for tolerance in (1e-4, 1e-6, 1e-9):
            row = _classify(m, n, rounds, tolerance)
            rows.append(row)
            share = 1 / row.ratio("scikit-learn")
            figures.append(Figure(f"{row.name}: time / scikit-learn's", share, "<=", 1.0))
    yield Table("optimizer loops", " ".join((__doc__ or "").split()), rows, figures)


def _descend(m: int, n: int, steps: int, rounds: int) -> Row:
    """Return the times of gradient descent from zeros at the same rate; the ends are compared."""
    import numpy as np

    import symcalc as sc

    rng = np.random.default_rng(0)
    X = rng.normal(size=(m, n))
    y = X @ rng.normal(size=n) + rng.normal(size=m)
    rate = 0.1 / np.linalg.eigvalsh(X.T @ X / m)[-1] * (1.0 + 1.0 / steps)
    data, start = {"X": X, "y": y}, {"w": np.zeros(n)}

    def ours() -> Any:
        return sc.minimize(
            LINEAR, start, data=data, shapes=SHAPES, method="gd", rate=float(rate),
            max_steps=steps, tolerance=1e-300,
        ).x["w"]  # fmt: skip

    def by_hand() -> Any:
        w = np.zeros(n)
        losses = []
        for _ in range(steps):
            residual = X @ w - y
            losses.append(residual @ residual / (2 * m))
            w = w - rate * (X.T @ residual) / m
        return w

    found: dict[str, Callable[[], Any]] = {OURS: ours, "NumPy by hand": by_hand}
    jax = rival("jax")
    if jax is not None:
        both = jax.jit(jax.value_and_grad(lambda w: ((X @ w - y) ** 2).sum() / (2 * m)))

        def with_jax() -> Any:
            w = np.zeros(n)
            losses = []
            for _ in range(steps):
                value, gradient = both(w)
                losses.append(float(value))
                w = w - rate * np.asarray(gradient)
            return w

        found["jax jit, NumPy's loop"] = with_jax
    return race(f"gradient descent, {m} x {n}", found, rounds)


def _classify(m: int, n: int, rounds: int, tolerance: float) -> Row:
    """Return the times of logistic regression to the same gradient norm."""
    import numpy as np
    from scipy.optimize import minimize
    from sklearn.linear_model import LogisticRegression

    import symcalc as sc

    rng = np.random.default_rng(1)
    X = rng.normal(size=(m, n))
    y = (rng.random(m) < 1.0 / (1.0 + np.exp(-X @ rng.normal(size=n)))).astype(float)

    def theirs() -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return LogisticRegression(tol=tolerance, max_iter=10_000).fit(X, y)

    def slopes(w: Any, b: float) -> tuple[Any, float]:
        share = 1.0 / (1.0 + np.exp(-(X @ w + b))) - y
        return X.T @ share + w, float(share.sum())

    model = theirs()
    slope, at_offset = slopes(model.coef_[0], float(model.intercept_[0]))
    norm = max(float(np.abs(slope).max()), abs(at_offset))
    relative = norm / max(1.0, min(float(np.abs(X.T @ (0.5 - y)).max()), 0.5 * m))
    data, start = {"X": X, "y": y}, {"w": np.zeros(n), "b": 0.0}

    def ours(method: str) -> Contender:
        def call() -> Any:
            return sc.minimize(
                LOGISTIC, start, data=data, shapes=SHAPES, method=method, tolerance=relative
            )

        return Contender(call, lambda best: (best.x["w"], best.x["b"]))

    def of_vector(v: Any) -> Any:
        z = X @ v[:-1] + v[-1]
        t = np.exp(-np.abs(z))
        share = np.where(z > 0, 1.0, t) / (1.0 + t) - y
        value = (np.maximum(z, 0.0) + np.log1p(t)).sum() - y @ z + v[:-1] @ v[:-1] / 2
        return value, np.append(X.T @ share + v[:-1], share.sum())

    def by_hand() -> Any:
        words = {"gtol": norm, "ftol": 0.0, "maxiter": 10_000}
        return minimize(of_vector, np.zeros(n + 1), jac=True, method="L-BFGS-B", options=words)

    found = {
        OURS: ours("limited_memory"),
        "symcalc, L-BFGS-B": ours("L-BFGS-B"),
        "scikit-learn": Contender(theirs, lambda m: (m.coef_[0], m.intercept_)),
        "scipy, NumPy by hand": Contender(by_hand, lambda found: (found.x[:-1], found.x[-1])),
    }
    # the Hessian is above 1, so ends with that gradient are no farther apart than twice the norm
    apart = 4 * norm * (n + 1) ** 0.5 / min(1.0, float(np.abs(model.intercept_[0])))
    title = f"logistic regression {m} x {n} to a gradient of {norm:.1g}"
    return race(title, found, rounds, tolerance=max(apart, 1e-9))


if __name__ == "__main__":
    run(tables, __doc__, ("numpy", "scipy", "scikit-learn", "jax"))
