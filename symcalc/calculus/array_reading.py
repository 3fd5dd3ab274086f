"""From a formula over arrays, data and a start to shapes, sizes and numbers for all of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ArgumentError, ParseError
from ..expression import Expression, Variable
from ..graph.dimensions import size_of
from ..graph.shapes import Shape, written
from ..language import Limits
from ..language.declarations import read_properties, read_shapes
from ..language.tokens import tokenize
from ..optimize.plain import show
from .array_shapes import name_shapes, sizes_of
from .data import Table
from .reading import Formula
from .remembered import formula_of, remembered
from .start import refuse_unused

__all__ = ["ArrayFormula", "is_over_arrays", "occurring", "read_array_formula"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class ArrayFormula:
    """A formula with arrays among its variables or matrices among its data.

    Attributes
    ----------
    expression : Expression
        Its variables have their shapes.
    start : dict
        Numbers and arrays by name.
    data : dict
        The data by name.
    sizes : dict of str to int
        Of the dimensions.
    notes : tuple of str
        What the dimensions in the formula were taken for, where nobody declared them.
    """

    expression: Expression
    start: dict[str, Any]
    data: dict[str, Any]
    sizes: dict[str, int]
    notes: tuple[str, ...]

    @property
    def names(self) -> list[str]:
        """The names of all numbers that are varied: `w[0]`, `U[2,1]`."""
        found: list[str] = []
        for name, value in self.start.items():
            if np.ndim(value):
                found += [f"{name}[{place}]" for place in _places(np.shape(value))]
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
        found: list[Any] = []
        for (name, value), pair in zip(self.start.items(), pairs, strict=True):
            try:
                lower, upper = (None, None) if pair is None else pair
            except (TypeError, ValueError):
                raise ArgumentError(
                    f"The bounds of `{name}` are {show(pair)}; give a pair (lower, upper) of "
                    "numbers, of arrays, or None."
                ) from None
            sides = [_spread(name, side, np.shape(value)) for side in (lower, upper)]
            found += zip(*sides, strict=True)
        return found


@lru_cache(maxsize=4)
def _places(shape: tuple[int, ...]) -> tuple[str, ...]:
    """Return the places of the entries of an array as they are written: "0,1"."""
    return tuple([",".join(map(str, place)) for place in np.ndindex(*shape)])


def is_over_arrays(
    formula: Formula, start: Mapping[str, Any], data: Table | None, shapes: Any,
    elsewhere: Collection[str] = (),
) -> bool:  # fmt: skip
    """Whether an objective has arrays among its variables, or matrices among its data.

    Names `elsewhere`, in constraints, count as its own.
    """
    numbers = (value for value in start.values() if type(value) is not float)
    if any(isinstance(value, str) or np.ndim(value) for value in numbers):
        return True
    declared = {} if shapes is None else dict(read_shapes(shapes))
    if isinstance(formula, Expression):
        declared |= {variable.name: variable.shape for variable in formula.variables}
    if any(len(s) > 1 or (s and name in start) for name, s in declared.items()):
        return True
    if data is None:
        return False
    spoken = data.spoken(formula)
    used = occurring(formula, spoken)
    if elsewhere:
        used += [name for name in spoken if name in elsewhere]
    return any(map(data.is_matrix, used))


def read_array_formula(
    formula: Formula,
    start: Mapping[str, Any],
    *,
    data: Table | None = None,
    shapes: Any = None,
    limits: Limits | None = None,
    seed: int = 0,
    what: str = "objective",
    elsewhere: Collection[str] = (),
    result: tuple[int, ...] = (),
) -> ArrayFormula:
    """Return a formula with the shapes of its variables found from start, data and `shapes`.

    `seed` is that of the draws for a start that is "random"; `what` the formula is called in
    messages; variables `elsewhere`, in constraints, need not occur in it; `result` is the size
    that it must have along its axes, or be stretched to.

    Raises
    ------
    ParseError, ArgumentError, DataError
    """
    available = () if data is None else data.spoken(formula)
    both = [name for name in start if name in available]
    if both:
        raise ArgumentError(f"`{both[0]}` has a start and is an array of the data; rename one.")
    arrays = {} if data is None else {n: data.array(n) for n in occurring(formula, available)}
    declared = _declared(formula, shapes)
    sizes = sizes_of(declared, {**arrays, **start})
    spoken = [name for name in available if name in elsewhere]
    known = name_shapes(declared, {**arrays, **start}, sizes, spoken)

    def is_right(expression: Expression) -> bool:
        return _is_right(expression, sizes, result)

    names = (*start, *available)
    expression = _read(formula, start, known, sizes, names, limits, is_right)
    used = {v.name: v.shape for v in expression.variables if v.name in _used(expression)}
    unknown = [name for name in used if name not in start and name not in arrays]
    if unknown:
        listed = ", ".join(data.names[:12] if data else ()) or "none given"
        missing = "`, `".join(unknown[:6])
        raise ArgumentError(f"`{missing}` in the {what} has neither a start nor data ({listed}).")
    used = {name: known.get(name, ()) for name in start if name in elsewhere} | used
    refuse_unused(expression, start, used)
    if not is_right(expression):
        shape = expression.graph.shape(expression.root)
        have = f"has the shape {written(shape)}" if shape else "is one number"
        wanted = f"have the shape of the target, {result}" if result else "be one number"
        advice = "" if result else " Write sum(...) of it."
        raise ArgumentError(f"The {what} {have}; it must {wanted}.{advice}")
    words = {v.name: v.assumption for v in expression.variables} | read_properties(shapes)
    variables = [Variable(name, used[name], assumption=words.get(name, "")) for name in used]
    whole = _listing(expression, tuple(variables))
    given = {name: arrays[name] for name in used if name in arrays}
    filled = dict(start)
    if any(isinstance(value, str) for value in start.values()):
        rng = np.random.default_rng(seed)
        filled = {name: _filled(name, v, used[name], sizes, rng) for name, v in start.items()}
    undeclared = {d for name in used if name not in declared for d in used[name]}
    undeclared -= {d for shape in declared.values() for d in shape}
    notes = _notes(whole, {d: sizes[d] for d in sizes if d in undeclared}, {**given, **filled})
    notes += tuple(
        f"`{name}` has the shape {np.shape(array)}: there is nothing in it."
        for name, array in given.items()
        if 0 in np.shape(array)
    )
    return ArrayFormula(whole, filled, given, _shown(used, sizes), notes)


@remembered
def _listing(expression: Expression, variables: tuple[Variable, ...]) -> Expression:
    """Return a formula that lists variables, also those that only constraints speak of."""
    graph = expression.graph.copy()
    for variable in variables:
        graph.var(variable.name, variable.shape)
    return Expression(graph, expression.root, variables)


def _is_right(expression: Expression, sizes: Mapping[str, int], result: tuple[int, ...]) -> bool:
    """Whether a formula has the size wanted along its axes; one of numbers can be stretched."""
    graph = expression.graph
    shape = graph.shape(expression.root)
    if not shape:
        return not (result and any(map(graph.shape, graph.variables([expression.root]))))
    try:
        return tuple(size_of(dimension, sizes) for dimension in shape) == result
    except KeyError:
        return False


def _spread(name: str, side: Any, shape: tuple[int, ...]) -> list[Any]:
    """Return one side of the bounds of a variable for every number in it."""
    if side is None:
        return [None] * int(np.prod(shape, dtype=int))
    try:
        whole = np.broadcast_to(np.asarray(side, dtype=float), shape)
    except (TypeError, ValueError):
        raise ArgumentError(
            f"The bounds of `{name}` have entries of shape {np.shape(side)}; `{name}` has {shape}."
        ) from None
    return [float(number) for number in whole.ravel()]


def occurring(formula: Formula, available: Sequence[str]) -> list[str]:
    """Return the names of data that a formula may use; the others have no say in its shapes."""
    if isinstance(formula, str):
        words = _words(formula)
        return [name for name in available if name in words]
    if isinstance(formula, Expression):
        return [name for name in available if name in formula.names]
    return list(available)


@lru_cache(maxsize=64)
def _words(text: str) -> frozenset[str]:
    """Return the tokens of a text."""
    return frozenset(tokenize(text).texts)


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
    is_right: Callable[[Expression], bool],
) -> Expression:
    """Return the formula; one array of zeros or ones may have a shape that is not known."""
    if not isinstance(formula, str):
        return formula_of(formula, limits=limits)
    open_names = [n for n, value in start.items() if isinstance(value, str) and n not in known]
    if len(open_names) > 1:
        raise ArgumentError(
            f"The shapes of `{open_names[0]}` and `{open_names[1]}` are not known; declare them: "
            f'shapes="{open_names[0]}: m n; {open_names[1]}: n".'
        )
    if not open_names:
        return formula_of(formula, declared=names, shapes=dict(known), limits=limits)
    return _fitting(formula, open_names[0], known, list(sizes), names, limits, is_right)


def _fitting(
    formula: str,
    name: str,
    known: Mapping[str, Shape],
    dims: Sequence[str],
    names: tuple[str, ...],
    limits: Limits | None,
    is_right: Callable[[Expression], bool],
) -> Expression:
    """Return the formula with the one vector among those possible that gives it its shape."""
    failures: list[ParseError] = []
    found: dict[Shape, Expression] = {}
    for dimension in dims:
        whole = {**known, name: (dimension,)}
        try:
            read = formula_of(formula, declared=names, shapes=whole, limits=limits)
        except ParseError as error:
            failures.append(error)
            continue
        if is_right(read):
            found[dimension,] = read
    if len(found) == 1:
        return next(iter(found.values()))
    if failures and not found:  # the one that was read furthest is the nearest miss
        nearest = max(failures, key=lambda error: (error.end, error.start))
        raise ArgumentError(
            f"No vector `{name}` fits the formula and the data; if it is a matrix, declare it: "
            f'shapes="{name}: n k".\n{nearest}'
        )
    possible = " or ".join(map(written, found)) or "no vector makes it so"
    raise ArgumentError(
        f"The shape of `{name}` does not follow from the formula; declare it: "
        f'shapes="{name}: n". Possible: {possible}.'
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
