"""`ArrayFunction`: a compiled formula with arrays of declared shapes among its arguments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ArgumentError, DerivativeError
from ..expression import Expression
from ..graph.graph import REDUCTIONS
from ..graph.shapes import Shape, written
from ..symbolic import stabilize
from .arguments import Bound
from .array_report import report_on_arrays
from .array_running import ArrayRunner
from .array_sparsity import hessian_rows
from .coloring import CompressedMatrix
from .compiled import CompiledFunction
from .flat import FlatFunction
from .installed import has_native
from .report import SizeReport
from .sizes import known_size

__all__ = ["ArrayFunction", "needs_shapes"]

Array = NDArray[Any]

_NOT_SPARSE = (
    "The Hessian of this formula is not sparse, or its arrays are too large to find out; compile "
    "it without `sparse=True`, or use `hessian_product`."
)

#: Kinds of nodes that code for columns of data knows.
COLUMN_KINDS = frozenset({"sum", "size"})


def needs_shapes(expression: Expression, wrt: Sequence[str] | None, order: int) -> bool:
    """Whether a formula is one over arrays, beyond columns of data beside scalar variables."""
    graph, root = expression.graph, expression.root
    if not graph.shapes and REDUCTIONS.isdisjoint(graph.kinds):
        return False
    shapes = {variable.name: variable.shape for variable in expression.variables}
    if order and any(shapes.get(name) for name in (shapes if wrt is None else wrt)):
        return True
    declared = set(shapes.values()) - {()}
    if len(declared) > 1 or any(len(shape) > 1 for shape in declared):
        return True
    nodes = graph.reachable([root])
    kinds = {graph.kinds[node] for node in nodes}
    if not kinds.isdisjoint(REDUCTIONS - COLUMN_KINDS):
        return True
    if {"sum", "exp"} <= kinds and "lse" in stabilize(graph, [root])[0].kinds:
        return True
    return any(len(graph.shape(node)) > 1 for node in nodes)


class ArrayFunction(CompiledFunction):
    """A compiled formula over arrays, with derivatives in variables of any shape.

    Arguments have the shapes that were declared: dimensions of the same name are of the same size,
    read from the arguments at each call. Leading axes for batches are not supported. With an array
    among the variables `wrt`, `gradient` is a dict from name to an array of the variable's shape,
    `hessian` one from pairs of names to blocks; with numbers only they are a vector and a matrix.

    Notes
    -----
    The order in which matrices are multiplied depends on the sizes; code is made at the first call
    with new ones, and shared by sizes for which the order is the same. Systems with one matrix
    share its factorization; an inverse is formed only where it is itself asked for. A SciPy sparse
    matrix may stand for an argument that is only multiplied by: `X @ w`, `X.T @ r`.

    Examples
    --------
    >>> import symcalc as sc
    >>> f = sc.compile("sum((X@w - y)**2)", order=2, wrt="w", shapes="X: m n; w: n; y: m")
    >>> data = {"X": [[1, 2], [3, 4], [5, 6]], "y": [1, 1, 2]}
    >>> f.value_and_gradient(w=[0, 0], **data)
    (6.0, {'w': array([-28., -36.])})
    >>> f.hessian(w=[0, 0], **data)["w", "w"]
    array([[ 70.,  88.],
           [ 88., 112.]])
    """

    # -- calls ----------------------------------------------------------------------------

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Return the value: a float, or an array of the formula's shape."""
        return self._outputs("value", args, kwargs)[0]

    def gradient(self, *args: Any, **kwargs: Any) -> Any:
        """Return the partial derivatives: `{name: array of the variable's shape}`."""
        return self.value_and_gradient(*args, **kwargs)[1]

    def value_and_gradient(self, *args: Any, **kwargs: Any) -> tuple[Any, Any]:
        """Return the value and the gradient; what they share is computed once."""
        value, *parts = self._outputs("gradient", args, kwargs)
        by_name = self.is_by_name
        return value, dict(zip(self.wrt, parts, strict=True)) if by_name else np.array(parts)

    def jacobian(self, *args: Any, **kwargs: Any) -> dict[str, Array]:
        """Return `{name: array}`, of the value's shape followed by that of the variable."""
        self._require(1)
        bound = self._arguments.bind(args, kwargs)
        return self.value_and_parts(bound)[1]

    def hessian(self, *args: Any, **kwargs: Any) -> Any:
        """Return the second derivatives: `{(name, other): array}`, of both shapes together.

        Compiled with `sparse=True` they are one `scipy.sparse.csr_array` over the vector that
        `pack` makes, from a few products with directions: columns are colored so that no entry
        hides another.

        Raises
        ------
        ArgumentError
            With more than 10^8 entries; `hessian_product` forms no Hessian.
        """
        self._require(2)
        self._require_scalar()
        bound = self._arguments.bind(args, kwargs)
        if self.sparse:
            return self.sparse_hessian(bound)
        blocks = self.hessian_blocks(bound)
        if self.is_by_name:
            return blocks
        n = len(self.wrt)
        return np.array(list(blocks.values())).reshape(n, n)

    def hessian_product(self, direction: Any, *args: Any, **kwargs: Any) -> Any:
        """Return Hessian × direction without forming the Hessian.

        `direction` is a dict from name to array, one missing being zero, and so is the result; or
        a vector as `pack` makes them.
        """
        self._require(1)
        self._require_scalar()
        bound = self._arguments.bind(args, kwargs)
        if isinstance(direction, Mapping):
            return self.product(self._whole_direction(direction, bound), bound)
        vector = np.asarray(direction, dtype=self._arguments.real_dtype)
        flat = FlatFunction(self, bound)
        return flat.join(self.product(flat.split(vector), bound))

    # -- flat vectors, as optimizers want them ----------------------------------------------

    def at_data(self, sizes: Mapping[str, int] | None = None, **data: Any) -> FlatFunction:
        """Return the function of one vector that holds the variables, for fixed data.

        Parameters
        ----------
        sizes : mapping, optional
            Sizes of dimensions that the data do not show, `{"k": 5}`.
        **data
            All arguments that are not in `wrt`.
        """
        return FlatFunction(self, self._arguments.bind_some(data, self.wrt, sizes or {}))

    def pack(self, values: Mapping[str, Any]) -> Array:
        """Return the variables as one vector: those of `wrt` in order, rows after rows."""
        missing = [name for name in self.wrt if name not in values]
        if missing:
            raise ArgumentError(f"`pack` needs a value for `{missing[0]}`.")
        arrays = [np.asarray(values[name], dtype=self._arguments.real_dtype) for name in self.wrt]
        for name, array in zip(self.wrt, arrays, strict=True):
            shape = self.shape_of(name)
            if array.ndim != len(shape):
                raise ArgumentError(
                    f"`{name}` has shape {array.shape}; it was declared {written(shape)}."
                )
        return np.concatenate([array.ravel() for array in arrays])

    def unpack(
        self, vector: Any, sizes: Mapping[str, int] | None = None, **data: Any
    ) -> dict[str, Any]:
        """Return a vector as `{name: array}`; sizes follow from the data, or from `sizes`."""
        return self.at_data(sizes, **data).unpack(vector)

    def scipy(
        self, sizes: Mapping[str, int] | None = None, *, hessp: bool = False, **data: Any
    ) -> dict[str, Any]:
        """Return the keyword arguments for `scipy.optimize.minimize`, for fixed data."""
        return self.at_data(sizes, **data).scipy(hessp=hessp)

    # -- what it is -------------------------------------------------------------------------

    @property
    def source(self) -> str:
        """The generated Python of the last call; there is none before the first."""
        last = self._arrays.last
        if last is None:
            raise ArgumentError("The code is made for the sizes of the first call; call it first.")
        return last.source

    def report(self, sizes: Mapping[str, int] | None = None) -> SizeReport:
        """Return how large value and derivatives are for sizes of the dimensions, `{"m": 1000}`.

        Nothing is compiled for it. Times are predicted for formulas of numbers only.

        Examples
        --------
        >>> import symcalc as sc
        >>> f = sc.compile("sum((X@w - y)**2)", order=1, wrt="w", shapes="X: m n; w: n; y: m")
        >>> found = f.report({"m": 1000, "n": 10})
        >>> found["value"].counts.operations, found["gradient"].counts.operations
        (21999, 41999)
        """
        return report_on_arrays(self._arrays, self.expression, self.wrt, self.order, sizes or {})

    def shape_of(self, name: str) -> Shape:
        """Return the declared shape of a variable."""
        return self._arguments.shapes.get(name, ())

    # -- for callers that have bound arguments ------------------------------------------------

    def run(self, what: str, bound: Bound, extra: Sequence[Any] = ()) -> list[Any]:
        """Return the value and what else is asked for, in their shapes."""
        return self._arrays.run(what, bound, extra)

    def value_and_parts(self, bound: Bound) -> tuple[Any, dict[str, Any]]:
        """Return the value, and the derivative in each variable by name."""
        value, *parts = self.run("gradient", bound)
        return value, dict(zip(self.wrt, parts, strict=True))

    def hessian_blocks(self, bound: Bound) -> dict[tuple[str, str], Any]:
        """Return the blocks of the Hessian by pairs of names."""
        return self.blocks_of(self.run("hessian", bound)[1:])

    def sparse_hessian(self, bound: Bound) -> Any:
        """Return the Hessian over all variables as one vector, in compressed rows."""
        matrix = self.compressed_hessian(bound.sizes)
        if matrix is None:
            raise ArgumentError(_NOT_SPARSE)
        flat = FlatFunction(self, bound)
        parts = [flat.join(self.product(flat.split(seed), bound)) for seed in matrix.seeds]
        return matrix.from_products(parts, self._arguments.real_dtype)

    def compressed_hessian(self, sizes: Mapping[str, int]) -> CompressedMatrix | None:
        """Return how the Hessian is made from products for sizes; None where it is not sparse."""
        key = tuple(sorted(sizes.items()))
        with self._lock:
            if key not in self._compressed:
                rows = hessian_rows(self.expression, self.wrt, sizes)
                self._compressed[key] = None if rows is None else CompressedMatrix(rows)
            return self._compressed[key]

    def blocks_of(self, entries: Sequence[Any]) -> dict[tuple[str, str], Any]:
        """Return the blocks on and below the diagonal, and what mirrors them, by pairs of names."""
        rest = iter(entries)
        blocks: dict[tuple[str, str], Any] = {}
        for row, name in enumerate(self.wrt):
            for other in self.wrt[: row + 1]:
                block = blocks[name, other] = next(rest)
                if name != other:
                    rank, n_axes = len(self.shape_of(name)), np.ndim(block)
                    order = (*range(rank, n_axes), *range(rank))
                    blocks[other, name] = block.transpose(order).copy() if n_axes else block
        return {(name, other): blocks[name, other] for name in self.wrt for other in self.wrt}

    def product(self, direction: Mapping[str, Any], bound: Bound) -> dict[str, Any]:
        """Return Hessian × direction, both by name."""
        _, *parts = self.run("product", bound, [direction[name] for name in self.wrt])
        return dict(zip(self.wrt, parts, strict=True))

    # -- inside -----------------------------------------------------------------------------

    def _set_up(self) -> None:
        super()._set_up()
        self._arrays = self._make_array_runner()
        self._compressed: dict[Any, CompressedMatrix | None] = {}
        self._shape = self.expression.graph.shape(self.expression.root)
        #: whether an array is among the variables, so that derivatives are dicts
        self.is_by_name = any(self.shape_of(name) for name in self.wrt)

    def _make_array_runner(self) -> ArrayRunner:
        is_native = self.backend == "auto" and self.accuracy == "fast" and has_native()
        return ArrayRunner(
            self.expression, self._arguments, self.wrt, may_be_native=is_native
        )  # fmt: skip

    def _may_be_native(self) -> bool:
        """Whether the formula may run as native code: one over matrices does not."""
        return False

    def _whole_direction(self, direction: Mapping[str, Any], bound: Bound) -> dict[str, Array]:
        """Return a direction with an array of the variable's shape for every variable."""
        unknown = [name for name in direction if name not in self.wrt]
        if unknown:
            raise ArgumentError(
                f"`direction` names `{unknown[0]}`; the variables are {', '.join(self.wrt)}."
            )
        found: dict[str, Array] = {}
        for name in self.wrt:
            size = tuple(known_size(d, bound.sizes) for d in self.shape_of(name))
            part = np.asarray(direction.get(name, np.zeros(size)), self._arguments.real_dtype)
            if part.shape != size:
                raise ArgumentError(
                    f"The direction of `{name}` has shape {part.shape}; it must have {size}."
                )
            found[name] = part
        return found

    def _outputs(self, what: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> list[Any]:
        """Return what is asked for; arrays like those of an earlier call are not looked at again.

        They are doubles in arrays of NumPy's own type, each of the shape that it had then.
        """
        arrays, shapes = ((), ()) if args else self._arguments.as_they_are(kwargs)
        found = self._arrays.run_again(what, arrays, shapes) if shapes else None
        if found is None:
            self._require(what != "value")
            if what != "value":
                self._require_scalar()
            bound = self._arguments.bind(args, kwargs)
            found = self.run(what, bound)
            if shapes:
                self._arrays.note(what, shapes, bound)
        return found

    def _require_scalar(self) -> None:
        if self._shape:
            raise DerivativeError(
                f"The formula has the shape {written(self._shape)}; its derivative is "
                "`jacobian(...)`. Take its sum(...) or mean(...) for a gradient."
            )
