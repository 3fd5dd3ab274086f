"""A support vector machine, primal and dual: benign and malignant tumours by 30 measurements.

The primal has one constraint for each patient, `y*(X @ w + b) >= 1 - s`, with slack `s`; the dual
one weight for each patient between 0 and C. They are written as strings. The multipliers of the
one are the variables of the other, and their values are equal. Needs scikit-learn, which brings the
data and a solver made for this problem.

    python examples/support_vector_machine.py
"""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.svm import SVC

import symcalc as sc

N_PATIENTS, C = 100, 1.0
PRIMAL = "sum(w**2)/2 + C*sum(s)"
MARGINS = "y*(X@w + b) >= 1 - s"
DUAL = "sum((X.T@(a*y))**2)/2 - sum(a)"
SHAPES = "X: m n; y: m; w: n; s: m; a: m"


def load_patients() -> dict[str, Any]:
    """Return standardized measurements, and 1 for malignant, -1 for benign."""
    data = load_breast_cancer()
    X = (data.data - data.data.mean(axis=0)) / data.data.std(axis=0)
    return {"X": X[:N_PATIENTS], "y": np.where(data.target[:N_PATIENTS] == 0, 1.0, -1.0)}


def solve_primal(patients: dict[str, Any]) -> sc.Optimum:
    """Find the widest margin."""
    m, n = patients["X"].shape
    start = {"w": np.zeros(n), "b": 0.0, "s": np.ones(m)}
    return sc.minimize(
        PRIMAL, start, data={**patients, "C": C}, shapes=SHAPES, constraints=[MARGINS, "s >= 0"]
    )


def solve_dual(patients: dict[str, Any]) -> sc.Optimum:
    """Find the weights of the patients; minus the dual function is minimized."""
    start = {"a": np.zeros(len(patients["y"]))}
    constraints = ["sum(a*y) == 0", "0 <= a", f"a <= {C}"]
    return sc.minimize(DUAL, start, data=patients, shapes=SHAPES, constraints=constraints)


def main() -> None:
    """Print both solutions side by side, and scikit-learn's."""
    patients = load_patients()
    primal, dual = solve_primal(patients), solve_dual(patients)
    print(f"primal: {PRIMAL}  with {MARGINS}, s >= 0")
    print(f"  {primal.outcome} {primal.method}, f = {primal.fun:.9f}")
    print(f"dual: {DUAL}  with sum(a*y) == 0, 0 <= a <= {C}")
    print(f"  {dual.outcome} {dual.method}, f = {dual.fun:.9f}")

    assert primal.multipliers is not None
    assert dual.multipliers is not None
    weights = primal.multipliers[MARGINS]
    gap = np.abs(weights - dual.x["a"]).max()
    normal = patients["X"].T @ (dual.x["a"] * patients["y"])
    print(f"primal multipliers and dual variables are equal within {gap:.0e}")
    print(f"w and X.T @ (a*y) are equal within {np.abs(primal.x['w'] - normal).max():.0e}")
    print(f"b = {primal.x['b']:.6f}, the multiplier of `sum(a*y) == 0` "
          f"{dual.multipliers['sum(a*y) == 0']:.6f}")  # fmt: skip
    print(f"{int((weights > 1e-6).sum())} support vectors of {len(weights)} patients")

    rival = SVC(kernel="linear", C=C, tol=1e-10).fit(patients["X"], patients["y"])
    away = np.abs(rival.coef_[0] - primal.x["w"]).max()
    print(f"scikit-learn: {len(rival.support_)} support vectors, w within {away:.0e}")


if __name__ == "__main__":
    main()
