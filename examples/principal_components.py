"""Principal components by their objective: the plane nearest to 178 wines of 13 measurements.

`W` is no orthogonal matrix by decree: the loss is what is left of the data after `X @ W @ W.T`, and
its minimum makes the columns orthogonal by itself. It is the sum of the squares of the singular
values that are left out, and the plane is that of the singular vectors. Needs scikit-learn, which
brings the wines.

    python examples/principal_components.py
"""

from __future__ import annotations

import numpy as np
from sklearn.datasets import load_wine

import symcalc as sc

LOSS = "sum((X - X@W@W.T)**2)/(2*m)"
SHAPES = "X: m n; W: n k"


def load_wines() -> np.ndarray:
    """Return standardized measurements."""
    data = load_wine().data
    return np.asarray((data - data.mean(axis=0)) / data.std(axis=0))


def find_plane(wines: np.ndarray, n_components: int = 2) -> sc.Optimum:
    """Minimize the loss from small random columns."""
    start = 0.1 * np.random.default_rng(0).normal(size=(wines.shape[1], n_components))
    return sc.minimize(LOSS, {"W": start}, data={"X": wines})


def main() -> None:
    """Print the gradient, the plane, and how far it is from the singular vectors."""
    print(f"f = {LOSS}    with {SHAPES}")
    print(sc.gradient(LOSS, "W", shapes=SHAPES))

    wines = load_wines()
    best = find_plane(wines)
    _, singular, vectors = np.linalg.svd(wines, full_matrices=False)
    left_out = float(np.sum(singular[2:] ** 2)) / (2 * len(wines))
    found = best.x["W"]

    print(f"\n{best.outcome} {best.method} ({best.why})")
    print(f"f = {best.fun:.10f}, from the singular values {left_out:.10f}")
    gap = np.abs(found @ found.T - vectors[:2].T @ vectors[:2]).max()
    print(f"largest difference of the projections {gap:.0e}")
    print(f"W.T @ W is the identity within {np.abs(found.T @ found - np.eye(2)).max():.0e}")


if __name__ == "__main__":
    main()
