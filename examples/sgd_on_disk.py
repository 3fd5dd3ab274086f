"""Logistic regression on rows that stay on disk: stochastic gradient descent in constant memory.

Rows are written to two files piece by piece, mapped into memory, and gone through in batches:
blocks of rows are shuffled, then rows within windows of many blocks. A range test proposes a rate;
without one it is taken from the largest curvature. Newton's method on all rows is the judge.

    python examples/sgd_on_disk.py

With ten million rows memory is no more: `python benchmarks/sgd.py`.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

import symcalc as sc

LOSS = "mean(log(1 + exp(-y*(X@w)))) + 0.001*sum(w**2)"
N_ROWS = 40_000
TRUTH = np.linspace(-1.0, 1.0, 10)


def write_rows(folder: Path, n_rows: int) -> dict[str, np.ndarray]:
    """Write features and labels to disk, and return them as arrays that stay there."""
    create = np.lib.format.open_memmap
    X = create(folder / "X.npy", "w+", np.float64, (n_rows, TRUTH.size))
    y = create(folder / "y.npy", "w+", np.float64, (n_rows,))
    rng = np.random.default_rng(0)
    for begin in range(0, n_rows, 50_000):
        piece = slice(begin, begin + 50_000)
        X[piece] = rng.normal(size=X[piece].shape)
        chance = 1.0 / (1.0 + np.exp(-(X[piece] @ TRUTH)))
        y[piece] = np.where(rng.uniform(size=chance.size) < chance, 1.0, -1.0)
    return {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in ("X", "y")}


def descend(data: dict[str, np.ndarray], method: str, **options: object) -> sc.Optimum:
    """Minimize the loss over batches of 256 rows."""
    return sc.minimize(LOSS, "w=zeros", data=data, method=method, batch_size=256, **options)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        data = write_rows(Path(folder), N_ROWS)
        found = sc.find_rate(LOSS, "w=zeros", data=data)
        print(found)
        judge = sc.minimize(LOSS, "w=zeros", data=data, method="newton")
        print(f"\nNewton's method on all rows: {judge.fun:.9f}")
        for title, run in (
            ("sgd, 3 passes", descend(data, "sgd", passes=3)),
            (
                "sgd, 3 passes, mean of the second half",
                descend(
                    data, "sgd", passes=3, rate=found.rate, schedule="constant", averaging="tail"
                ),
            ),
            ("adam, 3 passes", descend(data, "adam", passes=3, rate=0.01)),
            ("svrg, 12 passes", descend(data, "svrg", passes=12)),
        ):
            print(f"{title:40} {run.fun:.9f}, {run.fun - judge.fun:.1e} above; {run.outcome}")


if __name__ == "__main__":
    main()
