"""The lasso beside scikit-learn's coordinate descent, from string and data to the same objective.

Sizes: scikit-learn's data on diabetes, many rows, correlated columns, more columns than rows. Both
begin at zeros; scikit-learn at its default tolerance and at 1e-10, with and without the Gram
matrix. A run of ours counts only where its objective is no higher. Then L1 logistic regression
beside liblinear and saga.
"""

from __future__ import annotations

import warnings
from typing import Any

from timing import arguments, header, medians, rival, seconds, verdict

LASSO = "sum((X@w - y)**2)/(2*m) + lam*norm1(w)"
LOGISTIC = "norm1(w) + c*sum(softplus(-t*(X@w)))"
SHAPES = "X: m n; w: n; y: m; t: m"


def main() -> None:
    options = arguments(__doc__)
    header("the lasso and its relatives", ("numpy", "scipy", "scikit-learn"))
    if rival("sklearn") is None:
        return
    import symcalc as sc

    sc.minimize(LASSO, {"w": [0.0]}, data={"X": [[1.0]], "y": [1.0], "lam": 0.1}, shapes=SHAPES)
    small = [("rows", 300, 20, 0.0), ("columns", 30, 60, 0.0)]
    large = [("rows", 10_000, 100, 0.0), ("correlated", 2_000, 500, 0.9),
             ("correlated", 10_000, 1000, 0.5), ("columns", 200, 3_000, 0.0)]  # fmt: skip
    repeats = 1 if options.smallest else 7
    _compare("diabetes", *_diabetes(), 1.0, repeats)
    for name, m, n, correlation in small if options.smallest else large:
        _compare(name, *_draw(m, n, correlation), 0.05, repeats)
    _classify(*((200, 10) if options.smallest else (5_000, 100)), repeats)


def _diabetes() -> tuple[Any, Any]:
    """Return scikit-learn's data on diabetes, centered."""
    from sklearn.datasets import load_diabetes

    X, y = load_diabetes(return_X_y=True)
    return X - X.mean(axis=0), y - y.mean()


def _draw(m: int, n: int, correlation: float) -> tuple[Any, Any]:
    """Return a regression in which a tenth of the columns matter."""
    import numpy as np

    rng = np.random.default_rng(0)
    X = rng.standard_normal((m, n))
    for k in range(1, n):
        X[:, k] = correlation * X[:, k - 1] + (1.0 - correlation**2) ** 0.5 * X[:, k]
    w = np.where(np.arange(n) % 10 == 0, rng.standard_normal(n), 0.0)
    return X, X @ w + 0.5 * rng.standard_normal(m)


def _compare(name: str, X: Any, y: Any, lam: float, repeats: int) -> None:
    """Print times, objectives and zeros of one lasso."""
    import numpy as np
    from sklearn.linear_model import Lasso

    import symcalc as sc

    m, n = X.shape
    data, start = {"X": X, "y": y, "lam": lam}, {"w": np.zeros(n)}
    ends: dict[str, Any] = {}

    def value(w: Any) -> float:
        return float(np.sum((X @ w - y) ** 2) / (2 * m) + lam * np.abs(w).sum())

    def ours(turn: int) -> None:
        ends["symcalc"] = sc.minimize(LASSO, start, data=data, shapes=SHAPES).x["w"]

    def theirs(tolerance: float, gram: bool) -> Any:
        def run(turn: int) -> None:
            model = Lasso(lam, fit_intercept=False, tol=tolerance, precompute=gram, max_iter=10**5)
            ends[f"tol={tolerance:g}, Gram={gram}"] = model.fit(X, y).coef_

        return run

    tasks = {"symcalc": ours}
    for tolerance in (1e-4, 1e-10):
        for gram in (False, True):
            tasks[f"tol={tolerance:g}, Gram={gram}"] = theirs(tolerance, gram)
    times = medians(tasks, repeats)
    least = value(ends["symcalc"])
    print(f"   {name} {m}×{n}: symcalc {seconds(times['symcalc'])}, objective {least:.15g}, "
          f"{int(np.sum(ends['symcalc'] == 0.0))} zeros")  # fmt: skip
    for task, w in ends.items():
        if task != "symcalc":
            excess = value(w) / least - 1.0
            ratio = times["symcalc"] / times[task]
            print(f"      scikit-learn, {task}: {seconds(times[task])}, higher by {excess:.1e} of "
                  f"it, {int(np.sum(w == 0.0))} zeros; ratio {ratio:.2f}")  # fmt: skip
            assert excess >= -1e-14
    ratio = times["symcalc"] / times["tol=1e-10, Gram=False"]
    verdict(f"{name} {m}×{n}, time / scikit-learn's", ratio, "<=", 3.0)


def _classify(m: int, n: int, repeats: int) -> None:
    """Print the times of logistic regression with an L1 penalty."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    import symcalc as sc

    X, y = _draw(m, n, 0.3)
    data = {"X": X, "t": np.sign(y), "c": 0.05}
    ends: dict[str, Any] = {}

    def value(w: Any) -> float:
        return float(np.abs(w).sum() + 0.05 * np.logaddexp(0.0, -data["t"] * (X @ w)).sum())

    def ours(turn: int) -> None:
        ends["symcalc"] = sc.minimize(
            LOGISTIC, {"w": np.zeros(n)}, data=data, shapes=SHAPES
        ).x["w"]  # fmt: skip

    def theirs(solver: str) -> Any:
        def run(turn: int) -> None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                model = LogisticRegression(
                    C=0.05, l1_ratio=1.0, solver=solver, fit_intercept=False, tol=1e-8,
                    max_iter=10_000,
                )  # fmt: skip
                ends[solver] = model.fit(X, data["t"]).coef_[0]

        return run

    times = medians({"symcalc": ours, **{s: theirs(s) for s in ("liblinear", "saga")}}, repeats)
    least = value(ends["symcalc"])
    print(f"   L1 logistic regression {m}×{n}: symcalc {seconds(times['symcalc'])}, objective "
          f"{least:.15g}")  # fmt: skip
    for solver in ("liblinear", "saga"):
        ratio = times["symcalc"] / times[solver]
        print(f"      {solver}: {seconds(times[solver])}, higher by "
              f"{value(ends[solver]) / least - 1.0:.1e} of it; ratio {ratio:.2f}")  # fmt: skip


if __name__ == "__main__":
    main()
