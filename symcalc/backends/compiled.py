"""`CompiledFunction`: an expression as a fast callable with its derivatives."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ArgumentError, CompileError, DerivativeError
from ..expression import Expression
from ..graph.graph import Graph, Node
from ..symbolic import prepare
from .arguments import Arguments, Bound
from .blockwise import run_on_arrays
from .columns import ColumnBlocks
from .derivatives import Derivatives
from .flavours import NestingError
from .lambdified import Generated, generate
from .native_path import NativePath
from .outputs import no_value_no_derivative, returned_text, split_outputs

if TYPE_CHECKING:
    import scipy.sparse

    from .native import PointCall

__all__ = ["CompiledFunction"]

Array = NDArray[Any]

#: Whether all types among these are plain floats.
only_floats = {float}.issuperset
to_array = np.asarray

_NOT_NATIVE = (
    "backend='native' computes with real numbers in doubles; matrices, 'float32' and complex "
    "numbers need backend='numpy'."
)

#: What plain-float code raises where NumPy returns NaN or an infinity, and says so in a warning.
FLOAT_TROUBLE = (ValueError, OverflowError, ZeroDivisionError)


class CompiledFunction:
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

    def __init__(
        self,
        expression: Expression,
        args: Sequence[str] | None = None,
        *,
        order: int = 0,
        wrt: Sequence[str] | None = None,
        dtype: str = "float64",
        backend: str = "auto",
        accuracy: str = "fast",
    ) -> None:
        if order not in (0, 1, 2):
            raise ArgumentError(f"`order` is {order!r}; allowed are 0, 1 and 2.")
        self.expression, self.order = expression, order
        self._arguments = Arguments.of(expression, args, dtype)
        self.names = self._arguments.names
        self.wrt = self._choose_wrt(wrt)
        if order and self._arguments.is_complex:
            raise DerivativeError("A complex expression; only real ones are differentiated.")
        self._lock = threading.RLock()
        self._generated: dict[tuple[str, bool], Generated | None] = {}
        self._columns = ColumnBlocks(self.names, lambda what: self._parts().outputs(what))
        self._derivatives: Derivatives | None = None
        self.backend, self.accuracy = backend, accuracy
        self._native = self._native_path()
        self._fast_value: Callable[[Sequence[Any]], Any] = self._first_value
        self._fast_gradient: Callable[[Sequence[Any]], Any] = self._first_gradient
        self._point: PointCall | None = None

    # -- calls ----------------------------------------------------------------------------

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Return the value; a float for plain numbers, else an array of the broadcast shape."""
        if not kwargs and only_floats(map(type, args)):
            try:
                return self._fast_value(args)
            except FLOAT_TROUBLE:
                pass
        bound = self._arguments.bind(args, kwargs)
        return self._arguments.finish(self._run("value", bound), bound.batch)

    def gradient(self, *args: Any, **kwargs: Any) -> Array:
        """Return the partial derivatives in `wrt`, shape `batch + (n,)`."""
        return self.value_and_gradient(*args, **kwargs)[1]

    def value_and_gradient(self, *args: Any, **kwargs: Any) -> tuple[Any, Array]:
        """Return the value and the gradient; what they share is computed once."""
        if not kwargs and only_floats(map(type, args)):
            try:
                value, entries = self._fast_gradient(args)
                if value == value:
                    return value, to_array(entries)
            except FLOAT_TROUBLE:
                pass
        self._require(1)
        bound = self._arguments.bind(args, kwargs)
        value, entries = self._run("gradient", bound)
        value = self._arguments.finish(value, bound.batch)
        gradient = self._arguments.stack(entries, bound.batch)
        is_native = isinstance(entries, np.ndarray)
        return value, gradient if is_native else no_value_no_derivative(value, gradient)

    def hessian(self, *args: Any, **kwargs: Any) -> Array:
        """Return the matrix of second partial derivatives, shape `batch + (n, n)`."""
        self._require(2)
        bound = self._arguments.bind(args, kwargs)
        value, entries = self._run("hessian", bound)
        places = self._parts().hessian_places
        hessian = self._arguments.scatter(entries, places, len(self.wrt), bound.batch)
        return no_value_no_derivative(self._arguments.finish(value, bound.batch), hessian)

    def hessian_product(self, direction: Any, *args: Any, **kwargs: Any) -> Array:
        """Return Hessian × direction without forming the Hessian; `direction` has shape `(n,)`."""
        self._require(1)
        bound = self._arguments.bind(args, kwargs)
        vector = np.asarray(direction, dtype=self._arguments.real_dtype)
        if vector.shape != (len(self.wrt),):
            raise ArgumentError(
                f"`direction` has shape {vector.shape}; the product needs ({len(self.wrt)},)."
            )
        value, parts = self._run("product", bound.with_more(vector))
        product = self._arguments.stack(parts, bound.batch)
        return no_value_no_derivative(self._arguments.finish(value, bound.batch), product)

    # -- flat vectors, as optimizers want them ----------------------------------------------

    def flat_value(self, x: Array) -> float:
        """Return the value at a vector of shape `(n,)`."""
        return float(self(*np.asarray(x, dtype=np.float64).tolist()))

    def flat_value_and_gradient(self, x: Array) -> tuple[float, Array]:
        """Return value and gradient at a vector of shape `(n,)`."""
        if self._point is not None:
            found = self._point(x)
            return found.item(0), found[1:]
        value, gradient = self.value_and_gradient(*np.asarray(x, dtype=np.float64).tolist())
        return float(value), gradient

    def flat_hessian(self, x: Array) -> Array | scipy.sparse.csr_array:
        """Return the Hessian at a vector; a SciPy sparse array where most entries are zero."""
        self._require(2)
        parts = self._parts()
        if not parts.is_sparse:
            return self.hessian(*x.tolist())
        value, entries = self._run("hessian", self._arguments.bind(tuple(x.tolist()), {}))
        return parts.sparse_hessian(entries if value == value else [np.nan] * len(entries))

    def flat_hessian_product(self, x: Array, direction: Array) -> Array:
        """Return Hessian × direction at a vector of shape `(n,)`."""
        return self.hessian_product(direction, *x.tolist())

    def scipy(self, *, hessp: bool = False) -> dict[str, Callable[..., Any]]:
        """Return SciPy's arguments `fun`, `jac`, `hess`; on request `hessp` instead of `hess`.

        Examples
        --------
        >>> import symcalc as sc
        >>> from scipy.optimize import minimize
        >>> f = sc.compile("(x - 1)**2 + (y - 2)**2", order=1)
        >>> minimize(x0=[0, 0], **f.scipy()).x.round(6)
        array([1., 2.])
        """
        words: dict[str, Callable[..., Any]] = {"fun": self.flat_value}
        if self.order >= 1:
            words["jac"] = lambda x: self.flat_value_and_gradient(x)[1]
        if self.order >= 2 and not hessp:
            words["hess"] = self.flat_hessian
        return words | ({"hessp": self.flat_hessian_product} if hessp else {})

    # -- what it is -------------------------------------------------------------------------

    @property
    def source(self) -> str:
        """The generated Python for arrays: value, and gradient when `order` is at least 1.

        After calls with columns of data it is that for their lengths: long ones are read in blocks.
        """
        what = "gradient" if self.order else "value"
        return self._columns.source(what) or self._code(what, scalar=False).source

    @property
    def hessian_sparsity(self) -> list[tuple[int, int]]:
        """The places (row, column), row ≥ column, where the Hessian is not identically zero."""
        self._require(2)
        return list(self._parts().hessian_places)

    def __repr__(self) -> str:
        text = str(self.expression)[:80]
        return f"CompiledFunction({text!r}, args={self.names}, order={self.order})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), *self._identity())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CompiledFunction) and self._identity() == other._identity()

    def __hash__(self) -> int:
        return hash(self._identity())

    def _identity(self) -> tuple[Any, ...]:
        kind = self._arguments.dtype, self.backend, self.accuracy
        return self.expression, self.names, self.order, self.wrt, *kind

    # -- inside -----------------------------------------------------------------------------

    def _choose_wrt(self, wrt: Sequence[str] | None) -> tuple[str, ...]:
        if wrt is None:
            return self.names
        chosen = (wrt,) if isinstance(wrt, str) else tuple(wrt)
        for name in chosen:
            if name not in self.names:
                raise ArgumentError(
                    f"`{name}` is not an argument; they are {', '.join(self.names)}."
                )
        return chosen

    def _require(self, order: int) -> None:
        if self.order < order:
            raise ArgumentError(
                f"This function was compiled with order={self.order}; "
                f"compile it with order={order} for that derivative."
            )

    def _parts(self) -> Derivatives:
        """Return the derivation, made at the first use."""
        with self._lock:
            if self._derivatives is None:
                self._derivatives = Derivatives(*self._prepared(), self.wrt)
            return self._derivatives

    def _prepared(self) -> tuple[Graph, Node]:
        """Return the formula in stable atoms, which are the same function on the real line only."""
        graph, root = self.expression.graph, self.expression.root
        return (graph, root) if self._arguments.is_complex else prepare(graph, root)

    def _code(self, what: str, *, scalar: bool) -> Generated:
        """Return the code for what is asked for, generated at the first call."""
        key = (what, scalar)
        with self._lock:
            if key not in self._generated:
                graph, outputs, extra = self._parts().outputs(what)
                self._generated[key] = self._generate(graph, outputs, extra, what, scalar)
            found = self._generated[key]
        if found is None:
            raise NestingError("The branches are nested too deeply for plain floats.")
        return found

    def _generate(
        self, graph: Graph, outputs: list[Node], extra: tuple[str, ...], what: str, scalar: bool
    ) -> Generated | None:
        names = (*self.names, *extra)
        try:
            return generate(graph, outputs, names, scalar=scalar, returns=returned_text(what))
        except NestingError:
            return None

    def _run(self, what: str, bound: Bound) -> Any:
        """Run the code for what is asked for: on plain floats where the arguments are."""
        found = self._native.run(what, bound)
        if found is not None:
            return split_outputs(what, found)
        if bound.is_plain and self._arguments.has_fast_path:
            try:
                return self._code(what, scalar=True).function(bound.values)
            except (*FLOAT_TROUBLE, NestingError):
                pass
        if in_blocks := bound.sizes and self._columns.function(what, bound.sizes):
            return in_blocks(bound.values)
        return run_on_arrays(self._code(what, scalar=False).function, what, bound)

    def _first_value(self, args: Sequence[Any]) -> Any:
        self._set_fast_value(self._native.point("value"))
        return self._fast_value(args)

    def _first_gradient(self, args: Sequence[Any]) -> Any:
        self._set_fast_gradient(self._native.point("gradient") if self.order else None)
        return self._fast_gradient(args)

    def _set_fast_value(self, point: PointCall | None) -> None:
        if point is not None:
            self._fast_value = lambda args: point(args).item(0)
        else:
            self._fast_value = self._float_code("value", self._set_fast_value)

    def _set_fast_gradient(self, point: PointCall | None) -> None:
        if point is not None:
            self._point = point
            self._fast_gradient = lambda args: split_outputs("gradient", point(args))
        elif self.order:
            self._fast_gradient = self._float_code("gradient", self._set_fast_gradient)
        else:
            self._fast_gradient = _no_fast_path

    def _float_code(
        self, what: str, replace: Callable[[PointCall | None], None]
    ) -> Callable[[Sequence[Any]], Any]:
        """Return the code on plain floats, or what sends the caller to the path for arrays."""
        if not self._arguments.has_fast_path:
            return _no_fast_path
        try:
            function = self._code(what, scalar=True).function
        except NestingError:
            return _no_fast_path
        return self._native.after_many_calls(what, function, replace)

    def _may_be_native(self) -> bool:
        """Whether all is real, in doubles, and arrays, if any, are columns of one table."""
        return self._arguments.dtype == "float64" and len(set(self._arguments.shapes.values())) < 2

    def _native_path(self) -> NativePath:
        """Return what runs as native code: real numbers in doubles."""
        if not self._may_be_native():
            backend = "numpy" if self.backend == "auto" else self.backend
            if backend == "native":
                raise CompileError(_NOT_NATIVE)
        else:
            backend = self.backend

        def outputs(what: str) -> tuple[Graph, list[Node], tuple[str, ...]]:
            with self._lock:
                return self._parts().outputs(what)

        return NativePath(backend, self.accuracy, self.names, outputs)


def _no_fast_path(args: Sequence[Any]) -> Any:
    raise ValueError("There is no path for plain floats.")


def _rebuild(
    kind: type[CompiledFunction],
    expression: Expression,
    names: tuple[str, ...],
    order: int,
    wrt: tuple[str, ...],
    dtype: str,
    backend: str,
    accuracy: str,
) -> CompiledFunction:
    """Make a pickled function again."""
    return kind(
        expression, names, order=order, wrt=wrt, dtype=dtype, backend=backend, accuracy=accuracy
    )
