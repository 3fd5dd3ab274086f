"""Softmax regression: three kinds of wine from 13 measurements, beside scikit-learn.

The loss is written with `logsumexp`; in the gradient, `softmax(X @ W, axis=1)` are the
probabilities of the classes. Needs scikit-learn, which brings the data and the rival.

    python examples/softmax_regression.py
"""

from __future__ import annotations

import numpy as np
from sklearn.datasets import load_wine
from sklearn.linear_model import LogisticRegression

import symcalc as sc

LOSS = "(sum(logsumexp(X@W, axis=1)) - sum(Y*(X@W)))/m + ridge/2*sum(W**2)"
SHAPES = "X: m n; W: n k; Y: m k"


def load_wines() -> tuple[np.ndarray, np.ndarray]:
    """Return standardized features (m, 13), and the classes as rows of the identity matrix."""
    bunch = load_wine()
    features = (bunch.data - bunch.data.mean(axis=0)) / bunch.data.std(axis=0)
    return features, np.eye(3)[bunch.target]


def minimize_loss(features: np.ndarray, labels: np.ndarray, ridge: float) -> sc.Optimum:
    """Minimize the loss with symcalc."""
    start = {"W": np.zeros((features.shape[1], labels.shape[1]))}
    return sc.minimize(LOSS, start, data={"X": features, "Y": labels, "ridge": ridge})


def rival(features: np.ndarray, labels: np.ndarray, ridge: float) -> np.ndarray:
    """Return scikit-learn's weights in the shape of ours."""
    model = LogisticRegression(
        C=1 / (ridge * len(labels)), tol=1e-10, max_iter=10_000, fit_intercept=False
    )
    model.fit(features, labels.argmax(axis=1))
    return np.asarray(model.coef_.T)


def main() -> None:
    """Print the gradient, the run, and how far scikit-learn is from it."""
    print(f"f = {LOSS}    with {SHAPES}")
    print(sc.gradient(LOSS, "W", shapes=SHAPES))

    features, labels = load_wines()
    best = minimize_loss(features, labels, 1 / len(labels))
    other = rival(features, labels, 1 / len(labels))

    print(f"\n{best.outcome} f = {best.fun:.8f}, {best.method} ({best.why})")
    print(f"largest difference from scikit-learn {np.abs(best.x['W'] - other).max():.1e}")
    found = (features @ best.x["W"]).argmax(axis=1)
    share = np.mean(found == labels.argmax(axis=1))
    print(f"{share:.1%} of the {len(labels)} wines recognized")


if __name__ == "__main__":
    main()
