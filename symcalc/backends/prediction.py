"""How long code takes to make and to call, predicted from its operations before it is made."""

from __future__ import annotations

import functools
import logging
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

from ..graph.graph import Graph, Node
from ..program import Counts, count_operations, lower

__all__ = ["Prediction", "announce", "predict"]

#: Nanoseconds of a call: by itself; of a sum or product, a quotient, an argument of a function, an
#: input and an output. Fitted to 46 formulas of 300 and 3000 operations and their gradients: four
#: predictions in five are 0.6 to 1.3 times what was measured, all of them 0.3 to 1.7 times.
_CALL = {
    "numpy": (300.0, 7.4, 11.6, 23.5, 20.5, 49.4),
    "native": (1500.0, 0.42, 3.9, 5.3, 26.2, 1.0),
}

#: Microseconds of making Python: by itself, of an operation, an argument of a function, an output.
_MAKING = 500.0, 5.6, 5.9, 8.1

#: Microseconds that LLVM takes by itself, and for an instruction in a module of up to so many: in
#: one piece, in parts, in parts that are not optimized. Fitted to 76 formulas of 8 to 38 000
#: instructions: four predictions in five are 0.7 to 1.4 times what was measured, all 0.5 to 1.8.
_LLVM = 5000.0, ((600, 26.0), (20_000, 62.0), (math.inf, 12.0))

#: What the first of `_CALL` was fitted on took for a product of floats, in nanoseconds.
_REFERENCE = 7.4

#: From so many seconds on, the making of code is announced; with fewer nodes it is shorter.
LONG, MANY = 5.0, {"numpy": 200_000, "native": 20_000}


@dataclass(frozen=True, slots=True)
class Prediction:
    """Seconds that code takes.

    Attributes
    ----------
    making : float
        To generate and compile it, once.
    call : float
        One call on plain numbers.
    """

    making: float
    call: float


def predict(
    graph: Graph, outputs: Sequence[Node], counts: Counts, n_inputs: int, backend: str
) -> Prediction:
    """Return how long code for plain numbers is to be made and called, on this machine.

    `backend` is "numpy" or "native".
    """
    n_outputs = len(outputs)
    base, arithmetic, division, argument, given, returned = _CALL[backend]
    call = (
        base + arithmetic * counts.arithmetic + division * counts.divisions
        + argument * counts.function_arguments + given * n_inputs + returned * n_outputs
    )  # fmt: skip
    if backend == "native":
        from .native import count_instructions

        start, steps = _LLVM
        n = count_instructions(graph, outputs)
        making = start + n * next(each for most, each in steps if n <= most)
    else:
        start, operation, argument, output = _MAKING
        plain = counts.arithmetic + counts.divisions
        making = (
            start + operation * plain + argument * counts.function_arguments + output * n_outputs
        )  # fmt: skip
    return Prediction(1e-6 * making * _slowness(), 1e-9 * call * _slowness())


def announce(what: str, graph: Graph, outputs: Sequence[Node], backend: str) -> None:
    """Say in one line of the log "symcalc" what takes long to be made, before it is.

    Where no logging is set up, Python writes it to stderr.
    """
    if len(graph) < MANY[backend]:
        return
    counts = count_operations(lower(graph, outputs))
    making = predict(graph, outputs, counts, 0, backend).making
    if making >= LONG:
        words = "symcalc makes the code of a %s of %s operations; that takes about %.0f s."
        logging.getLogger("symcalc").warning(words, what, f"{counts.operations:,}", making)


@functools.cache
def _slowness() -> float:
    """Return how much slower this machine is than the one that was measured on."""
    best = float("inf")
    for _ in range(50):
        start = time.perf_counter()
        _products(0.5)
        best = min(best, time.perf_counter() - start)
    return max(1e9 * best / 200 / _REFERENCE, 0.05)


def _products(x: float) -> float:
    """Compute two hundred sums and products."""
    y = x
    for _ in range(10):
        y = (((((((((y * x + x) * x - y) * x + y) * x - x) * x + y) * x - x) * x + y) * x) - x) * x
        y = y * x + y
    return y
