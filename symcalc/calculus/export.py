"""`export`: a formula and its gradient as a file of source in another language."""

from __future__ import annotations

import difflib
import keyword
import math
import re
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..backends import CompiledFunction, compile_expression
from ..backends.derivatives import Derivatives
from ..backends.source import DIALECTS, FRAMES, Sample, Signature, write_files
from ..errors import ArgumentError, CompileError
from ..expression import Expression
from ..language import Limits
from ..symbolic import prepare
from ..symbolic.lengths import with_ranged_lengths
from ..verify.sampling import sample_points
from ..writing import latex_rows
from .array_source import array_files
from .budget import budgeted
from .exported import Export
from .gradient import partials
from .matrix_source import matrix_files
from .reading import Formula, to_expression, to_names

__all__ = ["LANGUAGES", "export"]

LANGUAGES = (*DIALECTS, "latex")

#: What files for Python import, and what that imports.
_PACKAGES = ("jax", "jaxlib", "numpy", "scipy", "opt_einsum", "ml_dtypes")

#: Points of the program that checks, rows of its data, and how often both are drawn.
N_POINTS, N_ROWS, N_TRIES = 5, 6, 60


@budgeted
def export(
    expr: Formula,
    language: str = "c",
    *,
    wrt: Sequence[str] | str | None = None,
    order: int = 1,
    name: str = "f",
    shapes: Any = None,
    assume: Any = None,
    syntax: str = "symcalc",
    limits: Limits | None = None,
) -> Export:
    """Write a formula and its gradient as self-contained source, with a program that checks it.

    Parameters
    ----------
    expr : str, Expression or SymPy expression
    language : str
        "python" (plain floats), "numpy", "jax" (jitted, in doubles), "c" (C99), "cpp", "fortran",
        "julia", "rust" or "latex".
    wrt : sequence of str, optional
        The variables of the gradient; default: all numbers that are no data.
    order : int
        0: the value alone; 1: value and gradient.
    name : str
        Of the functions, `NAME_value` and `NAME_value_and_gradient`, and of the files.
    shapes : dict or str, optional
        Columns of data, `{"x": "rows"}`, or vectors and matrices.
    assume, syntax, limits
        As of `gradient`.

    Returns
    -------
    Export
        Its `text` is the file, `write(folder)` writes it and the program that checks it.

    Raises
    ------
    ParseError, ArgumentError, DerivativeError
    CompileError
        A function of the formula has no form in the language.

    Notes
    -----
    The functions compute what compiled functions compute, stable forms and branches included: they
    take an array of the numbers in the order that the first comment says, and an array of columns;
    over vectors and matrices the sizes, then each argument, arrays row by row.
    Where the formula has no value, value and gradient are NaN. The check compares with numbers of
    compiled functions at points inside the domain. docs/export.md has each language's signatures.

    Examples
    --------
    >>> import symcalc as sc
    >>> print(sc.export("a*exp(-b*t)", "c", wrt="a, b").text)
    // f = a*exp(-b*t)
    // x = a, b, t; gradient in a, b
    ...
    double f_value_and_gradient(const double *x, double *gradient)
    {
        double t5, t6;
        t5 = exp(-x[1]*x[2]);
        t6 = x[0]*t5;
        const double value = t6;
        gradient[0] = t5;
        gradient[1] = -t6*x[2];
        for (int k = 0; value != value && k < 2; ++k) {
            gradient[k] = value;
        }
        return value;
    }
    """
    _check(language, order, name)
    expression = to_expression(
        expr, declared=to_names(wrt) or (), shapes=shapes, assume=assume, syntax=syntax,
        limits=limits,
    )  # fmt: skip
    chosen = to_names(wrt) or tuple(v.name for v in expression.variables if not v.shape)
    if language == "latex":
        return _in_latex(expression, chosen if order else (), name)
    function = compile_expression(
        expression, order=order, wrt=chosen if order else None, backend="numpy"
    )
    if type(function) is not CompiledFunction or (
        language in FRAMES and not _is_of_totals(expression)
    ):
        wanted = chosen if order else ()
        if language in FRAMES:
            written = array_files(expression, wanted, name, language)
            return Export(language, name, written.files, written.run, expression, wanted)
        files, run = matrix_files(expression, wanted, name, language)
        return Export(language, name, files, run, expression, wanted)
    columns = tuple(v.name for v in expression.variables if v.shape)
    arguments = tuple(n for n in expression.names if n not in columns)
    signature = Signature(name, arguments, columns, chosen if order else ())
    derivatives = Derivatives(*prepare(expression.graph, expression.root), chosen)
    graph, outputs, _ = derivatives.outputs("gradient" if order else "value")
    graph, outputs = with_ranged_lengths(graph, outputs)
    samples = _samples(function, signature)
    found = write_files(
        graph, outputs, signature, DIALECTS[language], _notes(expression, signature), samples
    )
    return Export(language, name, found.files, found.run, expression, signature.wrt)


def _is_of_totals(expression: Expression) -> bool:
    """Whether a formula is a number made of numbers and columns of data as long as they may be."""
    sizes = {size for variable in expression.variables for size in variable.shape}
    return not expression.graph.shape(expression.root) and not any(
        isinstance(size, int) for size in sizes
    )


def _check(language: str, order: int, name: str) -> None:
    """Refuse what is not allowed, before any work."""
    if language not in LANGUAGES:
        near = difflib.get_close_matches(str(language).lower(), LANGUAGES, 1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise ArgumentError(
            f"`language` is {language!r}; allowed are {', '.join(LANGUAGES)}.{hint}"
        )
    if order not in (0, 1):
        raise ArgumentError(f"`order` is {order!r}; allowed are 0 and 1.")
    if not isinstance(name, str) or not re.fullmatch(
        r"(?=.{1,40}$)[a-z][a-z0-9]*(_[a-z0-9]+)*", name
    ):
        raise ArgumentError(
            f"`name` is {name!r}; it begins with a small letter, and goes on with small letters, "
            "digits and single `_` between them, 40 characters at most."
        )
    is_python = language in ("python", "numpy", "jax")
    if is_python and (keyword.iskeyword(name) or name in {*sys.stdlib_module_names, *_PACKAGES}):
        raise ArgumentError(
            f"`name` is {name!r}, which is a word or a module of Python: {name}.py could not be "
            "imported, or would stand in the way of that module. Choose another one."
        )


def _notes(expression: Expression, signature: Signature) -> list[str]:
    """Return what the comment at the top says."""
    given = f"x = {', '.join(signature.arguments)}" if signature.arguments else "x is not used"
    if signature.columns:
        given += f"; columns = {', '.join(signature.columns)}"
    if signature.wrt:
        given += f"; gradient in {', '.join(signature.wrt)}"
    return [f"{signature.name} = {expression.text}", given]


def _samples(function: CompiledFunction, signature: Signature) -> list[Sample]:
    """Return points at which value and gradient are finite, with the numbers there.

    Raises
    ------
    CompileError
        When no such point was found.
    """
    entries = [f"{name} {row}" for name in signature.columns for row in range(N_ROWS)]
    known = {v.name: v.assumption for v in function.expression.variables if v.assumption}
    found: list[Sample] = []
    data: tuple[tuple[float, ...], ...] = ()
    for point in sample_points(
        [*signature.arguments, *entries], n_tries=N_TRIES, assumptions=known
    ):  # fmt: skip
        columns = data or tuple(
            tuple(point[f"{name} {row}"] for row in range(N_ROWS)) for name in signature.columns
        )
        arguments = tuple(point[name] for name in signature.arguments)
        values: dict[str, Any] = dict(zip(signature.arguments, arguments, strict=True))
        values |= {n: np.array(c) for n, c in zip(signature.columns, columns, strict=True)}
        with np.errstate(all="ignore"):
            if signature.wrt:
                value, gradient = function.value_and_gradient(**values)
            else:
                value, gradient = function(**values), np.empty(0)
        if np.ndim(value):
            raise CompileError("The formula has a value for each row; take its sum or mean.")
        expected = (float(value), *map(float, gradient))
        if all(map(math.isfinite, expected)):
            data = columns
            found.append(Sample(arguments, columns, expected))
        if len(found) == N_POINTS:
            break
    if not found:
        raise CompileError("No point was found at which value and gradient are finite numbers.")
    return found


def _in_latex(expression: Expression, wrt: Sequence[str], name: str) -> Export:
    """Return a document with the formula and its gradient."""
    formulas = [(name.replace("_", "\\_"), expression.latex)]
    if wrt:
        for variable, form in partials(expression, wrt).items():
            symbol = Expression(form.graph, form.graph.var(variable)).latex
            head = f"\\frac{{\\partial {formulas[0][0]}}}{{\\partial {symbol}}}"
            formulas.append((head, form.latex))
    lines = [
        f"  {head} &= " + " \\\\\n  &\\quad ".join(latex_rows(form)) for head, form in formulas
    ]
    body = " \\\\\n".join(lines)
    text = (
        "\\documentclass{article}\n\\usepackage{amsmath}\n\\allowdisplaybreaks\n"
        "\\begin{document}\n\\begin{align*}\n"
        f"{body}\n\\end{{align*}}\n\\end{{document}}\n"
    )
    return Export("latex", name, {f"{name}.tex": text}, "", expression, tuple(wrt))
