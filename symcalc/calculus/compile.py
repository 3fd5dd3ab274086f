"""`compile`: Expression → CompiledFunction."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ..backends import CompiledFunction, VectorFunction, compile_expression, compile_several
from ..errors import ArgumentError
from ..language import Limits
from .budget import budgeted
from .reading import Formula, to_expression, to_names

__all__ = ["compile"]


@budgeted
def compile(
    expr: Formula | Sequence[Formula],
    args: Sequence[str] | str | None = None,
    *,
    order: int = 0,
    wrt: Sequence[str] | str | None = None,
    backend: str = "auto",
    accuracy: str = "fast",
    dtype: str = "float64",
    sparse: bool = False,
    shapes: Any = None,
    closed_forms: float = 0.0,
    syntax: str = "symcalc",
    limits: Limits | None = None,
) -> CompiledFunction | VectorFunction:
    """Return a formula as a fast NumPy function, with derivatives up to `order`.

    Parameters
    ----------
    expr : str, Expression or SymPy expression; or a sequence of them
        Several formulas are one function: `f(…)` returns the values, and with `order=1`
        `f.jacobian` their derivatives.
    args : sequence of str, optional
        The arguments in order; default: the variables sorted by name in the formula.
    order : int
        0: the value; 1: also `gradient` and `value_and_gradient`; 2: also `hessian` and
        `hessian_product`.
    wrt : sequence of str, optional
        The variables that derivatives are taken in; default: all arguments.
    backend : str
        "numpy": NumPy and `math`; "native": machine code, made by LLVM (needs
        `pip install 'symcalc[native]'`); "auto": native code where it is installed and worth its
        making, which is from 20 000 points at once on, or thousands of calls of a long formula;
        "jax": JAX, jitted (needs `pip install 'symcalc[jax]'`), whose functions for other JAX code
        are `f.jax`; it is never chosen by "auto".
    accuracy : str
        Of the functions in native code at many points: "fast" (glibc's for vectors, to 4 units in
        the last place) or "strict" (those of C's libm for one double, some 10 times slower).
    dtype : str
        "float64" (default) or "float32".
    sparse : bool
        Whether `hessian` and `jacobian` return a `scipy.sparse.csr_array` in place of an array, at
        one point a call. What is identically zero is known from the formula; only the rest is
        derived, compiled and computed.
    shapes : dict or str, optional
        Shapes of data columns, `{"x": "rows"}`.
    closed_forms : float
        Seconds for a search of closed forms of the integrals inside; those that were checked and
        hold without conditions are compiled in place of them, and `expression` shows them. By
        default integrals are computed by quadrature.
    limits : Limits, optional

    Returns
    -------
    CompiledFunction or VectorFunction

    Raises
    ------
    ParseError, ArgumentError, CompileError, DerivativeError, MissingExtraError

    Notes
    -----
    An integral is computed for all values of its parameters at once. Two unrelated rules must
    agree to about ten digits; ranges are split at kinks, jumps, poles and narrow peaks, which are
    found from the formula. Where the integral diverges or the rules do not agree, the value is
    NaN. Gradients are made by Leibniz' rule.

    Examples
    --------
    >>> import symcalc as sc
    >>> f = sc.compile("100*(y - x^2)^2 + (1 - x)^2", order=1)
    >>> f.value_and_gradient(-1.2, 1.0)
    (24.199999999999996, array([-215.6,  -88. ]))
    >>> chain = sc.compile("(x - y)^2 + (y - z)^2 + z^4", order=2, sparse=True)
    >>> print(chain.hessian(1.0, 2.0, 3.0).toarray())
    [[  2.  -2.   0.]
     [ -2.   4.  -2.]
     [  0.  -2. 110.]]
    >>> erf = sc.compile("2/sqrt(pi)*integral(exp(-t^2), t, 0, x)", order=1)
    >>> erf([0.0, 1.0, 2.0]).round(6)
    array([0.      , 0.842701, 0.995322])
    """
    names, several = to_names(args), isinstance(expr, list | tuple)
    formulas = list(expr) if several else [expr]
    if not formulas:
        raise ArgumentError("No formula was given; the function needs at least one.")
    expressions = [
        to_expression(one, declared=names or (), shapes=shapes, syntax=syntax, limits=limits)
        for one in formulas
    ]
    if not isinstance(closed_forms, int | float) or not 0 <= closed_forms < math.inf:
        raise ArgumentError(f"`closed_forms` is {closed_forms!r}; it is a number of seconds.")
    if closed_forms:
        from .closed_integrals import with_closed_integrals

        expressions = [with_closed_integrals(one, closed_forms) for one in expressions]
    options: dict[str, Any] = {
        "order": order, "wrt": to_names(wrt), "dtype": dtype, "backend": backend,
        "accuracy": accuracy, "sparse": sparse,
    }  # fmt: skip
    if several:
        return compile_several(expressions, names, **options)
    return compile_expression(expressions[0], names, **options)
