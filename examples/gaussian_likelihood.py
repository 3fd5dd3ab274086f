"""Gaussian maximum likelihood: mean and covariance of 150 iris flowers.

The negative log-likelihood has a determinant and an inverse; its gradients are zero at the mean and
the covariance of the sample, as every textbook says. To find that point without knowing it, the
likelihood is minimized over a square root of the inverse, which no step can make indefinite. Needs
scikit-learn, which brings the flowers.

    python examples/gaussian_likelihood.py
"""

from __future__ import annotations

import numpy as np
from sklearn.datasets import load_iris

import symcalc as sc

LOSS = "m/2*logdet(S) + sum((X - mu)*((X - mu)@inv(S)))/2"
SHAPES = "X: m n; mu: n; S: n n spd"

#: The same with inv(S) = L@L.T, and divided by m.
BY_ROOT = "sum(((X - mu)@L)**2)/(2*m) - logdet(L)"


def load_flowers() -> np.ndarray:
    """Return four measurements of each of 150 flowers."""
    return np.asarray(load_iris().data)


def gradient_at(flowers: np.ndarray, mean: np.ndarray, cov: np.ndarray) -> dict[str, np.ndarray]:
    """Return the gradient in the mean and the covariance."""
    loss = sc.compile(LOSS, order=1, wrt=["mu", "S"], shapes=SHAPES)
    return dict(loss.gradient(X=flowers, mu=mean, S=cov))


def find_most_likely(flowers: np.ndarray) -> tuple[np.ndarray, np.ndarray, sc.Optimum]:
    """Return mean and covariance of the largest likelihood, found by minimizing."""
    n = flowers.shape[1]
    best = sc.minimize(
        BY_ROOT, {"mu": np.zeros(n), "L": np.eye(n)}, data={"X": flowers}, tolerance=1e-12
    )
    root = best.x["L"]
    return best.x["mu"], np.linalg.inv(root @ root.T), best


def main() -> None:
    """Print the derivatives, their size at the textbook's answer, and the optimum."""
    print(f"f = {LOSS}    with {SHAPES}")
    print(sc.gradient(LOSS, "mu, S", shapes=SHAPES))

    flowers = load_flowers()
    mean, cov = flowers.mean(axis=0), np.cov(flowers.T, bias=True)
    sizes = {name: np.abs(part).max() for name, part in gradient_at(flowers, mean, cov).items()}
    print(f"\nat mean and covariance of the sample: |∂f/∂mu| {sizes['mu']:.0e}, "
          f"|∂f/∂S| {sizes['S']:.0e}")  # fmt: skip

    found_mean, found_cov, best = find_most_likely(flowers)
    print(f"\nminimized f = {BY_ROOT}")
    print(f"{best.outcome} {best.method} ({best.why})")
    print(f"largest difference from the mean {np.abs(found_mean - mean).max():.0e}, "
          f"from the covariance {np.abs(found_cov - cov).max():.0e}")  # fmt: skip


if __name__ == "__main__":
    main()
