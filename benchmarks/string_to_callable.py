"""From a text to value and gradient at a point, first call included.

CasADi, JAX and NumPy's users write Python operators, so the text is evaluated as Python on their
symbols; SymPy, SymEngine and ddx-ad read it. The chain Rosenbrock sum in N variables, and a tanh
network over eight rows, written out as scalars. Each round has another constant in its formula, so
that nothing is served twice.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from formulas import chain_rosenbrock, network
from rivals import Maker, makers
from tables import OURS, Figure, Row, Table, race, run
from timing import growth

SIZES = (10, 100, 500, 2000)
#: Up to how many variables of Rosenbrock a rival is asked: beyond, it takes half a minute or more.
PATIENCE = {
    "sympy lambdify": 500, "sympy, math": 0, "symengine": 500, "ddx-ad, compiled": 500,
    "jax jit": 100, "numba": 10,
}  # fmt: skip

Task = Callable[[int], Any]


def tables(options: Namespace) -> Iterator[Table]:
    sizes, rounds = (SIZES[:1], 1) if options.smallest else (SIZES, 7)
    found = {"symcalc": _ours, **makers()}
    rows = []
    for n in sizes:
        names = [f"x{k}" for k in range(n)]
        point = [0.5 + 0.01 * (k % 9) for k in range(n)]
        texts = [chain_rosenbrock(n, 100 + turn) for turn in range(rounds + 1)]
        able = {name: make for name, make in found.items() if n <= PATIENCE.get(name, n)}
        rows.append(_row(f"Rosenbrock, N = {n}", able, texts, names, point, rounds))
    text = network()
    names = [f"w{layer}_{to}_{k}" for layer, to, k in _weights()]
    names += [f"b{layer}_{to}" for layer, to, k in _weights() if k == 0]
    texts = [f"{text} + {turn}" for turn in range(rounds + 1)]
    point = [0.3 + 0.05 * (k % 7) for k in range(len(names))]
    if not options.smallest:
        able = {name: make for name, make in found.items() if PATIENCE.get(name, 100) >= 100}
        rows.append(_row(f"tanh network, {len(names)} weights", able, texts, names, point, rounds))
    yield Table("string to callable", _words(), rows, _figures(rows, sizes))


def _words() -> str:
    return " ".join((__doc__ or "").split())


def _figures(rows: Sequence[Row], sizes: Sequence[int]) -> list[Figure]:
    """Return the targets for N = 500, and the growth of our time up to there."""
    figures = []
    ours = [row.times[OURS].least for row in rows[: len(sizes)]]
    for (small, large), exponent in zip(
        zip(sizes, sizes[1:], strict=False), growth(sizes, ours), strict=True
    ):
        figures.append(Figure(f"growth from N = {small} to {large}: N**", exponent, "<=", 1.3))
    for row in rows:
        if row.name == "Rosenbrock, N = 500":
            figures.append(
                Figure("N = 500: SymPy's time / ours", row.ratio("sympy lambdify"), ">=", 60)
            )
            if "casadi" in row.times:
                share = 1 / row.ratio("casadi")
                figures.append(Figure("N = 500: time / CasADi's", share, "<=", 1.0))
    return figures


def _row(
    title: str, able: dict[str, Maker], texts: list[str], names: list[str], point: list[float],
    rounds: int,
) -> Row:  # fmt: skip
    def task(make: Maker) -> Task:
        return lambda turn: make(texts[turn], names)(point)

    tasks = {name: task(make) for name, make in able.items()}
    tasks[OURS](0)  # imports what it needs; the rivals' first calls are the comparison
    return race(title, tasks, rounds, is_fresh=True)


def _ours(text: str, names: Sequence[str]) -> Callable[[Any], Any]:
    import symcalc as sc

    function = sc.compile(text, names, order=1)
    return lambda point: function.value_and_gradient(*point)


def _weights(layers: tuple[int, ...] = (4, 5, 5, 1)) -> list[tuple[int, int, int]]:
    """Return layer, to and from of all weights."""
    return [
        (layer, to, k)
        for layer, size in enumerate(layers[1:], start=1)
        for to in range(size)
        for k in range(layers[layer - 1])
    ]


if __name__ == "__main__":
    run(tables, __doc__, ("numpy", "sympy", "casadi", "symengine", "ddx-ad", "jax", "numba"))
