"""From a formula over arrays, data and a start to the callables that are minimized."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..backends import ArrayFunction, FlatFunction
from ..errors import ArgumentError, ParseError
from ..expression import Expression, Variable
from ..facts import ObjectiveFacts
from ..graph.dimensions import size_of
from ..graph.shapes import Shape, written
from ..language import Limits
from ..language.declarations import read_shapes
from ..language.tokens import tokenize
from ..optimize import Objective
from .array_shapes import name_shapes, sizes_of
from .data import Table
from .reading import Formula, to_expression
from .start import refuse_unused
from .structure import find_roughness

__all__ = ["ArrayObjective", "is_over_arrays", "occurring", "read_array_objective"]

Array = NDArray[np.float64]

#: Up to this number of numbers in the variables a Hessian is formed.
MAX_DENSE = 100


@dataclass(frozen=True, slots=True, eq=False)
class ArrayObjective:
    """A formula with arrays among its variables or matrices among its data.

    Attributes
    ----------
    expression : Expression
        Its variables have their shapes.
    start : dict
        Numbers and arrays by name.
    data : dict
        The data by name.
    function : FlatFunction
        The formula as one of a vector.
    notes : tuple of str
        What the dimensions in the formula were taken for, where nobody declared them.
    """

    expression: Expression
    start: dict[str, Any]
    data: dict[str, Any]
    function: FlatFunction
    notes: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        """The names of all numbers that are varied: `w[0]`, `U[2,1]`."""
        found: list[str] = []
        for name, value in self.start.items():
            if np.ndim(value):
                places = np.ndindex(*np.shape(value))
                found += [f"{name}[{','.join(map(str, place))}]" for place in places]
            else:
                found.append(name)
        return found

    @property
    def vector(self) -> Array:
        """The start as one vector."""
        return np.concatenate([np.ravel(value) for value in self.start.values()]).astype(float)

    def bounds(self, pairs: list[Any] | None) -> list[Any] | None:
        """Return bounds of variables as bounds of every number in them."""
        if pairs is None:
            return None
        sizes = [np.size(value) for value in self.start.values()]
        return [pair for pair, size in zip(pairs, sizes, strict=True) for _ in range(size)]

    def to_objective(self, needs: str | None) -> tuple[Objective, ObjectiveFacts]:
        """Return the compiled callables and what is known of them."""
        f, expression = self.function, self.expression
        rough = find_roughness(expression.graph, expression.root, self.start)
        forms_hessian = self.vector.size <= MAX_DENSE or needs == "hessian"
        objective = Objective(
            f.value, f.value_and_gradient, f.hessian if forms_hessian else None, f.hessian_product
        )
        return objective, ObjectiveFacts(
            has_kinks="kink" in rough or "jump" in rough,
            has_jumps="jump" in rough,
            has_joins="join" in rough,
        )


def is_over_arrays(
    formula: Formula, start: Mapping[str, Any], data: Table | None, shapes: Any
) -> bool:
    """Whether an objective has arrays among its variables, or matrices among its data."""
    if any(isinstance(value, str) or np.ndim(value) for value in start.values()):
        return True
    declared = dict(read_shapes(shapes))
    if isinstance(formula, Expression):
        declared |= {variable.name: variable.shape for variable in formula.variables}
    if any(len(s) > 1 or (s and name in start) for name, s in declared.items()):
        return True
    return data is not None and any(data.is_matrix(name) for name in data.names)


def read_array_objective(
    formula: Formula,
    start: Mapping[str, Any],
    *,
    data: Table | None = None,
    shapes: Any = None,
    limits: Limits | None = None,
    seed: int = 0,
) -> ArrayObjective:
    """Return a formula with the shapes of its variables found from start, data and `shapes`.

    `seed` is that of the draws for a start that is "random".

    Raises
    ------
    ParseError, ArgumentError, DataError
    """
    available = () if data is None else data.names
    both = [name for name in start if name in available]
    if both:
        raise ArgumentError(f"`{both[0]}` has a start and is an array of the data; rename one.")
    arrays = {} if data is None else {n: data.array(n) for n in occurring(formula, available)}
    declared = _declared(formula, shapes)
    sizes = sizes_of(declared, {**arrays, **start})
    known = name_shapes(declared, {**arrays, **start}, sizes)
    expression = _read(formula, start, known, sizes, (*start, *available), limits)
    used = {v.name: v.shape for v in expression.variables if v.name in _used(expression)}
    unknown = [name for name in used if name not in start and name not in arrays]
    if unknown:
        listed = ", ".join(available[:12]) or "none given"
        names = "`, `".join(unknown[:6])
        raise ArgumentError(f"`{names}` in the objective has neither a start nor data ({listed}).")
    refuse_unused(expression, start, used)
    if expression.graph.shape(expression.root):
        shape = written(expression.graph.shape(expression.root))
        raise ArgumentError(
            f"The objective has the shape {shape}; it must be one number. Write sum(...) of it."
        )
    variables = [Variable(name, used[name]) for name in used]
    whole = Expression(expression.graph.copy(), expression.root, variables)
    given = {name: arrays[name] for name in used if name in arrays}
    rng = np.random.default_rng(seed)
    filled = {name: _filled(name, v, used[name], sizes, rng) for name, v in start.items()}
    function = ArrayFunction(whole, order=2, wrt=tuple(start))
    flat = function.at_data(_shown(used, sizes), **given)
    undeclared = {d for name in used if name not in declared for d in used[name]}
    undeclared -= {d for shape in declared.values() for d in shape}
    notes = _notes(whole, {d: sizes[d] for d in sizes if d in undeclared}, {**given, **filled})
    return ArrayObjective(whole, filled, given, flat, notes)


def occurring(formula: Formula, available: Sequence[str]) -> list[str]:
    """Return the names of data that a formula may use; the others have no say in its shapes."""
    if isinstance(formula, str):
        words = set(tokenize(formula).texts)
        return [name for name in available if name in words]
    if isinstance(formula, Expression):
        return [name for name in available if name in formula.names]
    return list(available)


def _notes(
    expression: Expression, sizes: Mapping[str, int], values: Mapping[str, Any]
) -> tuple[str, ...]:
    """Say which sizes stand in the formula as numbers under names that nobody gave them."""
    graph = expression.graph
    nodes = graph.reachable([expression.root])
    written_out = {graph.data[node] for node in nodes if graph.kinds[node] == "dim"}
    notes = []
    for dimension, size in sizes.items():
        if dimension in written_out:
            name, axis = next(
                (v.name, v.shape.index(dimension))
                for v in sorted(expression.variables, key=lambda v: -np.ndim(values[v.name]))
                if dimension in v.shape
            )
            what = "length" if np.ndim(values[name]) == 1 else ("rows", "columns")[axis]
            count = f"the {what}" if what == "length" else f"the number of {what}"
            notes.append(f"`{dimension}` was taken for {size}, {count} of `{name}`.")
    return tuple(notes)


def _declared(formula: Formula, shapes: Any) -> dict[str, Shape]:
    """Return the shapes that are declared, and those of a formula that was read before."""
    found = read_shapes(shapes)
    if isinstance(formula, Expression):
        found = {v.name: v.shape for v in formula.variables} | found
    return found


def _read(
    formula: Formula,
    start: Mapping[str, Any],
    known: Mapping[str, Shape],
    sizes: Mapping[str, int],
    names: tuple[str, ...],
    limits: Limits | None,
) -> Expression:
    """Return the formula; one array of zeros or ones may have a shape that is not known."""
    if not isinstance(formula, str):
        return to_expression(formula, limits=limits)
    open_names = [n for n, value in start.items() if isinstance(value, str) and n not in known]
    if len(open_names) > 1:
        raise ArgumentError(
            f"The shapes of `{open_names[0]}` and `{open_names[1]}` are not known; declare them: "
            f'shapes="{open_names[0]}: m n; {open_names[1]}: n".'
        )
    if not open_names:
        return to_expression(formula, declared=names, shapes=dict(known), limits=limits)
    return _fitting(formula, open_names[0], known, list(sizes), names, limits)


def _fitting(
    formula: str,
    name: str,
    known: Mapping[str, Shape],
    dims: Sequence[str],
    names: tuple[str, ...],
    limits: Limits | None,
) -> Expression:
    """Return the formula with the one vector among those possible that makes it a number."""
    failures: list[ParseError] = []
    found: dict[Shape, Expression] = {}
    for dimension in dims:
        whole = {**known, name: (dimension,)}
        try:
            read = to_expression(formula, declared=names, shapes=whole, limits=limits)
        except ParseError as error:
            failures.append(error)
            continue
        if not read.graph.shape(read.root):
            found[dimension,] = read
    if len(found) == 1:
        return next(iter(found.values()))
    reason = " or ".join(map(written, found)) or "no vector makes it a number"
    if failures and not found:
        reason += f".\n{failures[-1]}\n"
    raise ArgumentError(
        f"The shape of `{name}` does not follow from the objective; declare it: "
        f'shapes="{name}: n". Possible: {reason}'
    )


def _used(expression: Expression) -> list[str]:
    graph = expression.graph
    return [graph.data[node] for node in graph.variables([expression.root])]


def _filled(
    name: str, value: Any, shape: Shape, sizes: Mapping[str, int], rng: np.random.Generator
) -> Any:
    """Return the start of a variable as a number or an array."""
    if not isinstance(value, str):
        return value
    try:
        size = tuple(size_of(dimension, sizes) for dimension in shape)
    except KeyError as error:
        raise ArgumentError(
            f"The start of `{name}` has the dimension `{error.args[0]}`, whose size no data show; "
            "give an array."
        ) from None
    return rng.normal(size=size) if value == "random" else np.full(size, float(value == "ones"))


def _shown(used: Mapping[str, Shape], sizes: Mapping[str, int]) -> dict[str, int]:
    """Return the sizes of the dimensions that the shapes of used variables have."""
    dims = {d for shape in used.values() for d in shape if isinstance(d, str)}
    return {d: size for d, size in sizes.items() if d in dims}
