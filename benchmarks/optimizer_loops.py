"""What the loop adds to a step: gradient descent beside NumPy, L-BFGS beside scikit-learn.

1 000 steps of gradient descent with a fixed rate on linear regression, 10 000×100 and 50×2, beside
the loop that a person would write; logistic regression 10 000×100 to the gradient norm at which
scikit-learn's `LogisticRegression` (its solver is L-BFGS) stops, at three tolerances. Medians of
calls repeated in one process; the first, in which the objective is compiled, takes a few
milliseconds more than what is printed.
"""

from __future__ import annotations

import warnings
from typing import Any

from timing import arguments, header, medians, rival, verdict

LINEAR = "sum((X@w - y)**2)/(2*m)"
LOGISTIC = "sum(softplus(X@w + b)) - y@(X@w + b) + sum(w**2)/2"
SHAPES = "X: m n; w: n; y: m"


def main() -> None:
    options = arguments(__doc__)
    header("the loop of minimize", ("numpy", "scipy", "scikit-learn"))
    m, steps, repeats = (500, 50, 1) if options.smallest else (10_000, 1_000, 3)
    ours, theirs = _descend(m, 100 if m > 1000 else 10, steps, repeats)
    print(f"   {steps} steps, {m} rows: symcalc {ours:.3f} s, NumPy {theirs:.3f} s")
    verdict("gradient descent, time / NumPy", ours / theirs, "<=", 1.3)
    ours, theirs = _descend(50, 2, steps, repeats)
    added = (ours - theirs) / steps * 1e6
    print(f"   50×2: {ours / steps * 1e6:.1f} µs a step, NumPy {theirs / steps * 1e6:.1f} µs: "
          f"{added:.1f} µs added a step")  # fmt: skip
    if rival("sklearn") is not None:
        for tolerance in (1e-4, 1e-6, 1e-9):
            _classify(m, 100 if m > 1000 else 10, 2 * repeats + 1, tolerance)


def _descend(m: int, n: int, steps: int, repeats: int) -> tuple[float, float]:
    """Return the seconds of ours and of the loop in NumPy, both from zeros at the same rate."""
    import numpy as np

    import symcalc as sc

    rng = np.random.default_rng(0)
    X = rng.normal(size=(m, n))
    y = X @ rng.normal(size=n) + rng.normal(size=m)
    rate = 0.1 / np.linalg.eigvalsh(X.T @ X / m)[-1] * (1.0 + 1.0 / steps)
    data, start = {"X": X, "y": y}, {"w": np.zeros(n)}
    ends: dict[str, Any] = {}

    def ours(turn: int) -> None:
        ends["ours"] = sc.minimize(
            LINEAR, start, data=data, shapes=SHAPES, method="gd", rate=float(rate),
            max_steps=steps, tolerance=1e-300,
        ).x["w"]  # fmt: skip

    def by_hand(turn: int) -> None:
        w = np.zeros(n)
        losses = []
        for _ in range(steps):
            residual = X @ w - y
            losses.append(residual @ residual / (2 * m))
            w = w - rate * (X.T @ residual) / m
        ends["hand"] = w

    times = medians({"ours": ours, "hand": by_hand}, repeats)
    assert np.allclose(ends["ours"], ends["hand"], rtol=1e-9)
    return times["ours"], times["hand"]


def _classify(m: int, n: int, repeats: int, tol: float) -> None:
    """Print the times of logistic regression to the same gradient norm."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    import symcalc as sc

    rng = np.random.default_rng(1)
    X = rng.normal(size=(m, n))
    y = (rng.random(m) < 1.0 / (1.0 + np.exp(-X @ rng.normal(size=n)))).astype(float)
    ends: dict[str, Any] = {}

    def theirs(turn: int) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ends["theirs"] = LogisticRegression(tol=tol, max_iter=10_000).fit(X, y)

    theirs(0)
    model = ends["theirs"]
    w, b = model.coef_[0], float(model.intercept_[0])
    slope = 1.0 / (1.0 + np.exp(-(X @ w + b))) - y
    norm = max(float(np.abs(X.T @ slope + w).max()), abs(float(slope.sum())))
    at_start = np.abs(X.T @ (0.5 - y)).max()
    print(f"   scikit-learn, tol={tol:g}, stops at a gradient norm of {norm:.2g}")
    tolerance = norm / max(1.0, min(at_start, 0.5 * m))
    data = {"X": X, "y": y}
    start = {"w": np.zeros(n), "b": 0.0}
    for method in ("limited_memory", "L-BFGS-B"):

        def ours(turn: int, method: str = method) -> None:
            best = sc.minimize(
                LOGISTIC, start, data=data, shapes=SHAPES, method=method, tolerance=tolerance
            )
            ends[method] = best

        times = medians({"ours": ours, "theirs": theirs}, repeats)
        best = ends[method]
        print(f"   {method}: {times['ours']:.3f} s, gradient norm {best.gradient_norm:.2g}, "
              f"{best.n_evaluations} evaluations; scikit-learn {times['theirs']:.3f} s, "
              f"{model.n_iter_[0]} iterations")  # fmt: skip
        verdict(f"{method}, time / scikit-learn", times["ours"] / times["theirs"], "<=", 1.0)


if __name__ == "__main__":
    main()
