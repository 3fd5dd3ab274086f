"""Stochastic gradient descent over rows on disk: rows per second and memory, beside NumPy by hand.

Ten million rows of ten columns and a target (`--rows` for another number) are made in pieces,
mapped into memory, and gone through in batches of 256: least squares and logistic regression. The
loop by hand is what a person would write: the same shuffling of blocks and then rows, the gradient
of the batch, a cosine, and loss and gradient of all rows after each pass. Memory is what the
process has above its imports and cannot give back: anonymous pages, sampled during the run.
"""

from __future__ import annotations

import math
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from timing import arguments, header, verdict

N_COLUMNS, BATCH, BLOCK, WINDOW = 10, 256, 1489, 95_232
LOSSES = {
    "least squares": "mean((X@w - y)**2)",
    "logistic regression": "mean(log(1 + exp(-y*(X@w))))",
}


def main() -> None:
    options = arguments(__doc__)
    header("stochastic gradient descent over rows on disk", ("numpy",))
    n_rows = 20_000 if options.smallest else 10_000_000
    with tempfile.TemporaryDirectory() as folder:
        for name, text in LOSSES.items():
            _make(Path(folder), n_rows, name)
            _measure(name, text, Path(folder), n_rows, 1 if options.smallest else 2)


def _make(folder: Path, n_rows: int, name: str) -> None:
    """Write the rows to disk, a piece at a time."""
    import numpy as np

    create = np.lib.format.open_memmap
    X = create(folder / "X.npy", "w+", np.float64, (n_rows, N_COLUMNS))
    y = create(folder / "y.npy", "w+", np.float64, (n_rows,))
    rng = np.random.default_rng(0)
    truth = np.linspace(-1.0, 1.0, N_COLUMNS)
    for begin in range(0, n_rows, 100_000):
        piece = slice(begin, min(begin + 100_000, n_rows))
        X[piece] = rng.normal(size=X[piece].shape)
        noisy = X[piece] @ truth + rng.normal(size=len(X[piece]))
        y[piece] = np.sign(noisy) if name == "logistic regression" else noisy


def _measure(name: str, text: str, folder: Path, n_rows: int, passes: int) -> None:
    """Run both on the same files and print rows per second."""
    import numpy as np

    import symcalc as sc

    small = {"X": np.ones((4, N_COLUMNS)), "y": np.ones(4)}
    sc.minimize(text, "w=zeros", data=small, method="sgd", batch_size=2, passes=1)  # imports
    files = {key: np.load(folder / f"{key}.npy", mmap_mode="r") for key in ("X", "y")}
    with _watched() as memory:
        begin = time.perf_counter()
        best = sc.minimize(
            text, "w=zeros", data=files, method="sgd", batch_size=BATCH, passes=passes
        )
        ours = time.perf_counter() - begin
        a_pass = float(np.diff(best.trace.elapsed)[-1])
    rate = float(next(said for said in best.diagnosis if "; rate " in said).split("; rate ")[1]
                 .split(",")[0])  # fmt: skip
    begin = time.perf_counter()
    *_, (value, by_hand) = _by_hand(name, files["X"], files["y"], rate, passes)
    theirs = time.perf_counter() - begin
    print(f"   {name}, {n_rows} rows, {passes} passes in batches of {BATCH}")
    print(f"   {'':34}{'symcalc':>12}{'NumPy':>12}{'ratio':>8}")
    print(f"   {'seconds a pass, with its look':34}{a_pass:12.2f}{by_hand:12.2f}"
          f"{a_pass / by_hand:8.2f}")  # fmt: skip
    print(f"   {'rows per second':34}{n_rows / a_pass:12.3g}{n_rows / by_hand:12.3g}")
    print(f"   {'seconds with checks, rate, start':34}{ours:12.2f}{theirs:12.2f}"
          f"{ours / theirs:8.2f}")  # fmt: skip
    print(f"   {'loss reached':34}{best.fun:12.6f}{value:12.6f}")
    verdict(f"{name}: MB of anonymous memory above the imports", memory[0], "<=", 500.0)


def _by_hand(
    name: str, X: object, y: object, rate: float, passes: int
) -> Iterator[tuple[float, float]]:
    """Yield loss and seconds after each pass of a loop in plain NumPy."""
    import numpy as np

    X, y = np.asarray(X), np.asarray(y)
    n_rows, w, count = len(y), np.zeros(X.shape[1]), 0
    total = passes * math.ceil(n_rows / BATCH)
    squares = name == "least squares"

    def gradient(A: np.ndarray, b: np.ndarray) -> np.ndarray:
        if squares:
            return 2.0 * ((A @ w - b) @ A) / len(b)
        return ((-b / (1.0 + np.exp(b * (A @ w)))) @ A) / len(b)

    def loss(A: np.ndarray, b: np.ndarray) -> float:
        if squares:
            residual = A @ w - b
            return float(residual @ residual)
        return float(np.logaddexp(0.0, -b * (A @ w)).sum())

    for number in range(passes):
        begin = time.perf_counter()
        rng = np.random.default_rng(number)
        starts = rng.permutation(np.arange(0, n_rows, BLOCK))
        per_window = WINDOW // BLOCK
        for at in range(0, len(starts), per_window):
            blocks = starts[at : at + per_window]
            rows = np.concatenate([np.arange(s, min(s + BLOCK, n_rows)) for s in blocks])
            rng.shuffle(rows)
            A, b = X[rows], y[rows]
            for low in range(0, len(b), BATCH):
                step = rate * 0.5 * (1.0 + math.cos(math.pi * count / total))
                w -= step * gradient(A[low : low + BATCH], b[low : low + BATCH])
                count += 1
        value, slope = 0.0, np.zeros_like(w)
        for low in range(0, n_rows, 3000):
            A, b = X[low : low + 3000], y[low : low + 3000]
            value += loss(A, b) / n_rows
            slope += gradient(A, b) * (len(b) / n_rows)
        yield value, time.perf_counter() - begin


@contextmanager
def _watched() -> Iterator[list[float]]:
    """Yield a list whose entry becomes the most anonymous memory, in MB above that before."""
    before, most, is_over = _anonymous(), [0.0], threading.Event()

    def watch() -> None:
        while not is_over.wait(0.02):
            most[0] = max(most[0], _anonymous() - before)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield most
    finally:
        is_over.set()
        watcher.join()


def _anonymous() -> float:
    """Return the megabytes of pages that belong to no file; 0 where the system does not say."""
    try:
        text = Path("/proc/self/status").read_text()
    except OSError:
        return 0.0
    found = next((line for line in text.splitlines() if line.startswith("RssAnon")), "")
    return float(found.split()[1]) / 1e3 if found else 0.0


if __name__ == "__main__":
    main()
