"""Fit a straight line to real data by gradient descent, and compare it with the exact answer.

442 diabetes patients: how does the disease after a year depend on the body mass index? The
objective is a string; its gradient is derived in closed form and compiled. Three runs show what a
student meets first: a rate that arrives, one that is too large, and data that were not centered.

    python examples/linear_regression_by_gradient_descent.py
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

import symcalc as sc

DATA = Path(__file__).parent / "data" / "diabetes.csv"

OBJECTIVE = "mean((y - (a*x + b))^2)"


def standardize(x: np.ndarray) -> np.ndarray:
    """Return x with mean 0 and standard deviation 1."""
    return (x - x.mean()) / x.std()


def descend(x: np.ndarray, y: np.ndarray, rate: float) -> sc.Optimum:
    """Minimize the mean squared error by gradient descent at a fixed rate."""
    return sc.minimize(
        OBJECTIVE,
        {"a": 0, "b": 0},
        data={"x": x, "y": y},
        method="gradient_descent",
        rate=rate,
        max_steps=1_000,
    )


def least_squares_line(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Return slope and intercept of the least squares line, from the textbook formula."""
    centered = x - x.mean()
    slope = float(centered @ (y - y.mean()) / (centered @ centered))
    return slope, float(y.mean() - slope * x.mean())


def main() -> None:
    columns = np.genfromtxt(DATA, delimiter=",", names=True, skip_header=2)
    bmi, y = columns["bmi"], columns["progression"]
    x = standardize(bmi)

    print(f"f = {OBJECTIVE}")
    print(sc.gradient(OBJECTIVE, ["a", "b"], shapes={"x": "rows", "y": "rows"}))

    best = descend(x, y, rate=0.1)
    slope, intercept = least_squares_line(x, y)
    print(f"\nrate 0.1: {best.outcome} ({best.n_steps} steps)")
    print(f"{'':12}{'gradient descent':>20}{'closed form':>16}")
    print(f"{'slope':12}{best.x['a']:20.6f}{slope:16.6f}")
    print(f"{'intercept':12}{best.x['b']:20.6f}{intercept:16.6f}")

    print(f"\n{'step':>6}{'mean squared error':>22}{'gradient norm':>16}")
    for step in range(0, 41, 8):
        print(f"{step:6d}{best.trace.value[step]:22.6f}{best.trace.gradient_norm[step]:16.2e}")

    for title, run in (
        ("rate 1.2", descend(x, y, rate=1.2)),
        ("rate 0.0007, data not centered", descend(bmi, y, rate=0.0007)),
    ):
        print(f"\n{title}: {run.outcome}")
        print("\n".join(run.diagnosis) or f"The gradient norm is still {run.gradient_norm:.2g}.")


if __name__ == "__main__":
    main()
