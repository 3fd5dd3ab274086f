"""Long formulas: how reading, deriving and compiling grow, and how well times are predicted.

Seconds of processor time for value and gradient, first call included, of formulas of a thousand to
a hundred thousand operations; the exponent of growth from the shortest to the longest. Then the
report of a function beside what was measured, and Newton's method on a long chain.
"""

from __future__ import annotations

import gc
import math
import random
import time
from collections.abc import Callable, Iterator
from typing import Any

from formulas import chain_rosenbrock, product
from timing import arguments, header, seconds, verdict

SIZES = (1_000, 10_000, 100_000)

#: What "near linear" is taken to mean.
LARGEST_EXPONENT = 1.25


def chain(n: int) -> str:
    return chain_rosenbrock(max(3, n // 7))


def layers(n: int) -> str:
    """Return dense layers of ten units, written out."""
    before, parts = [f"x{k}" for k in range(10)], []
    for layer in range(max(1, n // 210)):
        units = [f"h{layer}_{to}" for to in range(10)]
        for to, unit in enumerate(units):
            total = " + ".join(f"w{layer}_{to}_{k}*{name}" for k, name in enumerate(before))
            parts.append(f"{unit} = tanh({total} + b{layer}_{to})")
        before = units
    return f"{' + '.join(before)} where {', '.join(parts)}"


def recursion(n: int) -> str:
    """Return a long recursion in three variables."""
    parts = [f"z{k} = a*sin(z{k - 1}) + b*z{k - 1}" for k in range(1, n // 4)]
    return f"z{n // 4 - 1} where z0 = x, {', '.join(parts)}"


def random_graph(n: int) -> str:
    """Return parts that read others at random, their sizes bounded."""
    pick = random.Random(1).choice
    forms = (
        "sin({a}) - {b}*{c}/9",
        "{a}/(1 + {b}**2)",
        "exp(-{a}**2)*{b}",
        "tanh({a} - {b} + {c})",
    )
    names, parts = [f"x{k}" for k in range(10)], []
    for k in range(n // 4):
        nearby = [*names[-40:], *names[:10]]
        last = f"t{k - 1}" if k else "x0"
        parts.append(f"t{k} = {pick(forms).format(a=last, b=pick(nearby), c=pick(nearby))}")
        names.append(f"t{k}")
    return f"{names[-1]} where {', '.join(parts)}"


def exponentials(n: int) -> str:
    return f"log({' + '.join(f'exp(x{k})' for k in range(n // 2))})"


def quotients(n: int) -> str:
    return "x0" + "".join(f"/(1 + x{k})" for k in range(1, n // 2))


def brackets(n: int) -> str:
    return "sin(" * n + "x" + ")" * n


def matrices(n: int) -> str:
    """Return the squared norm of a product of two matrices, written out."""
    m = range(max(2, round((n / 2) ** (1 / 3))))
    sums = (" + ".join(f"a{i}_{k}*b{k}_{j}" for k in m) for i in m for j in m)
    return " + ".join(f"({total})**2" for total in sums)


def branches(n: int) -> str:
    return " + ".join(f"(x{k}**2 if x{k} > x{k + 1} else sin(x{k}))" for k in range(n // 4))


SHAPES: dict[str, Callable[[int], str]] = {
    "Rosenbrock sum": chain, "product": product, "layers of a network": layers,
    "recursion": recursion, "random graph": random_graph, "logarithm of a sum": exponentials,
    "quotients": quotients, "brackets": brackets, "product of matrices": matrices,
    "branches": branches,
}  # fmt: skip


def main() -> None:
    options = arguments(__doc__)
    header("long formulas", ("numpy", "sympy", "llvmlite"))
    sizes = (300, 600) if options.smallest else SIZES
    _symcalc(chain(100))
    worst = 0.0
    for name, write in SHAPES.items():
        rows = [_symcalc(write(n)) for n in sizes]
        totals = [sum(row.values()) for row in rows]
        exponent = math.log(totals[-1] / totals[0]) / math.log(sizes[-1] / sizes[0])
        worst = max(worst, exponent)
        print(f"{name}: grows like n**{exponent:.2f}")
        for n, row in zip(sizes, rows, strict=True):
            parts = ", ".join(f"{what} {seconds(spent)}" for what, spent in row.items())
            print(f"   n = {n:>7}: {parts}")
    if not options.smallest:
        verdict("largest exponent", worst, "<=", LARGEST_EXPONENT)
    _predictions(sizes[:2])
    _newton(30 if options.smallest else 10_000)


def _symcalc(text: str) -> dict[str, float]:
    """Return the processor time of each stage, and that of one call more."""
    import symcalc as sc

    limits = sc.Limits(max_length=10**8, max_nodes=10**7, max_nesting=10**6)
    gc.collect()
    begin = time.process_time()
    expression = sc.parse(text, limits=limits)
    read = time.process_time()
    function = sc.compile(expression, order=1)
    point = [0.3 + 0.01 * (k % 9) for k in range(len(function.names))]
    function(*point)
    valued = time.process_time()
    function.value_and_gradient(*point)
    end = time.process_time()
    return {"read": read - begin, "value": valued - read, "gradient": end - valued}


def _predictions(sizes: tuple[int, ...]) -> None:
    """Compare predicted with measured times of calls."""
    import symcalc as sc

    limits = sc.Limits(max_length=10**8, max_nodes=10**7, max_nesting=10**6)
    ratios = []
    for write in SHAPES.values():
        for n in sizes:
            function = sc.compile(sc.parse(write(n), limits=limits), order=1, backend="numpy")
            point = [0.3 + 0.01 * (k % 9) for k in range(len(function.names))]
            report = function.report()
            for what, call in _calls(function, point):
                expected = report[what].predicted["numpy"].call
                ratios.append(expected / _fastest(call))
    ratios.sort()
    tenth = len(ratios) // 10
    all_of, most = (f"{low:.2f} to {high:.2f}" for low, high in (
        (ratios[0], ratios[-1]), (ratios[tenth], ratios[-1 - tenth])))  # fmt: skip
    print(f"predicted / measured times of {len(ratios)} calls: {all_of}, four in five {most}")


def _calls(function: Any, point: list[float]) -> Iterator[tuple[str, Callable[[], Any]]]:
    yield "value", lambda: function(*point)
    yield "gradient", lambda: function.value_and_gradient(*point)


def _fastest(call: Callable[[], Any]) -> float:
    """Return the least processor time of a call."""
    call()
    best = math.inf
    for _ in range(7):
        begin, count = time.process_time(), 0
        while (spent := time.process_time() - begin) < 0.004 or not count:
            call()
            count += 1
        best = min(best, spent / count)
    return best


def _newton(n: int) -> None:
    """Minimize a chain of n variables by Newton's method, its Hessian sparse."""
    import symcalc as sc

    limits = sc.Limits(max_length=10**8, max_nodes=10**7)
    start = {f"x{k}": 0.9 for k in range(n)}
    begin = time.process_time()
    found = sc.minimize(chain_rosenbrock(n), start, method="newton", limits=limits)
    spent = time.process_time() - begin
    print(f"Newton, Rosenbrock in {n} variables: {found.n_steps} steps, {seconds(spent)}, "
          f"{'converged' if found.converged else found.outcome}")  # fmt: skip


if __name__ == "__main__":
    main()
