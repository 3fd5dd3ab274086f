"""One call of value and gradient from Python, at one point.

Ten variables from Python floats, and 500 from one array. By hand is what a person would write in
NumPy, and in C, called through ctypes with memory that was given once; "buffered" is the fastest
way that CasADi and ddx-ad have, into memory of their own. "One vector" is ours as SciPy calls it,
"native" the same in machine code, which "auto" comes to after thousands of calls.
"""

from __future__ import annotations

import ctypes
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from types import ModuleType
from typing import Any

from formulas import chain_rosenbrock
from rivals import c_library, casadi_function, has_c_compiler, makers
from tables import OURS, Contender, Figure, Row, Table, race, run
from timing import rival

N, LARGE = 10, 500
ROSENBROCK, WAVES = "Rosenbrock", "sines and exponentials"

C = """
#include <math.h>
double rosenbrock(int n, const double *x, double *g)
{
    double f = 0;
    for (int k = 0; k < n; ++k) g[k] = 0;
    for (int k = 0; k < n - 1; ++k) {
        double d = x[k + 1] - x[k]*x[k], e = 1 - x[k];
        f += 100*d*d + e*e;
        g[k] -= 400*d*x[k] + 2*e;
        g[k + 1] += 200*d;
    }
    return f;
}
double waves(int n, const double *x, double *g)
{
    double f = 0;
    for (int k = 0; k < n; ++k) g[k] = 0;
    for (int k = 0; k < n - 1; ++k) {
        double e = exp(-x[k]*x[k]), p = x[k]*x[k + 1], s = e*sin(p), c = e*cos(p);
        f += s;
        g[k] += c*x[k + 1] - 2*x[k]*s;
        g[k + 1] += c*x[k];
    }
    return f;
}
"""


def tables(options: Namespace) -> Iterator[Table]:
    rounds = 1 if options.smallest else 15
    library = c_library(C) if has_c_compiler() else None
    rows = []
    for title, text in ((ROSENBROCK, chain_rosenbrock(N)), (WAVES, waves(N))):
        point = [0.5 + 0.03 * k for k in range(N)]
        rows.append(race(f"{title}, N = {N}", _all(title, text, point, library), rounds))
    if not options.smallest:
        point = [0.5 + 0.01 * (k % 9) for k in range(LARGE)]
        contenders = _all(ROSENBROCK, chain_rosenbrock(LARGE), point, library)
        rows.append(race(f"{ROSENBROCK}, N = {LARGE}", contenders, rounds))
    yield Table("call latency", " ".join((__doc__ or "").split()), rows, _figures(rows))


def waves(n: int) -> str:
    """Return a chain of products of exponentials and sines."""
    return " + ".join(f"exp(-x{k}**2)*sin(x{k}*x{k + 1})" for k in range(n - 1))


def _figures(rows: Sequence[Row]) -> list[Figure]:
    """Return the targets; the second formula has none."""
    small, large = rows[0], rows[-1]
    figures = []
    if "casadi" in small.times:
        figures.append(Figure("N = 10, time / CasADi's", 1 / small.ratio("casadi"), "<=", 0.5))
    for family in ("sympy lambdify", "sympy, math", "jax jit"):
        if family in small.times:
            figures.append(Figure(f"N = 10, time / {family}", 1 / small.ratio(family), "<=", 1.0))
    if large is not rows[1] and "casadi, buffered" in large.times:
        least = min(large.times[name].median for name in large.times if name.startswith(OURS))
        ratio = least / large.times["casadi, buffered"].median
        figures.append(Figure("N = 500, our fastest / CasADi's, buffered", ratio, "<=", 1.0))
    return figures


def _all(
    title: str, text: str, point: list[float], library: ctypes.CDLL | None
) -> dict[str, Contender | Callable[[], Any]]:
    import numpy as np

    import symcalc as sc

    names = [f"x{k}" for k in range(len(point))]
    vector = np.array(point)
    function = sc.compile(text, names, order=1)
    found: dict[str, Contender | Callable[[], Any]] = {
        OURS: lambda: function.value_and_gradient(*point),
        "symcalc, one vector": lambda: function.flat_value_and_gradient(vector),
    }
    if rival("llvmlite") is not None:
        native = sc.compile(text, names, order=1, backend="native")
        found["symcalc, native"] = lambda: native.flat_value_and_gradient(vector)
    if len(point) == N:
        for name, make in makers().items():
            call = make(text, names)
            found[name] = lambda call=call: call(point)
    casadi, ddx = rival("casadi"), rival("ddx")
    if len(point) > N and casadi is not None:
        through = makers()["casadi"](text, names)
        found["casadi"] = lambda: through(vector)
    if casadi is not None:
        found["casadi, buffered"] = _casadi_buffered(casadi, text, vector)
    if ddx is not None:
        found["ddx-ad, buffered"] = _ddx_buffered(ddx, text, vector)
    by_hand = {ROSENBROCK: _rosenbrock, WAVES: _waves}[title]
    found["NumPy by hand"] = lambda: by_hand(vector)
    if library is not None:
        found["C by hand"] = _in_c(library, title, vector)
    return found


def _casadi_buffered(casadi: ModuleType, text: str, vector: Any) -> Contender:
    import numpy as np

    names = [f"x{k}" for k in range(len(vector))]
    function = casadi_function(casadi, text, names)
    buffer, call = function.buffer()
    value, gradient = np.zeros(1), np.zeros(len(vector))
    buffer.set_arg(0, memoryview(vector))
    buffer.set_res(0, memoryview(value))
    buffer.set_res(1, memoryview(gradient))
    kept = (function, buffer)  # the call works on their memory
    return Contender(call, lambda _, kept=kept: (value, gradient))


def _ddx_buffered(ddx: ModuleType, text: str, vector: Any) -> Contender:
    equation = ddx.equation(text).compile(cache_dir="")
    order = [int(name[1:]) for name in equation.symbols]
    call = equation.buffer(vector[order])

    def read(_: Any) -> Any:
        return call.value, dict(sorted(zip(order, call.jacobian, strict=True)))

    return Contender(call, read)


def _rosenbrock(x: Any) -> Any:
    import numpy as np

    head, tail = x[:-1], x[1:]
    d, e = tail - head * head, 1.0 - head
    gradient = np.zeros_like(x)
    gradient[:-1] = -400.0 * d * head - 2.0 * e
    gradient[1:] += 200.0 * d
    return 100.0 * (d @ d) + e @ e, gradient


def _waves(x: Any) -> Any:
    import numpy as np

    head, tail = x[:-1], x[1:]
    e, p = np.exp(-head * head), head * tail
    s, c = e * np.sin(p), e * np.cos(p)
    gradient = np.zeros_like(x)
    gradient[:-1] = c * tail - 2.0 * head * s
    gradient[1:] += c * head
    return s.sum(), gradient


def _in_c(library: ctypes.CDLL, title: str, vector: Any) -> Contender:
    import numpy as np

    function = library.rosenbrock if title == ROSENBROCK else library.waves
    function.restype = ctypes.c_double
    gradient = np.zeros(len(vector))
    size = ctypes.c_int(len(vector))
    places = [ctypes.c_void_p(array.ctypes.data) for array in (vector, gradient)]
    return Contender(lambda: function(size, *places), lambda value: (value, gradient))


if __name__ == "__main__":
    run(
        tables,
        __doc__,
        ("numpy", "sympy", "llvmlite", "casadi", "symengine", "ddx-ad", "jax", "numba"),
    )
