"""Logistic regression with all 30 measurements of 569 tumors, its optimum beside scikit-learn's.

The loss is one string over a matrix; `log(1 + exp(...))` is written as in the textbook and computed
without overflow. Needs scikit-learn, which brings the data and the rival.

    python examples/logistic_regression_in_matrices.py
"""

from __future__ import annotations

import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression

import symcalc as sc

LOSS = "sum(log(1 + exp(-y*(X@w + b))))/m + ridge/2*(w@w)"
SHAPES = "X: m n; w: n; y: m"


def load_tumors() -> tuple[np.ndarray, np.ndarray]:
    """Return standardized features (m, 30), and +1 for malignant, -1 for benign."""
    bunch = load_breast_cancer()
    features = (bunch.data - bunch.data.mean(axis=0)) / bunch.data.std(axis=0)
    return features, np.where(bunch.target == 0, 1.0, -1.0)


def minimize_loss(features: np.ndarray, y: np.ndarray, ridge: float) -> sc.Optimum:
    """Minimize the loss with symcalc."""
    start = {"w": np.zeros(features.shape[1]), "b": 0.0}
    return sc.minimize(LOSS, start, data={"X": features, "y": y, "ridge": ridge})


def rival(features: np.ndarray, y: np.ndarray, ridge: float) -> np.ndarray:
    """Return scikit-learn's 30 weights and its intercept; its C is 1/(ridge*n_rows)."""
    model = LogisticRegression(C=1 / (ridge * len(y)), tol=1e-10, max_iter=10_000)
    model.fit(features, y)
    return np.append(model.coef_[0], model.intercept_)


def main() -> None:
    """Print the derivatives, the run, and how far scikit-learn is from it."""
    print(f"f = {LOSS}    with {SHAPES}")
    print(sc.gradient(LOSS, "w, b", shapes=SHAPES))
    print(sc.hessian(LOSS, "w", shapes=SHAPES))

    features, y = load_tumors()
    best = minimize_loss(features, y, 1 / len(y))
    other = rival(features, y, 1 / len(y))

    print(f"\n{best.outcome} f = {best.fun:.8f}, {best.method} ({best.why})")
    print(f"largest difference from scikit-learn {np.abs(best.vector - other).max():.1e}")
    margin = features @ best.x["w"] + best.x["b"]
    print(f"{np.mean(np.sign(margin) == y):.1%} of the {len(y)} tumors on the right side")


if __name__ == "__main__":
    main()
