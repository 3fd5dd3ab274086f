"""The lasso path of the diabetes data: which variables enter as the penalty shrinks.

442 patients, ten measurements: which of them foretell how the disease progresses in a year? From
the least penalty that leaves nothing down to almost none, each fit begins where the last one ended,
and each row names the variables that enter or leave. The zeros are exact, so entering is no matter
of taste; at the end the duality gap says how much better any other coefficients could be.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

import symcalc as sc

DATA = Path(__file__).parent / "data" / "diabetes_all.csv"
OBJECTIVE = "sum((X@w - y)**2)/(2*m) + lam*norm1(w)"


def load() -> tuple[list[str], np.ndarray, np.ndarray]:
    """Return the names of the columns, the standardized columns and the centered target."""
    with DATA.open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(line for line in file if not line.startswith("#"))
    table = np.array(rows, dtype=float)
    columns, target = table[:, :-1], table[:, -1]
    return header[:-1], (columns - columns.mean(0)) / columns.std(0), target - target.mean()


def main() -> None:
    """Walk down the path and print who enters."""
    names, X, y = load()
    largest = float(np.abs(X.T @ y).max()) / len(y)
    w = np.zeros(len(names))
    steps = 0
    print("penalty  variables  change")
    for lam in largest * 0.7 ** np.arange(20):
        best = sc.minimize(OBJECTIVE, {"w": w}, data={"X": X, "y": y, "lam": lam})
        assert best.converged
        new, steps = best.x["w"], steps + best.n_steps
        came = [f"+{n}" for n, a, b in zip(names, w, new, strict=True) if a == 0.0 != b]
        went = [f"-{n}" for n, a, b in zip(names, w, new, strict=True) if a != 0.0 == b]
        print(f"{lam:7.3f}  {np.count_nonzero(new):9d}  {' '.join(came + went)}".rstrip())
        w = new
    print(f"{steps} steps for the whole path; at its end: {best.why}")
    print(next(sentence for sentence in best.diagnosis if "duality gap" in sentence))


if __name__ == "__main__":
    main()
