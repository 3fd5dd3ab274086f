"""An integral for 10 000 values of its parameters at once, beside a Python loop over quad.

The compiled function has been called before: what it prepares once is not counted. The loop over
quad asks for a relative error of 1e-11, is timed on 200 of the 10 000 values, and scaled up. Its
integrand is written with the `math` module, the fastest that Python has, and with NumPy, as most
people write it; where a C compiler is there, also in C, as a LowLevelCallable.
For gradients the loop integrates each compiled derivative of the integrand as well.
"""

from __future__ import annotations

import ctypes
import math
import warnings
from argparse import Namespace
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from rivals import c_library, has_c_compiler
from tables import OURS, Contender, Figure, Row, Table, race, run

INF = math.inf

#: Formula, the same as a function of `m`, which is NumPy or the math module, in C, the range.
CASES: tuple[tuple[str, Callable[..., float], str, float, float], ...] = (
    ("exp(-a*x)/(1 + b*x)", lambda m, x, a, b: m.exp(-a * x) / (1 + b * x),
     "exp(-a*x)/(1 + b*x)", 0, 1),
    ("exp(-a*x^2)*cos(b*x)", lambda m, x, a, b: m.exp(-a * x * x) * m.cos(b * x),
     "exp(-a*x*x)*cos(b*x)", -INF, INF),
    ("1/(a^2 + x^2)^(1 + b)", lambda m, x, a, b: (a * a + x * x) ** -(1 + b),
     "pow(a*a + x*x, -(1 + b))", 0, INF),
    ("exp(-a*x)*sin(b*x)", lambda m, x, a, b: m.exp(-a * x) * m.sin(b * x),
     "exp(-a*x)*sin(b*x)", 0, INF),
    ("sqrt(x)*exp(-a*x + b)", lambda m, x, a, b: m.sqrt(x) * m.exp(-a * x + b),
     "sqrt(x)*exp(-a*x + b)", 0, 2),
)  # fmt: skip


def tables(options: Namespace) -> Iterator[Table]:
    warnings.simplefilter("ignore")  # quad's warnings are part of neither time
    n, n_loop, rounds = (20, 2, 1) if options.smallest else (10_000, 200, 5)
    library = _library() if has_c_compiler() else None
    values, slopes = [], []
    for place in range(len(CASES)):
        alone, both = _rows(place, n, n_loop, rounds, library)
        values.append(alone)
        slopes.append(both)
    rows = [*values, *slopes]
    figures = [
        Figure(f"{what}: times faster than {name}, least", least, ">=", 30)
        for what, some in (("values", values), ("with gradients", slopes))
        for name in ("quad, math", "quad, NumPy")
        for least in [min(row.ratio(name) for row in some)]
    ]
    yield Table("parametric integrals", " ".join((__doc__ or "").split()), rows, figures)


def _rows(
    place: int, n: int, n_loop: int, rounds: int, library: ctypes.CDLL | None
) -> tuple[Row, Row]:
    """Return the times of the value, and of value and gradient."""
    import numpy as np

    import symcalc as sc

    text, plain, _, lower, upper = CASES[place]
    a, b = np.random.default_rng(0).uniform(0.5, 3.0, (2, n))
    ends = f"{_end(lower)}, {_end(upper)}"
    integral = sc.compile(f"integral({text}, x, {ends})", ["a", "b"], order=1)
    slopes = [sc.compile(sc.differentiate(text, name), ["x", "a", "b"]) for name in "ab"]

    def loop(*functions: Callable[..., float]) -> Contender:
        def call() -> Any:
            return [[_quad(f, lower, upper, a[k], b[k]) for f in functions] for k in range(n_loop)]

        return Contender(call, n_shares=n / n_loop)

    def few(answer: Any) -> Any:
        value, gradient = answer
        return np.column_stack([value, gradient])[:n_loop]

    ways: dict[str, Any] = {"quad, math": partial(plain, math), "quad, NumPy": partial(plain, np)}
    if library is not None:
        ways["quad, C"] = _low_level(library, place)
    alone: dict[str, Contender] = {OURS: Contender(lambda: integral(a, b), lambda v: v[:n_loop])}
    alone |= {name: loop(function) for name, function in ways.items()}
    both = {OURS: Contender(lambda: integral.value_and_gradient(a, b), few)}
    both |= {name: loop(function, *slopes) for name, function in ways.items() if name != "quad, C"}
    return (
        race(text, alone, rounds, tolerance=1e-9),
        race(f"{text}, with gradient", both, rounds, tolerance=1e-9),
    )


def _library() -> ctypes.CDLL:
    """Return the integrands in C, as quad calls them: of x and the parameters in one array."""
    functions = [
        f"double f{place}(int n, double *v)\n{{\n    double x = v[0], a = v[1], b = v[2];\n"
        f"    (void)n, (void)a, (void)b;\n    return {code};\n}}"
        for place, (_, _, code, _, _) in enumerate(CASES)
    ]
    return c_library("\n".join(["#include <math.h>", *functions]))


def _low_level(library: ctypes.CDLL, place: int) -> Any:
    from scipy import LowLevelCallable

    function = getattr(library, f"f{place}")
    function.restype = ctypes.c_double
    function.argtypes = (ctypes.c_int, ctypes.POINTER(ctypes.c_double))
    return LowLevelCallable(function)


def _end(end: float) -> str:
    return str(end).replace("inf", "oo")


def _quad(f: Any, lower: float, upper: float, a: Any, b: Any) -> float:
    from scipy.integrate import quad

    arguments = (float(a), float(b))
    return float(quad(f, lower, upper, args=arguments, epsabs=0, epsrel=1e-11, limit=200)[0])


if __name__ == "__main__":
    run(tables, __doc__, ("numpy", "scipy"))
