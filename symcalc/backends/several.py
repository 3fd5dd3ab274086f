"""`VectorFunction`: several formulas of numbers at once, with their Jacobian."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ArgumentError
from ..expression import Expression, Variable, in_order
from ..graph.graph import Graph
from .arguments import Bound, check_all_in_order
from .definition import Definition
from .jacobians import Jacobians
from .report import SizeReport, report_on
from .running import Runner

__all__ = ["VectorFunction"]

Array = NDArray[Any]

_ONE_POINT = (
    "A sparse Jacobian is made at one point a call; the arguments are arrays. Compile without "
    "`sparse=True` for many points at once."
)


class VectorFunction(Definition):
    """Several formulas as one function, with the Jacobian in closed form.

    All arguments are numbers, broadcast against each other once; the values have the shape
    `batch + (m,)`, the Jacobian `batch + (m, n)`. What formulas share is computed once.

    Parameters
    ----------
    expressions : sequence of Expression
    args : sequence of str, optional
        The arguments in order; default: the variables of all formulas, sorted by name.
    order : int
        0, or 1 for the Jacobian.
    wrt : sequence of str, optional
        The variables of the Jacobian; default: all arguments.
    dtype, backend, accuracy
        As for `CompiledFunction`.
    sparse : bool
        Whether `jacobian` returns SciPy's sparse array in compressed rows, at one point a call.

    Notes
    -----
    Each row of the Jacobian is derived by one sweep backwards over its own formula: where formulas
    hold few variables each, all of it costs as much as they do. Where a formula has no value, its
    row is NaN.

    Examples
    --------
    >>> import symcalc as sc
    >>> f = sc.compile(["r*cos(t)", "r*sin(t)"], "r, t", order=1)
    >>> f(2, 0)
    array([2., 0.])
    >>> f.jacobian(2, 0)
    array([[ 1., -0.],
           [ 0.,  2.]])
    """

    def __init__(
        self,
        expressions: Sequence[Expression],
        args: Sequence[str] | None = None,
        *,
        order: int = 0,
        wrt: Sequence[str] | None = None,
        dtype: str = "float64",
        backend: str = "auto",
        accuracy: str = "fast",
        sparse: bool = False,
    ) -> None:
        self.expressions = tuple(expressions)
        if order not in (0, 1):
            raise ArgumentError(f"`order` is {order!r}; of several formulas it is 0 or 1.")
        super().__init__(
            _together(self.expressions), args, order=order, wrt=wrt, dtype=dtype, backend=backend,
            accuracy=accuracy, sparse=sparse,
        )  # fmt: skip

    # -- calls ----------------------------------------------------------------------------

    def __call__(self, *args: Any, **kwargs: Any) -> Array:
        """Return the values of all formulas, shape `batch + (m,)`."""
        bound = self._arguments.bind(args, kwargs)
        _, values = self._runner.run("values", bound)
        return self._stacked(values, bound)

    def jacobian(self, *args: Any, **kwargs: Any) -> Any:
        """Return the derivatives: an array of shape `batch + (m, n)`, or a sparse one."""
        return self.value_and_jacobian(*args, **kwargs)[1]

    def value_and_jacobian(self, *args: Any, **kwargs: Any) -> tuple[Array, Any]:
        """Return the values and the Jacobian; what they share is computed once."""
        self._require(1)
        bound = self._arguments.bind(args, kwargs)
        if self.sparse and bound.batch:
            raise ArgumentError(_ONE_POINT)
        m, parts = len(self.expressions), self._derivation
        _, found = self._runner.run("jacobian", bound)
        values, entries = self._stacked(found[:m], bound), found[m:]
        if self.sparse:
            matrix = parts.pattern.filled(entries, self._arguments.real_dtype)
            undefined = np.flatnonzero(np.isnan(values))
            for row in undefined.tolist():
                matrix.data[matrix.indptr[row] : matrix.indptr[row + 1]] = np.nan
            return values, matrix
        matrix = np.zeros((*bound.batch, m, len(self.wrt)), dtype=self._arguments.real_dtype)
        for (row, column), entry in zip(parts.places, entries, strict=True):
            matrix[..., row, column] = entry
        matrix[np.isnan(values)] = np.nan
        return values, matrix

    # -- flat vectors, as solvers want them -------------------------------------------------

    def flat_values(self, x: Array) -> Array:
        """Return the values at a vector of shape `(n,)`."""
        return self(*np.asarray(x, dtype=np.float64).tolist())

    def flat_jacobian(self, x: Array) -> Any:
        """Return the Jacobian at a vector of shape `(n,)`, dense or sparse."""
        return self.jacobian(*np.asarray(x, dtype=np.float64).tolist())

    def scipy(self) -> dict[str, Callable[..., Any]]:
        """Return SciPy's arguments `fun` and `jac`, for `root`, `fsolve`s and `least_squares`.

        Examples
        --------
        >>> import symcalc as sc
        >>> from scipy.optimize import least_squares
        >>> f = sc.compile(["x^2 + y^2 - 4", "x - y"], order=1)
        >>> least_squares(x0=[1, 1], **f.scipy()).x.round(6)
        array([1.414214, 1.414214])
        """
        if self.order:
            check_all_in_order(self.names, self.wrt)
        words: dict[str, Callable[..., Any]] = {"fun": self.flat_values}
        return words | ({"jac": self.flat_jacobian} if self.order else {})

    # -- what it is -------------------------------------------------------------------------

    @property
    def source(self) -> str:
        """The generated Python for arrays: 0, the values, and the entries of the Jacobian."""
        return self._runner.source("jacobian" if self.order else "values")

    def report(self) -> SizeReport:
        """Return how large values and Jacobian are, and how long they will take.

        Nothing is compiled for it; with `order=1` the Jacobian is derived.
        """
        wanted = ("values", "jacobian")[: self.order + 1]
        n_places = len(self.expressions) * len(self.wrt)
        matrix = (len(self.jacobian_sparsity), n_places) if self.order else (0, 0)
        backends = self._possible_backends()
        return report_on(wanted, self._runner.outputs, len(self.names), backends, matrix)

    @property
    def jacobian_sparsity(self) -> list[tuple[int, int]]:
        """The places (row, column) where the Jacobian is not identically zero, row by row."""
        self._require(1)
        return list(self._derivation.places)

    def __repr__(self) -> str:
        text = ", ".join(str(expression)[:40] for expression in self.expressions[:3])
        more = ", …" if len(self.expressions) > 3 else ""
        return f"VectorFunction([{text}{more}], args={self.names}, order={self.order})"

    # -- inside -----------------------------------------------------------------------------

    def _set_up(self) -> None:
        self._derivation = Jacobians(self.expressions, self.wrt, is_complex=self._is_complex)
        self._runner = Runner(
            self.expression, self._arguments, self.wrt, self.order,
            backend=self._checked_backend(), accuracy=self.accuracy, parts=self._derivation,
        )  # fmt: skip
        self._runner.native.require(("values", "jacobian")[: self.order + 1])

    @property
    def _is_complex(self) -> bool:
        return self._arguments.is_complex

    def _stacked(self, values: Any, bound: Bound) -> Array:
        """Return values along a new last axis."""
        found = np.empty((*bound.batch, len(self.expressions)), dtype=self._arguments.dtype)
        for index, value in enumerate(values):
            found[..., index] = value
        return found

    def _identity(self) -> tuple[Any, ...]:
        return self.expressions, *super()._identity()[1:]


def _together(expressions: Sequence[Expression]) -> Expression:
    """Return a formula that holds several: their sum."""
    graph = Graph()
    roots, variables = [], dict[str, Variable]()
    for expression in expressions:
        roots += graph.absorb(expression.graph, [expression.root])
        variables |= {variable.name: variable for variable in expression.variables}
    shaped = next((name for name, variable in variables.items() if variable.shape), None)
    if shaped is not None or any(graph.shape(root) for root in roots):
        raise ArgumentError(
            "Several formulas at once are compiled as functions of numbers; "
            + (f"`{shaped}` is an array. " if shaped else "one has the shape of an array. ")
            + "Compile formulas over arrays one by one."
        )
    ordered = [variables[name] for name in in_order(variables)]
    return Expression(graph, graph.add(roots), ordered)
