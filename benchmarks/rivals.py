"""From a text to value and gradient at a point: how each rival is used by who knows it.

A maker takes the text of a formula and its variables and returns a function from a point (a list of
floats) to value and gradient. The texts are our own, in Python's notation.
"""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from timing import rival

__all__ = ["COMPILER_COMMAND", "Function", "Maker", "c_library", "has_c_compiler", "makers"]

Function = Callable[[Any], Any]
Maker = Callable[[str, Sequence[str]], Function]

FUNCTIONS = ("exp", "sin", "cos", "tanh", "log", "sqrt")

#: Python's own compiler walks down a sum of thousands of terms.
DEEP = 50_000

COMPILER_COMMAND = ("cc", "-std=c99", "-O3", "-march=native", "-fPIC", "-shared")


def makers() -> dict[str, Maker]:
    """Return the makers of those that are installed; who is not is named."""
    found: dict[str, Maker] = {"sympy lambdify": _sympy("numpy"), "sympy, math": _sympy("math")}
    for name, module, make in (
        ("casadi", "casadi", _casadi),
        ("symengine", "symengine", _symengine),
        ("ddx-ad", "ddx", _ddx(is_compiled=False)),
        ("ddx-ad, compiled", "ddx", _ddx(is_compiled=True)),
        ("jax jit", "jax", _jax),
        ("numba", "numba", _numba),
    ):
        if name == "ddx-ad, compiled" and "ddx-ad" not in found:
            continue
        package = rival(module)
        if package is not None:
            found[name] = _bound(make, package)
    return found


def _bound(make: Callable[..., Function], package: ModuleType) -> Maker:
    return lambda text, names: make(package, text, names)


def _sympy(modules: str) -> Maker:
    """SymPy's derivatives, `lambdify(cse=True)`."""

    def make(text: str, names: Sequence[str]) -> Function:
        function = _lambdified(text, names, modules)
        return lambda point: function(*point)

    return make


def _lambdified(text: str, names: Sequence[str], modules: str) -> Any:
    import sympy
    from sympy.parsing.sympy_parser import parse_expr

    symbols = sympy.symbols(list(names))
    total = parse_expr(text, local_dict=dict(zip(names, symbols, strict=True)))
    outputs = [total, *(sympy.diff(total, symbol) for symbol in symbols)]
    return sympy.lambdify(symbols, outputs, modules=modules, cse=True)


def _casadi(casadi: ModuleType, text: str, names: Sequence[str]) -> Function:
    """CasADi's SX, called with a NumPy array, its answer made one."""
    import numpy as np

    function = casadi_function(casadi, text, names)

    def call(point: Any) -> Any:
        value, gradient = function(np.asarray(point))
        return float(value), gradient.full()[:, 0]

    return call


def casadi_function(casadi: ModuleType, text: str, names: Sequence[str]) -> Any:
    """Return CasADi's Function of value and gradient."""
    x = casadi.SX.sym("x", len(names))
    known = {name: x[k] for k, name in enumerate(names)}
    known |= {name: getattr(casadi, name) for name in FUNCTIONS}
    total = eval(_code(text), known)  # noqa: S307 - a text of our own
    return casadi.Function("f", [x], [total, casadi.densify(casadi.gradient(total, x))])


def _symengine(symengine: ModuleType, text: str, names: Sequence[str]) -> Function:
    """SymEngine's derivatives, compiled by its LLVM backend."""
    symbols = [symengine.Symbol(name) for name in names]
    total = symengine.sympify(text)
    outputs = [total, *(total.diff(symbol) for symbol in symbols)]
    function: Function = symengine.Lambdify(symbols, outputs, backend="llvm", cse=True)
    return function


def _ddx(*, is_compiled: bool) -> Callable[..., Function]:
    """ddx-ad, which interprets its graph, or compiles it."""

    def make(ddx: ModuleType, text: str, names: Sequence[str]) -> Function:
        equation = ddx.equation(text)
        if is_compiled:
            equation.compile(cache_dir="")
        places = {name: k for k, name in enumerate(names)}
        order = [places[name] for name in equation.symbols]  # as they appear in the text
        if order == list(range(len(names))):
            return lambda point: equation.jacobian(point)
        back = sorted(range(len(order)), key=order.__getitem__)

        def call(point: Any) -> Any:
            value, gradient = equation.jacobian([point[k] for k in order])
            return value, gradient[back]

        return call

    return make


def _jax(jax: ModuleType, text: str, names: Sequence[str]) -> Function:
    """A jitted `value_and_grad` of one array, in doubles."""
    import jax.numpy as jnp
    import numpy as np

    code = _code(text)
    functions = {name: getattr(jnp, name) for name in FUNCTIONS}

    def total(x: Any) -> Any:
        known = {name: x[k] for k, name in enumerate(names)}
        return eval(code, functions, known)  # noqa: S307 - a text of our own

    function = jax.jit(jax.value_and_grad(total))
    return lambda point: jax.block_until_ready(function(np.asarray(point)))


def _numba(numba: ModuleType, text: str, names: Sequence[str]) -> Function:
    """SymPy's derivatives as a function of floats, compiled by Numba."""
    function = numba.njit(_lambdified(text, names, "math"))
    return lambda point: function(*point)


def _code(text: str) -> CodeType:
    """Return a text as Python's code."""
    usual = sys.getrecursionlimit()
    sys.setrecursionlimit(DEEP)
    try:
        return compile(text, "formula", "eval")
    finally:
        sys.setrecursionlimit(usual)


# -- C --------------------------------------------------------------------------------------------


def has_c_compiler() -> bool:
    """Return whether C can be compiled; say so where it cannot."""
    if shutil.which(COMPILER_COMMAND[0]) is None:
        print("   no C compiler is installed, so C is skipped")
        return False
    return True


def c_library(source: str, *more: str) -> ctypes.CDLL:
    """Return the compiled library of a source in C; it stays until the process ends."""
    folder = Path(tempfile.mkdtemp())
    file, library = folder / "code.c", folder / "code.so"
    file.write_text(source, encoding="utf-8")
    words = [*COMPILER_COMMAND, *more, str(file), "-o", str(library), "-lm"]
    subprocess.run(words, check=True)
    found = ctypes.CDLL(str(library))
    shutil.rmtree(folder)
    return found
