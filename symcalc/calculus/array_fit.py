"""Fitting models over arrays: matrices of data, parameters of any shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..backends import ArrayFunction, FlatFunction, refuse_large
from ..errors import ArgumentError, DataError, OutcomeError
from ..graph.derive import jacobian_nodes
from ..language import Limits
from ..optimize import fit_residuals
from .array_fit_result import ArrayFit
from .array_reading import ArrayFormula, occurring, read_array_formula
from .array_shapes import name_shapes, sizes_of
from .data import Table, load_data
from .first_nan import Setting
from .fit_blame import with_bad_entry
from .reading import Formula, to_expression
from .remembered import array_function_of, function_of
from .structure import find_roughness

__all__ = ["fit_arrays"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class _ArrayModel:
    """A model at any data, its parameters one vector: what a fit keeps to predict with."""

    function: ArrayFunction
    names: tuple[str, ...]
    data: tuple[str, ...]
    shapes: Mapping[str, tuple[int, ...]]

    def __call__(self, parameters: Mapping[str, float], data: Any) -> Array:
        """Return the model at data, row after row."""
        flat = self._at(data)
        return np.asarray(flat.values(np.array(list(parameters.values()))))

    def slopes(self, parameters: Mapping[str, float], data: Any) -> Array:
        """Return its derivatives in all numbers of the parameters."""
        flat = self._at(data)
        return np.asarray(flat.jacobian(np.array(list(parameters.values()))))

    def _at(self, data: Any) -> Any:
        table = load_data(data)
        missing = [name for name in self.data if name not in table.names]
        if missing:
            listed = ", ".join(table.names[:20]) or "(none)"
            raise DataError(f"The data have no `{missing[0]}`, which the model needs; {listed}.")
        arrays = _dense({name: table.array(name) for name in self.data})
        values = {name: np.zeros(shape) for name, shape in self.shapes.items()} | arrays
        sizes = sizes_of({name: self.function.shape_of(name) for name in values}, values)
        return self.function.at_data(sizes, **arrays)


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """A model at its data: what least squares evaluates."""

    function: FlatFunction
    target: Array
    is_stretched: bool

    def residuals(self, p: Array) -> Array:
        """Return target minus model."""
        return self.target - self.function.values(p)

    def jacobian(self, p: Array) -> Array:
        """Return the derivatives of the residuals in all numbers of the parameters."""
        slopes = -self.function.jacobian(p)
        if not self.is_stretched:
            return slopes
        return np.broadcast_to(slopes, (self.target.size, p.size)).copy()


def fit_arrays(
    model: Formula,
    table: Table,
    *,
    target: str,
    start: Mapping[str, Any],
    shapes: Any,
    weights: Any,
    bounds: list[Any] | None,
    method: str,
    throw: bool,
    seed: int,
    limits: Limits,
) -> ArrayFit:
    """Fit a model over arrays; see `fit`.

    Raises
    ------
    ParseError, ArgumentError, DataError, OutcomeError
    """
    y = _target(target, table, limits)
    read = read_array_formula(
        model, start, data=table, shapes=shapes, limits=limits, seed=seed, what="model",
        result=y.shape,
    )  # fmt: skip
    if target in read.data:
        raise ArgumentError(f"The model contains its target `{target}`.")
    names, pairs = tuple(read.start), read.bounds(bounds)
    function = array_function_of(read.expression, order=1, wrt=names)
    flat = function.at_data(read.sizes, **_dense(read.data))
    own = {name: np.shape(value) for name, value in read.start.items()}
    rows = _Rows(flat, y.ravel(), not read.expression.graph.shape(read.expression.root))

    expression = read.expression
    rough = find_roughness(expression.graph, expression.root, names)
    found = fit_residuals(
        rows.residuals, rows.jacobian, _drawn_inside(read, start, pairs), read.names,
        target=y.ravel(), weights=_weights(weights, table, y.shape), bounds=pairs, method=method,
        time_limit=limits.seconds, has_jumps="jump" in rough, linear=_linear(read),
        predictor=_ArrayModel(function, names, tuple(read.data), own), model=expression.text,
        target_name=target,
    )  # fmt: skip
    setting = Setting(expression, names, read.data, read.sizes)
    found = with_bad_entry(found, setting, flat.split(np.array(list(found.parameters.values()))))
    if read.notes:
        found = replace(found, notes=(*found.notes, *read.notes))
    result = ArrayFit(found, own, y.shape)
    if throw and not result.converged:
        raise OutcomeError(str(result.outcome), result)
    return result


def _drawn_inside(read: ArrayFormula, start: Mapping[str, Any], pairs: list[Any] | None) -> Array:
    """Return the start as one vector, draws of "random" moved into their bounds."""
    vector = read.vector
    if pairs is None:
        return vector
    drawn = [isinstance(w := start[n.partition("[")[0]], str) and w == "random" for n in read.names]
    lower, upper = np.array(
        [(-np.inf if low is None else low, np.inf if up is None else up) for low, up in pairs]
    ).T
    return np.where(drawn, np.clip(vector, lower, upper), vector)


def _dense(arrays: Mapping[str, Any]) -> dict[str, Any]:
    """Return data with SciPy's sparse matrices as dense arrays.

    Least squares need the derivative of every residual in every parameter as a dense matrix, which
    is as large as a matrix that parameters are multiplied by.
    """
    found = dict(arrays)
    for name, array in arrays.items():
        if hasattr(array, "tocsr"):
            refuse_large(prod(array.shape))
            found[name] = array.toarray()
    return found


def _target(target: str, table: Table, limits: Limits) -> Array:
    """Return the values of the target: an array of the data, or a formula of arrays."""
    if not isinstance(target, str):
        raise ArgumentError("`target` is the name of an array, or a formula of arrays.")
    if target in table.names:
        return np.atleast_1d(np.asarray(table.array(target), dtype=float))
    if target.isidentifier():
        listed = ", ".join(table.names[:20])
        raise DataError(f"The data have no `{target}` for the target. They have: {listed}.")
    arrays = {name: table.array(name) for name in occurring(target, table.names)}
    shapes = name_shapes({}, arrays, {})
    expression = to_expression(target, declared=tuple(arrays), shapes=shapes, limits=limits)
    found = function_of(expression, expression.names)(**arrays)
    values = np.atleast_1d(np.asarray(found, dtype=float))
    if not np.isfinite(values).all():
        place = ", ".join(str(int(i)) for i in np.argwhere(~np.isfinite(values))[0])
        raise DataError(f"The target {target} is not finite at [{place}].")
    return values


def _weights(weights: Any, table: Table, shape: tuple[int, ...]) -> Any:
    """Return one weight for each number of the target, in a row."""
    if weights is None:
        return None
    found = table.array(weights) if isinstance(weights, str) else weights
    try:
        return np.broadcast_to(np.asarray(found, dtype=float), shape).ravel()
    except (TypeError, ValueError):
        raise ArgumentError(
            f"The weights have the shape {np.shape(found)}; the target has {shape}."
        ) from None


def _linear(read: ArrayFormula) -> Sequence[str]:
    """Return the numbers that the model is jointly linear in, by their flat names.

    A parameter's derivative contains neither itself nor one chosen before it.
    """
    graph = read.expression.graph.copy()
    names = list(read.start)
    nodes = [graph.var(name) for name in names]
    slopes = jacobian_nodes(graph, read.expression.root, nodes)
    contained = [{graph.data[node] for node in graph.variables([slope])} for slope in slopes]
    chosen: list[str] = []
    for name, inside in zip(names, contained, strict=True):
        others = [contained[names.index(other)] for other in chosen]
        if inside.isdisjoint([name, *chosen]) and all(name not in other for other in others):
            chosen.append(name)
    return [flat for flat in read.names if flat.partition("[")[0] in chosen]
