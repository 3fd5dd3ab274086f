"""Value and partial derivatives of twelve formulas at a million points.

Rivals: SymPy's `lambdify`, plain and with `cse=True`; numexpr and numba with two threads; a jitted
JAX `vmap(value_and_grad)` in float64, with as many threads as it likes; SymEngine's LLVM; a CasADi
map; ddx-ad, compiled; and C written by hand for one thread, `gcc -Ofast -march=native` with glibc's
vector functions. Ours: native code with two threads, with one, and without llvmlite.
"""

from __future__ import annotations

import ctypes
import math
import os
import re
import shutil
import subprocess
import tempfile
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from tables import OURS, Figure, Row, Table, race, run
from timing import rival

N_POINTS, ROUNDS, THREADS = 1_000_000, 15, 2
PACKAGES = (
    "numpy",
    "llvmlite",
    "sympy",
    "numexpr",
    "numba",
    "jax",
    "symengine",
    "casadi",
    "ddx-ad",
)

#: Our further ways: on one processor, and without the extra for native code.
ONE_THREAD, WITHOUT = "symcalc, 1 thread", "symcalc, NumPy only"

Task = Callable[[int], Any]


@dataclass(frozen=True)
class Formula:
    """A formula, ranges of its variables, and what an expert writes in C for one point.

    `c` computes value and partial derivatives, which it assigns to `r0`, `r1`, ….
    """

    title: str
    text: str
    ranges: Mapping[str, tuple[float, float]]
    c: str


FORMULAS = (
    Formula(
        "polynomial of degree 8",
        "x**8 - 3*x**6*y**2 + 2*x**4*y**4 - x**2*y**6 + 5*y**8 + x**5*y**3 - 7*x**3*y + x*y**2 + 1",
        {"x": (-2, 2), "y": (-2, 2)},
        """double x2 = x*x, y2 = y*y, x3 = x2*x, x4 = x2*x2, y4 = y2*y2, y3 = y2*y;
        r0 = x4*x4 - 3*x4*x2*y2 + 2*x4*y4 - x2*y4*y2 + 5*y4*y4 + x4*x*y3 - 7*x3*y + x*y2 + 1;
        r1 = 8*x4*x3 - 18*x4*x*y2 + 8*x3*y4 - 2*x*y4*y2 + 5*x4*y3 - 21*x2*y + y2;
        r2 = -6*x4*x2*y + 8*x4*y3 - 6*x2*y4*y + 40*y4*y3 + 3*x4*x*y2 - 7*x3 + 2*x*y;""",
    ),
    Formula(
        "Gaussian of variable width",
        "exp(-x**2/(2*s**2))/(s*sqrt(2*pi))",
        {"x": (-3, 3), "s": (0.5, 2)},
        """double u = 1/s, z = x*u, f = 0.3989422804014327*u*exp(-0.5*z*z);
        r0 = f; r1 = -f*z*u; r2 = f*u*(z*z - 1);""",
    ),
    Formula(
        "products of sines, cosines, exponentials",
        "sin(x)*cos(y)*exp(-x*y) + cos(x*y)*sin(x + y)",
        {"x": (-3, 3), "y": (-1, 2)},
        """double s = sin(x), c = cos(x), t = sin(y), d = cos(y), e = exp(-x*y), p = x*y;
        double cp = cos(p), sp = sin(p), sq = s*d + c*t, cq = c*d - s*t, g = cp*cq;
        r0 = s*d*e + cp*sq; r1 = (c - y*s)*d*e - y*sp*sq + g; r2 = -s*(t + x*d)*e - x*sp*sq + g;""",
    ),
    Formula(
        "softplus of a product",
        "log(1 + exp(x*y))",
        {"x": (-3, 3), "y": (-2, 2)},
        "double e = exp(x*y), q = e/(1 + e); r0 = log(1 + e); r1 = y*q; r2 = x*q;",
    ),
    Formula(
        "logistic curve",
        "a/(1 + exp(-b*(x - 1)))",
        {"a": (0.5, 2), "b": (0.5, 3), "x": (-2, 4)},
        """double d = x - 1, q = 1/(1 + exp(-b*d)), g = a*q*(1 - q);
        r0 = a*q; r1 = q; r2 = g*d; r3 = g*b;""",
    ),
    Formula(
        "Lennard-Jones potential",
        "4*e*((s/r)**12 - (s/r)**6)",
        {"e": (0.5, 2), "s": (0.9, 1.2), "r": (0.9, 3)},
        """double u = 1/r, q = s*u, q2 = q*q, q6 = q2*q2*q2, w = 4*(q6*q6 - q6);
        double g = 24*e*(2*q6*q6 - q6); r0 = e*w; r1 = w; r2 = g/s; r3 = -g*u;""",
    ),
    Formula(
        "logarithm of Student's density",
        "log(s) + 5/2*log(1 + x**2/(4*s**2))",
        {"x": (-5, 5), "s": (0.5, 2)},
        """double u = 1/s, z = x*u, q = 1 + 0.25*z*z, g = 1.25*z/q;
        r0 = log(s) + 2.5*log(q); r1 = g*u; r2 = u*(1 - g*z);""",
    ),
    Formula(
        "rational function",
        "(1 + x*y)/(1 + x**2 + y**2) - x/(2 + y**2)",
        {"x": (-2, 2), "y": (-2, 2)},
        """double p = 1/(1 + x*x + y*y), q = 1/(2 + y*y), f = (1 + x*y)*p;
        r0 = f - x*q; r1 = (y - 2*x*f)*p - q; r2 = (x - 2*y*f)*p + 2*x*y*q*q;""",
    ),
    Formula(
        "length times angle",
        "sqrt(x**2 + y**2)*atan(y/x)",
        {"x": (0.5, 2), "y": (-2, 2)},
        """double h = sqrt(x*x + y*y), a = atan(y/x), k = a/h, u = 1/h;
        r0 = h*a; r1 = x*k - y*u; r2 = y*k + x*u;""",
    ),
    Formula(
        "unit of a network",
        "(tanh(w*x + b) - x/2)**2",
        {"w": (-2, 2), "x": (-2, 2), "b": (-1, 1)},
        """double t = tanh(w*x + b), d = t - 0.5*x, g = 2*d*(1 - t*t);
        r0 = d*d; r1 = g*x; r2 = g*w - d; r3 = g;""",
    ),
    Formula(
        "normal distribution",
        "m + s*(1 + erf(x/(s*sqrt(2))))/2",
        {"m": (-1, 1), "s": (0.5, 2), "x": (-3, 3)},
        """double z = x/s, q = 0.5*(1 + erf(0.7071067811865476*z));
        double g = 0.3989422804014327*exp(-0.5*z*z); r0 = m + s*q; r1 = 1; r2 = q - z*g; r3 = g;""",
    ),
    Formula(
        "Planck's law",
        "x**3/(exp(x/t) - 1)",
        {"x": (0.1, 8), "t": (0.5, 3)},
        """double u = 1/t, e = exp(x*u), q = 1/(e - 1), x2 = x*x, f = x2*x*q, g = f*e*q*u;
        r0 = f; r1 = 3*x2*q - g; r2 = g*x*u;""",
    ),
)


def tables(options: Namespace) -> Iterator[Table]:
    names = ("numexpr", "numba", "jax", "symengine", "casadi", "ddx")
    rivals = {name: rival(name) for name in names}
    folder = Path(tempfile.mkdtemp())
    try:
        c = _c_library(folder)
        n, rounds = (2000, 1) if options.smallest else (N_POINTS, ROUNDS)
        formulas = FORMULAS[:2] if options.smallest else FORMULAS
        rows = [_measure(formula, n, rounds, rivals, c) for formula in formulas]
    finally:
        shutil.rmtree(folder)
    yield Table("array throughput", " ".join((__doc__ or "").split()), rows, _figures(rows))
    yield _integrands(rivals["numba"], 1 if options.smallest else 3 * rounds)


def _measure(
    formula: Formula,
    n: int,
    rounds: int,
    rivals: Mapping[str, ModuleType | None],
    c: ctypes.CDLL | None,
) -> Row:
    """Return the times of each way for one formula."""
    import numpy as np

    rng = np.random.default_rng(0)
    points = [rng.uniform(*ends, n) for ends in formula.ranges.values()]
    tasks = _symcalc(formula, points) | _sympy(formula, points)
    for name, make in _RIVALS.items():
        package = rivals[name]
        if package is not None:
            tasks |= make(package, formula, points)
    if c is not None:
        tasks |= _c(c, formula, points)
    return race(formula.title, tasks, rounds, is_fresh=True)


def _figures(rows: Sequence[Row]) -> list[Figure]:
    """Return the targets: ratios over all formulas."""
    figures = []
    jax = _ratios(rows, "JAX jit", OURS)
    if jax:
        figures.append(Figure("JAX's time / ours, geometric mean", _mean(jax), ">=", 3.0))
        figures.append(Figure("JAX's time / ours, least", min(jax), ">=", 1.0))
    c = _ratios(rows, ONE_THREAD, "C, one thread")
    if c:
        figures.append(Figure("one thread, time / C's, geometric mean", _mean(c), "<=", 1.5))
        figures.append(Figure("one thread, time / C's, most", max(c), "<=", 1.5))
    plain = _ratios(rows, "lambdify(cse=True)", WITHOUT)
    words = "lambdify(cse=True)'s time / ours without llvmlite, "
    figures.append(Figure(f"{words}geometric mean", _mean(plain), ">=", 1.5))
    figures.append(Figure(f"{words}least", min(plain), ">=", 1.5))
    return figures


def _integrands(numba: ModuleType | None, rounds: int) -> Table:
    """Time SciPy's `quad` with integrands of several makes."""
    from scipy import LowLevelCallable
    from scipy.integrate import quad

    import symcalc as sc

    text = "exp(-a*x**2)*sin(20*x) + 1/(1 + x**2)"
    function = sc.compile(text, ["x", "a"])
    low_level = function.low_level(a=2)

    def by_hand(x: float) -> float:
        return math.exp(-2.0 * x**2) * math.sin(20 * x) + 1 / (1 + x**2)

    contenders: dict[str, Any] = {
        OURS: lambda: quad(low_level, 0, 3),
        f"{OURS}, called from Python": lambda: quad(function, 0, 3, args=(2.0,)),
        "Python by hand": lambda: quad(by_hand, 0, 3),
    }
    if numba is not None:
        compiled = numba.cfunc("float64(float64)")(by_hand)
        own = LowLevelCallable(compiled.ctypes)
        contenders["numba's cfunc"] = lambda: quad(own, 0, 3)
    what = "`scipy.integrate.quad` from 0 to 3; ours is the low-level function `f.low_level(a=2)`."
    row = race(text.replace("**", "^"), contenders, rounds, tolerance=1e-6)
    return Table("integrands for SciPy's quad", what, [row])


def _ratios(rows: Sequence[Row], above: str, below: str) -> list[float]:
    """Return the ratios of medians in the problems that both can do."""
    found = [row.times for row in rows if above in row.times and below in row.times]
    return [times[above].median / times[below].median for times in found]


def _mean(ratios: Sequence[float]) -> float:
    """Return the geometric mean."""
    return math.exp(sum(map(math.log, ratios)) / len(ratios))


# -- the ways ---------------------------------------------------------------------------------


def _symcalc(formula: Formula, points: list[Any]) -> dict[str, Task]:
    import symcalc as sc

    names = list(formula.ranges)
    native = sc.compile(formula.text, names, order=1, backend="native")
    plain = sc.compile(formula.text, names, order=1, backend="numpy")

    def rows(function: Any) -> list[Any]:
        value, gradient = function.value_and_gradient(*points)
        return [value, *gradient.T]

    def on_one_processor(turn: int) -> list[Any]:
        processors = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {min(processors)})
        try:
            return rows(native)
        finally:
            os.sched_setaffinity(0, processors)

    tasks: dict[str, Task] = {OURS: lambda turn: rows(native)}
    if hasattr(os, "sched_setaffinity"):
        tasks[ONE_THREAD] = on_one_processor
    return tasks | {WITHOUT: lambda turn: rows(plain)}


def _derived(formula: Formula) -> tuple[list[Any], list[Any]]:
    """Return SymPy's symbols, and the formula with its derivatives."""
    import sympy

    symbols = [sympy.Symbol(name, real=True) for name in formula.ranges]
    names = {symbol.name: symbol for symbol in symbols}
    value = sympy.parse_expr(formula.text, local_dict=names)
    return symbols, [value, *(sympy.diff(value, symbol) for symbol in symbols)]


def _sympy(formula: Formula, points: list[Any]) -> dict[str, Task]:
    import numpy as np
    import sympy

    symbols, outputs = _derived(formula)
    plain = sympy.lambdify(symbols, outputs, modules=["scipy", "numpy"])
    shared = sympy.lambdify(symbols, outputs, modules=["scipy", "numpy"], cse=True)

    def spread(rows: list[Any]) -> list[Any]:
        return [np.full_like(points[0], row) if np.ndim(row) == 0 else row for row in rows]

    return {
        "lambdify": lambda turn: spread(plain(*points)),
        "lambdify(cse=True)": lambda turn: spread(shared(*points)),
    }


def _numexpr(numexpr: ModuleType, formula: Formula, points: list[Any]) -> dict[str, Task]:
    import numpy as np
    from sympy.printing.lambdarepr import NumExprPrinter

    symbols, outputs = _derived(formula)
    if "erf" in formula.text:
        return {}
    printer = NumExprPrinter()
    texts = [printer._print(output.evalf(17)) for output in outputs]
    given = {symbol.name: point for symbol, point in zip(symbols, points, strict=True)}
    numexpr.set_num_threads(THREADS)

    def run(turn: int) -> list[Any]:
        rows = [numexpr.evaluate(text, given) for text in texts]
        return [np.broadcast_to(row, points[0].shape) for row in rows]

    return {"numexpr": run}


def _numba(numba: ModuleType, formula: Formula, points: list[Any]) -> dict[str, Task]:
    import numpy as np
    import sympy

    symbols, outputs = _derived(formula)
    shared, results = sympy.cse(outputs, symbols=sympy.numbered_symbols("t_"))
    lines = [f"t = {sympy.pycode(value)}".replace("t", str(name), 1) for name, value in shared]
    lines += [f"out[{k}, i] = {sympy.pycode(result)}" for k, result in enumerate(results)]
    head = "\n        ".join(f"{s.name} = {s.name}_[i]" for s in symbols)
    body = "\n        ".join(lines)
    given = ", ".join(f"{symbol.name}_" for symbol in symbols)
    source = (
        f"def loop({given}, out):\n    for i in prange(out.shape[1]):\n        {head}\n"
        f"        {body}\n"
    )
    space: dict[str, Any] = {"math": math, "prange": numba.prange}
    exec(source, space)  # noqa: S102 - a text of our own
    numba.set_num_threads(THREADS)
    loop = numba.njit(parallel=True)(space["loop"])

    def run(turn: int) -> Any:
        out = np.empty((len(outputs), len(points[0])))
        loop(*points, out)
        return out

    return {"numba": run}


def _jax(jax: ModuleType, formula: Formula, points: list[Any]) -> dict[str, Task]:
    import jax.numpy as jnp
    from jax.scipy.special import erf

    code = compile(formula.text, "formula", "eval")
    words = {name: getattr(jnp, name) for name in "exp log sin cos sqrt tanh".split()}
    words |= {"atan": jnp.arctan, "erf": erf, "pi": math.pi}

    def value(*given: Any) -> Any:
        names = dict(zip(formula.ranges, given, strict=True))
        return eval(code, words, names)  # noqa: S307 - a text of our own

    places = tuple(range(len(points)))
    function = jax.jit(jax.vmap(jax.value_and_grad(value, argnums=places)))
    arrays = [jax.device_put(point) for point in points]

    def run(turn: int) -> list[Any]:
        found, slopes = jax.block_until_ready(function(*arrays))
        return [found, *slopes]

    return {"JAX jit": run}


def _symengine(symengine: ModuleType, formula: Formula, points: list[Any]) -> dict[str, Task]:
    import numpy as np

    symbols, outputs = _derived(formula)
    has_llvm = getattr(symengine, "have_llvm", False)
    kind = "llvm" if has_llvm else "lambda"
    own = [symengine.sympify(output) for output in outputs]
    function = symengine.Lambdify(
        [symengine.sympify(s) for s in symbols], own, backend=kind, cse=True
    )
    table = np.stack(points, axis=1)
    return {f"SymEngine {kind}": lambda turn: function(table).T}


def _casadi(casadi: ModuleType, formula: Formula, points: list[Any]) -> dict[str, Task]:
    import numpy as np

    symbols = {name: casadi.SX.sym(name) for name in formula.ranges}
    words = {name: getattr(casadi, name) for name in "exp log sin cos sqrt tanh atan erf".split()}
    value = eval(formula.text, words | {"pi": math.pi}, symbols)  # noqa: S307 - a text of our own
    given = list(symbols.values())
    slopes = [casadi.gradient(value, symbol) for symbol in given]
    function = casadi.Function("f", given, [value, *slopes]).map(len(points[0]))
    rows = [point[np.newaxis] for point in points]
    return {"CasADi map": lambda turn: [out.full().ravel() for out in function(*rows)]}


def _ddx(ddx: ModuleType, formula: Formula, points: list[Any]) -> dict[str, Task]:
    import numpy as np

    equation = ddx.equation(re.sub(r"\bpi\b", repr(math.pi), formula.text))
    equation.compile(points=len(points[0]), cache_dir="")
    names = list(formula.ranges)
    table = np.stack([points[names.index(name)] for name in equation.symbols])
    back = [list(equation.symbols).index(name) for name in names]

    def run(turn: int) -> list[Any]:
        value, slopes = equation.jacobian(table)
        return [value, *(slopes[place] for place in back)]

    return {"ddx-ad": run}


_RIVALS: dict[str, Callable[[ModuleType, Formula, list[Any]], dict[str, Task]]] = {
    "numexpr": _numexpr,
    "numba": _numba,
    "jax": _jax,
    "symengine": _symengine,
    "casadi": _casadi,
    "ddx": _ddx,
}


def _c_library(folder: Path) -> ctypes.CDLL | None:
    """Compile the C of all formulas; None without gcc."""
    if shutil.which("gcc") is None:
        print("   gcc is not installed, so C is skipped")
        return None
    version = subprocess.run(["gcc", "--version"], capture_output=True, text=True, check=True)
    print(f"   {version.stdout.splitlines()[0]}, -Ofast -march=native")
    texts = ["#include <math.h>"]
    for place, formula in enumerate(FORMULAS):
        names = list(formula.ranges)
        outputs = [f"out{k}" for k in range(len(names) + 1)]
        given = [f"const double *restrict {name}_" for name in names]
        given += [f"double *restrict {name}" for name in outputs]
        reads = " ".join(f"double {name} = {name}_[i];" for name in names)
        results = ", ".join(f"r{k}" for k in range(len(outputs)))
        writes = " ".join(f"{name}[i] = r{k};" for k, name in enumerate(outputs))
        texts.append(
            f"void f{place}(long n, {', '.join(given)}) {{\n  for (long i = 0; i < n; i++) {{\n"
            f"    {reads} double {results};\n    {formula.c}\n    {writes}\n  }}\n}}"
        )
    source, library = folder / "formulas.c", folder / "formulas.so"
    source.write_text("\n".join(texts), encoding="utf-8")
    words = ["gcc", "-Ofast", "-march=native", "-shared", "-fPIC", str(source), "-o", str(library)]
    subprocess.run([*words, "-lmvec", "-lm"], check=True)
    return ctypes.CDLL(str(library))


def _c(library: ctypes.CDLL, formula: Formula, points: list[Any]) -> dict[str, Task]:
    """Return the call of the C of one formula, into the same memory every time."""
    import numpy as np

    function = getattr(library, f"f{FORMULAS.index(formula)}")
    out = np.zeros((len(points) + 1, len(points[0])))
    places = [ctypes.c_void_p(array.ctypes.data) for array in (*points, *out)]
    size = ctypes.c_long(len(points[0]))

    def run(turn: int) -> Any:
        function(size, *places)
        return out

    return {"C, one thread": run}


if __name__ == "__main__":
    run(tables, __doc__, PACKAGES)
