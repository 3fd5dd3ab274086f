"""`ArrayFunction`: a compiled formula with arrays of declared shapes among its arguments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import ArgumentError, DerivativeError
from ..expression import Expression
from ..graph.graph import REDUCTIONS
from ..graph.shapes import Shape, written
from ..program import in_layout, in_steps, lower, row_blocks
from ..symbolic import stabilize
from .arguments import NATIVE, Bound
from .array_derivatives import ArrayDerivatives
from .columns import MAX_SIZES
from .compiled import CompiledFunction
from .flat import FlatFunction
from .lambdified import Generated, generate_for_sizes
from .sizes import check_parts, known_size

__all__ = ["ArrayFunction", "needs_shapes", "refuse_large"]

Array = NDArray[Any]

#: A Hessian or Jacobian with more entries than this is not formed.
MAX_ENTRIES = 10**8

#: Kinds of nodes that code for columns of data knows.
COLUMN_KINDS = frozenset({"sum", "size"})


def needs_shapes(expression: Expression, wrt: Sequence[str] | None, order: int) -> bool:
    """Whether a formula is one over arrays, beyond columns of data beside scalar variables."""
    graph, root = expression.graph, expression.root
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


class _Code(NamedTuple):
    """Code for some sizes: what it reads after the arguments, the sizes of what it returns."""

    generated: Generated
    tail: tuple[int, ...]
    results: list[tuple[int, ...]]


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
        super().__init__(
            expression, args, order=order, wrt=wrt, dtype=dtype, backend=backend, accuracy=accuracy
        )
        self._by_sizes: dict[Any, _Code] = {}
        self._by_order: dict[Any, Generated] = {}
        #: what was asked for last: sizes (the very dict), what is known of arguments, code
        self._recent: dict[str, tuple[Any, Any, _Code]] = {}
        self._derived: ArrayDerivatives | None = None
        self._last: Generated | None = None
        self._shape = expression.graph.shape(expression.root)
        self._definite = self._arguments.declared("spd")
        #: whether an array is among the variables, so that derivatives are dicts
        self.is_by_name = any(self.shape_of(name) for name in self.wrt)

    def _may_be_native(self) -> bool:
        """Whether the formula may run as native code: one over matrices does not."""
        return False

    # -- calls ----------------------------------------------------------------------------

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Return the value: a float, or an array of the formula's shape."""
        bound = self._arguments.bind(args, kwargs)
        return self.run("value", bound)[0]

    def gradient(self, *args: Any, **kwargs: Any) -> Any:
        """Return the partial derivatives: `{name: array of the variable's shape}`."""
        return self.value_and_gradient(*args, **kwargs)[1]

    def value_and_gradient(self, *args: Any, **kwargs: Any) -> tuple[Any, Any]:
        """Return the value and the gradient; what they share is computed once."""
        self._require(1)
        self._require_scalar()
        bound = self._arguments.bind(args, kwargs)
        value, parts = self.value_and_parts(bound)
        return value, parts if self.is_by_name else np.array(list(parts.values()))

    def jacobian(self, *args: Any, **kwargs: Any) -> dict[str, Array]:
        """Return `{name: array}`, of the value's shape followed by that of the variable."""
        self._require(1)
        bound = self._arguments.bind(args, kwargs)
        return self.value_and_parts(bound)[1]

    def hessian(self, *args: Any, **kwargs: Any) -> Any:
        """Return the second derivatives: `{(name, other): array}`, of both shapes together.

        Raises
        ------
        ArgumentError
            With more than 10^8 entries; `hessian_product` forms no Hessian.
        """
        self._require(2)
        self._require_scalar()
        bound = self._arguments.bind(args, kwargs)
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
        if self._last is None:
            raise ArgumentError("The code is made for the sizes of the first call; call it first.")
        return self._last.source

    def shape_of(self, name: str) -> Shape:
        """Return the declared shape of a variable."""
        return self._arguments.shapes.get(name, ())

    # -- for callers that have bound arguments ------------------------------------------------

    def run(self, what: str, bound: Bound, extra: Sequence[Any] = ()) -> list[Any]:
        """Return the value and what else is asked for, in their shapes."""
        sizes, known, code = self._recent.get(what, (None, None, None))
        if code is None or sizes is not bound.sizes or known != (bound.sparse, bound.symmetric):
            known = bound.sparse, bound.symmetric
            code = self._by_sizes.get((what, known, *bound.sizes.items()))
            if code is None:
                code = self._for_sizes(what, bound)
            self._recent[what] = bound.sizes, known, code
        self._last = code.generated
        given = (*bound.values, *extra)
        try:
            entries = code.generated.function((*given, *code.tail))
        except (ZeroDivisionError, ValueError) as error:
            entries = _of_nothing(error, code, bound.sizes)
        return self._finished(code, entries, given)

    def value_and_parts(self, bound: Bound) -> tuple[Any, dict[str, Any]]:
        """Return the value, and the derivative in each variable by name."""
        value, *parts = self.run("gradient", bound)
        return value, dict(zip(self.wrt, parts, strict=True))

    def hessian_blocks(self, bound: Bound) -> dict[tuple[str, str], Any]:
        """Return the blocks of the Hessian by pairs of names."""
        return self.blocks_of(self.run("hessian", bound)[1:])

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

    def _derivation(self) -> ArrayDerivatives:
        """Return the derivation, made at the first use."""
        with self._lock:
            if self._derived is None:
                self._derived = ArrayDerivatives(*self._prepared(), self.wrt)
            return self._derived

    def _for_sizes(self, what: str, bound: Bound) -> _Code:
        """Return the code for what is asked for at the sizes of arguments, made if need be."""
        with self._lock:
            sizes, sparse = bound.sizes, bound.sparse
            derivation = self._derivation()
            shapes = self._result_shapes(what)
            results = [tuple(known_size(d, sizes) for d in shape) for shape in shapes]
            refuse_large(sum(map(prod, results)))
            graph, outputs, extra = derivation.outputs(what)
            check_parts(graph, outputs, sizes)
            if not sparse:
                graph, outputs = in_layout(graph, outputs, sizes)
            stepped, roots = in_steps(graph, outputs, sizes, bound.symmetric)
            program = lower(stepped, roots)
            blocks = None if sparse else row_blocks(program, sizes)
            tail = list(sizes.values()) + ([blocks.length] if blocks else [])
            nodes = program.order
            order = tuple((stepped.kinds[n], stepped.args[n], stepped.data[n]) for n in nodes)
            key = (what, sparse, order, tuple(sizes), blocks and blocks.dimension)
            if key not in self._by_order:
                self._by_order[key] = generate_for_sizes(
                    program, (*self.names, *extra), list(sizes), sparse=sparse, blocks=blocks,
                    definite=self._definite,
                    returns=lambda texts: f"[{', '.join(texts)}]",
                )  # fmt: skip
            code = _Code(self._by_order[key], tuple(tail), results)
            if len(self._by_sizes) >= MAX_SIZES:
                self._by_sizes.clear()
            self._by_sizes[(what, (sparse, bound.symmetric), *sizes.items())] = code
            return code

    def _result_shapes(self, what: str) -> list[Shape]:
        """Return the shapes of the value and what else is asked for."""
        own = [self.shape_of(name) for name in self.wrt]
        if what == "gradient":
            return [self._shape, *[(*self._shape, *shape) for shape in own]]
        if what == "hessian":
            return [(), *[(*a, *b) for row, a in enumerate(own) for b in own[: row + 1]]]
        return [self._shape, *own] if what == "product" else [self._shape]

    def _finished(self, code: _Code, entries: list[Any], given: Sequence[Any]) -> list[Any]:
        """Return results in their shapes, arrays of their own; NaN where there is no value."""
        dtype = NATIVE[self._arguments.dtype]
        taken = set(map(id, given))
        for place, size in enumerate(code.results):
            entry = entries[place]
            if not size:
                entries[place] = np.asarray(entry, dtype=dtype).item()
                continue
            if type(entry) is not np.ndarray or entry.dtype != dtype:
                entry = np.asarray(entry, dtype=dtype)
            if entry.shape != size or entry.base is not None or id(entry) in taken:
                entry = np.broadcast_to(entry, size).copy()
            taken.add(id(entry))
            entries[place] = entry
        value = entries[0]
        is_undefined = value != value if not code.results[0] else bool(np.isnan(value).any())
        if is_undefined and len(entries) > 1:
            _without_value(entries)
        return entries

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

    def _require_scalar(self) -> None:
        if self._shape:
            raise DerivativeError(
                f"The formula has the shape {written(self._shape)}; its derivative is "
                "`jacobian(...)`. Take its sum(...) or mean(...) for a gradient."
            )


def refuse_large(n_entries: int) -> None:
    """Refuse a derivative that would not fit into memory."""
    if n_entries > MAX_ENTRIES:
        raise ArgumentError(
            f"This derivative would have {n_entries:.1e} entries, more than {MAX_ENTRIES:.0e}; use "
            "`hessian_product(direction, ...)`, which forms no matrix."
        )


def _without_value(entries: list[Any]) -> None:
    """Make derivatives NaN where the function has no value."""
    undefined = np.isnan(entries[0])
    for place in range(1, len(entries)):
        if np.ndim(entries[place]):
            entries[place][undefined] = np.nan
        else:
            entries[place] = float("nan")


def _of_nothing(error: Exception, code: _Code, sizes: Mapping[str, int]) -> list[Any]:
    """Return NaN for the mean of no elements; of their extremum there is nothing to return."""
    empty = [name for name, size in sizes.items() if size == 0]
    if not empty:
        raise error
    if isinstance(error, ZeroDivisionError):
        return [np.nan] * len(code.results)
    raise ArgumentError(
        f"The formula needs an element of an array that has none: `{empty[0]}` is 0."
    ) from None
