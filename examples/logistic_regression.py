"""Logistic regression on real data, its optimum beside scikit-learn's.

569 tumors, three measurements each: which are malignant? The loss is one string over columns of
data. `log(1 + exp(...))` is written as in the textbook; symcalc recognizes it and computes it
without overflow. Needs scikit-learn, which brings the data and the rival.

    python examples/logistic_regression.py
"""

from __future__ import annotations

import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression

import symcalc as sc

FEATURES = ("mean radius", "mean texture", "mean smoothness")

LOSS = "mean(log(1 + exp(-y*margin))) + ridge/2*(a^2 + b^2 + c^2) where margin = {}".format(
    "a*radius + b*texture + c*smoothness + d"
)
START = {"a": 0, "b": 0, "c": 0, "d": 0}


def load_tumors() -> tuple[np.ndarray, np.ndarray]:
    """Return standardized features (n_rows, 3), and +1 for malignant, -1 for benign."""
    bunch = load_breast_cancer()
    columns = [list(bunch.feature_names).index(name) for name in FEATURES]
    features = bunch.data[:, columns]
    features = (features - features.mean(axis=0)) / features.std(axis=0)
    return features, np.where(bunch.target == 0, 1.0, -1.0)


def minimize_loss(features: np.ndarray, y: np.ndarray, ridge: float) -> sc.Optimum:
    """Minimize the loss with symcalc."""
    radius, texture, smoothness = features.T
    data = {"radius": radius, "texture": texture, "smoothness": smoothness, "y": y, "ridge": ridge}
    return sc.minimize(LOSS, START, data=data)


def rival(features: np.ndarray, y: np.ndarray, ridge: float) -> np.ndarray:
    """Return scikit-learn's three weights and its intercept; its C is 1/(ridge*n_rows)."""
    model = LogisticRegression(C=1 / (ridge * len(y)), tol=1e-10, max_iter=10_000)
    model.fit(features, y)
    return np.append(model.coef_[0], model.intercept_)


def main() -> None:
    features, y = load_tumors()
    ridge = 1 / len(y)

    best = minimize_loss(features, y, ridge)
    other = rival(features, y, ridge)

    print(f"f = {LOSS}")
    print(best)
    print(f"\n{'':12}{'symcalc':>14}{'scikit-learn':>14}{'difference':>14}")
    labels = (*FEATURES, "intercept")
    for label, mine, theirs in zip(labels, best.vector, other, strict=True):
        print(f"{label.removeprefix('mean '):12}{mine:14.8f}{theirs:14.8f}{mine - theirs:14.1e}")

    margin = features @ best.vector[:3] + best.vector[3]
    print(f"\n{np.mean(np.sign(margin) == y):.1%} of the {len(y)} tumors on the right side")


if __name__ == "__main__":
    main()
