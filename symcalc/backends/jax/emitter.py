"""Program → a function that JAX can trace, spelled as for NumPy."""

from __future__ import annotations

import functools
import importlib
import math
from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any

from ...errors import CompileError
from ...functions import TABLE
from ...graph.graph import Graph, Node
from ...program import Program, lower, to_primitives
from ..emit import Emitter
from ..flavours import ARRAY_EXTRA, ArrayEmitter
from ..lambdified import Generated, assembled, constants_of
from ..matrices import MatrixEmitter
from ..steps import KERNELS

__all__ = ["traceable", "traceable_for_sizes"]

#: Functions of two arguments, taken one after the other.
_PAIRS = {"max": "numpy.maximum", "min": "numpy.minimum", "hypot": "numpy.hypot"}

#: Functions that JAX has as right as SciPy; it has others that are right in a part of the plane.
_SPECIAL = frozenset({"erf", "erfc", "erfinv", "gamma"})

#: Functions that are better computed by formulas of our own.
_OWN = frozenset({"atanh", "cosh", "digamma", "gammaln", "log1p", "sinh"})
_ELEMENTWISE = "elementwise."

#: What stands before the name of a row that is computed by its form for machines.
_ROWS = "rows."

#: Where functions are found that are not JAX's.
_HOMES = {
    KERNELS: "symcalc.backends.jax.kernels",
    _ELEMENTWISE: "symcalc.backends.jax.elementwise",
}


class _JaxEmitter(ArrayEmitter):
    """Arrays of JAX: a row of the table by its function there, or by its form for machines."""

    def spell_call(self, name: str, args: list[str]) -> str:
        if name in _PAIRS:
            function = self.function(_PAIRS[name])
            start = f"{self.function('numpy.abs')}({args[0]})" if name == "hypot" else args[0]
            return reduce(lambda left, right: f"{function}({left}, {right})", args[1:], start)
        return f"{self.function(_path(name, len(args)))}({', '.join(args)})"


class _JaxMatrixEmitter(_JaxEmitter, MatrixEmitter):
    """Arrays of declared shapes."""


def traceable(
    graph: Graph,
    outputs: Sequence[Node],
    names: Sequence[str],
    returns: Callable[[list[str]], str],
) -> Generated:
    """Return the outputs as a function of the named variables that JAX can trace.

    Raises
    ------
    CompileError
        A function has no form in JAX; the message names it.
    """
    program = lower(graph, outputs)
    arguments = {name: f"x{index}" for index, name in enumerate(names)}
    constants, values = constants_of(program)
    emitter = _JaxEmitter(program, arguments, constants)
    lines, texts = emitter.run()
    if arguments:
        lines.insert(0, f"{', '.join(arguments.values())}, = x")
    return assembled(lines, returns(texts), _namespace(emitter) | values)


def traceable_for_sizes(
    program: Program,
    names: Sequence[str],
    sizes: Mapping[str, int],
    definite: frozenset[str],
) -> Generated:
    """Return a program over arrays, its contractions in steps, for arguments of these sizes."""
    arguments = {name: f"x{index}" for index, name in enumerate(names)}
    dims = {name: f"d{index}" for index, name in enumerate(sizes)}
    constants, values = constants_of(program)
    emitter = _JaxMatrixEmitter(program, arguments, constants, dims, definite=definite)
    lines, texts = emitter.run()
    if arguments:
        lines.insert(0, f"{', '.join(arguments.values())}, = x")
    own = {name: sizes[dimension] for dimension, name in dims.items()}
    return assembled(lines, f"[{', '.join(texts)}]", _namespace(emitter) | values | own)


def _path(name: str, n_args: int) -> str:
    """Return where the function of a row is found."""
    if name in ARRAY_EXTRA:
        return ARRAY_EXTRA[name]
    if name in _SPECIAL:
        return f"scipy.special.{name}"
    if name in _OWN:
        return _ELEMENTWISE + name
    row = TABLE[name]
    if callable(row.machine):
        return f"{_ROWS}{name}_{n_args}"
    if row.array.startswith("numpy."):
        return row.array
    raise CompileError(f"`{name}` has no form in JAX; backend='numpy' computes it.")


def _namespace(emitter: Emitter) -> dict[str, Any]:
    """Return what the identifiers of generated code stand for."""
    if emitter.integrals:
        raise CompileError("An integral has no form in JAX; backend='numpy' computes it.")
    return {name: _resolve(path) for name, path in emitter.functions.items()}


def _resolve(path: str) -> Any:
    """Return the function of JAX for one of NumPy, SciPy or the kernels for arrays."""
    module, _, name = path.rpartition(".")
    if module == "math":
        return getattr(math, name)
    if path.startswith(_ROWS):
        own, _, n_args = name.rpartition("_")
        return _row(own, int(n_args))
    home = _HOMES.get(f"{module}.", f"jax.{module}")
    return getattr(importlib.import_module(home), name)


@functools.cache
def _row(name: str, n_args: int) -> Callable[..., Any]:
    """Return a row of the table in the functions of its form for machines."""
    graph = Graph()
    names = [f"x{k}" for k in range(n_args)]
    node = graph.call(name, [graph.var(own) for own in names])
    plain, roots = to_primitives(graph, [node])
    function = traceable(plain, roots, names, lambda texts: texts[0]).function
    return lambda *args: function(args)
