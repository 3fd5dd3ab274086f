"""Lines of Python → a callable, through SymPy's `lambdify`.

The printer and `cse` hooks of `lambdify` receive what the program has spelled already, so SymPy
compiles it, registers its lines for tracebacks and supplies the namespace, but prints nothing
itself (printing the value of the 500-variable Rosenbrock sum anew costs SymPy 0.44 s).
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy

from ..errors import CompileError
from ..graph.graph import Graph, Node
from ..graph.integrand import Integrand
from ..program import Fused, Program, RowBlocks, lower
from .blocks import BlockEmitter
from .emit import Emitter
from .flavours import ArrayEmitter, ScalarEmitter
from .in_place import in_place
from .matrices import MatrixEmitter
from .memory import keep_freed_memory

if TYPE_CHECKING:
    from ..numeric.quadrature import ParametricIntegral

__all__ = [
    "Generated",
    "assembled",
    "constants_of",
    "generate",
    "generate_for_sizes",
    "generate_in_place",
    "integral_function",
]


#: `lambdify` breaks a text into lines for the docstring, of which it keeps the first.
DOCUMENTED = 160


@dataclass(frozen=True, slots=True)
class Generated:
    """A compiled program: a function of one sequence of arguments, and its source."""

    function: Callable[[Sequence[Any]], Any]
    source: str


@dataclass(frozen=True, slots=True)
class _Spelled:
    """Text that `lambdify` takes for an expression and prints as it stands."""

    text: str

    def __str__(self) -> str:
        """Return what `lambdify` puts into the docstring: as much as it keeps of a long text."""
        return self.text[:DOCUMENTED]


def generate(
    graph: Graph,
    outputs: Sequence[Node],
    names: Sequence[str],
    *,
    scalar: bool,
    returns: Callable[[list[str]], str],
    is_integrand: bool = False,
) -> Generated:
    """Compile the outputs as a function of the named variables.

    Parameters
    ----------
    graph, outputs
        What to compute.
    names : sequence of str
        The variables in the order of the arguments; identifiers of generated code do not use them.
    scalar : bool
        Plain floats through `math` (raises where `math` raises) or arrays through NumPy.
    returns : callable
        Makes the text of the returned value from the texts of the outputs.
    is_integrand : bool
        Whether the code is that of an integrand.
    """
    program = lower(graph, outputs)
    arguments = {name: f"x{index}" for index, name in enumerate(names)}
    constants, values = constants_of(program)
    emitter: Emitter = (ScalarEmitter if scalar else ArrayEmitter)(program, arguments, constants)
    lines, texts = emitter.run()
    if arguments:
        lines.insert(0, f"{', '.join(arguments.values())}, = x")
    return assembled(lines, returns(texts), _namespace(emitter, is_integrand) | values)


def generate_in_place(
    graph: Graph, outputs: Sequence[Node], names: Sequence[str], scalars: frozenset[str]
) -> tuple[Generated, int, int]:
    """Compile the outputs as a function of arguments, arrays to write into, and arrays to work in.

    Parameters
    ----------
    graph, outputs, names
        See `generate`.
    scalars : frozenset of str
        The names that stand for single numbers; all others are arrays of one length.

    Returns
    -------
    Generated
        Of one sequence: arguments, outputs and workspace in three sequences.
    int
        How many arrays it works in.
    int
        How many further ones it may have at a time.
    """
    program = lower(graph, outputs)
    arguments = {name: f"x{index}" for index, name in enumerate(names)}
    constants, values = constants_of(program)
    emitter = ArrayEmitter(program, arguments, constants)
    lines, texts = emitter.run()
    single = frozenset(arguments[name] for name in scalars)
    found = in_place(lines, texts, emitter.functions, emitter.function, single)
    targets = [f"o{place}" for place in range(len(outputs))]
    work = [f"w{place}" for place in range(found.n_work)]
    heads = [
        f"{', '.join(names)}, = x[{place}]"
        for place, names in enumerate((arguments.values(), targets, work))
        if names
    ]
    space = _namespace(emitter, False) | values
    return assembled([*heads, *found.lines], "None", space), found.n_work, found.n_names


def generate_for_sizes(
    program: Program,
    names: Sequence[str],
    dims: Sequence[str],
    *,
    sparse: frozenset[str] = frozenset(),
    definite: frozenset[str] = frozenset(),
    blocks: RowBlocks | None = None,
    fused: Sequence[Fused] = (),
    returns: Callable[[list[str]], str],
) -> Generated:
    """Compile a program over arrays, its contractions in steps, as a function of names and sizes.

    The arguments are the values of `names`, those in `sparse` as SciPy's sparse arrays, then the
    sizes of the dimensions `dims`, and with `blocks` the number of rows in one. Matrices in
    `definite` were declared to be symmetric and positive definite. What is `fused` is native code.
    """
    arguments = {name: f"x{index}" for index, name in enumerate(names)}
    sizes = {name: f"d{index}" for index, name in enumerate(dims)}
    constants, values = constants_of(program)
    taken = [*arguments.values(), *sizes.values()]
    if blocks is None:
        emitter = MatrixEmitter(program, arguments, constants, sizes, sparse, definite, fused)
    else:
        taken.append("n_rows")
        emitter = BlockEmitter(
            program, arguments, constants, sizes, blocks, taken[-1], definite, fused
        )
    lines, texts = emitter.run()
    if taken:
        lines.insert(0, f"{', '.join(taken)}, = x")
    kernels = {name: _compiled(program, group) for name, group in emitter.kernels.items()}
    return assembled(lines, returns(texts), _namespace(emitter, False) | values | kernels)


def _compiled(program: Program, group: Fused) -> Callable[..., Any]:
    """Return native code for nodes that are computed together."""
    from .native import compile_elementwise

    return compile_elementwise(*group.formulas(program.graph))


def constants_of(program: Program) -> tuple[dict[Node, str], dict[str, Any]]:
    """Compute the constant subexpressions that the rest reads; return their names and values."""
    graph, constant = program.graph, program.constant
    if all(graph.kinds[node] == "const" or not graph.args[node] for node in constant):
        return {}, {}
    needed = {node for node in program.outputs if node in constant}
    for node in program.order:
        if node not in constant:
            needed.update(arg for arg in program.operands(node) if arg in constant)
    roots = sorted(node for node in needed if graph.args[node])
    names = {node: f"k{node}" for node in roots}
    emitter = ArrayEmitter(lower(graph, roots), {}, {})
    lines, texts = emitter.run()
    found = assembled(lines, f"[{', '.join(texts)}]", _namespace(emitter, False))
    values = _quietly(found.function)
    inner = {node: "0.0" for node in constant if graph.args[node] and node not in names}
    return inner | names, {names[n]: _plain(v) for n, v in zip(roots, values, strict=True)}


def integral_function(integrand: Integrand, *, is_inside: bool = False) -> ParametricIntegral:
    """Return the integral of an integrand as a function of its ends and its parameters."""
    from .integrals import compile_integral

    return compile_integral(integrand, _array_function, is_inside=is_inside)


def _array_function(
    graph: Graph, root: Node, names: Sequence[str]
) -> Callable[[Sequence[Any]], Any]:
    """Compile an integrand, or another function that an integral needs, for arrays."""
    return generate(
        graph, [root], names, scalar=False, returns=lambda texts: texts[0], is_integrand=True
    ).function


def _namespace(emitter: Emitter, is_integrand: bool) -> dict[str, Any]:
    """Return what the identifiers of generated code stand for."""
    paths = emitter.functions
    if is_integrand:
        from .waves import IN_INTEGRANDS

        paths = {name: IN_INTEGRANDS.get(path, path) for name, path in paths.items()}
    found = {name: _resolve(path) for name, path in paths.items()}
    for integrand, name in emitter.integrals.items():
        found[name] = integral_function(integrand, is_inside=is_integrand)
    return found


def _quietly(function: Callable[[Sequence[Any]], Any]) -> Any:
    try:
        with numpy.errstate(all="ignore"):
            return function(())
    except ZeroDivisionError:
        raise CompileError("A constant part of the expression divides by zero.") from None


def _plain(value: Any) -> bool | float | complex:
    """Return a plain value, which is faster than NumPy's."""
    if isinstance(value, numpy.bool_ | bool):
        return bool(value)
    return complex(value) if isinstance(value, complex) else float(value)


def _resolve(path: str) -> Any:
    """Return the function that a dotted path of the table names."""
    module, _, name = path.rpartition(".")
    if module == "math":
        return getattr(math, name)
    if module == "kernels":
        return getattr(importlib.import_module("symcalc.backends.kernels"), name)
    return getattr(importlib.import_module(module), name)


def assembled(lines: list[str], result: str, namespace: dict[str, Any]) -> Generated:
    """Return statements and the text of a result as a function of one sequence `x`."""
    import linecache

    from sympy import Symbol, lambdify

    keep_freed_memory()

    def statements(expression: _Spelled) -> tuple[list[tuple[_Spelled, _Spelled]], _Spelled]:
        if not lines:
            return [], expression
        left, _, right = "\n    ".join(lines).partition(" = ")
        return [(_Spelled(left), _Spelled(right))], expression

    function = lambdify(
        [Symbol("x")], _Spelled(result), modules=[namespace], printer=_print, cse=statements
    )
    source = "".join(linecache.getlines(function.__code__.co_filename))
    return Generated(function, source)


def _print(spelled: _Spelled) -> str:
    return spelled.text
