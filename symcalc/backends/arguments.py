"""From what a caller passes to what compiled code takes, and back."""

from __future__ import annotations

import numbers
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ..errors import ArgumentError
from ..expression import Expression
from ..graph.shapes import Shape, written
from .array_kernels import is_symmetric_up_to_rounding
from .complex_numbers import refuse_real_functions

__all__ = ["NATIVE", "Arguments", "Bound", "check_all_in_order", "in_order"]

Array = NDArray[Any]

#: Stands for an argument that comes later.
FREE = np.zeros(())

#: So many combinations of shapes are remembered.
MAX_SEEN = 256

DTYPES = ("float64", "float32", "complex128")
NATIVE = {name: np.dtype(name) for name in DTYPES}

#: No argument is sparse.
DENSE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Bound:
    """Checked arguments in order: plain floats where `is_plain`, else arrays; and their batch.

    `sizes` are those of the dimensions that declared shapes name, `sparse` the names of the
    arguments that are SciPy's sparse arrays, `symmetric` those that were seen to be symmetric.
    """

    values: tuple[Any, ...]
    is_plain: bool
    batch: tuple[int, ...]
    dtype: str
    sizes: dict[str, int] = field(default_factory=dict)
    sparse: frozenset[str] = DENSE
    symmetric: frozenset[str] = frozenset()

    def arrays(self) -> tuple[Any, ...]:
        """Return NumPy scalars or arrays: they warn and return NaN where plain floats raise."""
        if not self.is_plain:
            return self.values
        kind = np.dtype(self.dtype).type
        return tuple([kind(value) for value in self.values])

    def with_more(self, vector: Array) -> Bound:
        """Return the arguments followed by the entries of a vector."""
        more = vector.tolist() if self.is_plain else list(vector)
        return replace(self, values=(*self.values, *more))


@dataclass(frozen=True, slots=True)
class Arguments:
    """The arguments of a compiled function: names, shapes and number type."""

    names: tuple[str, ...]
    shapes: dict[str, Shape]
    dtype: str
    #: what was declared of arrays, by name: {"spd"}
    properties: dict[str, frozenset[str]] = field(default_factory=dict)
    #: shapes of arguments -> sizes of the dimensions
    seen: dict[Any, dict[str, int]] = field(default_factory=dict, compare=False, repr=False)
    #: the names, unordered
    known: frozenset[str] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "known", frozenset(self.names))

    @classmethod
    def of(cls, expression: Expression, args: Sequence[str] | None, dtype: str) -> Self:
        """Check the argument list against the expression."""
        if dtype not in DTYPES:
            raise ArgumentError(f"`dtype` is {dtype!r}; allowed are {', '.join(DTYPES)}.")
        names = (
            (args,) if isinstance(args, str) else expression.names if args is None else tuple(args)
        )
        for name in names:
            if not isinstance(name, str):
                raise ArgumentError(f"`args` holds {name!r}; it takes names of variables.")
        known = set(names)
        if len(known) != len(names):
            raise ArgumentError(f"`args` names a variable twice: {', '.join(names)}.")
        missing = [name for name in expression.names if name not in known]
        if missing:
            raise ArgumentError(
                f"`args` lacks {', '.join(missing)}, on which the expression depends."
            )
        shapes = {v.name: v.shape for v in expression.variables if v.shape}
        complex_names = {v.name for v in expression.variables if v.kind == "complex"}
        is_complex = bool(complex_names) or "I" in expression.graph.kinds
        if is_complex:
            refuse_real_functions(expression.graph, expression.root, complex_names)
        words = {
            v.name: frozenset(v.assumption.split()[1:]) for v in expression.variables if v.shape
        }
        return cls(names, shapes, "complex128" if is_complex else dtype, words)

    def declared(self, *words: str) -> frozenset[str]:
        """Return the names of the arrays of which one of these words was declared."""
        return frozenset(name for name, own in self.properties.items() if not own.isdisjoint(words))

    @property
    def is_complex(self) -> bool:
        """Whether values are complex numbers."""
        return self.dtype == "complex128"

    @property
    def real_dtype(self) -> str:
        """The number type of directions and derivatives."""
        return "float32" if self.dtype == "float32" else "float64"

    @property
    def has_fast_path(self) -> bool:
        """Whether plain floats can be computed with directly."""
        return self.dtype == "float64" and not self.shapes

    def as_they_are(
        self, kwargs: Mapping[str, Any]
    ) -> tuple[list[Array], tuple[tuple[int, ...], ...]]:
        """Return arrays in order, which calls take as they are, and their shapes, else nothing."""
        own = NATIVE[self.dtype]
        arrays, shapes = [], []
        for name in self.names:
            value = kwargs.get(name)
            if type(value) is not np.ndarray or value.dtype is not own:
                return [], ()
            arrays.append(value)
            shapes.append(value.shape)
        return (arrays, tuple(shapes)) if len(kwargs) == len(arrays) else ([], ())

    def bind(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Bound:
        """Put the arguments in order, check them, and broadcast the scalar ones."""
        ordered = self._in_order(args, kwargs)
        if self.has_fast_path and all(isinstance(value, (int, float)) for value in ordered):
            return Bound(tuple([_to_float(v) for v in ordered]), True, (), self.dtype)
        if self.shapes:
            return self._shaped(ordered)
        arrays = [self._to_array(n, v) for n, v in zip(self.names, ordered, strict=True)]
        return Bound(tuple(arrays), False, self._batch(arrays), self.dtype)

    def bind_some(
        self, values: Mapping[str, Any], free: Sequence[str], sizes: Mapping[str, int]
    ) -> Bound:
        """Check the arguments that are not free; the free ones come later.

        Matrices declared symmetric are checked here, where data are bound once for many calls.
        `sizes` are those of dimensions that the arguments do not show.
        """
        later = set(free)
        missing = [name for name in self.names if name not in values and name not in later]
        if missing:
            raise ArgumentError(f"No value for {_list(missing)}, which the function needs as data.")
        unknown = [name for name in values if name not in self.known or name in later]
        if unknown:
            raise ArgumentError(f"`{unknown[0]}` is not among the data of this function.")
        arrays = {n: self._to_array(n, values[n]) for n in self.names if n in values}
        found = self._sizes(arrays)
        for dimension, size in sizes.items():
            if found.setdefault(dimension, size) != size:
                raise ArgumentError(
                    f"`{dimension}` is {size} in `sizes`, but {found[dimension]} in the data."
                )
        ordered = tuple(arrays.get(name, FREE) for name in self.names)
        sparse = self._sparse(ordered)
        symmetric = self.declared("symmetric", "spd").intersection(arrays) - sparse
        for name in symmetric:
            _check_symmetric(name, arrays[name])
        return Bound(ordered, False, (), self.dtype, in_order(found), sparse, symmetric)

    def finish(self, value: Any, bound: Bound) -> Any:
        """Return the value in the broadcast shape, its own memory; a plain number for a scalar."""
        array = np.asarray(value, dtype=self.dtype)
        if not self.shapes and array.shape != bound.batch:
            array = np.broadcast_to(array, bound.batch).copy()
        elif array.ndim and any(array is given for given in bound.values):
            array = array.copy()
        return array if array.ndim else array.item()

    def stack(self, entries: Sequence[Any] | Array, batch: tuple[int, ...]) -> Array:
        """Return the entries along a new last axis: shape `batch + (n,)`."""
        if isinstance(entries, np.ndarray):
            return np.moveaxis(entries, 0, -1)
        result = np.empty((*batch, len(entries)), dtype=self.real_dtype)
        for index, entry in enumerate(entries):
            result[..., index] = entry
        return result

    def scatter(
        self,
        entries: Sequence[Any],
        places: Sequence[tuple[int, int]],
        n: int,
        batch: tuple[int, ...],
    ) -> Array:
        """Return symmetric matrices with the entries at their places, zero elsewhere."""
        result = np.zeros((*batch, n, n), dtype=self.real_dtype)
        for entry, (row, column) in zip(entries, places, strict=True):
            result[..., row, column] = entry
            result[..., column, row] = entry
        return result

    # -- inside ---------------------------------------------------------------------------

    def _shaped(self, ordered: Sequence[Any]) -> Bound:
        """Check arguments of declared shapes; arrays of the right type are taken as they are."""
        own = NATIVE[self.dtype]
        for value in ordered:
            if type(value) is not np.ndarray or value.dtype is not own:
                break
        else:
            return Bound(tuple(ordered), False, (), self.dtype, self._known_sizes(ordered), DENSE)
        arrays = [self._to_array(n, v) for n, v in zip(self.names, ordered, strict=True)]
        sizes, sparse = self._known_sizes(arrays), self._sparse(arrays)
        return Bound(tuple(arrays), False, (), self.dtype, sizes, sparse)

    def _in_order(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> list[Any]:
        names = self.names
        if not args and kwargs.keys() == self.known:
            return [kwargs[name] for name in names]
        if len(args) > len(names):
            raise ArgumentError(
                f"{len(args)} arguments were given; the function takes {len(names)}: "
                f"{_list(names)}."
            )
        bound = dict(zip(names, args, strict=False))
        for name, value in kwargs.items():
            if name not in self.known:
                raise ArgumentError(f"`{name}` is not an argument; they are {_list(names)}.")
            if name in bound:
                raise ArgumentError(f"`{name}` is given twice.")
            bound[name] = value
        missing = [name for name in names if name not in bound]
        if missing:
            raise ArgumentError(
                f"No value for {_list(missing)}; the function takes {_list(names)}."
            )
        return [bound[name] for name in names]

    def _to_array(self, name: str, value: Any) -> Array:
        if name in self.shapes and hasattr(value, "tocsr"):
            return self._to_sparse(name, value)  # type: ignore[no-any-return]
        # Who has a masked array has loaded numpy.ma, which takes a while.
        has_masked = "numpy.ma" in sys.modules and isinstance(value, np.ma.MaskedArray)
        if has_masked and np.ma.is_masked(value):
            raise ArgumentError(f"`{name}` has masked entries; take them out, or fill them.")
        try:
            array = np.asarray(value)
        except ValueError:
            raise _not_numbers(name, value) from None
        if array.dtype.kind == "c" and not self.is_complex:
            raise ArgumentError(f"`{name}` is complex; declare it complex to allow that.")
        if array.dtype.kind == "O":
            if not all(isinstance(entry, numbers.Real) for entry in array.flat):
                raise _not_numbers(name, value)
            array = np.array([_to_float(entry) for entry in array.flat]).reshape(array.shape)
        if array.dtype.kind not in "buifc":
            raise _not_numbers(name, value)
        return array.astype(self.dtype, copy=False)

    def _to_sparse(self, name: str, value: Any) -> Any:
        """Return a SciPy sparse matrix as an array in compressed rows."""
        from scipy.sparse import csr_array

        if value.dtype.kind not in "buif":
            raise ArgumentError(f"`{name}` is sparse with entries of type {value.dtype}.")
        return csr_array(value, dtype=self.dtype)

    def _sparse(self, arrays: Sequence[Any]) -> frozenset[str]:
        """Return the names of the arguments that are sparse."""
        if set(map(type, arrays)) == {np.ndarray}:
            return DENSE
        pairs = zip(self.names, arrays, strict=True)
        return frozenset([name for name, array in pairs if type(array) is not np.ndarray])

    def _batch(self, arrays: Sequence[Array]) -> tuple[int, ...]:
        """Return the shape that scalar arguments broadcast to."""
        shapes_of = [array.shape for array in arrays]
        try:
            return np.broadcast_shapes(*shapes_of)
        except ValueError:
            shapes = ", ".join(map(str, shapes_of))
            raise ArgumentError(
                f"The arguments have shapes {shapes}, which do not broadcast."
            ) from None

    def _known_sizes(self, arrays: Sequence[Array]) -> dict[str, int]:
        """Return the sizes of the dimensions, those of shapes seen before without another check."""
        key = tuple([array.shape for array in arrays])
        found = self.seen.get(key)
        if found is None:
            found = in_order(self._sizes(dict(zip(self.names, arrays, strict=True))))
            if len(self.seen) >= MAX_SEEN:
                self.seen.clear()
            self.seen[key] = found
        return found

    def _sizes(self, arrays: Mapping[str, Array]) -> dict[str, int]:
        """Check that arrays have the shapes declared; return the sizes of the dimensions."""
        if any(array.ndim for name, array in arrays.items() if name not in self.shapes):
            raise ArgumentError("With data columns, all other arguments must be single numbers.")
        found: dict[str, tuple[int, str]] = {}
        for name, array in arrays.items():
            shape = self.shapes.get(name, ())
            if array.ndim != len(shape):
                raise ArgumentError(
                    f"`{name}` has shape {array.shape}; it was declared {written(shape)}."
                )
            for dimension, size in zip(shape, array.shape, strict=True):
                if isinstance(dimension, int):
                    expected, other = dimension, ""
                else:
                    expected, other = found.setdefault(dimension, (size, name))
                if size != expected:
                    whose = f"`{other}` has {expected}" if other else "it was declared so"
                    raise ArgumentError(
                        f"`{name}` has {size} entries along `{dimension}`, but {whose}."
                    )
        return {dimension: size for dimension, (size, _) in found.items()}


def _check_symmetric(name: str, matrix: Array) -> None:
    """Refuse a matrix that was declared symmetric and is not, up to rounding."""
    if not is_symmetric_up_to_rounding(matrix):
        row, column = np.unravel_index(np.argmax(np.abs(matrix - matrix.T)), matrix.shape)
        raise ArgumentError(
            f"`{name}` was declared symmetric, but its entry [{row}, {column}] is "
            f"{matrix[row, column]:.6g} and [{column}, {row}] is {matrix[column, row]:.6g}. "
            f"Pass ({name} + {name}.T)/2, or declare no symmetry."
        )


def _not_numbers(name: str, value: Any) -> ArgumentError:
    text = repr(value)
    shown = text if len(text) <= 60 else text[:60] + "…"
    return ArgumentError(f"`{name}` is {shown}; it takes real numbers or arrays of them.")


def _to_float(value: Any) -> float:
    try:
        return float(value)
    except OverflowError:
        raise ArgumentError(f"{str(value)[:20]}… is outside the range of a double.") from None


def in_order(sizes: Mapping[str, int]) -> dict[str, int]:
    """Return sizes by name in one order, whichever argument showed them first."""
    return dict(sorted(sizes.items()))


def _list(names: Sequence[str]) -> str:
    """Return the first names, readable."""
    return ", ".join(names[:8]) + (", …" if len(names) > 8 else "")


def check_all_in_order(names: tuple[str, ...], wrt: tuple[str, ...]) -> None:
    """Refuse derivatives that SciPy, which varies all arguments in order, would take for others.

    Raises
    ------
    ArgumentError
    """
    if wrt != names:
        raise ArgumentError(
            f"SciPy varies all arguments in order, {', '.join(names)}; derivatives are those in "
            f"{', '.join(wrt)}. Compile without `wrt`, with numbers in the place of what is fixed."
        )
