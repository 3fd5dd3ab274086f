"""Formulas over matrices as source for NumPy and JAX, with a program that checks it."""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..backends import ArrayFunction
from ..backends.array_derivatives import ArrayDerivatives
from ..backends.source.embedded import embedded
from ..errors import CompileError
from ..expression import Expression
from ..symbolic import prepare, stabilize_for_display
from ..symbolic.array_forms import tidy_arrays
from ..symbolic.lengths import with_scaled_lengths
from ..writing import python_function, python_name
from .action import shape_of

__all__ = ["drawn_sample", "matrix_files"]

#: Sizes of the dimensions of sample data, in turn; draws until all is finite.
SIZES, N_DRAWS = (4, 3, 2), 20

#: Data are no good for a comparison where so small a relative change of them changes the numbers
#: by so much: a matrix of theirs may be singular.
CHANGE, MAX_GAP = 1e-13, 1e-10

_JAX = {
    "import numpy as np": "import jax\nimport jax.numpy as np",
    "import scipy.special": "import jax.scipy as scipy",
}
#: Functions of SciPy's that JAX has with the same meaning.
_IN_JAX = frozenset(
    "beta digamma erf erfc erfinv expit gamma gammaln logit logsumexp polygamma xlogy".split()
)
#: A kernel of ours, where neither NumPy nor SciPy has a function.
_OWN = re.compile(r"\bsymcalc\.backends\.\w+\.(\w+)\(")
_UNDEFINED = """
    return value, tuple([np.where(np.isnan(value), np.nan, slope) for slope in gradient])"""
_DOUBLES = 'jax.config.update("jax_enable_x64", True)'


def matrix_files(
    expression: Expression, wrt: Sequence[str], name: str, language: str
) -> tuple[dict[str, str], str]:
    """Return the files by name, and the command that runs the check."""
    value, *slopes = _formulas(expression, wrt)
    functions = [python_function(f"{name}_value", expression.names, value)]
    if wrt:
        shapes = ((), [shape_of(expression, variable) for variable in wrt])
        both = python_function(
            f"{name}_value_and_gradient", expression.names, (value, slopes), shapes
        )
        functions.append(
            both.replace("\n    return (\n", "\n    value, gradient = (\n") + _UNDEFINED
        )
    imports: dict[str, None] = {}
    bodies, kernels = [], _Kernels(language, expression.names)
    for function in functions:
        head, _, body = function.partition("\n\n\n")
        imports |= dict.fromkeys(line for line in head.split("\n") if "symcalc" not in line)
        body = kernels.called_by(body)
        bodies.append(_in_jax(body) if language == "jax" else _with_numbers(body, expression))
    lines = [_JAX.get(line, line) if language == "jax" else line for line in imports]
    further, texts = kernels.written()
    lines += [line for line in further if line not in lines]
    setup = ["", _DOUBLES] if language == "jax" else []
    future = ["from __future__ import annotations", ""] if texts else []
    note = f"# {name} = {expression.text}"
    source = "\n\n\n".join(["\n".join([note, *future, *lines, *setup]), *texts, *bodies])
    check = _check(expression, wrt, name)
    return {f"{name}.py": f"{source}\n", f"{name}_check.py": check}, f"python {name}_check.py"


def _formulas(expression: Expression, wrt: Sequence[str]) -> list[Expression]:
    """Return value and gradient: what compiled code computes, where source can say it.

    Lengths are put in order nowhere: a product of them may overflow. Determinants are written as
    NumPy has them, with the inverse in their derivatives.
    """
    graph, root = prepare(expression.graph, expression.root, scaled=True)
    if "exactdet" in graph.kinds:
        graph, (root,) = stabilize_for_display(expression.graph, [expression.root])
        graph, root = with_scaled_lengths(graph, root)
    graph, nodes, _ = ArrayDerivatives(graph, root, wrt).outputs("gradient" if wrt else "value")
    if "length" not in graph.kinds:
        graph, nodes = tidy_arrays(graph, nodes)
    return [Expression(graph, node, expression.variables) for node in nodes]


class _Kernels:
    """Kernels of ours that functions call, under names that no argument has."""

    def __init__(self, language: str, taken: Sequence[str]) -> None:
        self._language, self._taken, self._found = language, taken, dict[str, str]()

    def called_by(self, body: str) -> str:
        """Return a function that calls them by those names."""

        def called(found: re.Match[str]) -> str:
            kernel = found.group(1)
            if (kernel, self._language) == ("product", "jax"):
                return "np.prod("
            name = f"sc_{kernel}"
            while name in self._taken:
                name += "_"
            self._found[kernel] = name
            return f"{name}("

        return _OWN.sub(called, body)

    def written(self) -> tuple[list[str], list[str]]:
        """Return the imports that they need, and their texts.

        Raises
        ------
        CompileError
            JAX lacks one of them.
        """
        own = {"jax": ["jax.kernels"]}.get(self._language, ["array_kernels", "kernels"])
        homes = [importlib.import_module(f"symcalc.backends.{home}") for home in own]
        functions = []
        for kernel in self._found:
            function = next((getattr(h, kernel) for h in homes if hasattr(h, kernel)), None)
            if function is None:
                raise CompileError(f"`{kernel}` has no form in JAX; export to 'numpy'.")
            functions.append(function)
        imports, texts = embedded(functions)
        names = [
            f"{name} = {f.__name__}"
            for name, f in zip(self._found.values(), functions, strict=True)
        ]
        return imports, [*texts, *names]


def _with_numbers(body: str, expression: Expression) -> str:
    """Return a function whose numbers are NumPy's: Python's own raise an error at 1/0."""
    names = [python_name(v.name) for v in expression.variables if not v.shape]
    lines = [f"    {name} = np.asarray({name}, dtype=float)" for name in names]
    head, _, rest = body.partition("\n")
    return "\n".join([head, *lines, rest])


def _in_jax(body: str) -> str:
    """Return a function on NumPy's arrays as one that JAX compiles.

    Raises
    ------
    CompileError
        JAX lacks a function of SciPy's.
    """
    body = body.replace("scipy.special.softmax(", "jax.nn.softmax(")
    for special in re.findall(r"\bscipy\.special\.(\w+)", body):
        if special not in _IN_JAX:
            raise CompileError(f"SciPy's `{special}` has no form in JAX; export to 'numpy'.")
    return f"@jax.jit\n{body}"


def _check(expression: Expression, wrt: Sequence[str], name: str) -> str:
    """Return the program that compares with the numbers of the compiled function."""
    _, data, parts = drawn_sample(expression, wrt)
    called = f"{name}_value{'_and_gradient' if wrt else ''}"
    found = f"value, gradient = {called}(**DATA)" if wrt else f"value = {called}(**DATA)"
    flat = "[numpy.ravel(value), *map(numpy.ravel, gradient)]" if wrt else "[numpy.ravel(value)]"
    arrays = "\n".join(
        f"    {python_name(key)!r}: numpy.array({_text(value)})," for key, value in data.items()
    )
    expected = _text(np.concatenate(parts))
    return _PROGRAM.format(
        name=name, called=called, arrays=arrays, expected=expected, found=found, flat=flat
    )  # fmt: skip


def drawn_sample(
    expression: Expression, wrt: Sequence[str]
) -> tuple[dict[str, int], dict[str, Any], list[Any]]:
    """Return sizes, data for all variables, and the value with its derivatives there.

    Raises
    ------
    CompileError
        When no data were found for which all is finite.
    """
    function = ArrayFunction(
        expression, order=1 if wrt else 0, wrt=wrt or None, backend="numpy"
    )  # fmt: skip
    dims = dict.fromkeys(
        d for v in expression.variables for d in v.shape if isinstance(d, str)
    )  # fmt: skip
    random = np.random.default_rng(0)
    found: tuple[dict[str, int], dict[str, Any], list[Any]] | None = None
    for draw in range(N_DRAWS):
        sizes = {dim: SIZES[(place + draw // 2) % len(SIZES)] for place, dim in enumerate(dims)}
        data = {v.name: _drawn(v, sizes, random) for v in expression.variables}
        with np.errstate(all="ignore"):
            parts = _evaluated(function, data, wrt)
            moved = {name: value * (1 + CHANGE) for name, value in data.items()}
            others = _evaluated(function, moved, wrt)
        if all(np.isfinite(part).all() for part in parts):
            found = found or (sizes, data, parts)
            if _gap(parts, others) < MAX_GAP:
                return sizes, data, parts
    if found is None:
        raise CompileError("No data were found at which value and gradient are finite numbers.")
    return found


def _gap(parts: Sequence[Any], others: Sequence[Any]) -> float:
    """Return how far numbers are from others, relative to the largest; infinity where none is."""
    one, other = np.concatenate(parts), np.concatenate(others)
    gap = np.abs(one - other).max() / max(np.abs(one).max(), 1e-300)
    return float(gap) if np.isfinite(gap) else np.inf


def _evaluated(function: Any, data: Mapping[str, Any], wrt: Sequence[str]) -> list[Any]:
    """Return value and derivatives, each in one row."""
    if not wrt:
        return [np.ravel(function(**data))]
    if np.ndim(value := function(**data)):
        return [np.ravel(value), *map(np.ravel, function.jacobian(**data).values())]
    value, gradient = function.value_and_gradient(**data)
    if isinstance(gradient, dict):
        parts = list(gradient.values())
    else:
        parts = list(np.moveaxis(np.asarray(gradient), -1, 0))
    return [np.ravel(value), *map(np.ravel, parts)]


def _drawn(variable: Any, sizes: Mapping[str, int], random: np.random.Generator) -> Any:
    """Return a value for a variable, as it was declared."""
    shape = tuple(sizes[d] if isinstance(d, str) else d for d in variable.shape)
    value = random.uniform(0.2, 1.5, shape)
    words = variable.assumption.split()
    if shape and "spd" in words:
        return value @ value.T + np.eye(shape[0])
    if shape and "symmetric" in words:
        return value + value.T
    return value


def _text(value: Any) -> str:
    return repr(np.asarray(value).tolist())


_PROGRAM = """\
# Checks {name}.py: python {name}_check.py
import sys

import numpy

from {name} import {called}

DATA = {{
{arrays}
}}
EXPECTED = numpy.array({expected})

{found}
found = numpy.concatenate({flat})
gap = float(numpy.max(numpy.abs(found - EXPECTED)) / numpy.max(numpy.abs(EXPECTED)))
print("ok" if gap < 1e-9 else "WRONG", f": worst relative gap {{gap:.1e}}", sep="")
sys.exit(not gap < 1e-9)
"""
