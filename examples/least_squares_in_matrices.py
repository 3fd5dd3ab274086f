"""Least squares with all columns at once: the exact gradient and Hessian, and one Newton step.

442 patients, body mass index and blood pressure: how far does diabetes progress in a year? The
loss is a string over a matrix. Its Hessian does not depend on the weights, so one step of Newton's
method from anywhere solves the normal equations.

    python examples/least_squares_in_matrices.py
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

import symcalc as sc

DATA = Path(__file__).resolve().parent / "data" / "diabetes.csv"

LOSS = "sum((X@w - y)**2)/(2*m)"
SHAPES = "X: m n; w: n; y: m"


def load_patients() -> dict[str, np.ndarray]:
    """Return a column of ones and two standardized measurements, and the progression."""
    table = np.genfromtxt(DATA, delimiter=",", names=True, skip_header=2)
    columns = np.column_stack([table["bmi"], table["bp"]])
    columns = (columns - columns.mean(axis=0)) / columns.std(axis=0)
    return {"X": np.column_stack([np.ones(len(columns)), columns]), "y": table["progression"]}


def newton_step(w: np.ndarray, data: dict[str, np.ndarray]) -> np.ndarray:
    """Return the weights after one step of Newton's method."""
    loss = sc.compile(LOSS, order=2, wrt="w", shapes=SHAPES)
    gradient = loss.gradient(w=w, **data)["w"]
    hessian = loss.hessian(w=w, **data)["w", "w"]
    return np.asarray(w - np.linalg.solve(hessian, gradient))


def main() -> None:
    """Print the derivatives, the step, and what others find."""
    print(f"f = {LOSS}    with {SHAPES}")
    print(sc.gradient(LOSS, "w", shapes=SHAPES))
    print(sc.hessian(LOSS, "w", shapes=SHAPES))

    data = load_patients()
    best = sc.minimize(LOSS, {"w": np.zeros(3)}, data=data)
    rows = {
        "one Newton step from 0": newton_step(np.zeros(3), data),
        "one from far away": newton_step(np.array([1e3, -1e3, 1e3]), data),
        "symcalc.minimize": best.x["w"],
        "numpy.linalg.lstsq": np.linalg.lstsq(data["X"], data["y"], rcond=None)[0],
    }
    print(f"\n{'':24}{'intercept':>14}{'bmi':>14}{'pressure':>14}")
    for title, weights in rows.items():
        print(f"{title:24}" + "".join(f"{weight:14.8f}" for weight in weights))
    print(f"\n{best.outcome} {best.diagnosis[0]}")


if __name__ == "__main__":
    main()
