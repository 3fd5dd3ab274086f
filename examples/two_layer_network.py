"""A network of two layers: the gradient that symcalc prints is back-propagation.

Four measurements of 150 iris flowers go through six tanh units to three outputs. Beside the
printed gradient stands back-propagation as it is taught, layer by layer; both give the same
numbers. Needs scikit-learn, which brings the flowers.

    python examples/two_layer_network.py
"""

from __future__ import annotations

import numpy as np
from sklearn.datasets import load_iris

import symcalc as sc

LOSS = "sum((tanh(X@A + a)@B + b - Y)**2)/(2*m)"
SHAPES = "X: m n; A: n h; a: h; B: h k; b: k; Y: m k"
WEIGHTS = ("A", "a", "B", "b")

Arrays = dict[str, np.ndarray]


def load_flowers() -> Arrays:
    """Return standardized measurements, and the species as rows of the identity matrix."""
    bunch = load_iris()
    features = (bunch.data - bunch.data.mean(axis=0)) / bunch.data.std(axis=0)
    return {"X": features, "Y": np.eye(3)[bunch.target]}


def draw_weights(n_hidden: int = 6) -> Arrays:
    """Return small random weights."""
    rng = np.random.default_rng(3)
    return {
        "A": 0.5 * rng.normal(size=(4, n_hidden)),
        "a": np.zeros(n_hidden),
        "B": 0.5 * rng.normal(size=(n_hidden, 3)),
        "b": np.zeros(3),
    }


def back_propagate(w: Arrays, data: Arrays) -> Arrays:
    """Return the gradient, layer by layer, as it is taught."""
    hidden = np.tanh(data["X"] @ w["A"] + w["a"])
    delta_out = (hidden @ w["B"] + w["b"] - data["Y"]) / len(data["X"])
    delta_hidden = (delta_out @ w["B"].T) * (1 - hidden**2)
    return {
        "A": data["X"].T @ delta_hidden,
        "a": delta_hidden.sum(axis=0),
        "B": hidden.T @ delta_out,
        "b": delta_out.sum(axis=0),
    }


def from_formula(w: Arrays, data: Arrays) -> Arrays:
    """Return the gradient of the string."""
    loss = sc.compile(LOSS, order=1, wrt=WEIGHTS, shapes=SHAPES)
    return dict(loss.gradient(**w, **data))


def train(data: Arrays, max_steps: int = 200) -> sc.Optimum:
    """Minimize the loss from small random weights."""
    return sc.minimize(LOSS, draw_weights(), data=data, method="L-BFGS-B", max_steps=max_steps)


def main() -> None:
    """Print the gradient, the comparison with back-propagation, and a training."""
    print(f"f = {LOSS}    with {SHAPES}")
    print(sc.gradient(LOSS, WEIGHTS, shapes=SHAPES))

    data, weights = load_flowers(), draw_weights()
    taught, derived = back_propagate(weights, data), from_formula(weights, data)
    gap = max(np.abs(taught[name] - derived[name]).max() for name in WEIGHTS)
    print(f"\nlargest difference from back-propagation by hand {gap:.0e}")

    best = train(data)
    outputs = np.tanh(data["X"] @ best.x["A"] + best.x["a"]) @ best.x["B"] + best.x["b"]
    share = np.mean(outputs.argmax(axis=1) == data["Y"].argmax(axis=1))
    print(f"after {best.n_steps} steps f = {best.fun:.4f}; {share:.1%} of the flowers recognized")
    print(best.outcome)


if __name__ == "__main__":
    main()
