"""From a text to value and gradient at a point, first call included: the chain Rosenbrock sum.

CasADi builds the same function by Python operators on its SX symbols; SymPy by `parse_expr`, `diff`
and `lambdify(cse=True)`. Each round has another factor in its formula, so nothing is served twice.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

from formulas import chain_rosenbrock
from timing import arguments, growth, header, medians, rival, seconds, verdict

SIZES = (10, 100, 500, 2000)
#: Where the target for SymPy is set, and how far SymPy goes without --full.
TARGET_SIZE, PATIENT_SIZE = 500, 100

Task = Callable[[int], Any]


def main() -> None:
    options = arguments(__doc__, "full")
    header("text -> value and gradient, first call included", ("numpy", "sympy", "casadi"))
    sizes = SIZES[:1] if options.smallest else SIZES
    repeats = 1 if options.smallest else 7
    casadi = rival("casadi")
    _warm_up(casadi)
    ours: list[float] = []
    for n in sizes:
        tasks: dict[str, Task] = {"symcalc": _symcalc(n)}
        if casadi is not None:
            tasks["casadi"] = _casadi(casadi, n)
        found = medians(tasks, repeats)
        ours.append(found["symcalc"])
        print(f"N = {n}: symcalc {seconds(found['symcalc'])}", end="")
        if casadi is not None:
            ratio = found["symcalc"] / found["casadi"]
            print(f", casadi {seconds(found['casadi'])}, ratio {ratio:.2f}", end="")
        print()
        if casadi is not None and n == TARGET_SIZE:
            verdict("times CasADi at N = 500", ratio, "<=", 2.0)
    for (small, large), exponent in zip(
        zip(sizes, sizes[1:], strict=False), growth(sizes, ours), strict=True
    ):
        print(f"   growth from N = {small} to {large}: N**{exponent:.2f}")
    limit = TARGET_SIZE if options.full else PATIENT_SIZE
    for n in (size for size in sizes if size <= limit):
        _against_sympy(n, 1 if n > 10 else repeats)
    if not options.full:
        print("   the target for SymPy is set at N = 500, which takes it 20 s: --full")


def _against_sympy(n: int, repeats: int) -> None:
    found = medians({"sympy": _sympy(n), "symcalc": _symcalc(n)}, repeats)
    ratio = found["sympy"] / found["symcalc"]
    print(f"N = {n}: symcalc {seconds(found['symcalc'])}, sympy {seconds(found['sympy'])}", end="")
    print(f", {ratio:.0f} times faster")
    if n == TARGET_SIZE:
        verdict("times faster than SymPy at N = 500", ratio, ">=", 60.0)


def _warm_up(casadi: ModuleType | None) -> None:
    """Import what everyone imports, and check that all compute the same."""
    values = {"symcalc": _symcalc(5)(0), "sympy": _sympy(5)(0)}
    if casadi is not None:
        values["casadi"] = _casadi(casadi, 5)(0)
    expected = values["symcalc"]
    for name, (value, gradient) in values.items():
        gaps = [abs(a - b) for a, b in zip(gradient, expected[1], strict=True)]
        if max(abs(value - expected[0]), *gaps) > 1e-9 * abs(expected[0]):
            raise SystemExit(f"{name} computes something else: {value}, {gradient}")


def _point(n: int) -> list[float]:
    return [0.5 + 0.01 * (k % 9) for k in range(n)]


def _symcalc(n: int) -> Task:
    import symcalc as sc

    names = [f"x{k}" for k in range(n)]
    texts = [chain_rosenbrock(n, 100 + turn) for turn in range(16)]

    def run(turn: int) -> Any:
        return sc.compile(texts[turn], names, order=1).value_and_gradient(*_point(n))

    return run


def _casadi(casadi: ModuleType, n: int) -> Task:
    def run(turn: int) -> Any:
        x = casadi.SX.sym("x", n)
        total = 0
        for k in range(n - 1):
            total += (100 + turn) * (x[k + 1] - x[k] ** 2) ** 2 + (1 - x[k]) ** 2
        function = casadi.Function("f", [x], [total, casadi.gradient(total, x)])
        value, gradient = function(_point(n))
        return float(value), gradient.full().ravel()

    return run


def _sympy(n: int) -> Task:
    import sympy
    from sympy.parsing.sympy_parser import parse_expr

    texts = [chain_rosenbrock(n, 100 + turn) for turn in range(16)]

    def run(turn: int) -> Any:
        names = sympy.symbols(f"x0:{n}")
        total = parse_expr(texts[turn], local_dict={str(name): name for name in names})
        gradient = [sympy.diff(total, name) for name in names]
        function = sympy.lambdify(names, [total, *gradient], cse=True)
        value, *slopes = function(*_point(n))
        return value, slopes

    return run


if __name__ == "__main__":
    main()
