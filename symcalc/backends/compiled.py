"""`CompiledFunction`: an expression as a fast callable with its derivatives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ArgumentError
from .arguments import Bound, check_all_in_order
from .at_rows import AtRows
from .definition import Definition
from .low_level import make_low_level
from .outputs import no_value_no_derivative
from .report import SizeReport, report_on
from .running import FLOAT_TROUBLE, Runner

if TYPE_CHECKING:
    import scipy.sparse

__all__ = ["CompiledFunction"]

Array = NDArray[Any]

#: Whether all types among these are plain floats.
only_floats = {float}.issuperset
to_array = np.asarray

_ONE_POINT = (
    "A sparse Hessian is made at one point a call; the arguments are arrays. Compile without "
    "`sparse=True` for many points at once."
)


class CompiledFunction(Definition):
    """A formula as a NumPy function, with gradient and Hessian in closed form.

    All scalar arguments are broadcast against each other once; results have the shape
    `batch + value_shape`: the value `(…)`, the gradient `(…, n)`, the Hessian `(…, n, n)`, with `n`
    the number of variables in `wrt`. Plain floats take a path of their own through `math`, without
    array overhead, and give a plain float back. Outside the real domain the value is NaN with
    NumPy's warning; integers become floats at the door.

    Parameters
    ----------
    expression : Expression
    args : sequence of str, optional
        The arguments in order; default: the variables of the expression in their order.
    order : int
        The highest derivative promised: 0, 1 (gradient) or 2 (Hessian).
    wrt : sequence of str, optional
        The variables that gradient and Hessian are taken in; default: all arguments.
    dtype : str
        "float64" or "float32"; "complex128" for an expression with `I` or a complex variable.
    backend : str
        "numpy"; "native": machine code, made by LLVM; "auto": that where it is worth its making.
    accuracy : str
        Of native code at many points: "fast" or "strict".
    sparse : bool
        Whether `hessian` returns SciPy's sparse array.

    Attributes
    ----------
    names, wrt : tuple of str
    order : int

    Notes
    -----
    Code is generated and compiled when it is first called, once for plain floats and once for
    arrays; this is safe from several threads. Instances pickle (they are rebuilt from the
    expression) and hash by what they compute. Where the value is NaN, so is every derivative.
    Derivatives at kinks follow the policy of the function table (`abs` 0, `max` of equal
    arguments 1/2); near removable singularities a Taylor polynomial stands in for the formula.

    Examples
    --------
    >>> import symcalc as sc
    >>> f = sc.compile("x**2*y", order=2)
    >>> f(3, 2)
    18.0
    >>> f.gradient(3, 2)
    array([12.,  9.])
    >>> f.hessian([0.0, 3.0], 2.0).shape
    (2, 2, 2)
    """

    # -- calls ----------------------------------------------------------------------------

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Return the value; a float for plain numbers, else an array of the broadcast shape."""
        if not kwargs and only_floats(map(type, args)):
            try:
                return self._runner.value(args)
            except FLOAT_TROUBLE:
                pass
        bound = self._arguments.bind(args, kwargs)
        return self._arguments.finish(self._runner.run("value", bound), bound)

    def gradient(self, *args: Any, **kwargs: Any) -> Array:
        """Return the partial derivatives in `wrt`, shape `batch + (n,)`."""
        return self.value_and_gradient(*args, **kwargs)[1]

    def value_and_gradient(self, *args: Any, **kwargs: Any) -> tuple[Any, Array]:
        """Return the value and the gradient; what they share is computed once."""
        if not kwargs and only_floats(map(type, args)):
            try:
                value, entries = self._runner.gradient(args)
                if value == value:
                    return value, to_array(entries)
            except FLOAT_TROUBLE:
                pass
        self._require(1)
        bound = self._arguments.bind(args, kwargs)
        value, entries = self._runner.run("gradient", bound)
        value = self._arguments.finish(value, bound)
        gradient = self._arguments.stack(entries, bound.batch)
        is_native = isinstance(entries, np.ndarray)
        return value, gradient if is_native else no_value_no_derivative(value, gradient)

    def hessian(self, *args: Any, **kwargs: Any) -> Any:
        """Return the matrix of second partial derivatives, shape `batch + (n, n)`.

        Compiled with `sparse=True` it is a `scipy.sparse.csr_array`, at one point a call.
        """
        self._require(2)
        bound = self._arguments.bind(args, kwargs)
        if self.sparse:
            return self._sparse_hessian(bound)
        value, entries = self._runner.run("hessian", bound)
        places = self._runner.parts.hessian_places
        hessian = self._arguments.scatter(entries, places, len(self.wrt), bound.batch)
        return no_value_no_derivative(self._arguments.finish(value, bound), hessian)

    def hessian_product(self, direction: Any, *args: Any, **kwargs: Any) -> Array:
        """Return Hessian × direction without forming the Hessian; `direction` has shape `(n,)`."""
        self._require(1)
        bound = self._arguments.bind(args, kwargs)
        vector = np.asarray(direction, dtype=self._arguments.real_dtype)
        if vector.shape != (len(self.wrt),):
            raise ArgumentError(
                f"`direction` has shape {vector.shape}; the product needs ({len(self.wrt)},)."
            )
        value, parts = self._runner.run("product", bound.with_more(vector))
        product = self._arguments.stack(parts, bound.batch)
        return no_value_no_derivative(self._arguments.finish(value, bound), product)

    def at_rows(self, columns: Sequence[Any], n_rows: int) -> AtRows:
        """Return the function of its first arguments, with columns for the last ones."""
        return AtRows(self, self._runner, self._arguments, columns, n_rows)

    # -- flat vectors, as optimizers want them ----------------------------------------------

    def flat_value(self, x: Array) -> float:
        """Return the value at a vector of shape `(n,)`."""
        return float(self(*np.asarray(x, dtype=np.float64).tolist()))

    def flat_value_and_gradient(self, x: Array) -> tuple[float, Array]:
        """Return value and gradient at a vector of shape `(n,)`."""
        if (point := self._runner.point) is not None:
            found = point(x)
            return found.item(0), found[1:]
        value, gradient = self.value_and_gradient(*np.asarray(x, dtype=np.float64).tolist())
        return float(value), gradient

    def flat_gradient(self, x: Array) -> Array:
        """Return the gradient at a vector of shape `(n,)`."""
        return self.flat_value_and_gradient(x)[1]

    def flat_hessian(self, x: Array) -> Array | scipy.sparse.csr_array:
        """Return the Hessian at a vector; a SciPy sparse array where most entries are zero."""
        self._require(2)
        parts = self._runner.parts
        if not (self.sparse or parts.is_sparse):
            return self.hessian(*x.tolist())
        return self._sparse_hessian(self._arguments.bind(tuple(x.tolist()), {}))

    def flat_hessian_product(self, x: Array, direction: Array) -> Array:
        """Return Hessian × direction at a vector of shape `(n,)`."""
        return self.hessian_product(direction, *x.tolist())

    def scipy(self, *, hessp: bool = False) -> dict[str, Callable[..., Any]]:
        """Return SciPy's arguments `fun`, `jac`, `hess`; on request `hessp` instead of `hess`.

        Raises
        ------
        ArgumentError
            The derivatives are not those in all arguments, in their order.

        Examples
        --------
        >>> import symcalc as sc
        >>> from scipy.optimize import minimize
        >>> f = sc.compile("(x - 1)**2 + (y - 2)**2", order=1)
        >>> minimize(x0=[0, 0], **f.scipy()).x.round(6)
        array([1., 2.])
        """
        if self.order:
            check_all_in_order(self.names, self.wrt)
        words: dict[str, Callable[..., Any]] = {"fun": self.flat_value}
        if self.order >= 1:
            words["jac"] = self.flat_gradient
        if self.order >= 2 and not hessp:
            words["hess"] = self.flat_hessian
        return words | ({"hessp": self.flat_hessian_product} if hessp else {})

    def low_level(self, kind: str = "integrand", /, **fixed: Any) -> Any:
        """Return the value as native code that SciPy calls without Python in between.

        Parameters
        ----------
        kind : str
            "integrand", for `scipy.integrate.quad`, `nquad` and their like: of the arguments in
            order, the ranges' variables first, then `args`. "filter", for
            `scipy.ndimage.generic_filter`: of the elements under the footprint.
        **fixed
            Values of arguments that SciPy does not pass.

        Returns
        -------
        scipy.LowLevelCallable

        Raises
        ------
        MissingExtraError
            llvmlite is not installed.
        CompileError
            The formula is one over arrays or complex, or a function in it has no native form.
        ArgumentError
            `fixed` names no argument, or what is no number.

        Notes
        -----
        Called with another number of arguments, an integrand is NaN, and a filter tells SciPy that
        it failed. Where the formula has no value, it is NaN without a warning.

        Examples
        --------
        >>> import symcalc as sc
        >>> from scipy.integrate import quad
        >>> f = sc.compile("exp(-a*x**2)", ["x", "a"])
        >>> round(quad(f.low_level(a=2), 0, 1)[0], 12)
        0.598144006661
        >>> quad(f.low_level(), 0, 1, args=(2.0,)) == quad(f.low_level(a=2), 0, 1)
        True
        """
        return make_low_level(self._arguments, self._runner.outputs, kind, fixed)

    # -- what it is -------------------------------------------------------------------------

    @property
    def source(self) -> str:
        """The generated Python for arrays: value, and gradient when `order` is at least 1.

        After calls with columns of data it is that for their lengths: long ones are read in blocks.
        """
        return self._runner.source("gradient" if self.order else "value")

    def report(self) -> SizeReport:
        """Return how large value and derivatives are, and how long they will take.

        Nothing is compiled for it; what was promised by `order` is derived.

        Examples
        --------
        >>> import symcalc as sc
        >>> found = sc.compile("sin(x*y) + (x*y)^2", order=2).report()
        >>> found["value"].counts.operations, found["gradient"].counts.operations
        (4, 9)
        >>> found.n_nonzero, found.n_places
        (4, 4)
        """
        wanted = ("value", "gradient", "hessian")[: self.order + 1]
        matrix = (0, 0)
        if self.order == 2:
            places = self.hessian_sparsity
            n_nonzero = 2 * len(places) - sum(row == column for row, column in places)
            matrix = n_nonzero, len(self.wrt) ** 2
        backends = self._possible_backends()
        return report_on(wanted, self._runner.outputs, len(self.names), backends, matrix)

    @property
    def hessian_sparsity(self) -> list[tuple[int, int]]:
        """The places (row, column), row ≥ column, where the Hessian is not identically zero."""
        self._require(2)
        return list(self._runner.parts.hessian_places)

    # -- inside -----------------------------------------------------------------------------

    def _set_up(self) -> None:
        self._runner = self._make_runner()

    def _make_runner(self) -> Runner:
        """Return what makes the code and runs it."""
        runner = Runner(
            self.expression, self._arguments, self.wrt, self.order,
            backend=self._checked_backend(), accuracy=self.accuracy,
        )  # fmt: skip
        runner.native.require(("value", "gradient", "product")[: self.order + 1])
        return runner

    def _sparse_hessian(self, bound: Bound) -> Any:
        """Return the Hessian in compressed rows."""
        if bound.batch:
            raise ArgumentError(_ONE_POINT)
        value, entries = self._runner.run("hessian", bound)
        value = self._arguments.finish(value, bound)
        return self._runner.parts.sparse_hessian(value, entries, self._arguments.real_dtype)
