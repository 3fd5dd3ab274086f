"""A matrix with missing entries, completed by two thin factors.

Images of handwritten digits, one a row; a fifth of the pixels are hidden. The matrix `M` is 1 where
a pixel is known and 0 where it is not, so the gradient never sees what is hidden. How well the
product of the factors foretells the hidden pixels is measured afterwards. Needs scikit-learn, which
brings the images.

    python examples/matrix_factorization.py
"""

from __future__ import annotations

import numpy as np
from sklearn.datasets import load_digits

import symcalc as sc

LOSS = "sum(M*(A - U@V.T)**2)/2 + ridge/2*(sum(U**2) + sum(V**2))"
SHAPES = "A: m n; M: m n; U: m k; V: n k"


def load_images(n_images: int = 120) -> tuple[np.ndarray, np.ndarray]:
    """Return images of zeros and ones (m, 64), less the mean pixel, and what is known of them."""
    images, digits = load_digits(return_X_y=True)
    chosen = images[digits <= 1][:n_images] / 16
    known = np.random.default_rng(5).random(chosen.shape) < 0.8
    return chosen - chosen[known].mean(), known.astype(float)


def complete(images: np.ndarray, known: np.ndarray, rank: int, ridge: float) -> sc.Optimum:
    """Find the factors from the known entries alone."""
    rng = np.random.default_rng(1)
    m, n = images.shape
    start = {"U": 0.1 * rng.normal(size=(m, rank)), "V": 0.1 * rng.normal(size=(n, rank))}
    data = {"A": images * known, "M": known, "ridge": ridge}
    return sc.minimize(LOSS, start, data=data, tolerance=1e-6)


def hidden_error(images: np.ndarray, known: np.ndarray, guess: np.ndarray) -> float:
    """Return the root of the mean squared error over the entries that were hidden."""
    return float(np.sqrt(np.mean((images - guess)[known == 0] ** 2)))


def main() -> None:
    """Print the derivatives, the run, and the error over hidden pixels."""
    print(f"f = {LOSS}    with {SHAPES}")
    print(sc.gradient(LOSS, "U, V", shapes=SHAPES))

    images, known = load_images()
    best = complete(images, known, rank=4, ridge=0.5)
    of_pixel = (images * known).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    guesses = {
        "the mean of all pixels": np.zeros_like(images),
        "the mean of the same pixel": np.broadcast_to(of_pixel, images.shape),
        "two factors of rank 4": best.x["U"] @ best.x["V"].T,
    }

    print(f"\n{best.outcome} f = {best.fun:.6f} in {best.vector.size} unknowns, {best.method}")
    print(f"error over the {int((known == 0).sum())} hidden pixels of {len(images)} images:")
    for title, guess in guesses.items():
        print(f"  {title:28}{hidden_error(images, known, guess):.4f}")


if __name__ == "__main__":
    main()
