"""From a text over arrays to value and gradient, first call included, beside JAX's compilation.

Each round has another constant in its formula, so nothing is served twice. "Fresh" is the first
formula of a process that has NumPy, SymPy and, where a matrix is factorized, scipy.linalg loaded.
Then networks of many layers: derivation and code of gradient and Hessian-vector product.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from types import ModuleType
from typing import Any

from arrays import LOSSES, Loss, Rival
from timing import ROOT, arguments, header, medians, rival, seconds, verdict

# isort: split
import numpy as np

import symcalc as sc

LIMIT, LAYERS_LIMIT, PRINTED_LIMIT = 0.05, 1.0, 3.0
DEPTHS = (1, 2, 4, 8, 16, 32)

#: What a fresh process runs: argv has the name of a loss.
FRESH = """
import sys, time, numpy, sympy
from arrays import LOSSES
import symcalc as sc
loss = LOSSES[sys.argv[1]]
if "inv" in loss.text or "det" in loss.text:
    import scipy.linalg
begin = time.perf_counter()
f = sc.compile(loss.text, order=1, wrt=loss.wrt, shapes=loss.shapes)
f.value_and_gradient(**loss.values)
print(time.perf_counter() - begin)
"""


def main() -> None:
    options = arguments(__doc__)
    header("text over arrays -> value and gradient, first call included", ("numpy", "sympy", "jax"))
    jax = rival("jax")
    chosen = dict(list(LOSSES.items())[2:3]) if options.smallest else LOSSES
    times: list[tuple[float, float]] = []
    with tempfile.TemporaryDirectory() as cache:
        _fresh(next(iter(chosen)), cache)  # compiles the modules, as an installation does
        for name, loss in chosen.items():
            repeats = 1 if options.smallest else 7
            fresh = min(_fresh(name, cache) for _ in range(min(repeats, 5)))
            found = _compiled(loss, jax, repeats)
            times.append((fresh, found["symcalc"]))
            line = f"{name:34s} fresh {seconds(fresh):>7}  next {seconds(found['symcalc']):>7}"
            if "jax" in found:
                ratio = found["jax"] / found["symcalc"]
                line += f"  JAX {seconds(found['jax']):>7}, {ratio:.0f} times as long"
            print(line, flush=True)
    verdict("seconds of the slowest, fresh", max(fresh for fresh, _ in times), "<=", LIMIT)
    verdict("seconds of the slowest, next", max(later for _, later in times), "<=", LIMIT)
    _networks(DEPTHS[:2] if options.smallest else DEPTHS)


def _fresh(name: str, cache: str) -> float:
    """Return the seconds that a fresh process takes for its first formula."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": cache}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run(
        [sys.executable, "-c", FRESH, name],
        cwd=ROOT / "benchmarks", env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return float(done.stdout)


def _compiled(loss: Loss, jax: ModuleType | None, repeats: int) -> dict[str, float]:
    """Return the median seconds of symcalc and of JAX, both with the first call."""

    def ours(turn: int) -> Any:
        text = f"{loss.text} + {turn}"
        f = sc.compile(text, order=1, wrt=loss.wrt, shapes=loss.shapes)
        return f.value_and_gradient(**loss.values)

    tasks = {"symcalc": ours}
    if jax is not None:
        tasks["jax"] = lambda turn: Rival(jax, loss).first()
    for task in tasks.values():
        task(-1)
    return medians(tasks, repeats)


# -- networks -----------------------------------------------------------------------------------


def network(n_layers: int) -> tuple[str, str, list[str]]:
    """Return text, shapes and variables of a network of equal tanh layers, in `where` parts."""
    layers = range(1, n_layers + 1)
    parts = [f"h{k} = tanh({f'h{k - 1}' if k > 1 else 'X'} @ W{k} + b{k})" for k in layers]
    text = f"sum((h{n_layers} - Y)**2)/(2*m) where {', '.join(parts)}"
    shapes = "; ".join(["X: m n; Y: m n", *[f"W{k}: n n; b{k}: n" for k in layers]])
    return text, shapes, [name for k in layers for name in (f"W{k}", f"b{k}")]


def _networks(depths: tuple[int, ...]) -> None:
    """Print what derivation and code take by the number of layers, and the printed gradient."""
    rng = np.random.default_rng(0)
    for depth in depths:
        text, shapes, wrt = network(depth)
        values = {"X": rng.normal(size=(7, 5)), "Y": rng.normal(size=(7, 5))}
        values |= {name: rng.normal(size=(5, 5) if name[0] == "W" else 5) for name in wrt}
        begin = time.perf_counter()
        f = sc.compile(text, order=1, wrt=wrt, shapes=shapes)
        f.value_and_gradient(**values)
        middle, n_first = time.perf_counter(), f.source.count("\n")
        f.hessian_product({name: values[name] for name in wrt}, **values)
        end, n_second = time.perf_counter(), f.source.count("\n")
        both = end - begin
        line = f"{depth:2d} layers: gradient {seconds(middle - begin):>7} ({n_first} lines), "
        line += f"Hessian-vector product {seconds(end - middle):>7} ({n_second} lines)"
        if depth <= 8:
            begin = time.perf_counter()
            printed = str(sc.gradient(text, wrt, shapes=shapes))
            shown = time.perf_counter() - begin
            line += f", judged and printed {seconds(shown):>7} ({len(printed)} characters)"
        print(line, flush=True)
        if depth == 8:
            verdict("seconds of 8 layers, compiled", both, "<=", LAYERS_LIMIT)
            verdict("seconds of 8 layers, judged and printed", shown, "<=", PRINTED_LIMIT)


if __name__ == "__main__":
    main()
